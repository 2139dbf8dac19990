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

/// Words that begin as the name of their country does.
const ALIKE: [(&str, &str); 26] = [
    ("german", "germany"),
    ("italian", "italy"),
    ("japanese", "japan"),
    ("chinese", "china"),
    ("indian", "india"),
    ("russian", "russia"),
    ("brazilian", "brazil"),
    ("mexican", "mexico"),
    ("canadian", "canada"),
    ("australian", "australia"),
    ("austrian", "austria"),
    ("belgian", "belgium"),
    ("portuguese", "portugal"),
    ("swedish", "sweden"),
    ("norwegian", "norway"),
    ("hungarian", "hungary"),
    ("czech", "czech republic"),
    ("ukrainian", "ukraine"),
    ("korean", "south korea"),
    ("egyptian", "egypt"),
    ("kenyan", "kenya"),
    ("nigerian", "nigeria"),
    ("argentinian", "argentina"),
    ("chilean", "chile"),
    ("colombian", "colombia"),
    ("vietnamese", "vietnam"),
];

/// The names that the country of `word` may have, all in lower case: of `italians` that is `italy`.
pub fn countries_of(word: &str) -> Vec<&'static str> {
    let is = |nation: &str| nation == word || word.strip_suffix('s') == Some(nation);
    let apart = NATIONS.iter().filter(|(nation, _)| is(nation)).flat_map(|(_, names)| names.iter().copied());
    apart.chain(ALIKE.iter().filter(|(nation, _)| is(nation)).map(|(_, name)| *name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nations_are_of_their_countries() {
        assert!(is_of_country("french", "france") && is_of_country("swiss", "switzerland") && is_of_country("americans", "usa"));
        assert!(!is_of_country("french", "frankfurt") && !is_of_country("", "") && !is_of_country("polish", "polish"));
        assert_eq!((countries_of("italians"), countries_of("french"), countries_of("tall")), (vec!["italy"], vec!["france"], Vec::new()));
    }
}
