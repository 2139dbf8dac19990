//! How likely an answer is right, reckoned from what is seen of it: a logistic regression, whose weights are fitted to drafts that `eval`
//! judged by their rows ([`super::weights`]).

use super::candidate::Candidate;
use super::coverage::quoted;
use super::evidence::TIE;
use super::signals::{Signal, Signals};
use super::weights::{ALONE, COMPARED, Weights};
use crate::sql::SuspicionKind;

/// Log odds by which the fit's questions are answered better than others: mends were made on them. Of 66 held-back questions over real files
/// and 32 of `held-out-300`, what the fit alone put above 80% was right in 67% (0.5B), 76% (1.5B) and 83% (0.5B).
const UNSEEN: f32 = -0.5;
/// From this belief on (80% of the fit), a first draft stands without others to compare it with: of 443 questions 79.5% came out right so with 40% of them
/// compared, 78.3% with 35%, 79.7% with all.
const STANDS: f64 = 0.7;
/// Nobody is surer than this, nor less sure.
const BOUNDS: (f64, f64) = (0.02, 0.98);
/// What speaks against a draft and was seen too seldom in the fit to be measured counts as much, in log odds.
const UNMEASURED: f32 = -1.0;
/// What is beside the point whatever else speaks for it is believed no more than this.
const NONSENSE: f64 = 0.45;
/// What takes less than this off the log odds is not named.
const NAMED: f32 = -0.25;

/// How much an answer is believed, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Belief {
    /// 0 to 1; `None` for unknown.
    pub(super) confidence: Option<f64>,
    /// In words.
    pub(super) reason: String,
}

impl Belief {
    /// Whether a first draft that is believed so is compared with none.
    pub(super) fn stands(&self) -> bool {
        self.confidence.is_some_and(|confidence| confidence >= STANDS)
    }
}

/// Belief in a first draft by itself.
pub(super) fn of_first(first: &Candidate) -> Belief {
    if first.table().is_none() {
        let reason = if first.statement().is_some() { "the first draft is slow" } else { "the first draft does not run" };
        return Belief { confidence: None, reason: reason.into() };
    }
    let silent = if first.tied {
        format!("nothing speaks against the first draft, but {TIE}")
    } else {
        "nothing speaks against the first draft".into()
    };
    let belief = Belief { confidence: Some(believed(&ALONE, &first.signals)), reason: silent };
    // What is in doubt for its kind alone says of what kind it is.
    let kind = || if belief.stands() { None } else { strongest(&ALONE, &first.signals, 0.0).into_iter().find_map(kind) };
    match reason(&ALONE, &first.signals, first).or_else(kind) {
        Some(reason) => Belief { reason: reason.replace("{it}", "the first draft"), ..belief },
        None => belief,
    }
}

/// Belief in `shown`, which returns the same as others, `agreeing` of `drawn` with itself; `signals` are theirs.
pub(super) fn of_compared(signals: &Signals, shown: &Candidate, agreeing: usize, drawn: usize) -> Belief {
    let mut said = format!("{agreeing} of {drawn} drafts return the same");
    if let Some(reason) = reason(&COMPARED, signals, shown) {
        said.push_str(", but ");
        said.push_str(&reason.replace("{it}", "it"));
    } else if shown.tied {
        said.push_str(", but ");
        said.push_str(TIE);
    }
    Belief { confidence: Some(believed(&COMPARED, signals)), reason: said }
}

/// Belief in SQL that the model mended after an error.
pub(super) fn after_repair() -> Belief {
    Belief { confidence: Some(0.15), reason: "no draft ran; the model mended one after SQLite's message".into() }
}

/// Belief in SQL that was prepared and did not run.
pub(super) fn not_compared() -> Belief {
    Belief { confidence: None, reason: "unknown: drafts were not compared".into() }
}

fn believed(weights: &Weights, signals: &Signals) -> f64 {
    let measured = weights.signals.iter().map(|(signal, weight, mean)| weight * value(signals, *signal, *mean));
    let unmeasured = |signal: &Signal| {
        matches!(signal, Signal::Suspicion(_) | Signal::Unused) && !weights.signals.iter().any(|(other, ..)| other == signal)
    };
    let others = signals.iter().filter(|(signal, _)| unmeasured(signal)).map(|(_, value)| UNMEASURED * value);
    let odds = f64::from(weights.constant + UNSEEN + measured.chain(others).sum::<f32>());
    let belief = (1.0 / (1.0 + (-odds).exp())).clamp(BOUNDS.0, BOUNDS.1);
    // Nothing at all is no answer: the average of no rows.
    let nonsense = signals.iter().any(|(signal, _)| match signal {
        Signal::Suspicion(kind) => is_nonsense(kind),
        other => other == Signal::Nothing,
    });
    if nonsense { belief.min(NONSENSE) } else { belief }
}

/// What `signal` has; where the model says nothing about likelihood, what drafts usually have.
fn value(signals: &Signals, signal: Signal, mean: f32) -> f32 {
    match signal {
        Signal::Unlikely | Signal::UnlikelyRoot | Signal::UnlikelyToken | Signal::UnlikelyGroup if !signals.has(Signal::Unlikely) => mean,
        _ => signals.get(signal),
    }
}

/// What takes most off the belief, in words; `{it}` stands for the draft. What speaks against the draft's form always has its say.
fn reason(weights: &Weights, signals: &Signals, draft: &Candidate) -> Option<String> {
    strongest(weights, signals, NAMED).into_iter().find_map(|signal| sentence(signal, draft)).or_else(|| draft.against())
}

/// The signals that take at least so much off the belief (`least`, below 0), what takes most first.
fn strongest(weights: &Weights, signals: &Signals, least: f32) -> Vec<Signal> {
    let against = weights.signals.iter().map(|(signal, weight, mean)| (*signal, weight * (value(signals, *signal, *mean) - mean)));
    let mut against: Vec<(Signal, f32)> = against.filter(|(_, less)| *less < least).collect();
    against.sort_by(|a, b| a.1.total_cmp(&b.1));
    against.into_iter().map(|(signal, _)| signal).collect()
}

/// What kind of draft it is, where that is in its disfavour.
fn kind(signal: Signal) -> Option<String> {
    let kind = match signal {
        Signal::RepeatedRows => "rows of {it} repeat each other",
        Signal::MoreTables => "{it} goes over several tables",
        Signal::Nested => "{it} has queries inside others",
        Signal::Words => "the question is long",
        Signal::OneValue => "{it} returns a single value, of which nothing else tells whether it is right",
        Signal::MoreColumns | Signal::Aggregates | Signal::Ordered | Signal::Tables => "drafts like {it} are often wrong",
        _ => return None,
    };
    Some(kind.into())
}

fn sentence(signal: Signal, draft: &Candidate) -> Option<String> {
    match signal {
        Signal::Unlikely | Signal::UnlikelyRoot | Signal::UnlikelyToken | Signal::UnlikelyGroup => {
            Some("the model is unsure of {it}".into())
        }
        Signal::Mended | Signal::MendedShare => draft.is_mended().then(|| "{it} had to be mended".into()),
        Signal::Suspicion(kind) => draft.suspicions.iter().find(|suspicion| suspicion.kind == kind).map(|found| found.sentence.clone()),
        Signal::Suspicious | Signal::MoreSuspicious | Signal::SuspiciousShare | Signal::Unused => draft.against(),
        Signal::Uncovered | Signal::Unknown => {
            let said = draft.coverage.as_ref().map(|coverage| quoted(&coverage.unaccounted)).filter(|said| !said.is_empty());
            Some(format!("{{it}} says nothing of {}", said.unwrap_or_else(|| "a part of the question".into())))
        }
        Signal::NoRows | Signal::Nothing => Some("{it} finds nothing".into()),
        Signal::WithoutFirst => Some("the first draft is not among them".into()),
        Signal::Failed => Some("other drafts do not run".into()),
        // How many agree is said before.
        Signal::Disagreeing | Signal::Alone | Signal::Rival | Signal::Results | Signal::DisagreeingAfterExamples => None,
        Signal::OneValue
        | Signal::RepeatedRows
        | Signal::MoreColumns
        | Signal::MoreTables
        | Signal::Nested
        | Signal::Aggregates
        | Signal::Ordered
        | Signal::Plain
        | Signal::Words
        | Signal::Tables => None,
    }
}

/// Kinds that no right query has: numbers read as dates, sums of documents, conditions that nothing fulfils.
fn is_nonsense(kind: SuspicionKind) -> bool {
    use SuspicionKind::{
        AlwaysFalse, ComparedWithNull, FixedShown, LostOfBefore, NoLength, NullInEveryRow, NumberAgainstText, OpenUnit, OtherUnit,
        OverDocuments, OverNumerators, SingleGroups, TextAgainstNumber, UnaskedSum, Unexplained, UnknownPath, UntouchedTable,
    };
    matches!(
        kind,
        AlwaysFalse
            | ComparedWithNull
            | FixedShown
            | LostOfBefore
            | NoLength
            | NullInEveryRow
            | NumberAgainstText
            | OpenUnit
            | OtherUnit
            | OverDocuments
            | OverNumerators
            | SingleGroups
            | TextAgainstNumber
            | UnaskedSum
            | Unexplained
            | UnknownPath
            | UntouchedTable
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::mend::Fate;
    use crate::db::{Cell, ColumnInfo, Table};
    use crate::sql::{Suspicion, guard};

    /// A draft that returned one number, with something against it.
    fn draft(against: &[SuspicionKind]) -> Candidate {
        let (sql, table) = (
            "SELECT count(*) FROM t",
            Table { columns: vec![ColumnInfo::default()], rows: vec![vec![Cell::Integer(7)]], truncated: false },
        );
        let mut draft = Candidate::unjudged(sql, sql.into(), Vec::new(), Fate::Ran(guard::check(sql).unwrap(), table));
        draft.suspicions = against.iter().map(|&kind| Suspicion { kind, sentence: format!("it has {kind:?}") }).collect();
        draft.signals.mark(Signal::Suspicious, !against.is_empty());
        for kind in against {
            draft.signals.set(Signal::Suspicion(*kind), 1.0);
        }
        draft
    }

    fn with(mut draft: Candidate, mean_logprob: f32, least_logprob: f32) -> Candidate {
        draft.signals = draft.signals.with_likelihood(mean_logprob, least_logprob);
        draft
    }

    fn confidence(belief: &Belief) -> f64 {
        belief.confidence.unwrap()
    }

    #[test]
    fn what_a_model_is_unsure_of_is_believed_less_and_said() {
        let (sure, unsure) = (of_first(&with(draft(&[]), -0.01, -0.05)), of_first(&with(draft(&[]), -0.6, -3.0)));
        assert!(confidence(&sure) > confidence(&unsure), "{sure:?}, {unsure:?}");
        assert_eq!(sure.reason, "nothing speaks against the first draft");
        assert_eq!(unsure.reason, "the model is unsure of the first draft");
        assert!(sure.stands() && !unsure.stands(), "{sure:?}, {unsure:?}");
        // A model that does not say how likely its tokens were is taken for a usual one.
        let silent = of_first(&draft(&[]));
        assert!(confidence(&unsure) < confidence(&silent) && confidence(&silent) < confidence(&sure), "{silent:?}");
    }

    #[test]
    fn what_speaks_against_a_draft_lowers_belief_and_is_always_named() {
        let sure = |against: &[SuspicionKind]| of_first(&with(draft(against), -0.01, -0.05));
        for kind in [SuspicionKind::IdleJoin, SuspicionKind::OddJoin, SuspicionKind::OddShare, SuspicionKind::TiedFirst] {
            let belief = sure(&[kind]);
            assert!(confidence(&belief) < confidence(&sure(&[])), "{belief:?}");
            assert_eq!(belief.reason, format!("it has {kind:?}"));
        }
    }

    #[test]
    fn what_is_in_doubt_for_its_kind_says_of_what_kind_it_is() {
        let mut long = with(draft(&[]), -0.01, -0.05);
        for (signal, value) in [(Signal::MoreTables, 4.0), (Signal::Nested, 3.0), (Signal::Words, 4.0)] {
            long.signals.set(signal, value);
        }
        let belief = of_first(&long);
        assert!(!belief.stands() && belief.reason == "the first draft has queries inside others", "{belief:?}");
    }

    #[test]
    fn a_value_that_is_not_used_is_believed_less() {
        let mut draft = with(draft(&[]), -0.01, -0.05);
        let used = confidence(&of_first(&draft));
        (draft.unused, draft.signals) = (Some("Paris".into()), draft.signals.clone());
        draft.signals.mark(Signal::Unused, true);
        let belief = of_first(&draft);
        assert!(confidence(&belief) < used && belief.reason.contains("Paris"), "{belief:?}");
    }

    #[test]
    fn nonsense_is_never_believed() {
        for kind in [SuspicionKind::NumberAgainstText, SuspicionKind::NullInEveryRow, SuspicionKind::OverDocuments] {
            let draft = with(draft(&[kind]), -0.001, -0.001);
            let beliefs = [of_first(&draft), of_compared(&draft.signals.clone(), &draft, 8, 8)];
            for belief in &beliefs {
                assert!(confidence(belief) <= NONSENSE && belief.reason.contains(&format!("it has {kind:?}")), "{belief:?}");
            }
        }
    }

    #[test]
    fn agreement_raises_belief() {
        let believed = |agreeing: usize| {
            let draft = with(draft(&[]), -0.05, -0.5);
            let mut signals = draft.signals.clone();
            signals.set(Signal::Disagreeing, 1.0 - agreeing as f32 / 8.0);
            signals.set(Signal::DisagreeingAfterExamples, 1.0 - agreeing as f32 / 8.0);
            signals.mark(Signal::Alone, agreeing == 1);
            let belief = of_compared(&signals, &draft, agreeing, 8);
            assert!(belief.reason.starts_with(&format!("{agreeing} of 8 drafts return the same")), "{belief:?}");
            confidence(&belief)
        };
        assert!(believed(8) > believed(5) && believed(5) > believed(2) && believed(2) > believed(1));
    }
}
