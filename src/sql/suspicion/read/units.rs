//! Words for numbers, what multiplies them, and units with what columns keep instead.

use crate::text::numbers::{DAYS, HOURS, MILLISECONDS, MINUTES, SECONDS, WEEKS, cardinal};

/// The number that `word` is; several such words can be put together ("twenty five", "three hundred", "half a dozen").
pub(in crate::sql::suspicion) fn composing(word: &str) -> Option<f64> {
    match word {
        "a" | "an" => Some(1.0),
        "half" => Some(0.5),
        "quarter" => Some(0.25),
        _ => cardinal(word).map(f64::from),
    }
}

/// Words that stand for a number alone.
pub(in crate::sql::suspicion) const ALONE: &[(&str, f64)] = &[
    ("second", 2.0),
    ("third", 3.0),
    ("fourth", 4.0),
    ("fifth", 5.0),
    ("sixth", 6.0),
    ("seventh", 7.0),
    ("eighth", 8.0),
    ("ninth", 9.0),
    ("tenth", 10.0),
    ("twice", 2.0),
    ("double", 2.0),
    ("both", 2.0),
    ("couple", 2.0),
    ("pair", 2.0),
    ("multiple", 2.0),
    ("thrice", 3.0),
    ("triple", 3.0),
];

/// Units as people write them, with what one of them may be in the units in which columns keep such things.
pub(in crate::sql::suspicion) const UNITS: &[(&[&str], &[f64])] = &[
    (MILLISECONDS, &[1e-3, 1e3, 1e6]),
    (SECONDS, &[1e3, 1e6, 1e9, 1.0 / 60.0]),
    (MINUTES, &[60.0, 6e4, 6e7, 6e10, 1.0 / 60.0, 1.0 / 1_440.0]),
    (HOURS, &[60.0, 3_600.0, 3.6e6, 3.6e9, 3.6e12, 1.0 / 24.0]),
    (DAYS, &[24.0, 1_440.0, 86_400.0, 8.64e7, 8.64e10, 8.64e13, 1.0 / 7.0]),
    (WEEKS, &[7.0, 168.0, 10_080.0, 604_800.0, 6.048e8, 6.048e11]),
    (&["fortnight", "fortnights"], &[14.0, 336.0, 1_209_600.0, 2.0]),
    (&["month", "months"], &[30.0, 31.0, 30.44, 4.0, 2_592_000.0, 2.592e9, 1.0 / 12.0]),
    (&["quarter", "quarters"], &[3.0, 90.0, 91.0, 13.0]),
    (&["year", "years", "yr", "yrs"], &[12.0, 52.0, 365.0, 365.25, 366.0, 31_536_000.0, 3.1536e10, 31_557_600.0]),
    (&["decade", "decades"], &[10.0, 120.0, 3_650.0, 3_652.5]),
    (&["century", "centuries"], &[100.0]),
    (&["mg", "milligram", "milligrams"], &[1e-3, 1e-6]),
    (&["g", "gram", "grams", "gramme", "grammes"], &[1e-3, 1e3]),
    (&["kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramme", "kilogrammes"], &[1e3, 1e6, 2.20462, 1e-3]),
    (&["ton", "tons", "tonne", "tonnes"], &[1e3, 1e6, 2_000.0, 2_204.62, 907.185]),
    (&["lb", "lbs", "pound", "pounds"], &[0.453_592, 453.592, 16.0, 100.0]),
    (&["ounce", "ounces", "oz"], &[28.3495, 1.0 / 16.0]),
    (&["mm", "millimetre", "millimetres", "millimeter", "millimeters"], &[0.1, 1e-3]),
    (&["cm", "centimetre", "centimetres", "centimeter", "centimeters"], &[10.0, 1e-2, 0.393_701]),
    (&["metre", "metres", "meter", "meters"], &[100.0, 1e3, 1e-3, 3.280_84]),
    (&["km", "kms", "kilometre", "kilometres", "kilometer", "kilometers", "kilometer"], &[1e3, 1e5, 1e6, 0.621_371]),
    (&["mile", "miles"], &[1.609_34, 1_609.34, 5_280.0, 1_760.0]),
    (&["foot", "feet", "ft"], &[12.0, 30.48, 0.3048, 304.8]),
    (&["inch", "inches"], &[2.54, 25.4, 0.0254]),
    (&["yard", "yards"], &[3.0, 0.9144, 36.0]),
    (&["hectare", "hectares", "ha", "acre", "acres"], &[1e4, 0.01, 4_046.86, 0.404_686, 2.471_05]),
    (&["litre", "litres", "liter", "liters"], &[1e3, 100.0, 0.264_172]),
    (&["kw", "kilowatt", "kilowatts", "kwh"], &[1e3, 1e-3]),
    (&["kb", "kilobyte", "kilobytes", "kib"], &[1e3, 1_024.0]),
    (&["mb", "megabyte", "megabytes", "mib", "megs"], &[1e3, 1_024.0, 1e6, 1_048_576.0]),
    (&["gb", "gigabyte", "gigabytes", "gib", "gigs"], &[1e3, 1_024.0, 1e6, 1_048_576.0, 1e9, 1_073_741_824.0]),
    (&["tb", "terabyte", "terabytes", "tib"], &[1e3, 1_024.0, 1e6, 1_048_576.0, 1e9, 1_073_741_824.0, 1e12, 1_099_511_627_776.0]),
    (&["dollar", "dollars", "euro", "euros", "usd", "eur", "gbp", "buck", "bucks", "franc", "francs"], &[100.0]),
];

/// Words for months and days of the week, which columns number; for people of an age, which a condition has to put in numbers.
pub(in crate::sql::suspicion) const NUMBERED: &[(&[&str], &[f64])] = &[
    (&["january", "jan"], &[1.0]),
    (&["february", "feb"], &[2.0]),
    (&["march", "mar"], &[3.0]),
    (&["april", "apr"], &[4.0]),
    (&["may"], &[5.0]),
    (&["june", "jun"], &[6.0]),
    (&["july", "jul"], &[7.0]),
    (&["august", "aug"], &[8.0]),
    (&["september", "sep"], &[9.0]),
    (&["october", "oct"], &[10.0]),
    (&["november", "nov"], &[11.0]),
    (&["december", "dec"], &[12.0]),
    (&["monday", "mondays"], &[0.0, 1.0, 2.0]),
    (&["tuesday", "tuesdays"], &[1.0, 2.0, 3.0]),
    (&["wednesday", "wednesdays"], &[2.0, 3.0, 4.0]),
    (&["thursday", "thursdays"], &[3.0, 4.0, 5.0]),
    (&["friday", "fridays"], &[4.0, 5.0, 6.0]),
    (&["saturday", "saturdays", "weekend", "weekends"], &[5.0, 6.0, 7.0]),
    (&["sunday", "sundays"], &[0.0, 6.0, 7.0]),
    (&["teen", "teens", "teenager", "teenagers", "teenage", "teenaged"], &[13.0, 19.0, 20.0]),
    (&["adult", "adults", "underage", "minor", "minors", "grown"], &[18.0, 21.0]),
    (&["senior", "seniors", "retired", "pensioner", "pensioners"], &[60.0, 65.0, 67.0]),
    (&["noon", "midday", "afternoon", "afternoons"], &[12.0, 18.0]),
    (&["midnight", "night", "nights"], &[22.0, 24.0, 6.0]),
    (&["morning", "mornings"], &[6.0, 12.0]),
    (&["evening", "evenings"], &[17.0, 18.0, 24.0]),
];
/// Words for the years of a decade of the last century.
pub(in crate::sql::suspicion) const DECADES: &[(&str, f64)] = &[
    ("twenties", 20.0),
    ("thirties", 30.0),
    ("forties", 40.0),
    ("fifties", 50.0),
    ("sixties", 60.0),
    ("seventies", 70.0),
    ("eighties", 80.0),
    ("nineties", 90.0),
];
/// Words for a time that the day of asking fixes.
pub(in crate::sql::suspicion) const RELATIVE: &[&str] =
    &["today", "yesterday", "tomorrow", "now", "current", "currently", "ago", "recent", "recently", "past", "next", "last"];
/// Years that a relative word may mean.
pub(in crate::sql::suspicion) const YEARS: std::ops::RangeInclusive<f64> = 1900.0..=2100.0;
