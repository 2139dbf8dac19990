//! The fine-tune form: what a run is told, as the words of `sqllama train`.

use std::path::{Path, PathBuf};

use crate::records::Accepted;
use crate::schema::Schema;

/// One line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the labels say it
pub enum Field {
    Model,
    Data,
    EvalData,
    Method,
    Epochs,
    LearningRate,
    Rank,
    Alpha,
    MaxLength,
    Batch,
    Accumulation,
    Name,
}

impl Field {
    /// In the order of the form.
    pub const ALL: [Self; 12] = [
        Self::Model,
        Self::Data,
        Self::EvalData,
        Self::Method,
        Self::Epochs,
        Self::LearningRate,
        Self::Rank,
        Self::Alpha,
        Self::MaxLength,
        Self::Batch,
        Self::Accumulation,
        Self::Name,
    ];

    /// As the form shows it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Model => "1 Model",
            Self::Data => "2 Data",
            Self::EvalData => "  held-out data",
            Self::Method => "3 Method",
            Self::Epochs => "  epochs",
            Self::LearningRate => "  learning rate",
            Self::Rank => "  LoRA rank",
            Self::Alpha => "  LoRA alpha",
            Self::MaxLength => "  longest example, tokens",
            Self::Batch => "  examples in a batch",
            Self::Accumulation => "  batches in a step",
            Self::Name => "  the run's name",
        }
    }

    /// What the line beneath says while it is typed.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Model => "a model's name, or a file",
            Self::Data => {
                "a file (Alpaca, Spider, sql-create-context, chat; JSON or JSONL); empty: the answers you accepted on this database"
            }
            Self::EvalData => "questions that are not trained on, to see whether it helps; empty: none",
            Self::Method => "auto, lora, qlora or full",
            Self::Epochs => "how often every example is seen",
            Self::LearningRate => "for adapters about 1e-4",
            Self::Rank => "8 is usual; more learns more and needs more memory",
            Self::Alpha => "twice the rank is usual",
            Self::MaxLength => "longer examples are left out",
            Self::Batch | Self::Accumulation => "their product is how many examples a step learns from",
            Self::Name => "a folder of this name is made",
        }
    }

    fn flag(self) -> &'static str {
        match self {
            Self::Model => "--model_name_or_path",
            Self::Data => "--data_path",
            Self::EvalData => "--eval_data_path",
            Self::Method => "--method",
            Self::Epochs => "--num_train_epochs",
            Self::LearningRate => "--learning_rate",
            Self::Rank => "--lora_r",
            Self::Alpha => "--lora_alpha",
            Self::MaxLength => "--model_max_length",
            Self::Batch => "--per_device_train_batch_size",
            Self::Accumulation => "--gradient_accumulation_steps",
            Self::Name => "--output_dir",
        }
    }
}

/// What is typed, by the order of [`Field::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainForm {
    values: Vec<String>,
}

impl Default for TrainForm {
    fn default() -> Self {
        let values = ["", "", "", "auto", "3", "1e-4", "8", "16", "1024", "4", "2", "my-run"];
        Self { values: values.map(str::to_owned).to_vec() }
    }
}

impl TrainForm {
    /// What is typed for `field`.
    pub fn get(&self, field: Field) -> &str {
        Field::ALL.iter().position(|own| *own == field).and_then(|at| self.values.get(at)).map_or("", String::as_str)
    }

    /// Takes what was typed.
    pub fn set(&mut self, field: Field, value: &str) {
        if let Some(own) = Field::ALL.iter().position(|own| *own == field).and_then(|at| self.values.get_mut(at)) {
            value.trim().clone_into(own);
        }
    }

    /// Where the run goes.
    pub fn folder(&self, runs: &Path) -> PathBuf {
        runs.join(self.get(Field::Name))
    }

    /// Whether it learns from accepted answers.
    pub fn uses_accepted(&self) -> bool {
        self.get(Field::Data).is_empty()
    }

    /// What is missing or cannot be, in a sentence.
    pub fn problem(&self, accepted: usize) -> Option<String> {
        let name = self.get(Field::Name);
        if self.get(Field::Model).is_empty() {
            return Some("choose a model first".into());
        }
        if self.uses_accepted() && accepted == 0 {
            return Some("there are no accepted answers on this database yet: accept some with F2, or give a file of examples".into());
        }
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Some("the run's name may have letters, digits, dashes and underscores".into());
        }
        None
    }

    /// The words of `sqllama train`. Accepted answers lie in `examples`, where there are such.
    pub fn words(&self, runs: &Path, examples: &Path) -> Vec<String> {
        let mut words = Vec::new();
        for field in Field::ALL {
            let value = match field {
                Field::Name => self.folder(runs).display().to_string(),
                Field::Data if self.uses_accepted() => examples.display().to_string(),
                // Without a word the method is chosen by the model.
                Field::Method if self.get(field) == "auto" => continue,
                field => self.get(field).to_owned(),
            };
            if !value.is_empty() {
                words.extend([field.flag().to_owned(), value]);
            }
        }
        words
    }
}

/// Accepted answers as examples: one JSON object a line, with the schema they are about.
pub fn examples(accepted: &[Accepted], schema: &Schema) -> String {
    let context: Vec<&str> = schema.tables.iter().map(|table| table.sql.as_str()).filter(|sql| !sql.is_empty()).collect();
    let context = context.join(";\n");
    let line = |accepted: &Accepted| {
        let row = serde_json::json!({ "question": accepted.question, "context": context, "answer": accepted.sql });
        format!("{row}\n")
    };
    accepted.iter().map(line).collect()
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

    #[test]
    fn the_form_says_what_a_shell_would() {
        let mut form = TrainForm::default();
        assert_eq!(form.problem(3).as_deref(), Some("choose a model first"));
        form.set(Field::Model, " small ");
        assert_eq!(form.problem(3), None);
        assert!(form.problem(0).is_some_and(|problem| problem.contains("no accepted answers")));
        let words = form.words(Path::new("/runs"), Path::new("/runs/my-run.examples.jsonl"));
        assert_eq!(
            command(&words),
            "sqllama train --model_name_or_path small --data_path /runs/my-run.examples.jsonl --num_train_epochs 3 --learning_rate 1e-4 \
             --lora_r 8 --lora_alpha 16 --model_max_length 1024 --per_device_train_batch_size 4 --gradient_accumulation_steps 2 \
             --output_dir /runs/my-run"
        );
        form.set(Field::Data, "it's.json");
        form.set(Field::Method, "qlora");
        assert!(command(&form.words(Path::new("r"), Path::new("e"))).contains("--data_path 'it'\\''s.json' --method qlora"));
        form.set(Field::Name, "../up");
        assert!(form.problem(1).is_some_and(|problem| problem.contains("letters")));
    }

    #[test]
    fn accepted_answers_become_examples() {
        let schema = Schema { tables: vec![crate::schema::Table { sql: "CREATE TABLE t (a)".into(), ..Default::default() }] };
        let accepted = [Accepted { question: "How \"many\"?".into(), sql: "SELECT 1".into(), at_ms: 0 }];
        assert_eq!(
            examples(&accepted, &schema),
            "{\"question\":\"How \\\"many\\\"?\",\"context\":\"CREATE TABLE t (a)\",\"answer\":\"SELECT 1\"}\n"
        );
    }
}
