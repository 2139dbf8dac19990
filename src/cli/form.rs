//! How a model is asked, as it is typed.

use clap::ValueEnum;

use crate::llm::ModelInfo;
use crate::prompt::Form;

/// How the model is asked.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PromptForm {
    /// The form that the model was tuned with, as its catalogue entry or its name tells; else chat where it has a chat template, else Alpaca
    Auto,
    /// SQL-LLaMA's form
    Alpaca,
    /// The model's chat template
    Chat,
    /// OmniSQL's form
    #[value(name = "omnisql")]
    OmniSql,
    /// XiYanSQL-QwenCoder's form
    #[value(name = "xiyansql")]
    XiYan,
    /// Arctic-Text2SQL-R1's form
    #[value(name = "arctic-text2sql")]
    Arctic,
    /// SLM-SQL's form
    #[value(name = "slm-sql")]
    SlmSql,
}

impl PromptForm {
    /// The form meant; `None` for the one that the model tells.
    pub(super) fn form(self) -> Option<Form> {
        match self {
            Self::Auto => None,
            Self::Alpaca => Some(Form::Alpaca),
            Self::Chat => Some(Form::Chat),
            Self::OmniSql => Some(Form::OmniSql),
            Self::XiYan => Some(Form::XiYan),
            Self::Arctic => Some(Form::Arctic),
            Self::SlmSql => Some(Form::SlmSql),
        }
    }

    /// What is typed for `form`.
    pub(super) fn of(form: Form) -> Self {
        match form {
            Form::Alpaca => Self::Alpaca,
            Form::Chat => Self::Chat,
            Form::OmniSql => Self::OmniSql,
            Form::XiYan => Self::XiYan,
            Form::Arctic => Self::Arctic,
            Form::SlmSql => Self::SlmSql,
        }
    }
}

/// The form to ask `model` in.
pub(super) fn form_for(wanted: PromptForm, model: &ModelInfo) -> Form {
    wanted.form().unwrap_or_else(|| Form::of(model))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_typed_by_their_names() {
        for form in Form::ALL {
            let typed = PromptForm::from_str(form.name(), false).unwrap();
            assert_eq!((typed.form(), PromptForm::of(form).form()), (Some(form), Some(form)));
        }
    }
}
