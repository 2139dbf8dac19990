//! Units of measures as columns are named by them and as people say them, and what turns one into another. Sizes are exact by definition
//! (the international yard and pound of 1959, ISO 80000), or rounded where there is no exact one.

/// A unit.
#[derive(Debug)]
pub(super) struct Unit {
    /// Last words of names of columns that are kept in it.
    names: &'static [&'static str],
    /// What people call it, besides.
    said: &'static [&'static str],
    /// How much of its dimension's first unit it is.
    size: f64,
    /// Where its zero stands, in that unit.
    zero: f64,
}

impl Unit {
    /// Whether people mean it by `word`.
    pub(super) fn is_said_by(&self, word: &str) -> bool {
        self.said.contains(&word) || word.len() > 1 && self.names.contains(&word)
    }

    /// `value` of this unit in `other`, which is one of the same dimension.
    pub(super) fn in_unit(&self, other: &Self, value: f64) -> f64 {
        rounded((value * self.size + self.zero - other.zero) / other.size)
    }

    /// What an amount in this unit is multiplied by to be in `other`; `None` where their zeros differ.
    pub(super) fn factor(&self, other: &Self) -> Option<f64> {
        (self.zero == other.zero).then(|| self.size / other.size)
    }

    /// SQL that has the value of the expression `sql`, which is in this unit, in `other`; `None` where a sum of values cannot be brought there.
    pub(super) fn converted(&self, other: &Self, sql: &str, is_sum: bool) -> Option<String> {
        let (factor, zero) = (rounded(self.size / other.size), rounded((self.zero - other.zero) / other.size));
        let divisor = rounded(other.size / self.size);
        let is_divided = divisor.fract() == 0.0 || factor.fract() != 0.0 && digits(divisor) < digits(factor);
        let scaled = match () {
            () if factor == 1.0 => sql.to_owned(),
            () if is_divided => format!("{sql} / {divisor:?}"),
            () => format!("{sql} * {factor:?}"),
        };
        match zero {
            0.0 => Some(scaled),
            _ if is_sum => None,
            zero if zero < 0.0 => Some(format!("{scaled} - {:?}", -zero)),
            zero => Some(format!("{scaled} + {zero:?}")),
        }
    }
}

/// Units of one kind, each of which can be turned into the others.
#[derive(Debug)]
pub(super) struct Dimension {
    /// From the smallest on.
    pub(super) units: &'static [Unit],
    /// Whether numbers without a unit mean this one of them, where columns are kept in another: nobody thinks in cents.
    pub(super) silent: Option<usize>,
}

const fn unit(names: &'static [&'static str], said: &'static [&'static str], size: f64) -> Unit {
    Unit { names, said, size, zero: 0.0 }
}

const fn many(units: &'static [Unit]) -> Dimension {
    Dimension { units, silent: None }
}

/// All of them. A word may mean several ("pounds"): the column decides.
pub(super) const DIMENSIONS: [Dimension; 10] = [
    Dimension {
        units: &[
            unit(&["cents", "cent", "pence", "pennies", "centimes", "rappen"], &[], 0.01),
            unit(
                &[],
                &["euro", "euros", "dollar", "dollars", "pound", "pounds", "franc", "francs", "eur", "usd", "gbp", "chf", "bucks", "quid"],
                1.0,
            ),
        ],
        silent: Some(1),
    },
    many(&[
        unit(&["mm", "millimetres", "millimeters"], &["millimetre", "millimeter"], 1e-3),
        unit(&["cm", "centimetres", "centimeters"], &["centimetre", "centimeter"], 1e-2),
        unit(&["inch", "inches"], &[], 0.0254),
        unit(&["ft", "feet", "foot"], &[], 0.3048),
        unit(&["yd", "yards", "yard"], &["yds"], 0.9144),
        unit(&["m", "metres", "meters", "metre", "meter"], &["m"], 1.0),
        unit(&["km", "kilometres", "kilometers", "kilometre", "kilometer"], &["kms"], 1e3),
        unit(&["mi", "miles", "mile"], &[], 1_609.344),
    ]),
    many(&[
        unit(&["mg", "milligrams"], &["milligram"], 1e-6),
        unit(&["g", "grams", "gram", "grammes"], &["g", "gramme"], 1e-3),
        unit(&["oz", "ounces", "ounce"], &[], 0.028_349_523_125),
        unit(&["lb", "lbs", "pounds"], &["pound"], 0.453_592_37),
        unit(&["kg", "kilograms", "kilogram", "kilogrammes", "kilos"], &["kgs", "kilo", "kilogramme"], 1.0),
        unit(&["tonnes", "tonne"], &["tons", "ton"], 1e3),
    ]),
    many(&[unit(&["w", "watt", "watts"], &[], 1.0), unit(&["kw", "kilowatt", "kilowatts"], &[], 1e3), unit(&["megawatts"], &["mw"], 1e6)]),
    many(&[unit(&["wh"], &[], 1.0), unit(&["kwh"], &[], 1e3), unit(&["mwh"], &[], 1e6)]),
    many(&[
        unit(&["ml", "millilitres", "milliliters"], &["millilitre", "milliliter"], 1e-3),
        unit(&["cl", "centilitres", "centiliters"], &[], 1e-2),
        unit(&["l", "litres", "liters", "litre", "liter"], &["l"], 1.0),
        unit(&["gal", "gallons", "gallon"], &[], 3.785_411_784),
    ]),
    many(&[
        unit(&["bytes", "byte"], &[], 1.0),
        unit(&["kb", "kilobytes"], &["kilobyte"], 1e3),
        unit(&["kib"], &[], 1_024.0),
        unit(&["mb", "megabytes"], &["megabyte", "megs"], 1e6),
        unit(&["mib"], &[], 1_048_576.0),
        unit(&["gb", "gigabytes"], &["gigabyte", "gigs"], 1e9),
        unit(&["gib"], &[], 1_073_741_824.0),
        unit(&["tb", "terabytes"], &["terabyte"], 1e12),
    ]),
    many(&[
        unit(&["bps"], &[], 1.0),
        unit(&["kbps", "kbit"], &[], 1e3),
        unit(&["mbps", "mbit"], &[], 1e6),
        unit(&["gbps", "gbit"], &[], 1e9),
    ]),
    many(&[
        unit(&["kmh", "kph"], &[], 1.0),
        unit(&["mph"], &[], 1.609_344),
        unit(&["mps"], &[], 3.6),
        unit(&["knots", "kn"], &["knot"], 1.852),
    ]),
    many(&[
        unit(&["celsius", "c"], &["c"], 1.0),
        Unit { names: &["fahrenheit", "f"], said: &["f"], size: 5.0 / 9.0, zero: -160.0 / 9.0 },
        Unit { names: &["kelvin"], said: &[], size: 1.0, zero: -273.15 },
    ]),
];
/// Last words of names of columns that count bytes where they hold large numbers.
const SIZES: [&str; 2] = ["size", "filesize"];
/// Numbers from which they do.
const LARGE: f64 = 1e6;

/// The dimension and the unit of it, by their places, that columns whose names are of `words` are kept in; `high` is their largest value.
pub(super) fn unit_of_column(words: &[String], high: Option<f64>) -> Option<(usize, usize)> {
    let last = words.last()?;
    // A column called `m` or `g` may be anything.
    let says = last.len() > 2 || words.len() > 1;
    let size = || SIZES.contains(&last.as_str()) && high.is_some_and(|high| high >= LARGE);
    let is = |unit: &Unit| says && unit.names.contains(&last.as_str()) || unit.names.contains(&"bytes") && size();
    DIMENSIONS.iter().enumerate().find_map(|(at, dimension)| Some((at, dimension.units.iter().position(is)?)))
}

/// Without what a division in binary leaves behind.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

fn digits(value: f64) -> usize {
    format!("{value:?}").len()
}
