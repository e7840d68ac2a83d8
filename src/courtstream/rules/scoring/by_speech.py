"""Items judged by what was said: steps of the procedure and its rules."""

from __future__ import annotations

from courtstream.domain.scoring import Evidence, Outcome, RuleFinding, StepFinding
from courtstream.domain.time import Span
from courtstream.rules.scoring.verdict import Case, Verdict, met, question, row, unknown


def steps(case: Case) -> Verdict:
    """Every step of the item that applies, and every rule; each fault costs one deduction."""
    found = [s for s in case.steps if s.code in case.item.steps]
    return _judge(case, [s for s in found if s.outcome is not Outcome.NOT_APPLICABLE])


def rules(case: Case) -> Verdict:
    """Rules only."""
    return _judge(case, [])


def _judge(case: Case, found: list[StepFinding]) -> Verdict:
    """Steps and rules of one item together."""
    checked = [r for r in case.rules if r.code in case.item.rules]
    if not found and not checked:
        name = "procedure" if case.facts.transcript.utterances else "transcript"
        nothing = row(name, case.facts.procedure.value)
        if not case.facts.transcript.utterances and case.item.steps:
            return unknown(case.item.deduction, nothing)
        return Verdict(Outcome.NOT_APPLICABLE, 0.0, (nothing,))
    faults, doubts = _faults(case, found, checked)
    evidence = _evidence(case, found, checked)
    confidence = min([s.confidence for s in found], default=1.0)
    if faults:
        return question((faults + doubts) * case.item.deduction, *evidence, confidence=confidence)
    if doubts:
        return unknown(doubts * case.item.deduction, *evidence, confidence=confidence)
    return met(*evidence, confidence=confidence)


def _faults(case: Case, found: list[StepFinding], checked: list[RuleFinding]) -> tuple[int, int]:
    """How many steps or rules fail clearly, and how many cannot be told."""
    faults = doubts = 0
    for step in found:
        clear = is_clear(case, step)
        faults += step.outcome is Outcome.NOT_FOUND and clear
        doubts += step.outcome is Outcome.UNCLEAR or not clear
    listens = heard_well(case)
    violated = sum(rule.violated for rule in checked)
    return faults + (violated if listens else 0), doubts + (0 if listens else violated)


def is_clear(case: Case, step: StepFinding) -> bool:
    """Whether the finding rests on recognition good enough to say anything."""
    name = "step_confidence" if step.outcome is Outcome.MET else "recognition"
    return step.confidence >= case.standard.limit(name)


def heard_well(case: Case) -> bool:
    """Whether the transcript as a whole may count against anyone."""
    said = case.facts.transcript.utterances
    total = sum(len(u.text) for u in said)
    mean = sum(len(u.text) * u.confidence for u in said) / total if total else 0.0
    return mean >= case.standard.limit("recognition")


def _evidence(
    case: Case, found: list[StepFinding], checked: list[RuleFinding]
) -> tuple[Evidence, ...]:
    """A moment for every step and rule; for a step not found, where it should have been."""
    out = [_step_evidence(case, step) for step in found]
    for rule in checked:
        name = f"rule/{rule.code}"
        if rule.t is None:
            state = "violated" if rule.violated else "kept"
            out.append(Evidence(row=f"{name}={state}", quote=rule.why))
        else:
            out.append(Evidence(Span(rule.t, rule.t), name, rule.why))
    return tuple(out)


def _step_evidence(case: Case, step: StepFinding) -> Evidence:
    name = f"procedure/{case.facts.procedure.value}/{step.code}={step.outcome.value}"
    if step.span is not None:
        return Evidence(step.span, name, step.quote, step.confidence)
    return Evidence(_where_due(case, step), name, step.why, step.confidence)


def _where_due(case: Case, step: StepFinding) -> Span | None:
    """The stretch between the nearest found steps before and after the one not found."""
    codes = [s.code for s in case.steps]
    place = codes.index(step.code)
    before = [s.span.end for s in case.steps[:place] if s.span is not None]
    after = [s.span.start for s in case.steps[place + 1 :] if s.span is not None]
    said = case.facts.transcript.utterances
    if not said:
        return None
    start = max(before, default=said[0].span.start)
    later = [t for t in after if t >= start]
    return Span(start, max(start, min(later, default=said[-1].span.end)))
