//! How a model is asked, as it is typed.

use clap::ValueEnum;

use crate::llm::ModelInfo;
use crate::prompt::Form;

/// How the model is asked.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PromptForm {
    /// Chat where the model has a chat template, else Alpaca
    Auto,
    /// SQL-LLaMA's form
    Alpaca,
    /// The model's chat template
    Chat,
}

/// The form to ask `model` in.
pub(super) fn form_for(wanted: PromptForm, model: &ModelInfo) -> Form {
    match wanted {
        PromptForm::Alpaca => Form::Alpaca,
        PromptForm::Chat => Form::Chat,
        PromptForm::Auto if model.has_chat_template => Form::Chat,
        PromptForm::Auto => Form::Alpaca,
    }
}
