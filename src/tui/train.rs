//! The fine-tune form: what a run is told, as the words of `sqllama train`.

mod field;

use std::path::{Path, PathBuf};

use crate::jobs::learn::budget::parse_time;
use crate::jobs::{OwnExamples, TrainOrder};
use crate::records::Accepted;

pub use self::field::Field;
use self::field::{PRESETS, Preset, made};

/// What is typed, by the order of [`Field::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainForm {
    values: Vec<String>,
}

impl Default for TrainForm {
    fn default() -> Self {
        let values =
            ["", "", "", "usual", "auto", "3", "1e-4", "linear", "0.03", "8", "16", "0", "4096", "4", "2", "20", "10", "42", "", "my-run"];
        Self { values: values.map(str::to_owned).to_vec() }
    }
}

impl TrainForm {
    /// What is typed for `field`.
    pub fn get(&self, field: Field) -> &str {
        Field::ALL.iter().position(|own| *own == field).and_then(|at| self.values.get(at)).map_or("", String::as_str)
    }

    /// Takes what was typed. A preset fills other lines.
    pub fn set(&mut self, field: Field, value: &str) {
        let value = value.trim();
        if let Some(own) = Field::ALL.iter().position(|own| *own == field).and_then(|at| self.values.get_mut(at)) {
            value.clone_into(own);
        }
        // What differs from the preset is the person's own.
        let differs = |(name, _, settings): &Preset| {
            *name == self.get(Field::Preset) && settings.iter().any(|(own, wanted)| *own == field && *wanted != value)
        };
        if PRESETS.iter().any(differs) {
            self.set(Field::Preset, "");
        }
        if field == Field::Preset
            && let Some((_, _, settings)) = PRESETS.iter().find(|(name, ..)| *name == value)
        {
            for (field, value) in *settings {
                self.set(*field, value);
            }
        }
    }

    /// What the preset is for.
    pub fn preset_note(&self) -> &'static str {
        PRESETS.iter().find(|(name, ..)| *name == self.get(Field::Preset)).map_or("", |(_, note, _)| note)
    }

    /// The settings of a run, for another one called `name`. What has no line goes to the other flags.
    pub fn duplicate(settings: &[(String, String)], name: &str) -> Self {
        let mut form = Self::default();
        let mut more = Vec::new();
        form.set(Field::Preset, "");
        form.set(Field::SampleSteps, "");
        for (key, value) in settings {
            match Field::ALL.into_iter().find(|field| field.flag() == key) {
                Some(Field::Name) => {}
                Some(Field::Data) => form.set(Field::Data, &value.replace(' ', ", ")),
                Some(field) => form.set(field, value),
                None if ["overwrite_output_dir", "eval_strategy"].contains(&key.as_str()) => {}
                None => more.push(format!("--{key} {value}")),
            }
        }
        form.set(Field::More, &more.join(" "));
        form.set(Field::Name, name);
        form
    }

    /// Where the run goes.
    pub fn folder(&self, runs: &Path) -> PathBuf {
        runs.join(self.get(Field::Name))
    }

    /// Whether it learns from examples of the open database.
    pub fn uses_own(&self) -> bool {
        self.get(Field::Data).is_empty() || made(self.get(Field::Data)).is_some()
    }

    /// What is missing or cannot be, in a sentence.
    pub fn problem(&self, accepted: usize, database_open: bool) -> Option<String> {
        if self.get(Field::Model).is_empty() {
            return Some("choose a model first".into());
        }
        if self.uses_own() && !database_open {
            return Some("no database is open: open one, or give a file of examples".into());
        }
        if self.get(Field::Data).is_empty() && accepted == 0 {
            return Some("there are no accepted answers on this database yet: accept some with F2, type `made`, or give a file".into());
        }
        let wrong = |field: Field| field.problem(self.get(field)).map(|problem| format!("{}: {problem}", field.label().trim()));
        Field::ALL.into_iter().find_map(wrong)
    }

    /// The run to be, with what the database gives for it.
    pub fn order(&self, runs: &Path, accepted: &[Accepted]) -> TrainOrder {
        let mut words = Vec::new();
        for field in Field::ALL {
            let value = match field {
                Field::Name => self.folder(runs).display().to_string(),
                Field::Data | Field::More if field == Field::More || self.uses_own() => continue,
                // Without a word the method is chosen by the model.
                Field::Method if self.get(field) == "auto" => continue,
                Field::Preset => continue,
                field => self.get(field).to_owned(),
            };
            if value.is_empty() {
                continue;
            }
            words.push(format!("--{}", field.flag()));
            match field {
                Field::Data => words.extend(value.split(',').map(|file| file.trim().to_owned()).filter(|file| !file.is_empty())),
                _ => words.push(value),
            }
        }
        words.extend(["--save_total_limit", "2", "--train_sampling_strategy", "group_by_prefix"].map(str::to_owned));
        words.extend(self.get(Field::More).split_whitespace().map(str::to_owned));
        let own = self.uses_own().then(|| OwnExamples {
            accepted: accepted.to_vec(),
            made: made(self.get(Field::Data)).unwrap_or(0),
            hold_out: self.get(Field::EvalData).is_empty(),
        });
        TrainOrder { words, folder: self.folder(runs), own }
    }
}

/// Why what is typed for the time of learning a database is none.
pub(super) fn time_problem(typed: &str) -> Option<String> {
    parse_time(typed).is_none().then(|| "a time is needed, such as 30m, 90s or 1h30m".into())
}

/// `words` as they are typed into a shell.
pub fn command(words: &[String]) -> String {
    let quoted = |word: &String| {
        let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '='));
        if plain { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
    };
    format!("sqllama train {}", words.iter().map(quoted).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted() -> [Accepted; 1] {
        [Accepted { question: "How \"many\"?".into(), sql: "SELECT 1".into(), before: None, at_ms: 0 }]
    }

    #[test]
    fn the_form_says_what_a_shell_would() {
        let mut form = TrainForm::default();
        assert_eq!(form.problem(3, true).as_deref(), Some("choose a model first"));
        form.set(Field::Model, " small ");
        assert_eq!(form.problem(3, true), None);
        assert!(form.problem(0, true).is_some_and(|problem| problem.contains("no accepted answers")));
        assert!(form.problem(3, false).is_some_and(|problem| problem.contains("no database is open")));
        let order = form.order(Path::new("/runs"), &accepted());
        assert_eq!(
            command(&order.words),
            "sqllama train --model_name_or_path small --num_train_epochs 3 --learning_rate 1e-4 --lr_scheduler_type linear \
             --warmup_steps 0.03 --lora_r 8 --lora_alpha 16 --lora_dropout 0 --model_max_length 4096 --per_device_train_batch_size 4 \
             --gradient_accumulation_steps 2 --save_steps 20 --sample_steps 10 --seed 42 --output_dir /runs/my-run --save_total_limit 2 \
             --train_sampling_strategy group_by_prefix"
        );
        assert_eq!(order.own, Some(OwnExamples { accepted: accepted().to_vec(), made: 0, hold_out: true }));
        form.set(Field::Data, "made 30");
        form.set(Field::EvalData, "held.json");
        let own = form.order(Path::new("r"), &[]).own.unwrap();
        assert_eq!((own.made, own.hold_out), (30, false));
        form.set(Field::Data, "it's.json, b.json");
        form.set(Field::Method, "qlora");
        form.set(Field::More, "--weight_decay 0.1");
        let order = form.order(Path::new("r"), &accepted());
        let line = command(&order.words);
        assert!(line.contains("--data_path 'it'\\''s.json' b.json --eval_data_path held.json --method qlora"), "{line}");
        assert!(line.ends_with("--weight_decay 0.1") && order.own.is_none(), "{line}");
        form.set(Field::Name, "../up");
        assert!(form.problem(1, true).is_some_and(|problem| problem.contains("letters")));
    }

    #[track_caller]
    fn check(field: Field, value: &str, expected: Option<&str>) {
        match (field.problem(value), expected) {
            (None, None) => {}
            (Some(problem), Some(expected)) => assert!(problem.contains(expected), "{problem}"),
            (found, expected) => panic!("{field:?} `{value}`: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn every_line_is_checked_as_it_is_typed() {
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Model) {
            check(field, TrainForm::default().get(field), None);
        }
        check(Field::Rank, "0", Some("from 1 to 4096"));
        check(Field::Rank, "8.5", Some("whole number"));
        check(Field::LearningRate, "1e-4x", Some("a number"));
        check(Field::LearningRate, "NaN", Some("a number"));
        check(Field::Dropout, "1", Some("to 0.99"));
        check(Field::Method, "lorra", Some("one of auto, lora"));
        check(Field::Schedule, "cosine", None);
        check(Field::Preset, "fast", Some("one of quick"));
        check(Field::SampleSteps, "", None);
        check(Field::SampleSteps, "0", Some("from 1"));
        check(Field::Data, "made 0", Some("can be made"));
        check(Field::Data, "made.json", None);
    }

    #[test]
    fn what_a_line_is_for_fits_a_narrow_screen() {
        for field in Field::ALL {
            assert!(field.hint().chars().count() <= 76, "{field:?}: {}", field.hint());
        }
    }

    #[test]
    fn presets_fill_lines_and_runs_are_duplicated() {
        let mut form = TrainForm::default();
        form.set(Field::Preset, "careful");
        assert_eq!((form.get(Field::Rank), form.get(Field::Schedule), form.get(Field::Dropout)), ("16", "cosine", "0.05"));
        form.set(Field::Rank, "16");
        assert_eq!(form.get(Field::Preset), "careful");
        form.set(Field::Rank, "4");
        assert_eq!((form.get(Field::Preset), form.get(Field::Schedule)), ("", "cosine"));
        for (name, _, settings) in PRESETS {
            for (field, value) in settings {
                assert_eq!(field.problem(value), None, "{name}: {field:?}");
            }
        }
        let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
        let settings = of(&[("lora_r", "4"), ("data_path", "a.json b.json"), ("output_dir", "/x"), ("use_rslora", "true")]);
        let form = TrainForm::duplicate(&settings, "again");
        assert_eq!((form.get(Field::Rank), form.get(Field::Data), form.get(Field::Name)), ("4", "a.json, b.json", "again"));
        assert_eq!(form.get(Field::More), "--use_rslora true");
    }
}
