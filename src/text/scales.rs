//! Words that stand for ranks (`low`, `medium`, `high`), whose order is not that of their letters.

/// Ranks of a scale, the lowest first; words of one rank stand together.
pub type Scale = &'static [&'static [&'static str]];

/// Levels of priority, severity, risk, stock and the like.
const LEVELS: Scale = &[
    &["none", "off"],
    &["lowest", "trivial", "very low", "negligible"],
    &["low", "minor"],
    &["normal", "medium", "moderate", "mid", "average"],
    &["elevated"],
    &["high", "major", "important"],
    &["very high", "severe", "urgent"],
    &["highest", "critical", "extreme", "emergency", "immediate", "blocker"],
];
/// Levels of logs, as syslog and most libraries order them.
const LOGS: Scale = &[
    &["trace", "verbose"],
    &["debug"],
    &["info", "information"],
    &["notice"],
    &["warn", "warning"],
    &["error", "err"],
    &["critical", "crit", "fatal"],
    &["alert"],
    &["emerg", "emergency", "panic"],
];
/// Sizes of clothes.
const LETTERS: Scale = &[&["xxs"], &["xs"], &["s"], &["m"], &["l"], &["xl"], &["xxl", "2xl"], &["xxxl", "3xl"]];
/// Sizes in words.
const SIZES: Scale = &[
    &["tiny", "extra small", "mini"],
    &["small"],
    &["medium", "regular", "standard"],
    &["large", "big"],
    &["huge", "extra large", "very large"],
    &["giant", "enormous"],
];
/// Marks in words.
const MARKS: Scale = &[
    &["very poor", "very bad", "terrible"],
    &["poor", "bad"],
    &["fair", "ok", "okay", "average", "satisfactory"],
    &["good"],
    &["very good"],
    &["excellent", "outstanding", "great"],
];
/// What somebody is able to.
const ABILITIES: Scale =
    &[&["beginner", "novice", "basic"], &["elementary"], &["intermediate"], &["advanced"], &["expert", "master", "proficient"]];
/// How hard something is.
const DIFFICULTIES: Scale =
    &[&["very easy", "trivial"], &["easy"], &["medium", "moderate", "normal"], &["hard", "difficult"], &["very hard", "extreme", "insane"]];
/// How often something is.
const FREQUENCIES: Scale = &[&["never"], &["rarely", "seldom"], &["sometimes", "occasionally"], &["often", "frequently"], &["always"]];
/// Metals of members and medals.
const METALS: Scale = &[&["bronze"], &["silver"], &["gold"], &["platinum"], &["diamond"]];
/// Careers.
const CAREERS: Scale =
    &[&["intern", "trainee"], &["junior"], &["mid", "intermediate", "regular"], &["senior"], &["lead", "staff"], &["principal"]];
/// Months, whole and cut.
const MONTHS: Scale = &[
    &["january", "jan"],
    &["february", "feb"],
    &["march", "mar"],
    &["april", "apr"],
    &["may"],
    &["june", "jun"],
    &["july", "jul"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["october", "oct"],
    &["november", "nov"],
    &["december", "dec"],
];
/// Days of a week that begins on Monday, as ISO 8601 has it.
const DAYS: Scale = &[
    &["monday", "mon"],
    &["tuesday", "tue", "tues"],
    &["wednesday", "wed"],
    &["thursday", "thu", "thur", "thurs"],
    &["friday", "fri"],
    &["saturday", "sat"],
    &["sunday", "sun"],
];
/// Those that a word of several has to be read by come first.
const SCALES: [Scale; 12] = [LEVELS, LOGS, LETTERS, SIZES, MARKS, DIFFICULTIES, ABILITIES, FREQUENCIES, METALS, CAREERS, MONTHS, DAYS];

/// The scale that all of `texts` stand on, on more than one rank of it.
pub fn scale_of<'t>(texts: impl Iterator<Item = &'t String> + Clone) -> Option<Scale> {
    SCALES.into_iter().find(|scale| {
        let mut ranks = texts.clone().map(|text| rank(scale, text));
        let Some(first) = ranks.next().flatten() else { return false };
        let mut several = false;
        ranks.all(|rank| rank.inspect(|rank| several |= *rank != first).is_some()) && several
    })
}

/// The rank of `text` on `scale`, from 0.
pub fn rank(scale: Scale, text: &str) -> Option<usize> {
    let text = text.trim();
    scale.iter().position(|words| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: &[&str], ranks: Option<&[usize]>) {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let found = scale_of(texts.iter()).map(|scale| texts.iter().filter_map(|text| rank(scale, text)).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), ranks, "{texts:?}");
    }

    #[test]
    fn words_have_their_ranks() {
        check(&["high", "low", "urgent", "normal"], Some(&[5, 2, 6, 3]));
        check(&["Medium", "LARGE"], Some(&[2, 3]));
        check(&["INFO", "ERROR", "WARN"], Some(&[2, 5, 4]));
        check(&["M", "XL"], Some(&[3, 5]));
        check(&["easy", "hard", "medium"], Some(&[1, 3, 2]));
        check(&["Feb", "January"], Some(&[1, 0]));
    }

    #[test]
    fn others_have_none() {
        check(&[], None);
        check(&["high"], None);
        check(&["high", "major"], None);
        check(&["high", "blue"], None);
        check(&["open", "closed"], None);
        check(&["A", "B"], None);
    }
}
