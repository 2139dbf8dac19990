//! A model that answers from a script: the whole pipeline runs in tests without weights.

use std::collections::VecDeque;

use crate::signal::Cancel;

use super::{
    Adapter, Draws, Ended, Enough, FinishReason, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, LlmError,
    ModelInfo, Prompt, Purpose,
};

/// Log probability of what a script writes: it is what was meant, and a model that says nothing of likelihood has 0.
const MEANT: f32 = -1e-6;

/// Answers each request with the next part of its script, and remembers what it was asked.
#[derive(Debug, Default)]
pub struct Scripted {
    info: ModelInfo,
    answers: VecDeque<String>,
    asked: Vec<GenerateRequest>,
    said: usize,
    takes_adapters: bool,
}

impl Scripted {
    /// A model that says `answers`, one a request.
    pub fn new<S: Into<String>>(answers: impl IntoIterator<Item = S>) -> Self {
        let info = ModelInfo {
            name: "scripted".into(),
            context_length: 4096,
            has_chat_template: true,
            device: "scripted".into(),
            ..ModelInfo::default()
        };
        Self { info, answers: answers.into_iter().map(Into::into).collect(), asked: Vec::new(), said: 0, takes_adapters: false }
    }

    /// The same, taking any adapter, which changes nothing.
    pub fn taking_adapters(mut self) -> Self {
        self.takes_adapters = true;
        self
    }

    /// Every request so far.
    pub fn asked(&self) -> &[GenerateRequest] {
        &self.asked
    }
}

impl Generate for Scripted {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn set_adapter(&mut self, adapter: Option<&Adapter>) -> Result<(), LlmError> {
        if self.takes_adapters || adapter.is_none() { Ok(()) } else { Err(LlmError::Adapter("this model takes none".into())) }
    }

    fn render(&self, prompt: &Prompt) -> Result<String, LlmError> {
        Ok(match prompt {
            Prompt::Text(text) => text.clone(),
            Prompt::Chat(messages) => messages.iter().map(|m| format!("<{:?}>\n{}\n", m.role, m.content)).collect(),
            Prompt::Tokens(tokens) => format!("{tokens:?}"),
        })
    }

    /// One id a byte.
    fn tokenize(&self, prompt: &Prompt) -> Result<Vec<u32>, LlmError> {
        Ok(self.render(prompt)?.bytes().map(u32::from).collect())
    }

    fn generate(
        &mut self,
        request: &GenerateRequest,
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
    ) -> Result<Generation, LlmError> {
        self.asked.push(request.clone());
        // What is read or rehearsed while a question is typed takes nothing from the script: its answers are for what is asked.
        let is_ahead = request.max_tokens == 0 || request.purpose == Purpose::Rehearsal;
        let text = if is_ahead { String::new() } else { self.answers.pop_front().ok_or(LlmError::ScriptEnded(self.said))? };
        self.said += usize::from(!is_ahead);
        let prompt_tokens = self.tokenize(&request.prompt)?;
        emit(GenerateEvent::Prefill { done: prompt_tokens.len(), total: prompt_tokens.len(), cached: 0 });
        for word in text.split_inclusive(' ') {
            if let Some(stop) = cancel.stop() {
                return Err(LlmError::Stopped(stop));
            }
            emit(GenerateEvent::Text(word.into()));
        }
        let tokens: Vec<u32> = text.bytes().map(u32::from).collect();
        let timings = GenerateTimings { prompt_tokens: prompt_tokens.len(), generated_tokens: tokens.len(), ..Default::default() };
        Ok(Generation {
            text,
            tokens,
            prompt_tokens,
            finish_reason: FinishReason::Eos,
            logprobs: Vec::new(),
            mean_logprob: MEANT,
            least_logprob: MEANT,
            timings,
        })
    }

    /// The next answers of the script; fewer where it ends.
    fn generate_until(
        &mut self,
        request: &GenerateRequest,
        draws: &[Draws<'_>],
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
    ) -> Result<Vec<Generation>, LlmError> {
        let prompts: Vec<&Prompt> = draws.iter().flat_map(|draws| draws.samplings.iter().map(|_| draws.prompt)).collect();
        let count = if prompts.len() == 1 { 1 } else { prompts.len().min(self.answers.len()) };
        let mut all = Vec::new();
        for prompt in prompts.into_iter().take(count) {
            let generation = self.generate(&GenerateRequest { prompt: prompt.clone(), ..request.clone() }, cancel, emit)?;
            let said = enough(&Ended::of(all.len(), &generation));
            all.push(generation);
            if said == Enough::Yes {
                break;
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::llm::{Repetition, Sampling, Shared};

    #[test]
    fn what_is_read_ahead_takes_no_answer() {
        let mut model = Scripted::new(["SELECT 1"]);
        let mut say = |max_tokens, purpose| {
            let request = GenerateRequest {
                prompt: Prompt::Text("one".into()),
                shared: Shared::Nothing,
                max_tokens,
                stop: Vec::new(),
                sampling: Sampling::default(),
                logprobs: 0,
                likely: Arc::default(),
                constraint: None,
                purpose,
                repetition: Repetition::Kept,
            };
            model.generate(&request, &Cancel::new(), &mut |_| ()).map(|generation| generation.text)
        };
        assert_eq!(say(0, Purpose::Answer).unwrap(), "");
        assert_eq!(say(100, Purpose::Rehearsal).unwrap(), "");
        assert_eq!(say(100, Purpose::Answer).unwrap(), "SELECT 1");
        assert!(matches!(say(100, Purpose::Answer), Err(LlmError::ScriptEnded(1))));
    }
}
