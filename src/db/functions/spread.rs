//! Deviation, variance and higher moments of numbers, gathered in one pass (Welford's way, which loses no digits to large means).

use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{Value, ValueRef};

use super::arguments::{Refusal, number_of, real, text_of};

/// What is asked of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    VarianceOfSample,
    VarianceOfAll,
    DeviationOfSample,
    DeviationOfAll,
    StandardError,
    Skewness,
    Kurtosis,
}

/// Sums of the powers of distances from the mean.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    n: f64,
    mean: f64,
    second: f64,
    third: f64,
    fourth: f64,
}

/// The number that an aggregate is given; `None` for NULL.
///
/// # Errors
/// For what is no number.
pub(super) fn argument(context: &Context<'_>, n: usize) -> rusqlite::Result<Option<f64>> {
    match context.get_raw(n) {
        ValueRef::Null => Ok(None),
        value => match number_of(value) {
            Some(x) => Ok(Some(x)),
            None => {
                let shown: String = text_of(value).chars().take(40).collect();
                Err(Refusal(format!("`{shown}` is no number, and numbers are asked for")).into_error())
            }
        },
    }
}

impl Aggregate<Moments, Value> for Spread {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Moments> {
        Ok(Moments::default())
    }

    fn step(&self, context: &mut Context<'_>, sums: &mut Moments) -> rusqlite::Result<()> {
        let Some(x) = argument(context, 0)? else { return Ok(()) };
        let before = sums.n;
        sums.n += 1.0;
        let n = sums.n;
        let delta = x - sums.mean;
        let part = delta / n;
        let term = delta * part * before;
        sums.mean += part;
        sums.fourth += term * part * part * (n * n - 3.0 * n + 3.0) + 6.0 * part * part * sums.second - 4.0 * part * sums.third;
        sums.third += term * part * (n - 2.0) - 3.0 * part * sums.second;
        sums.second += term;
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sums: Option<Moments>) -> rusqlite::Result<Value> {
        let Moments { n, second, third, fourth, .. } = sums.unwrap_or_default();
        // A division by zero is no number, which is NULL.
        let sample = if n > 1.0 { second / (n - 1.0) } else { f64::NAN };
        let all = if n > 0.0 { second / n } else { f64::NAN };
        Ok(real(match self {
            Self::VarianceOfSample => sample,
            Self::VarianceOfAll => all,
            Self::DeviationOfSample => sample.sqrt(),
            Self::DeviationOfAll => all.sqrt(),
            Self::StandardError => (all / n).sqrt(),
            Self::Skewness if n > 2.0 => (n * (n - 1.0)).sqrt() / (n - 2.0) * (third / n) / all.powf(1.5),
            Self::Kurtosis if n > 3.0 => {
                let excess = fourth / n / (all * all) - 3.0;
                (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * excess + 6.0)
            }
            Self::Skewness | Self::Kurtosis => f64::NAN,
        }))
    }
}
