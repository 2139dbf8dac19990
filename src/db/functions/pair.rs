//! What two columns have to do with each other: correlation, covariance, the line through their points.

use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::Value;

use super::arguments::real;
use super::spread::argument;

/// What is asked of the pairs. Those of a line take the value first and what it depends on second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    Correlation,
    CovarianceOfAll,
    CovarianceOfSample,
    Slope,
    Intercept,
    Fit,
    Count,
}

/// Sums over the pairs in which nothing is NULL.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    n: f64,
    mean_y: f64,
    mean_x: f64,
    yy: f64,
    xx: f64,
    xy: f64,
}

impl Aggregate<Sums, Value> for Pair {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Sums> {
        Ok(Sums::default())
    }

    fn step(&self, context: &mut Context<'_>, sums: &mut Sums) -> rusqlite::Result<()> {
        let (Some(y), Some(x)) = (argument(context, 0)?, argument(context, 1)?) else { return Ok(()) };
        sums.n += 1.0;
        let (dy, dx) = (y - sums.mean_y, x - sums.mean_x);
        sums.mean_y += dy / sums.n;
        sums.mean_x += dx / sums.n;
        sums.yy += dy * (y - sums.mean_y);
        sums.xx += dx * (x - sums.mean_x);
        sums.xy += dy * (x - sums.mean_x);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sums: Option<Sums>) -> rusqlite::Result<Value> {
        let Sums { n, mean_y, mean_x, yy, xx, xy } = sums.unwrap_or_default();
        let slope = if xx > 0.0 { xy / xx } else { f64::NAN };
        Ok(real(match self {
            Self::Count => return Ok(Value::Integer(n as i64)),
            Self::Correlation if xx > 0.0 && yy > 0.0 => (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0),
            Self::CovarianceOfAll => xy / n,
            Self::CovarianceOfSample if n > 1.0 => xy / (n - 1.0),
            Self::Slope => slope,
            Self::Intercept => mean_y - slope * mean_x,
            Self::Fit if xx > 0.0 => {
                if yy > 0.0 {
                    xy * xy / (xx * yy)
                } else {
                    1.0
                }
            }
            Self::Correlation | Self::CovarianceOfSample | Self::Fit => f64::NAN,
        }))
    }
}
