"""Fits what the belief in answers is reckoned from: `src/ask/weights.rs`.

    sqllama eval --compare-always --questions Q.json --databases DIR --model M --out M.jsonl     (once a model)
    python fit_belief.py M.jsonl ... --to src/ask/weights.rs

Needs numpy. Two logistic regressions with an L2 penalty: one for a first draft by itself, one for drafts that return the same, beside
the others of their question. Figures printed are of questions about databases that were left out of the fit (ten parts, a database in one
of them whole). Signals that can only speak against an answer and come out in its favour are left out, and the rest fitted again.
"""

import argparse
import hashlib
import json

import numpy as np

# These say what kind of question it is, and may come out either way.
NEUTRAL = {"OneValue", "MoreColumns", "MoreTables", "Nested", "Aggregates", "Ordered", "Words", "Tables", "RepeatedRows"}
FAVOURABLE = {"Plain"}
# Taken back from a single kind of suspicion, which is rare, towards what suspicions are worth in general.
PENALTY = {"Suspicion": 3.0}
PARTS = 10


def penalty(name, base):
    return base * PENALTY.get(name.split("(")[0], 1.0)


def fit(x, y, penalties, rounds=40):
    """Weights by Newton's method; the first column is the constant, and free."""
    weights = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + penalties * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalties) + 1e-9 * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


class Model:
    def __init__(self, rows, base=1.0):
        names = sorted({name for row in rows for name in row["signals"]})
        # What was seen fewer than three times is not known.
        names = [name for name in names if sum(name in row["signals"] for row in rows) >= 3]
        while True:
            self.names = names
            self.weights = fit(self.matrix(rows), np.array([row["ok"] for row in rows], float), self.penalties(base))
            wrong = [n for n, w in zip(names, self.weights[1:]) if self.is_wrong(n, w)]
            if not wrong:
                break
            names = [name for name in names if name not in wrong]
        self.means = self.matrix(rows).mean(axis=0)

    @staticmethod
    def is_wrong(name, weight):
        if name in NEUTRAL:
            return False
        return weight < 0 if name in FAVOURABLE else weight > 0

    def penalties(self, base):
        return np.array([0.0] + [penalty(name, base) for name in self.names])

    def matrix(self, rows):
        return np.array([[1.0] + [row["signals"].get(name, 0.0) for name in self.names] for row in rows])

    def belief(self, rows):
        return 1 / (1 + np.exp(-self.matrix(rows) @ self.weights)) if rows else np.zeros(0)


def part(db_id):
    return int(hashlib.sha256(db_id.encode()).hexdigest(), 16) % PARTS


def held_out(rows, base):
    """Beliefs of models that never saw a row's database."""
    out = np.zeros(len(rows))
    for number in range(PARTS):
        inside = [i for i, row in enumerate(rows) if part(row["db_id"]) == number]
        model = Model([row for row in rows if part(row["db_id"]) != number], base)
        out[inside] = model.belief([rows[i] for i in inside])
    return out


def auc(belief, ok):
    right, wrong = belief[ok], belief[~ok]
    if len(right) == 0 or len(wrong) == 0:
        return float("nan")
    return float(np.mean((right[:, None] > wrong[None, :]) + 0.5 * (right[:, None] == wrong[None, :])))


def describe(title, belief, ok):
    order = np.argsort(belief)
    bins = np.array_split(order, 5)
    error = sum(len(b) * abs(belief[b].mean() - ok[b].mean()) for b in bins) / len(belief)
    sure, right = belief >= 0.9, ok
    loss = -np.mean(np.where(ok, np.log(np.clip(belief, 1e-6, 1)), np.log(np.clip(1 - belief, 1e-6, 1))))
    print(
        f"{title}: n {len(ok)}, right {ok.mean():.3f}, AUC {auc(belief, ok):.3f}, ECE {error:.3f}, log loss {loss:.3f}, "
        f"above 90%: {sure.sum()} of which right {ok[sure].mean() if sure.any() else float('nan'):.3f}, "
        f"right below 50%: {(belief[right] < 0.5).mean():.3f}"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("records", nargs="+")
    parser.add_argument("--to")
    parser.add_argument("--base", type=float, default=1.0)
    args = parser.parse_args()
    records = [dict(json.loads(line), file=path) for path in args.records for line in open(path)]
    # Repaired ones and those where nothing ran are believed by fixed figures.
    records = [r for r in records if r["groups"] and r["groups"][0]["signals"]]
    alone = [{"signals": r["first_signals"], "ok": r["first_ok"], "db_id": r["db_id"], "of": r} for r in records if r["first_ok"] is not None]
    compared = [{"signals": g["signals"], "ok": g["ok"], "db_id": r["db_id"], "of": r} for r in records for g in r["groups"]]

    first = held_out(alone, args.base)
    describe("first drafts", first, np.array([row["ok"] for row in alone]))
    groups = held_out(compared, args.base)
    by_question = {}
    for belief, row in zip(groups, compared):
        by_question.setdefault(id(row["of"]), []).append((belief, row))
    shown = [rows[0] for rows in by_question.values()]
    best = [max(rows, key=lambda pair: pair[0]) for rows in by_question.values()]
    ok = lambda rows: np.array([row["ok"] for _, row in rows])
    beliefs = lambda rows: np.array([belief for belief, _ in rows])
    describe("compared, chosen as now", beliefs(shown), ok(shown))
    describe("compared, the most believed", beliefs(best), ok(best))
    fixed, broken = int((ok(best) & ~ok(shown)).sum()), int((~ok(best) & ok(shown)).sum())
    print(f"chosen by belief: {fixed} fixed, {broken} broken; some draft right: {np.mean([any(r['ok'] for _, r in rows) for rows in by_question.values()]):.3f}")
    stated = np.array([r["confidence"] or 0.0 for r in records])
    describe("what was stated", stated, np.array([r["ok"] for r in records]))
    for path in args.records:
        inside = [i for i, (_, row) in enumerate(best) if row["of"]["file"] == path]
        describe(f"  {path}", beliefs(best)[inside], ok(best)[inside])

    # Where is it worth drawing more? The first draft stands from a belief on.
    first_of = {id(row["of"]): (belief, row["ok"]) for belief, row in zip(first, alone)}
    print("from   right  compared  above90 right  ECE")
    for threshold in [0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.01]:
        belief, right, drawn = [], [], 0
        for key, rows in by_question.items():
            alone_belief, alone_ok = first_of.get(key, (0.0, False))
            if alone_belief >= threshold:
                belief.append(alone_belief), right.append(alone_ok)
            else:
                drawn += 1
                chosen = max(rows, key=lambda pair: pair[0])
                belief.append(chosen[0]), right.append(chosen[1]["ok"])
        belief, right = np.array(belief), np.array(right)
        bins = np.array_split(np.argsort(belief), 5)
        error = sum(len(b) * abs(belief[b].mean() - right[b].mean()) for b in bins) / len(belief)
        sure = belief >= 0.9
        print(f"{threshold:.2f}   {right.mean():.3f}  {drawn / len(by_question):.3f}     {sure.sum()} {right[sure].mean() if sure.any() else 0:.3f}    {error:.3f}  AUC {auc(belief, right):.3f}")

    models = {"ALONE": Model(alone, args.base), "COMPARED": Model(compared, args.base)}
    for name, model in models.items():
        print(name)
        for signal, weight, mean in sorted(zip(model.names, model.weights[1:], model.means[1:]), key=lambda t: t[1]):
            print(f"  {weight:+.3f} (mean {mean:.3f}) {signal}")
    if args.to:
        write(args.to, models, len(records), len(alone), len(compared))


def write(path, models, records, alone, compared):
    lines = [
        "//! How much each signal counts. Written by `tests/scripts/fit_belief.py`; not to be edited.",
        "//!",
        f"//! Fitted to {records} questions ({alone} first drafts, {compared} results of drafts) over databases of Spider's training part that are",
        "//! not in `held-out-300`, and over those of `tests/real_files/develop.json`, by the models of 0.5 and 1.5 billion weights.",
        "",
        '#![allow(clippy::approx_constant, reason = "a weight may come near a famous number")]',
        "",
        "use super::signals::Signal::{self, *};",
        "use crate::sql::SuspicionKind::*;",
        "",
        "/// Weights of a logistic regression.",
        "pub(super) struct Weights {",
        "    /// Where no signal is seen.",
        "    pub(super) constant: f32,",
        "    /// Each signal's weight, and its mean: what it says is its weight times its distance from that.",
        "    pub(super) signals: &'static [(Signal, f32, f32)],",
        "}",
        "",
    ]
    docs = {"ALONE": "A first draft that is compared with no other.", "COMPARED": "Drafts that return the same, beside others."}
    for name, model in models.items():
        lines += [f"/// {docs[name]}", f"pub(super) static {name}: Weights = Weights {{", f"    constant: {model.weights[0]:.4f},", "    signals: &["]
        for signal, weight, mean in sorted(zip(model.names, model.weights[1:], model.means[1:])):
            lines.append(f"        ({signal}, {weight:.4f}, {mean:.4f}),")
        lines += ["    ],", "};", ""]
    open(path, "w").write("\n".join(lines))


if __name__ == "__main__":
    main()
