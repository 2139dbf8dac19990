//! Whether a question is English: what knows words of English alone says nothing of others.

/// Words that hold an English question together.
const ENGLISH: &[&str] = &[
    "the", "of", "is", "are", "what", "which", "how", "many", "all", "and", "with", "that", "who", "show", "list", "find", "for", "by",
    "to", "from", "have", "has", "each", "give", "where", "than", "there", "was", "were", "their",
];
/// The same of German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish and Turkish, where English has no such word.
const FOREIGN: &[&str] = &[
    "der", "das", "und", "wie", "viele", "welche", "welcher", "welches", "ist", "sind", "von", "mit", "den", "dem", "ein", "eine", "nicht",
    "wer", "le", "la", "les", "des", "du", "est", "combien", "quel", "quelle", "quels", "quelles", "sont", "dans", "avec", "pour", "une",
    "el", "los", "las", "cuántos", "cuántas", "cuantos", "cuál", "cual", "qué", "que", "con", "del", "por", "quién", "os", "quantos",
    "quantas", "quais", "qual", "com", "para", "não", "il", "gli", "quanti", "quante", "quali", "della", "di", "che", "hoeveel", "het",
    "een", "van", "zijn", "welke", "met", "ile", "jest", "ilu", "które", "który", "hur", "många", "är", "och", "vilka", "kaç", "hangi",
    "ve", "zeige", "nenne", "liste", "alle", "jede", "jeder", "muestra", "lista", "todos", "montre", "affiche", "tous", "mostre", "liste",
];

/// Words in names of tables and columns that are German, French, Spanish, Portuguese, Italian or Dutch, and no English.
const FOREIGN_NAMES: &[&str] = &[
    "nr",
    "strasse",
    "straße",
    "plz",
    "ort",
    "vorname",
    "nachname",
    "betrag",
    "preis",
    "menge",
    "kunde",
    "kunden",
    "artikel",
    "rechnung",
    "rechnungen",
    "bestellung",
    "bestellungen",
    "wohnung",
    "wohnungen",
    "mieter",
    "miete",
    "zahlung",
    "zahlungen",
    "datum",
    "mitarbeiter",
    "anzahl",
    "bezeichnung",
    "lieferant",
    "lieferanten",
    "konto",
    "buch",
    "verein",
    "mitglied",
    "mitglieder",
    "jahr",
    "geburtstag",
    "objekte",
    "flaeche",
    "zimmer",
    "fecha",
    "nombre",
    "apellido",
    "apellidos",
    "precio",
    "cantidad",
    "cliente",
    "clientes",
    "ciudad",
    "pais",
    "país",
    "direccion",
    "dirección",
    "factura",
    "facturas",
    "pedido",
    "pedidos",
    "producto",
    "productos",
    "empleado",
    "empleados",
    "libro",
    "libros",
    "titulo",
    "título",
    "calle",
    "ventas",
    "edad",
    "sueldo",
    "nom",
    "prenom",
    "prénom",
    "prix",
    "quantite",
    "quantité",
    "ville",
    "rue",
    "commande",
    "commandes",
    "facture",
    "factures",
    "produit",
    "produits",
    "montant",
    "auteur",
    "auteurs",
    "titre",
    "annee",
    "année",
    "salaire",
    "adresse",
    "fournisseur",
    "livre",
    "livres",
    "preco",
    "preço",
    "quantidade",
    "cidade",
    "endereco",
    "endereço",
    "telefone",
    "venda",
    "vendas",
    "produto",
    "produtos",
    "livro",
    "livros",
    "funcionario",
    "salario",
    "salário",
    "prezzo",
    "quantita",
    "citta",
    "città",
    "indirizzo",
    "fattura",
    "fatture",
    "ordine",
    "ordini",
    "prodotto",
    "prodotti",
    "cognome",
    "naam",
    "prijs",
    "aantal",
    "klant",
    "klanten",
    "bestelling",
    "bestellingen",
    "straat",
    "plaats",
    "bedrag",
    "voornaam",
    "achternaam",
    "woonplaats",
];
/// So many different ones are no accident.
const FOREIGN_ENOUGH: usize = 3;

/// Whether names of tables and columns, cut into `words`, are of another language: English words say nothing of them.
pub fn are_foreign_names<'w>(words: impl Iterator<Item = &'w str>) -> bool {
    let found: std::collections::HashSet<&str> = words.filter(|word| FOREIGN_NAMES.contains(word)).collect();
    found.len() >= FOREIGN_ENOUGH
}

/// Whether `question` may be taken for English. What stands in quotes says nothing, nor do capital letters behind the first word: names.
pub fn is_english_question(question: &str) -> bool {
    let text = unquoted(question);
    let all = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).enumerate();
    let said = all.filter(|(at, word)| *at == 0 || !word.starts_with(char::is_uppercase));
    let words: Vec<String> = said.map(|(_, word)| word.to_lowercase()).collect();
    let count = |list: &[&str]| words.iter().filter(|word| list.contains(&word.as_str())).count();
    let foreign = count(FOREIGN) + 2 * words.iter().filter(|word| word.chars().any(|c| c.is_alphabetic() && !is_latin(c))).count();
    foreign <= count(ENGLISH)
}

/// The words of `text`, in lower case.
pub fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `text` without what stands in quotes; an apostrophe is none.
pub fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let (before, quoted) = rest.split_at(start);
        out.push_str(before);
        let quote = if quoted.starts_with('"') { '"' } else { '\'' };
        let opens = quote == '"' || !before.ends_with(char::is_alphanumeric);
        match quoted[1..].find(quote).filter(|_| opens) {
            Some(length) => rest = &quoted[length + 2..],
            None => {
                out.push(' ');
                rest = &quoted[1..];
            }
        }
    }
    out + rest
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || ('\u{c0}'..='\u{24f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::{are_foreign_names, is_english_question};

    #[test]
    fn names_of_other_languages_are_told() {
        assert!(are_foreign_names("wohnungen zimmer kaltmiete mieter nachname".split(' ')));
        assert!(!are_foreign_names("customer order nr artist title".split(' ')));
        assert!(!are_foreign_names("nom nom nom".split(' ')));
    }

    #[test]
    fn english_is_told_from_others() {
        for english in [
            "How many customers are there?",
            "Who lives in Los Angeles?",
            "customers",
            "Orders of Le Havre with the most lines",
            "2023",
            "all albums of 'Os Mutantes'",
            "Albums of Los Lobos",
        ] {
            assert!(is_english_question(english), "{english}");
        }
        for other in [
            "Wie viele Kunden gibt es?",
            "Quels sont les clients?",
            "¿Cuántos clientes hay?",
            "Quantos clientes existem?",
            "有多少客户?",
            "Zeige alle Kunden",
            "Hoeveel klanten zijn er?",
            "Ilu jest klientów?",
            "Hur många kunder finns det?",
            "Kaç müşteri var?",
            "Сколько клиентов?",
            "Welche Alben hat The Who?",
        ] {
            assert!(!is_english_question(other), "{other}");
        }
    }
}
