//! A model on this machine, end to end, on the tiny fixture: prompts in, text out, sessions kept from run to run.

use std::path::Path;
use std::sync::Arc;

use sqllama::llm::{
    DeviceChoice, Draws, Ended, Enough, Generate, GenerateRequest, Generation, KvType, LoadOptions, LocalModel, Message, Prompt, Purpose,
    Repetition, Role, Sampling, Shared,
};
use sqllama::signal::Cancel;
use sqllama::store::SavedSessions;

use crate::tiny::{self, QWEN2, many};

fn open(folder: Option<&Path>) -> LocalModel {
    open_with(folder, true)
}

fn open_with(folder: Option<&Path>, drafting: bool) -> LocalModel {
    let options = LoadOptions {
        name: "tiny".into(),
        known_as: Vec::new(),
        sha256: None,
        context_length: 512,
        saved_sessions: folder.map(|folder| SavedSessions::new(folder.into(), 1 << 30)),
        drafting,
        kv_type: Some(KvType::F16),
        device: DeviceChoice::Cpu,
        gpu_layers: None,
    };
    LocalModel::open(&tiny::fixture(&QWEN2), &options).unwrap()
}

fn request(question: &str) -> GenerateRequest {
    let message = |role, content: &str| Message { role, content: content.into() };
    GenerateRequest {
        prompt: Prompt::Chat(vec![
            message(Role::System, "CREATE TABLE singers (id INTEGER, name TEXT); CREATE TABLE songs (id INTEGER, title TEXT);"),
            message(Role::User, question),
        ]),
        shared: Shared::Messages(1),
        max_tokens: 24,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
        likely: Arc::default(),
        constraint: None,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    }
}

fn generate(model: &mut LocalModel, question: &str) -> Generation {
    model.generate(&request(question), &Cancel::new(), &mut |_| ()).unwrap()
}

#[test]
fn the_shared_beginning_is_read_once_and_kept_from_run_to_run() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = generate(&mut open(None), "How many songs?");
    assert!(fresh.timings.cached_tokens == 0 && fresh.tokens.len() > 10);

    let mut first = open(Some(folder.path()));
    assert_eq!(generate(&mut first, "Which singers?").timings.cached_tokens, 0);
    let second = generate(&mut first, "How many songs?");
    assert!(second.timings.cached_tokens > 90, "{:?}", second.timings);
    assert_eq!((second.tokens, second.text), (fresh.tokens.clone(), fresh.text.clone()));

    let next_run = generate(&mut open(Some(folder.path())), "How many songs?");
    assert!(next_run.timings.cached_tokens > 90, "{:?}", next_run.timings);
    assert_eq!(next_run.tokens, fresh.tokens);
}

#[test]
fn what_was_written_is_enough_when_the_caller_says_so() {
    let request = request("How many songs?");
    let samplings: Vec<Sampling> = (0..4).map(|seed| Sampling { temperature: 1.0, seed, ..Sampling::default() }).collect();
    let draws = [Draws { prompt: &request.prompt, samplings: &samplings }];
    let all = open(None).generate_many(&request, &draws, &Cancel::new(), &mut |_| ()).unwrap();
    let mut seen = Vec::new();
    let some = open(None).generate_until(&request, &draws, &Cancel::new(), &mut |_| (), &mut |ended: &Ended<'_>| {
        seen.push((ended.index, ended.text.to_owned()));
        Enough::Yes
    });
    let some = some.unwrap();
    assert_eq!((some.len(), seen.len()), (4, 1));
    let (index, text) = &seen[0];
    assert_eq!((&some[*index].text, some[*index].finish_reason), (&all[*index].text, all[*index].finish_reason));
    assert_eq!(text, &all[*index].text);
    for (one, whole) in some.iter().zip(&all) {
        assert!(whole.tokens.starts_with(&one.tokens), "{one:?}");
    }
}

#[test]
fn what_was_read_while_it_was_typed_is_not_read_again_and_changes_nothing() {
    use sqllama::ask::{Ahead, AskRequest, Candidates, Execution, ask, read_ahead};
    use sqllama::db::Database;
    use sqllama::prompt::Form;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("songs.sqlite");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE songs (id INTEGER PRIMARY KEY, title TEXT)").unwrap();
    let database = Database::open(&path).unwrap();
    let schema = database.schema(&Cancel::new()).unwrap();
    let request = |question: &str| AskRequest {
        candidates: Candidates::Exactly(1),
        execution: Execution::Never,
        repairs: 0,
        ..AskRequest::new(question, Form::Chat)
    };
    let answer_after = |ahead: Ahead, typed: &[&str]| {
        let mut model = open(None);
        let cancel = Cancel::new();
        typed.iter().for_each(|typed| read_ahead(&schema, &mut model, &request(typed), ahead, &cancel).unwrap());
        let answer = ask(&database, &schema, &mut model, &request("How many songs are there?"), &cancel, &mut |_| ()).unwrap();
        let timings = &answer.timings.generate;
        let drafted = timings.accepted_tokens;
        (
            (answer.first_draft.clone(), timings.generated_tokens, answer.mean_logprob),
            timings.prompt_tokens - timings.cached_tokens,
            drafted,
        )
    };
    let answer = |typed: &[&str]| answer_after(Ahead::Read, typed);
    let (alone, all, drafted) = answer(&[]);
    assert!(alone.1 > 0);
    let typed = answer(&["How many", "How many songs are there?"]);
    assert_eq!(typed.0, alone);
    assert!(typed.1 * 3 < all, "{} of {all} tokens were still to be read", typed.1);
    let changed = answer(&["Which songs are", "How man"]);
    assert_eq!(changed.0, alone);
    assert!(changed.1 < all);

    let rehearsed = answer_after(Ahead::Rehearse, &["How many songs are", "How many songs are there"]);
    assert_eq!(rehearsed.0, alone);
    assert!(rehearsed.2 > drafted, "{} tokens came from rehearsals, {drafted} without", rehearsed.2);
    let complete = answer_after(Ahead::Rehearse, &["How many songs", "How many songs are there?"]);
    assert_eq!(complete, (alone.clone(), 0, 0), "it was there already");
    assert_eq!(answer_after(Ahead::Rehearse, &["Delete all of it", "How"]).0, alone);
}

#[test]
fn a_rehearsal_that_is_stopped_is_drafted_from() {
    let request = request("How many songs?");
    let mut fresh = open(None);
    let alone = fresh.generate(&request, &Cancel::new(), &mut |_| ()).unwrap();
    let mut model = open(None);
    let cancel = Cancel::new();
    let rehearsal = GenerateRequest { purpose: Purpose::Rehearsal, ..request.clone() };
    let mut texts = 0;
    let stopped = model.generate(&rehearsal, &cancel, &mut |event| {
        texts += usize::from(matches!(event, sqllama::llm::GenerateEvent::Text(_)));
        if texts > 5 {
            cancel.cancel();
        }
    });
    assert!(matches!(stopped, Err(sqllama::llm::LlmError::Stopped(_))), "{stopped:?}");
    let after = model.generate(&request, &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!((&after.tokens, after.mean_logprob), (&alone.tokens, alone.mean_logprob));
    let accepted = (after.timings.accepted_tokens, alone.timings.accepted_tokens);
    assert!(accepted.0 > accepted.1, "{accepted:?}");
}

#[test]
fn a_broken_saved_session_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = generate(&mut open(Some(folder.path())), "How many songs?");
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let again = generate(&mut open(Some(folder.path())), "How many songs?");
    assert_eq!((again.timings.cached_tokens, &again.tokens), (0, &fresh.tokens));
    let third = generate(&mut open(Some(folder.path())), "How many songs?");
    assert!(third.timings.cached_tokens > 90 && third.tokens == fresh.tokens);
}

#[test]
fn sampling_is_seeded_and_greedy_is_not_random() {
    let mut model = open(None);
    let mut sampled = |seed, temperature| {
        let sampling = Sampling { temperature, seed, ..Sampling::default() };
        model.generate(&GenerateRequest { sampling, ..request("Which?") }, &Cancel::new(), &mut |_| ()).unwrap().tokens
    };
    assert_eq!(sampled(1, 0.9), sampled(1, 0.9));
    assert_ne!(sampled(1, 0.9), sampled(2, 0.9));
    assert_eq!(sampled(1, 0.0), sampled(2, 0.0));
}

#[test]
fn drafting_changes_no_token_and_no_probability() {
    for (seed, temperature) in [(0, 0.0), (1, 0.3), (2, 0.7)] {
        let sampling = Sampling { temperature, seed, ..Sampling::default() };
        let answers = [false, true].map(|drafting| {
            let mut model = open_with(None, drafting);
            let mut answer = |likely: Vec<String>| {
                let request = GenerateRequest {
                    sampling: sampling.clone(),
                    logprobs: 3,
                    likely: likely.into(),
                    max_tokens: 100,
                    ..request("id id id id TABLE singers (id")
                };
                let out = model.generate(&request, &Cancel::new(), &mut |_| ()).unwrap();
                (out.tokens, out.text, out.logprobs, out.finish_reason, out.mean_logprob, out.timings)
            };
            // Twice with the same question: what the first left behind in the session must not matter, and its answer is drafted from. Then
            // with texts to draft from: the answer itself, and nonsense.
            let first = answer(vec![]);
            let again = answer(vec![]);
            let after_texts = answer(vec![first.1.clone(), "id TABLE id singers".into()]);
            [first, again, after_texts]
        });
        let [plain, drafted] = &answers;
        for (a, b) in plain.iter().zip(drafted) {
            assert_eq!((&a.0, &a.1, &a.2, &a.3, &a.4), (&b.0, &b.1, &b.2, &b.3, &b.4));
            assert_eq!(a.5.drafted_tokens, 0);
            assert!(b.5.accepted_tokens <= b.5.drafted_tokens);
        }
        if temperature == 0.0 {
            let accepted: Vec<usize> = drafted.iter().map(|answer| answer.5.accepted_tokens).collect();
            assert!(accepted[1] > accepted[0] && accepted[2] > accepted[0], "{accepted:?}");
        }
    }
}

/// Continuations written together are those written one by one, to the last bit of their probabilities.
#[test]
fn many_are_what_each_would_be_alone() {
    let samplings: Vec<Sampling> =
        (0..8).map(|i| Sampling { temperature: if i == 0 { 0.0 } else { 0.7 }, top_p: Some(0.95), seed: i / 2, top_k: None }).collect();
    let request = GenerateRequest { max_tokens: 40, stop: vec![" id".into()], logprobs: 2, ..request("id id TABLE singers (id") };
    let strip = |g: Generation| (g.tokens, g.text, g.finish_reason, g.logprobs, g.mean_logprob);
    let mut emitted = String::new();
    let mut model = open(None);
    let together = model
        .generate_many(&request, &[Draws { prompt: &request.prompt, samplings: &samplings }], &Cancel::new(), &mut |event| {
            if let sqllama::llm::GenerateEvent::Text(text) = event {
                emitted.push_str(&text);
            }
        })
        .unwrap();
    assert_eq!(emitted, together[0].text);
    // Seeds 1 and 1 (places 2 and 3) draw alike.
    assert_eq!(together[2].tokens, together[3].tokens);
    assert!(together.iter().any(|g| g.tokens != together[0].tokens));
    for (sampling, many) in samplings.iter().zip(together) {
        let alone = GenerateRequest { sampling: sampling.clone(), ..request.clone() };
        let alone = open_with(None, false).generate(&alone, &Cancel::new(), &mut |_| ()).unwrap();
        assert_eq!(strip(many), strip(alone));
    }
    // In whatever company: two prompts, of which the second begins as the first.
    let longer = Prompt::Text("id id TABLE singers (id INTEGER, name".into());
    let draws = [Draws { prompt: &request.prompt, samplings: &samplings[..3] }, Draws { prompt: &longer, samplings: &samplings[..2] }];
    let both = model.generate_many(&request, &draws, &Cancel::new(), &mut |_| ()).unwrap();
    let apart = many(&mut open(None), &request, &samplings[..3]).into_iter();
    let apart = apart.chain(many(&mut open(None), &GenerateRequest { prompt: longer.clone(), ..request.clone() }, &samplings[..2]));
    assert_eq!(both.iter().map(|g| g.prompt_tokens.len()).collect::<std::collections::BTreeSet<_>>().len(), 2);
    assert_eq!(both.into_iter().map(strip).collect::<Vec<_>>(), apart.map(strip).collect::<Vec<_>>());
    // What is left behind in the session does not matter.
    let again = many(&mut model, &request, &samplings[..1]).remove(0);
    let fresh = many(&mut open(None), &request, &samplings[..1]).remove(0);
    assert_eq!(strip(again), strip(fresh));
}
