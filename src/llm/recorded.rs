//! A model whose texts are kept in a file: what it wrote once for a prompt and a sampling it need not write again. Evaluations ask it so:
//! what a mend, a doubt or a weight changes over thousands of drafts is then seen in seconds. A text is kept for its prompt, not for the
//! version that had it written: where what a model may write has changed (the name lock), a new file is needed.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::signal::Cancel;

use super::generate::generate_one;
use super::{
    Adapter, Draws, Ended, Enough, FinishReason, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, LlmError,
    ModelInfo, Prompt, Sampling, Specials, TokenizedText,
};

/// A text as it is kept, one JSON line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    /// SHA-256 of all that decides what is written.
    of: String,
    text: String,
    tokens: Vec<u32>,
    finish_reason: FinishReason,
    mean_logprob: f32,
    least_logprob: f32,
}

/// A model, and what it wrote before.
pub struct Recorded {
    model: Box<dyn Generate>,
    /// What its adapter is called.
    adapter: String,
    /// By what they were written for: each text, and its place in the file.
    kept: HashMap<String, (usize, Kept)>,
    file: File,
    path: PathBuf,
    /// Lines of the file.
    lines: usize,
}

impl Recorded {
    /// `model` with `adapter` (what it is called: one that changes under its name is not told from what it was), and the texts in the file at
    /// `path`, which is made where there is none. A line that a killed run left half written is passed over.
    pub fn open(model: Box<dyn Generate>, adapter: &str, path: &Path) -> std::io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut kept = HashMap::new();
        let (mut lines, mut ends_whole) = (0, true);
        for line in BufReader::new(&file).split(b'\n') {
            let parsed = serde_json::from_slice::<Kept>(&line?);
            ends_whole = parsed.is_ok();
            if let Ok(text) = parsed {
                kept.insert(text.of.clone(), (lines, text));
            }
            lines += 1;
        }
        if !ends_whole {
            file.write_all(b"\n")?;
        }
        Ok(Self { model, adapter: adapter.into(), kept, file, path: path.into(), lines })
    }

    /// What `request` continued from `prompt` by `sampling` is kept under.
    fn key(&self, request: &GenerateRequest, prompt: &Prompt, sampling: &Sampling) -> Result<String, LlmError> {
        let info = self.model.info();
        let form = match prompt {
            Prompt::Text(_) => "text",
            Prompt::Chat(_) => "chat",
            Prompt::Tokens(_) => "tokens",
        };
        let Sampling { temperature, top_k, top_p, seed } = sampling;
        let parts = serde_json::json!([
            [info.name, info.sha256, self.adapter, info.context_length],
            [form, self.model.render(prompt)?],
            [temperature, top_k, top_p, seed],
            [request.max_tokens, request.stop, request.constraint.is_some(), format!("{:?}", request.repetition)],
        ]);
        Ok(Sha256::digest(parts.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Keeps what was written to its end.
    fn keep(&mut self, of: String, generation: &Generation) -> Result<(), LlmError> {
        if generation.finish_reason == FinishReason::Enough {
            return Ok(());
        }
        let Generation { text, tokens, finish_reason, mean_logprob, least_logprob, .. } = generation.clone();
        let kept = Kept { of: of.clone(), text, tokens, finish_reason, mean_logprob, least_logprob };
        let line = serde_json::to_string(&kept).map_err(std::io::Error::from).and_then(|line| writeln!(self.file, "{line}"));
        line.map_err(|source| LlmError::Write { path: self.path.clone(), source })?;
        self.kept.insert(of, (self.lines, kept));
        self.lines += 1;
        Ok(())
    }
}

/// A text that is asked for.
struct Wanted<'a> {
    prompt: &'a Prompt,
    sampling: &'a Sampling,
    /// What it is kept under.
    key: String,
}

/// Texts by their places among all that are wanted.
type Texts = BTreeMap<usize, Generation>;

impl Recorded {
    /// Those of `wanted` that are kept, in the order in which they ended, until they are `enough`.
    fn tell_kept(
        &self,
        wanted: &[Wanted<'_>],
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
    ) -> (Texts, Enough) {
        let kept = |(index, wanted): (usize, &Wanted<'_>)| self.kept.get(&wanted.key).map(|(line, kept)| (*line, index, kept));
        let mut there: Vec<(usize, usize, &Kept)> = wanted.iter().enumerate().filter_map(kept).collect();
        there.sort_unstable_by_key(|(line, index, _)| (*line, *index));
        let mut all = Texts::new();
        for (_, index, kept) in there {
            let generation = generation(kept);
            if index == 0 {
                emit(GenerateEvent::Text(generation.text.clone()));
            }
            let said = enough(&Ended::of(index, &generation));
            all.insert(index, generation);
            if said == Enough::Yes {
                return (all, said);
            }
        }
        (all, Enough::No)
    }

    /// Has the model write those at the places `missing` among `wanted`, and keeps them in the order in which they end.
    fn write(
        &mut self,
        request: &GenerateRequest,
        wanted: &[Wanted<'_>],
        missing: Vec<usize>,
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
    ) -> Result<Texts, LlmError> {
        // Those of one prompt are written together.
        let mut roots: Vec<(&Prompt, Vec<Sampling>)> = Vec::new();
        for Wanted { prompt, sampling, .. } in missing.iter().filter_map(|&index| wanted.get(index)) {
            match roots.last_mut().filter(|(other, _)| std::ptr::eq(*other, *prompt)) {
                Some((_, samplings)) => samplings.push((*sampling).clone()),
                None => roots.push((prompt, vec![(*sampling).clone()])),
            }
        }
        let draws: Vec<Draws<'_>> = roots.iter().map(|(prompt, samplings)| Draws { prompt, samplings }).collect();
        let mut order = Vec::with_capacity(missing.len());
        let mut tell = |ended: &Ended<'_>| {
            order.push(ended.index);
            missing.get(ended.index).map_or(Enough::No, |&index| enough(&Ended { index, ..*ended }))
        };
        let is_shown = missing.first() == Some(&0);
        let mut show = |event| {
            if is_shown {
                emit(event);
            }
        };
        let written = self.model.generate_until(request, &draws, cancel, &mut show, &mut tell)?;
        for place in order {
            let wanted = missing.get(place).and_then(|&index| wanted.get(index));
            if let (Some(generation), Some(wanted)) = (written.get(place), wanted) {
                self.keep(wanted.key.clone(), generation)?;
            }
        }
        Ok(missing.into_iter().zip(written).collect())
    }
}

fn generation(kept: &Kept) -> Generation {
    let Kept { text, tokens, finish_reason, mean_logprob, least_logprob, .. } = kept.clone();
    let timings = GenerateTimings { generated_tokens: tokens.len(), ..GenerateTimings::default() };
    let (prompt_tokens, logprobs) = (Vec::new(), Vec::new());
    Generation { text, tokens, prompt_tokens, finish_reason, logprobs, mean_logprob, least_logprob, timings }
}

impl Generate for Recorded {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    fn set_adapter(&mut self, adapter: Option<&Adapter>) -> Result<(), LlmError> {
        // Which one it is would have to be known.
        if adapter.is_none() { self.model.set_adapter(None) } else { Err(LlmError::Adapter("its texts are kept".into())) }
    }

    fn reads_about(&mut self, database: &str) {
        self.model.reads_about(database);
    }

    fn reads_ahead(&self) -> bool {
        self.model.reads_ahead()
    }

    fn tells_tokens(&self) -> bool {
        self.model.tells_tokens()
    }

    fn missing(&self) -> Vec<&'static str> {
        self.model.missing()
    }

    fn render(&self, prompt: &Prompt) -> Result<String, LlmError> {
        self.model.render(prompt)
    }

    fn tokenize(&self, prompt: &Prompt) -> Result<Vec<u32>, LlmError> {
        self.model.tokenize(prompt)
    }

    fn tokenize_text(&self, text: &str, specials: Specials) -> Result<TokenizedText, LlmError> {
        self.model.tokenize_text(text, specials)
    }

    fn generate(
        &mut self,
        request: &GenerateRequest,
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
    ) -> Result<Generation, LlmError> {
        generate_one(self, request, cancel, emit)
    }

    /// Those that are kept come first, in the order in which they ended; the model writes the rest, if that is not enough.
    fn generate_until(
        &mut self,
        request: &GenerateRequest,
        draws: &[Draws<'_>],
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
    ) -> Result<Vec<Generation>, LlmError> {
        // Alternatives of tokens are not kept.
        if request.logprobs > 0 {
            return self.model.generate_until(request, draws, cancel, emit, enough);
        }
        let all = draws.iter().flat_map(|Draws { prompt, samplings }| samplings.iter().map(move |sampling| (*prompt, sampling)));
        let wanted = all
            .map(|(prompt, sampling)| Ok(Wanted { prompt, sampling, key: self.key(request, prompt, sampling)? }))
            .collect::<Result<Vec<Wanted<'_>>, LlmError>>()?;
        let (mut all, said) = self.tell_kept(&wanted, emit, enough);
        if said == Enough::No && all.len() < wanted.len() {
            let missing = (0..wanted.len()).filter(|index| !all.contains_key(index)).collect();
            all.extend(self.write(request, &wanted, missing, cancel, emit, enough)?);
        }
        Ok(all.into_values().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::{Purpose, Repetition, Scripted, Shared};

    fn request(question: &str) -> GenerateRequest {
        GenerateRequest {
            prompt: Prompt::Text(question.into()),
            shared: Shared::Nothing,
            max_tokens: 9,
            stop: Vec::new(),
            sampling: Sampling::default(),
            logprobs: 0,
            likely: Default::default(),
            constraint: None,
            purpose: Purpose::Answer,
            repetition: Repetition::Cut,
        }
    }

    fn drawn(seeds: &[u64]) -> Vec<Sampling> {
        seeds.iter().map(|&seed| Sampling { temperature: 0.7, seed, ..Sampling::default() }).collect()
    }

    /// What is written for draws by `seeds`, where the model behind the file says `answers`; until `most` ended.
    #[track_caller]
    fn check(path: &Path, answers: &[&str], question: &str, seeds: &[u64], most: usize, expected: Result<&[&str], ()>) {
        let mut model = Recorded::open(Box::new(Scripted::new(answers.to_vec())), "", path).unwrap();
        let request = request(question);
        let samplings = drawn(seeds);
        let mut ended = 0;
        let mut enough = |_: &Ended<'_>| {
            ended += 1;
            if ended >= most { Enough::Yes } else { Enough::No }
        };
        let draws = [Draws { prompt: &request.prompt, samplings: &samplings }];
        let written = model.generate_until(&request, &draws, &Cancel::new(), &mut |_| (), &mut enough);
        let texts = written.map(|all| all.into_iter().map(|generation| generation.text).collect::<Vec<_>>());
        assert_eq!(
            texts.as_deref().map_err(|_| ()),
            expected.map(|all| all.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).as_deref().map_err(|_| ())
        );
    }

    #[test]
    fn what_was_written_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drafts.jsonl");
        check(&path, &["a", "b"], "q", &[1, 2], 9, Ok(&["a", "b"]));
        check(&path, &[], "q", &[1, 2], 9, Ok(&["a", "b"]));
        check(&path, &[], "q", &[2], 9, Ok(&["b"]));
        // Another seed or question is another text; the model writes those alone.
        check(&path, &["c"], "q", &[1, 3, 2], 9, Ok(&["a", "c", "b"]));
        check(&path, &[], "p", &[1], 9, Err(()));
        // What is enough ends it, before the model is asked.
        check(&path, &[], "q", &[9, 1, 2], 2, Ok(&["a", "b"]));
    }

    #[test]
    fn a_half_written_line_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drafts.jsonl");
        check(&path, &["a", "b"], "q", &[1, 2], 9, Ok(&["a", "b"]));
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        check(&path, &["c"], "q", &[1, 2], 9, Ok(&["a", "c"]));
        check(&path, &[], "q", &[1, 2], 9, Ok(&["a", "c"]));
    }

    #[test]
    fn one_draft_is_kept_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drafts.jsonl");
        let ask = |answers: &[&str]| {
            let mut model = Recorded::open(Box::new(Scripted::new(answers.to_vec())), "", &path).unwrap();
            let mut shown = String::new();
            let mut emit = |event| {
                if let GenerateEvent::Text(text) = event {
                    shown.push_str(&text);
                }
            };
            let generation = model.generate(&request("q"), &Cancel::new(), &mut emit).unwrap();
            (generation.text, generation.mean_logprob, shown)
        };
        let first = ask(&["SELECT 1"]);
        assert_eq!(first.2, "SELECT 1");
        assert_eq!(ask(&[]), first);
    }
}
