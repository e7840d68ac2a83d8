"""The scoring engine: facts of a hearing and a standard in, a suggestion with evidence out.

How points come about. Items of the profile that apply and that a machine can judge carry a weight;
together they make 100. An item that is met keeps its weight. A `not_found` item loses the
deduction the standard names, never more than its weight: a suggestion that a person confirms.
An `unclear` item loses nothing in `total`, because what was not recognised never counts against
anyone; `low` shows what it could cost, and `high` what the hearing has if a person dismisses every
finding. Items for people only are listed as unclear with no weight at all. A critical item that
fails (a leak that a person confirmed) is a gate, not an average: it holds the total at the
standard's cap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from courtstream.domain.scoring import (
    Channel,
    Finding,
    HearingFacts,
    Outcome,
    RuleFinding,
    Scorecard,
    StepFinding,
)
from courtstream.rules.procedure import assess
from courtstream.rules.scoring import by_media, by_record, by_speech
from courtstream.rules.scoring.standard import Item, Standard, StandardInvalid, load_standard
from courtstream.rules.scoring.verdict import Case, Verdict

METHODS: Mapping[str, Callable[[Case], Verdict]] = {
    "steps": by_speech.steps,
    "rules": by_speech.rules,
    "notice": by_record.notice,
    "schedule": by_record.schedule,
    "punctual": by_record.punctual,
    "panel": by_record.panel,
    "approval": by_record.approval,
    "upload": by_record.upload,
    "cover": by_record.cover,
    "gaps": by_record.gaps,
    "chain": by_record.chain,
    "human": by_record.human,
    "picture": by_media.picture,
    "sound": by_media.sound,
    "views": by_media.views,
    "clock": by_media.clock,
    "bench": by_media.bench,
    "skew": by_media.skew,
    "stalls": by_media.stalls,
    "leaks": by_media.leaks,
    "spoken": by_media.spoken,
    "guard": by_media.guard,
    "overmask": by_media.overmask,
}


def score_hearing(facts: HearingFacts, standard: Standard | None = None) -> Scorecard:
    """Judge one hearing, by the latest released standard unless another is given.

    Pure: the same facts and standard give the same card. Raises NotFound when the standard
    has no profile for the procedure.
    """
    steps, rules = assess(
        facts.transcript,
        facts.procedure,
        sole_judge=facts.sole_judge,
        public=facts.public,
        participants=facts.participants,
        states=facts.states,
    )
    return score_findings(facts, steps, rules, standard or load_standard())


def score_findings(
    facts: HearingFacts,
    steps: Sequence[StepFinding],
    rules: Sequence[RuleFinding],
    standard: Standard,
) -> Scorecard:
    """Judge a hearing from findings already made (or corrected by a reviewer)."""
    profile = standard.profile_for(facts.procedure)
    judged = [(item, _judge(item, facts, steps, rules, standard)) for item in profile.items]
    scale = _scale(judged)
    findings = tuple(_finding(item, verdict, scale) for item, verdict in judged)
    losses = [(v, _loss(item, v) * scale) for item, v in judged if _counts(item, v)]
    suggested = sum(loss for v, loss in losses if v.outcome is Outcome.NOT_FOUND)
    worst = sum(loss for v, loss in losses)
    full = 100.0 if losses else 0.0
    barred = tuple(f.item for f in findings if f.critical and f.outcome is Outcome.NOT_FOUND)
    ceiling = standard.cap if barred else full
    return Scorecard(
        hearing_id=facts.hearing_id,
        standard=standard.name,
        standard_version=standard.version,
        profile=profile.id,
        findings=findings,
        steps=tuple(steps),
        rules=tuple(rules),
        total=round(min(ceiling, full - suggested), 2),
        low=round(min(ceiling, full - worst), 2),
        high=round(ceiling, 2),
        barred=barred,
        cap=standard.cap,
    )


def _judge(
    item: Item,
    facts: HearingFacts,
    steps: Sequence[StepFinding],
    rules: Sequence[RuleFinding],
    standard: Standard,
) -> Verdict:
    method = METHODS.get(item.method)
    if method is None:
        raise StandardInvalid(f"{standard.version}: item {item.id}: no method {item.method}")
    return method(Case(facts, steps, rules, standard, item))


def _counts(item: Item, verdict: Verdict) -> bool:
    """Whether the item carries points in this hearing."""
    return item.channel is not Channel.HUMAN and verdict.outcome is not Outcome.NOT_APPLICABLE


def _scale(judged: Sequence[tuple[Item, Verdict]]) -> float:
    """What one raw point is worth when all items that count make 100."""
    total = sum(item.weight for item, verdict in judged if _counts(item, verdict))
    return 100.0 / total if total else 0.0


def _loss(item: Item, verdict: Verdict) -> float:
    """The raw deduction, capped at the item's weight."""
    return 0.0 if verdict.outcome is Outcome.MET else min(item.weight, verdict.loss)


def _finding(item: Item, verdict: Verdict, scale: float) -> Finding:
    """One line of the card."""
    weight = item.weight * scale if _counts(item, verdict) else 0.0
    loss = _loss(item, verdict) * scale if weight else 0.0
    lost = loss if verdict.outcome is Outcome.NOT_FOUND else 0.0
    return Finding(
        item=item.id,
        category=item.category,
        title_zh=item.zh,
        title_en=item.en,
        outcome=verdict.outcome,
        weight=round(weight, 4),
        points=round(max(0.0, weight - lost), 4) if weight else 0.0,
        method=item.channel.value,
        basis=item.basis,
        evidence=verdict.evidence,
        confidence=verdict.confidence,
        loss=round(loss, 4),
        critical=item.critical,
    )
