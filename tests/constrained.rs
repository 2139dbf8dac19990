//! Writing under a constraint, on the tiny fixture: what is barred never comes, drafts and company change nothing, what is taken back
//! was never shown.

use std::sync::Arc;

use sqllama::llm::{
    Barred, ByteAutomaton, Constrain, Constraint, DeviceChoice, FinishReason, Generate, GenerateEvent, GenerateRequest, KvType,
    LoadOptions, LocalModel, Prompt, Purpose, Repetition, Sampling, Shared,
};
use sqllama::signal::Cancel;

use crate::tiny::{self, QWEN2, many};

/// Admits one line over and over.
#[derive(Debug, Clone)]
struct Chant(usize);

/// No two of its bytes are one token.
const LINE: &[u8] = b"q^x~j|z@Q{J}";

impl ByteAutomaton for Chant {
    fn give_up(&mut self) {}

    fn take(&mut self, bytes: &[u8]) -> Result<(), Barred> {
        let fits = bytes.iter().enumerate().all(|(at, byte)| *byte == LINE[(self.0 + at) % LINE.len()]);
        if !fits {
            return Err(Barred::Here);
        }
        self.0 += bytes.len();
        Ok(())
    }

    fn may_end(&self) -> Result<(), Barred> {
        Err(Barred::Here)
    }

    fn forced(&self) -> Vec<u8> {
        Vec::new()
    }

    fn unsettled(&self) -> usize {
        0
    }

    fn endings(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn fork(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.clone())
    }
}

impl Constrain for Chant {
    fn start(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.clone())
    }

    fn key(&self) -> String {
        "chant".into()
    }
}

/// Admits ASCII letters and blanks. A word that begins with `bet` is let through up to its end and then taken back; once nothing uncertain
/// is taken any more, `b` is barred. Behind `f` the rest of `forced` must come.
#[derive(Debug, Clone)]
struct Letters {
    text: Vec<u8>,
    bet: Option<u8>,
    word: Option<&'static str>,
    certain: bool,
}

impl Letters {
    fn last_word(&self) -> &[u8] {
        self.text.rsplit(|b| *b == b' ').next().unwrap_or(&[])
    }

    fn one(&mut self, byte: u8) -> Result<(), Barred> {
        let forced = self.forced();
        if forced.first().is_some_and(|first| *first != byte) || !(byte.is_ascii_lowercase() || byte == b' ') {
            return Err(Barred::Here);
        }
        let word = self.last_word();
        if self.certain && word.is_empty() && self.bet == Some(byte) {
            return Err(Barred::Here);
        }
        if byte == b' ' && self.bet.is_some() && word.first().copied() == self.bet {
            return Err(Barred::Since { back: word.len(), again: Box::new(Self { text: Vec::new(), certain: true, ..self.clone() }) });
        }
        self.text.push(byte);
        Ok(())
    }
}

impl ByteAutomaton for Letters {
    fn give_up(&mut self) {}

    fn take(&mut self, bytes: &[u8]) -> Result<(), Barred> {
        let mut next = self.clone();
        for &byte in bytes {
            next.one(byte).map_err(|barred| match barred {
                // What this very call added was never written.
                Barred::Since { back, again } if back > next.text.len() - self.text.len() => {
                    Barred::Since { back: back - (next.text.len() - self.text.len()), again }
                }
                Barred::Since { .. } | Barred::Here => Barred::Here,
            })?;
        }
        *self = next;
        Ok(())
    }

    fn may_end(&self) -> Result<(), Barred> {
        if self.text.len() > 4 { Ok(()) } else { Err(Barred::Here) }
    }

    fn forced(&self) -> Vec<u8> {
        let word = self.last_word();
        match self.word {
            Some(forced) if !word.is_empty() => forced.as_bytes().strip_prefix(word).unwrap_or(&[]).to_vec(),
            _ => Vec::new(),
        }
    }

    fn unsettled(&self) -> usize {
        let word = self.last_word();
        if !self.certain && self.bet.is_some() && word.first().copied() == self.bet { word.len() } else { 0 }
    }

    fn endings(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn fork(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.clone())
    }
}

impl Constrain for Letters {
    fn start(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.clone())
    }

    fn key(&self) -> String {
        format!("{self:?}")
    }
}

fn letters(bet: Option<u8>, word: Option<&'static str>) -> Constraint {
    Constraint(Arc::new(Letters { text: Vec::new(), bet, word, certain: false }))
}

fn open(drafting: bool) -> LocalModel {
    let options = LoadOptions {
        name: "tiny".into(),
        known_as: Vec::new(),
        sha256: None,
        context_length: 512,
        saved_sessions: None,
        drafting,
        kv_type: Some(KvType::F16),
        device: DeviceChoice::Cpu,
        gpu_layers: None,
    };
    LocalModel::open(&tiny::fixture(&QWEN2), &options).unwrap()
}

fn request(constraint: Option<Constraint>) -> GenerateRequest {
    GenerateRequest {
        prompt: Prompt::Text("CREATE TABLE singers (id INTEGER, name TEXT); SELECT".into()),
        shared: Shared::Nothing,
        max_tokens: 24,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
        likely: Arc::default(),
        constraint,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    }
}

fn samplings() -> Vec<Sampling> {
    let warm = |seed| Sampling { temperature: 0.9, seed, ..Sampling::default() };
    vec![Sampling::default(), warm(1), warm(2)]
}

#[test]
fn a_text_that_goes_in_circles_is_cut_where_that_is_asked_for() {
    let write = |repetition| {
        let request = GenerateRequest { max_tokens: 240, repetition, ..request(Some(Constraint(Arc::new(Chant(0))))) };
        open(true).generate(&request, &Cancel::new(), &mut |_| ()).unwrap()
    };
    let (kept, cut) = (write(Repetition::Kept), write(Repetition::Cut));
    assert_eq!((kept.finish_reason, kept.tokens.len()), (FinishReason::Length, 240));
    assert_eq!(cut.finish_reason, FinishReason::Repeated);
    assert!(cut.tokens.len() < 160 && kept.tokens.starts_with(&cut.tokens), "{} tokens", cut.tokens.len());
    assert_eq!(cut.text, String::from_utf8_lossy(&LINE.repeat(2)), "the first round and the second");
}

#[test]
fn what_is_barred_never_comes() {
    let mut model = open(true);
    let free = model.generate(&request(None), &Cancel::new(), &mut |_| ()).unwrap();
    assert!(!free.text.bytes().all(|b| b.is_ascii_lowercase() || b == b' '), "the model would write other things: {:?}", free.text);
    let held = many(&mut model, &request(Some(letters(None, None))), &samplings());
    for generation in held {
        assert!(generation.text.len() > 4, "{:?}", generation.text);
        assert!(generation.text.bytes().all(|b| b.is_ascii_lowercase() || b == b' '), "{:?}", generation.text);
    }
}

#[test]
fn drafts_and_company_change_nothing() {
    for constraint in [letters(None, None), letters(Some(b'a'), None), letters(None, Some("forced")), letters(Some(b'o'), Some("ab"))] {
        let request = request(Some(constraint));
        let together = many(&mut open(true), &request, &samplings());
        for (sampling, together) in samplings().into_iter().zip(together) {
            for drafting in [false, true] {
                let alone = GenerateRequest { sampling: sampling.clone(), ..request.clone() };
                let alone = open(drafting).generate(&alone, &Cancel::new(), &mut |_| ()).unwrap();
                assert_eq!((&alone.text, &alone.tokens), (&together.text, &together.tokens), "{sampling:?}");
                assert_eq!(alone.mean_logprob, together.mean_logprob);
            }
        }
    }
}

#[test]
fn what_is_taken_back_was_never_shown() {
    let mut taken_back = 0;
    // Enough draws that some have a blank, which is where a bet is lost.
    for seed in 0..40 {
        taken_back += lost_bets(&Sampling { temperature: 1.2, seed, ..Sampling::default() });
    }
    assert!(taken_back > 0);
}

/// How many answers differ where every letter that a word of the free answer begins with becomes a bet that is lost.
fn lost_bets(sampling: &Sampling) -> usize {
    let request = |constraint| GenerateRequest { sampling: sampling.clone(), ..request(Some(constraint)) };
    let free = open(true).generate(&request(letters(None, None)), &Cancel::new(), &mut |_| ()).unwrap();
    let mut taken_back = 0;
    for bet in free.text.split(' ').filter_map(|word| word.bytes().next()) {
        let mut shown = String::new();
        let mut emit = |event| {
            if let GenerateEvent::Text(text) = event {
                shown.push_str(&text);
            }
        };
        let out = open(true).generate(&request(letters(Some(bet), None)), &Cancel::new(), &mut emit).unwrap();
        assert_eq!(shown, out.text);
        let lost = out.text.split(' ').rev().skip(1).any(|word| word.bytes().next() == Some(bet));
        assert!(!lost, "{:?} holds a word with {:?}", out.text, char::from(bet));
        assert!(out.tokens.len() <= 24);
        taken_back += usize::from(out.text != free.text);
    }
    taken_back
}

#[test]
fn what_is_forced_costs_no_step() {
    let out = open(true).generate(&request(Some(letters(None, Some("abcdefghij")))), &Cancel::new(), &mut |_| ()).unwrap();
    for word in out.text.split(' ').filter(|word| word.starts_with('a')) {
        assert!("abcdefghij".starts_with(word) || word == "abcdefghij", "{:?}", out.text);
    }
    assert!(out.timings.forced_tokens <= out.tokens.len());
}

#[test]
fn a_constraint_that_bars_everything_is_given_up() {
    #[derive(Debug, Clone)]
    struct Nothing;
    impl ByteAutomaton for Nothing {
        fn give_up(&mut self) {}

        fn take(&mut self, _: &[u8]) -> Result<(), Barred> {
            Err(Barred::Here)
        }
        fn may_end(&self) -> Result<(), Barred> {
            Err(Barred::Here)
        }
        fn forced(&self) -> Vec<u8> {
            Vec::new()
        }
        fn unsettled(&self) -> usize {
            0
        }
        fn endings(&self) -> Vec<Vec<u8>> {
            Vec::new()
        }
        fn fork(&self) -> Box<dyn ByteAutomaton> {
            Box::new(self.clone())
        }
    }
    impl Constrain for Nothing {
        fn start(&self) -> Box<dyn ByteAutomaton> {
            Box::new(self.clone())
        }

        fn key(&self) -> String {
            "nothing".into()
        }
    }
    let free = open(true).generate(&request(None), &Cancel::new(), &mut |_| ()).unwrap();
    let barred = open(true).generate(&request(Some(Constraint(Arc::new(Nothing)))), &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!((barred.text, barred.tokens), (free.text, free.tokens));
}
