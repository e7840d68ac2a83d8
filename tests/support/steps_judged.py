"""Steps and rules found in labelled transcripts, counted the way the judging script counts them.

A step is right within 20 s of one of its starts; `unclear` rows are left out. A rule raised where
it cannot arise is wrong, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from courtstream.domain.scoring import Outcome, RuleFinding, StepFinding
from courtstream.domain.time import to_seconds
from courtstream.rules.procedure.transcripts import findings, parse

NEAR = 20.0


def judged(docs: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Step F1, precision and recall of missing steps and of broken rules, over all `docs`."""
    count: Counter[str] = Counter()
    for doc in docs:
        hearing = parse(doc)
        steps, rules = findings(hearing)
        _steps(count, doc, {step.code: step for step in steps})
        _rules(count, doc, rules)
    right = count["step right"]
    return {
        "step_f1": 2 * right / (2 * right + count["step wrong"] + count["step lost"]),
        **_shares(count, "missing"),
        **_shares(count, "rule"),
    }


def _shares(count: Counter[str], kind: str) -> dict[str, float]:
    right, wrong, lost = (count[f"{kind} {word}"] for word in ("right", "wrong", "lost"))
    return {
        f"{kind}_precision": right / max(1, right + wrong),
        f"{kind}_recall": right / max(1, right + lost),
    }


def _steps(count: Counter[str], doc: dict[str, Any], found: dict[str, StepFinding]) -> None:
    for row in doc["truth"]["steps"]:
        step, status = found[row["code"]], row["status"]
        if status == "unclear":
            continue
        met = step.outcome is Outcome.MET
        right = met and status == "met" and _in_time(step, row, doc)
        count["step right"] += right
        count["step wrong"] += met and not right
        count["step lost"] += status == "met" and not right
        told = step.outcome is Outcome.NOT_FOUND
        count["missing right"] += told and status == "missing"
        count["missing wrong"] += told and status != "missing"
        count["missing lost"] += not told and status == "missing"


def _in_time(step: StepFinding, row: dict[str, Any], doc: dict[str, Any]) -> bool:
    """Within 20 s of a start, or of the beginning of the turn the start lies in."""
    at = to_seconds(step.span.start) if step.span else float("-inf")
    for start in (row["t0"], *row.get("alt_t0", ())):
        turn = next((u for u in doc["utterances"] if u["t0"] <= start + 0.05 <= u["t1"] + 0.1), {})
        if min(start, turn.get("t0", start)) - NEAR <= at <= start + NEAR:
            return True
    return False


def _rules(count: Counter[str], doc: dict[str, Any], found: Iterable[RuleFinding]) -> None:
    broken = {row["code"] for row in doc["truth"]["rules"] if row["violated"]}
    raised = {rule.code for rule in found if rule.violated}
    count["rule right"] += len(broken & raised)
    count["rule wrong"] += len(raised - broken)
    count["rule lost"] += len(broken - raised)
