"""Scorecards for people to read: points by category, items with what people said to them."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from sqlalchemy.orm import Session

from courtstream.domain.scoring import Outcome
from courtstream.domain.time import to_seconds
from courtstream.domain.trial import Procedure
from courtstream.services.publication import shape
from courtstream.services.scoring.names import category_titles, rule_titles, step_titles
from courtstream.services.views import (
    CategoryScore,
    EvidenceView,
    FindingView,
    ReviewView,
    RuleView,
    ScorecardView,
    StepView,
)
from courtstream.store.base import Json
from courtstream.store.tables import FindingRow, Hearing, ReviewVerdict, ScorecardRow, User

SETTLING = frozenset({ReviewVerdict.CONFIRM, ReviewVerdict.CORRECT, ReviewVerdict.UPHOLD})
"""Words that end a question."""

_APPEAL = frozenset({ReviewVerdict.CONTEST, ReviewVerdict.UPHOLD, ReviewVerdict.DISMISS})


def card_view(session: Session, hearing: Hearing, row: ScorecardRow) -> ScorecardView:
    """A scorecard for people."""
    findings = tuple(finding_view(session, f) for f in row.findings)
    return ScorecardView(
        id=row.id,
        hearing=shape.card_view(session, hearing),
        standard=row.standard,
        standard_version=row.standard_version,
        profile=row.profile,
        total=row.total,
        low=row.low,
        high=row.high,
        state=row.state,
        computed_at=row.computed_at,
        categories=categories(findings),
        findings=findings,
        steps=tuple(_step_view(hearing.procedure, s) for s in row.steps),
        rules=tuple(_rule_view(r) for r in row.rules),
        barred=tuple(row.barred),
        cap=row.cap,
        bonus=bonus(row),
        contest_until=row.contest_until,
        final_at=row.final_at,
    )


def bonus(row: ScorecardRow) -> float:
    """Highlights: the mean of what each reviewer gave last, for every item of the kind."""
    given: dict[tuple[str, str], float] = {}
    for finding in row.findings:
        for word in finding.reviews:
            if word.verdict is ReviewVerdict.BONUS and word.points is not None:
                given[finding.id, word.user_id] = word.points
    items = {finding for finding, _ in given}
    return round(sum(fmean(p for (f, _), p in given.items() if f == i) for i in items), 2)


def categories(findings: Iterable[FindingView]) -> tuple[CategoryScore, ...]:
    """Points by category in the order of the standard."""
    groups: dict[str, list[FindingView]] = {}
    for finding in findings:
        groups.setdefault(finding.category, []).append(finding)
    return tuple(_category(code, group) for code, group in groups.items())


def _category(code: str, group: list[FindingView]) -> CategoryScore:
    zh, en = category_titles(code)
    return CategoryScore(
        code=code,
        title_zh=zh,
        title_en=en,
        points=sum(f.points for f in group),
        weight=sum(f.weight for f in group),
        open=sum(f.needs_person for f in group),
        low=sum(f.weight - f.loss if f.needs_person else f.points for f in group),
        high=sum(f.weight if f.needs_person else f.points for f in group),
    )


def finding_view(session: Session, row: FindingRow) -> FindingView:
    """One item with what people said to it."""
    return FindingView(
        id=row.id,
        item=row.item,
        category=row.category,
        title_zh=row.title_zh,
        title_en=row.title_en,
        outcome=row.outcome,
        weight=row.weight,
        points=row.points,
        method=row.method,
        basis=row.basis,
        confidence=row.confidence,
        evidence=tuple(_evidence_view(e) for e in row.evidence),
        reviews=tuple(
            ReviewView(_name(session, r.user_id), r.verdict, r.outcome, r.note, r.at, r.points)
            for r in row.reviews
        ),
        needs_person=needs_person(row),
        suggested=row.suggested,
        loss=row.loss,
        critical=row.critical,
        reviewers=len({r.user_id for r in row.reviews if r.verdict in SETTLING}),
        contested=contested(row),
    )


def needs_person(row: FindingRow) -> bool:
    """Whether the machine was not sure and no reviewer has spoken yet."""
    unsure = row.outcome in {Outcome.NOT_FOUND, Outcome.UNCLEAR}
    return unsure and not any(r.verdict in SETTLING for r in row.reviews)


def contested(row: FindingRow) -> bool:
    """Whether the judge's appeal still waits for an answer."""
    words = [r.verdict for r in row.reviews if r.verdict in _APPEAL]
    return bool(words) and words[-1] is ReviewVerdict.CONTEST


def _name(session: Session, user_id: str) -> str:
    user = session.get(User, user_id)
    return user.name if user else user_id


def _evidence_view(e: Json) -> EvidenceView:
    return EvidenceView(_sec(e["start"]), _sec(e["end"]), e["row"], e["quote"], e["confidence"])


def _step_view(procedure: Procedure, s: Json) -> StepView:
    zh, en = step_titles(procedure, s["code"])
    return StepView(
        code=s["code"],
        title_zh=zh,
        title_en=en,
        outcome=Outcome(s["outcome"]),
        start=_sec(s["start"]),
        end=_sec(s["end"]),
        quote=s["quote"],
        confidence=s["confidence"],
        why=s["why"],
    )


def _rule_view(r: Json) -> RuleView:
    zh, en = rule_titles(r["code"])
    return RuleView(r["code"], zh, en, r["violated"], _sec(r["t"]), r["why"])


def _sec(t: int | None) -> float | None:
    return None if t is None else to_seconds(t)
