//! Names of moments in other languages, and names that are written as one word: `Bestelldatum`, `orderdate`, `创建时间`.

/// Words that stand for moments.
const MOMENTS: &[&str] = &[
    "erstellt",
    "angelegt",
    "geaendert",
    "geändert",
    "aktualisiert",
    "geloescht",
    "gelöscht",
    "geburtstag",
    "termin",
    "uhrzeit",
    "creado",
    "creada",
    "creacion",
    "creación",
    "actualizado",
    "modificado",
    "nacimiento",
    "vencimiento",
    "cree",
    "créé",
    "modifie",
    "modifié",
    "naissance",
    "heure",
    "horodatage",
    "creato",
    "modificato",
    "nascita",
    "scadenza",
    "criado",
    "criada",
    "criacao",
    "criação",
    "atualizado",
    "nascimento",
    "aangemaakt",
    "gewijzigd",
    "tijd",
    "tijdstip",
    "utworzono",
    "utworzenia",
    "czas",
    "skapad",
    "tidpunkt",
    "oprettet",
    "opprettet",
    "tarih",
    "tarihi",
    "zaman",
    "дата",
    "время",
    "создан",
    "создано",
    "изменено",
    "обновлено",
];
/// Ends of words that stand for moments.
const ENDS: &[&str] = &[
    "datum",
    "zeit",
    "zeitpunkt",
    "dato",
    "tijd",
    "fecha",
    "date",
    "time",
    "timestamp",
    "datetime",
    "дата",
    "时间",
    "時間",
    "日期",
    "日時",
    "時刻",
    "日付",
    "날짜",
    "시간",
];
/// Words that end so and are no moments.
const OTHERS: &[&str] =
    &["candidate", "mandate", "validate", "runtime", "lifetime", "overtime", "playtime", "uptime", "downtime", "screentime"];
/// Letters before such an end: fewer are a word of their own, or a part of one.
const FEWEST: usize = 2;

/// Whether a word of a name, in lower case, stands for a moment in another language, or ends in one that does.
pub(super) fn is_moment(word: &str) -> bool {
    let ends = |end: &&&str| word.strip_suffix(**end).is_some_and(|rest| rest.chars().count() >= FEWEST || !end.is_ascii());
    MOMENTS.contains(&word) || (!OTHERS.contains(&word) && ENDS.iter().any(|end| ends(&end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_known_in_other_languages() {
        for word in ["bestelldatum", "lieferzeit", "orderdate", "nascimento", "创建时间", "时间", "дата"] {
            assert!(is_moment(word), "{word}");
        }
        for word in ["candidate", "mandate", "runtime", "betrag", "preis", "", "price"] {
            assert!(!is_moment(word), "{word}");
        }
    }
}
