//! The values that a few words are, wherever they are held.

use super::index::ValueIndex;
use super::lookup::key_of;

/// Values told of one wording; one that so many columns hold names nothing.
const MOST: usize = 64;

impl ValueIndex {
    /// Every value that `text` is, in spite of case, accents and plurals: its table, its column, and itself.
    pub fn named(&self, text: &str) -> Vec<(String, String, String)> {
        let mut out: Vec<(String, String, String)> = Vec::new();
        for form in forms(text) {
            for entry in self.lookup.whole(&form).take(MOST) {
                let Some(column) = self.columns.get(entry.column as usize).filter(|column| column.path.is_none()) else { continue };
                let Some(value) = column.values.get(entry.value as usize) else { continue };
                // Of several values in one column the one that is written so.
                let known = out.iter().position(|(table, name, _)| *table == column.table && *name == column.column);
                match known.and_then(|at| out.get_mut(at)) {
                    Some(held) if value == text => held.2.clone_from(value),
                    Some(_) => {}
                    None => out.push((column.table.clone(), column.column.clone(), value.clone())),
                }
            }
        }
        out.truncate(MOST);
        out
    }
}

/// `text` as keys: as it is, and `comedies` as `comedy`.
fn forms(text: &str) -> Vec<String> {
    let (key, count) = key_of(text);
    if count == 0 {
        return Vec::new();
    }
    let mut out = vec![key.clone()];
    if let Some(rest) = key.strip_suffix("ie").filter(|_| text.to_lowercase().ends_with("ies")) {
        out.push(format!("{rest}y"));
    }
    out
}
