//! What is of a country, by words that do not begin as its name does.

/// Words, and the names of the country in lower case.
const NATIONS: [(&str, &[&str]); 22] = [
    ("french", &["france"]),
    ("dutch", &["netherlands", "the netherlands", "holland"]),
    ("swiss", &["switzerland", "schweiz", "suisse"]),
    ("spanish", &["spain", "españa"]),
    ("spaniard", &["spain", "españa"]),
    ("german", &["deutschland"]),
    ("british", &["united kingdom", "great britain", "uk", "gb"]),
    ("english", &["united kingdom", "great britain", "uk", "england"]),
    ("scottish", &["scotland"]),
    ("welsh", &["wales"]),
    ("irish", &["ireland", "republic of ireland"]),
    ("danish", &["denmark"]),
    ("finnish", &["finland"]),
    ("polish", &["poland"]),
    ("greek", &["greece"]),
    ("turkish", &["turkey", "türkiye"]),
    ("american", &["united states", "united states of america", "usa", "us"]),
    ("filipino", &["philippines"]),
    ("emirati", &["united arab emirates", "uae"]),
    ("burmese", &["myanmar"]),
    ("ivorian", &["ivory coast", "côte d'ivoire"]),
    ("thai", &["thailand"]),
];

/// Whether `word` says that something is of the country `name`; both in lower case. Where both begin alike ("Italian"), that is for others
/// to see.
pub fn is_of_country(word: &str, name: &str) -> bool {
    let word = word.strip_suffix('s').filter(|one| NATIONS.iter().any(|(nation, _)| nation == one)).unwrap_or(word);
    NATIONS.iter().any(|(nation, names)| *nation == word && names.contains(&name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nations_are_of_their_countries() {
        assert!(is_of_country("french", "france") && is_of_country("swiss", "switzerland") && is_of_country("americans", "usa"));
        assert!(!is_of_country("french", "frankfurt") && !is_of_country("", "") && !is_of_country("polish", "polish"));
    }
}
