//! How models want to be asked: their forms by name, and which one a model was trained with.

use crate::llm::ModelInfo;

/// How a model wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The Stanford Alpaca templates, as SQL-LLaMA was trained with. The question comes first, so nothing is reused between questions.
    Alpaca,
    /// Chat messages with the schema first, so that its KV cache serves every question.
    Chat,
    /// OmniSQL's one message: task, schema with comments and examples, question, instructions. The answer thinks in words and ends in a
    /// fenced block.
    OmniSql,
    /// XiYanSQL-QwenCoder's one message, in Chinese, with the schema as M-Schema between the question and the question once more. The answer
    /// is SQL alone.
    XiYan,
    /// Arctic-Text2SQL-R1's: OmniSQL's schema and instructions behind a system message, the answer begun with its thoughts; `<answer>` holds a
    /// fenced block.
    Arctic,
    /// SLM-SQL's: OmniSQL's message, but that the thoughts stand in `<think>` and the SQL in `<answer>`.
    SlmSql,
}

/// How a schema is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaStyle {
    /// `CREATE TABLE` statements with our comments.
    Statements,
    /// `CREATE TABLE` statements as OmniSQL's training data has them: `-- comment, example: ['a', 'b']`.
    Exemplified,
    /// XiYan's M-Schema.
    MSchema,
}

/// What comes before the SQL of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thoughts {
    /// Nothing but a few words.
    None,
    /// Words, in which SQL may stand; the last fenced block is the answer.
    InWords,
    /// Thoughts in tags of their own; the answer stands between `<answer>` and `</answer>`.
    InTags,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 6] = [Self::Alpaca, Self::Chat, Self::OmniSql, Self::XiYan, Self::Arctic, Self::SlmSql];

    /// What it is called on the command line, in the catalogue, in settings and on an adapter's card.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alpaca => "alpaca",
            Self::Chat => "chat",
            Self::OmniSql => "omnisql",
            Self::XiYan => "xiyansql",
            Self::Arctic => "arctic-text2sql",
            Self::SlmSql => "slm-sql",
        }
    }

    /// The form called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// The form that `model` is asked in where nobody says another: the one that its catalogue entry names or that its name tells, else chat
    /// where it has a chat template.
    pub fn of(model: &ModelInfo) -> Self {
        let told = model.known_as.iter().chain([&model.name]).find_map(|name| Self::named(name).or_else(|| tuned(name)));
        told.unwrap_or(if model.has_chat_template { Self::Chat } else { Self::Alpaca })
    }

    /// How the schema is written down in it.
    pub fn schema_style(self) -> SchemaStyle {
        match self {
            Self::Alpaca | Self::Chat => SchemaStyle::Statements,
            Self::OmniSql | Self::Arctic | Self::SlmSql => SchemaStyle::Exemplified,
            Self::XiYan => SchemaStyle::MSchema,
        }
    }

    /// What comes before the SQL of an answer.
    pub fn thoughts(self) -> Thoughts {
        match self {
            Self::Alpaca | Self::Chat | Self::XiYan => Thoughts::None,
            Self::OmniSql => Thoughts::InWords,
            Self::Arctic | Self::SlmSql => Thoughts::InTags,
        }
    }

    /// Tokens of thought at most: as many as its makers let it write, within our context.
    pub fn most_thought(self) -> usize {
        match self {
            Self::Alpaca | Self::Chat | Self::XiYan => 0,
            Self::OmniSql => 2048,
            Self::Arctic => 4096,
            Self::SlmSql => 1024,
        }
    }

    /// Whether the schema comes before anything of the question, so that it can be read ahead.
    pub fn begins_with_schema(self) -> bool {
        !matches!(self, Self::Alpaca | Self::XiYan)
    }

    /// Whether examples made from the database may stand before the question: the others were tuned without any.
    pub fn takes_demonstrations(self) -> bool {
        self == Self::Chat
    }
}

/// The form that a model was tuned with, where its published name tells: `seeklhy/OmniSQL-7B`, `XiYanSQL-QwenCoder-7B-2502`, ... and what
/// others make of these names for files.
fn tuned(name: &str) -> Option<Form> {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let has = |word: &str| letters.contains(word);
    // SLM-SQL's sibling that merges two drafts is asked with them, which nobody does here.
    if has("cscsqlmerge") {
        return None;
    }
    // What CSC-SQL tuned further answers in its form, whatever it began as.
    if has("cscsql") || has("slmsql") {
        return Some(Form::SlmSql);
    }
    if has("arctictext2sql") {
        return Some(Form::Arctic);
    }
    if has("xiyansql") {
        return Some(Form::XiYan);
    }
    has("omnisql").then_some(Form::OmniSql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_names_tell_its_form() {
        #[track_caller]
        fn check(known_as: &[&str], name: &str, has_chat_template: bool, expected: Form) {
            let known_as = known_as.iter().map(|name| (*name).to_owned()).collect();
            let model = ModelInfo { name: name.into(), known_as, has_chat_template, ..ModelInfo::default() };
            assert_eq!(Form::of(&model), expected, "{name}");
        }
        check(&[], "qwen2.5-coder-1.5b", true, Form::Chat);
        check(&[], "sql-llama-7b", false, Form::Alpaca);
        check(&[], "OmniSQL-7B.Q4_K_M", true, Form::OmniSql);
        check(&["OmniSQL 7B"], "model", true, Form::OmniSql);
        check(&[], "omnisql_7b-q8_0", false, Form::OmniSql);
        check(&[], "XiYanSQL-QwenCoder-14B-2502", true, Form::XiYan);
        check(&["XGenerationLab/XiYanSQL-QwenCoder-7B-2504"], "mine", true, Form::XiYan);
        check(&[], "arctic-text2sql-r1-7b-q4_k_m", true, Form::Arctic);
        check(&[], "snowflake-arctic-instruct", true, Form::Chat);
        check(&[], "SLM-SQL-0.5B", true, Form::SlmSql);
        check(&[], "CscSQL-Grpo-XiYanSQL-QwenCoder-3B-2502", true, Form::SlmSql);
        check(&[], "CscSQL-Merge-Qwen2.5-Coder-0.5B-Instruct", true, Form::Chat);
        check(&[], "slim-sql-1b", true, Form::Chat);
        // A catalogue entry's word comes first.
        check(&["chat"], "omnisql-7b", true, Form::Chat);
    }

    #[test]
    fn forms_have_names_of_their_own() {
        for form in Form::ALL {
            assert_eq!(Form::named(form.name()), Some(form));
        }
        assert_eq!(Form::named("auto"), None);
    }
}
