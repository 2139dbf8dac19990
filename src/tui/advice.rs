//! What workers advise, as it is done on the screen: nobody leaves it to type into a shell.

use crate::jobs::{JobFailure, Outcome};

/// Commands that hints name, and where the screen has them. Longer ones first: the first that fits is taken.
const HERE: [(&str, &str); 11] = [
    ("`sqllama models pull NAME`", "F7"),
    ("`sqllama models pull`", "F7"),
    ("`sqllama models list`", "F7"),
    ("`sqllama adapters list`", "the fine-tune page (F9)"),
    ("`sqllama adapters remove NAME`", "delete it on the fine-tune page (F9)"),
    ("`sqllama schema DB`", "the schema (Alt+1)"),
    ("`sqllama demo`", "`demo` (Ctrl+O)"),
    (", and `sqllama functions` says what ours do", ""),
    ("raise --timeout", "raise `timeout` in the settings (Ctrl+P)"),
    ("`--with NAME=FILE`", "Alt+O"),
    ("`sqllama data check`", "the fine-tune page's check (F9)"),
];

/// `outcome` with its advice for the screen.
pub(super) fn for_screen(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(JobFailure { message, hint }) => Outcome::Failed(JobFailure { message, hint: hint.map(|hint| here(&hint)) }),
        other => other,
    }
}

/// A hint for the screen.
pub(super) fn here(hint: &str) -> String {
    // Where the screen runs SQL of the editor it asks for values; a notebook's are in its text.
    if hint.starts_with("give it with `--param ") {
        return "write its value in place of it, or run the notebook with `sqllama run FILE.md --param NAME=VALUE`".into();
    }
    HERE.iter().fold(hint.to_owned(), |hint, (command, place)| hint.replace(command, place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Database;
    use crate::store::StoreError;

    #[test]
    fn advice_is_about_the_screen() {
        assert_eq!(here("`sqllama schema DB` lists the tables and columns"), "the schema (Alt+1) lists the tables and columns");
        assert!(here("give it with `--param x=VALUE`").starts_with("write its value in place of it"));
        assert_eq!(
            here("raise --timeout, or make the query smaller"),
            "raise `timeout` in the settings (Ctrl+P), or make the query smaller"
        );
        let missing: JobFailure = Database::open("/nowhere/at/all.db").map(|_| ()).unwrap_err().into();
        let not_here: JobFailure = StoreError::NotInstalled("small".into()).into();
        let unknown: JobFailure = StoreError::UnknownAdapter("x".into()).into();
        for failure in [missing, not_here, unknown] {
            let Outcome::Failed(told) = for_screen(Outcome::Failed(failure)) else { panic!() };
            assert!(!told.hint.as_ref().unwrap().contains("sqllama"), "{told:?}");
        }
    }
}
