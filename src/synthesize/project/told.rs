//! How a condition is said: before the noun, behind it, or as what the thing does.

/// What a condition says of its column, before it is told which rows.
pub(super) struct Told {
    pub(super) sql: String,
    pub(super) before: Option<String>,
    pub(super) behind: Vec<String>,
    pub(super) does: Vec<(String, String)>,
}

impl Told {
    pub(super) fn new(sql: String) -> Self {
        Self { sql, before: None, behind: Vec::new(), does: Vec::new() }
    }

    /// `whose weight is above 5 kg`, and where it has no other verb: `have a weight above 5 kg`.
    pub(super) fn whose(mut self, phrase: &str, is: &str) -> Self {
        self.behind.push(format!("whose {phrase} is {is}"));
        self
    }

    pub(super) fn with(mut self, what: &str) -> Self {
        self.behind.push(format!("with {what}"));
        self.does.push((format!("have {what}"), format!("has {what}")));
        self
    }

    pub(super) fn are(mut self, what: &str) -> Self {
        self.does.push((format!("are {what}"), format!("is {what}")));
        self
    }
}

/// What an adjective, or `with ...`, makes of a condition.
pub(super) fn adjective(sql: String, said: &str) -> Told {
    let mut told = Told::new(sql);
    if let Some(what) = said.strip_prefix("with ") {
        return told.with(what);
    }
    if let Some(what) = said.strip_prefix("without ") {
        told.behind.push(said.into());
        let what = without_article(what);
        told.does.push((format!("have no {what}"), format!("has no {what}")));
        return told;
    }
    if said.contains(' ') {
        let who = said.to_owned();
        told.behind.push(who);
    } else {
        told.before = Some(said.into());
    }
    told.are(said)
}

/// `a loyalty card` is a `loyalty card`.
pub(super) fn without_article(what: &str) -> &str {
    ["a ", "an ", "any "].iter().find_map(|article| what.strip_prefix(article)).unwrap_or(what)
}
