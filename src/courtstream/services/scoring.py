"""A hearing's facts through the engine into a scorecard, and scorecards for people to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import fmean

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.scoring import (
    Evidence,
    Finding,
    HearingFacts,
    Outcome,
    RuleFinding,
    Scorecard,
    ScoreState,
    StepFinding,
)
from courtstream.domain.time import to_seconds
from courtstream.domain.trial import Procedure
from courtstream.rules import scoring as engine
from courtstream.services import audit, shape, standards
from courtstream.services.facts import facts_of
from courtstream.services.names import category_titles, rule_titles, step_titles
from courtstream.services.scope import hearing_for
from courtstream.services.views import (
    CategoryScore,
    EvidenceView,
    FindingView,
    ReviewView,
    RuleView,
    ScorecardView,
    StepView,
    UserView,
)
from courtstream.store.base import Json
from courtstream.store.tables import FindingRow, Hearing, ReviewVerdict, ScorecardRow, User

FIRST_LOOK = timedelta(hours=24)
SETTLING = frozenset({ReviewVerdict.CONFIRM, ReviewVerdict.CORRECT, ReviewVerdict.UPHOLD})
"""Words that end a question."""

_APPEAL = frozenset({ReviewVerdict.CONTEST, ReviewVerdict.UPHOLD, ReviewVerdict.DISMISS})
_SEEN = "score_seen"


def score(session: Session, hearing_id: str, now: datetime) -> str:
    """Score a hearing from its stored facts; the id of the new, current scorecard.

    Empty where the court has switched scoring off (法发〔2022〕33号: nobody has to use it), and
    where people have made the present card final: it stays.
    """
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise NotFound
    present = current(session, hearing_id)
    if not hearing.court.scoring or (present and present.state is ScoreState.FINAL):
        return ""
    standard = standards.in_force(session)
    return keep(session, engine.score_hearing(facts_of(session, hearing), standard), now)


def score_facts(session: Session, facts: HearingFacts, hearing_id: str, now: datetime) -> str:
    """Score given facts (the demo's synthetic ones) as those of a hearing."""
    standard = standards.in_force(session)
    return keep(session, engine.score_hearing(replace(facts, hearing_id=hearing_id), standard), now)


def keep(session: Session, card: Scorecard, now: datetime) -> str:
    """Store a scorecard as the current one; earlier ones stay on file."""
    session.execute(
        update(ScorecardRow)
        .where(ScorecardRow.hearing_id == card.hearing_id, ScorecardRow.current.is_(True))
        .values(current=False)
    )
    row = ScorecardRow(
        id=new_id("sc"),
        hearing_id=card.hearing_id,
        standard=card.standard,
        standard_version=card.standard_version,
        profile=card.profile,
        total=card.total,
        low=card.low,
        high=card.high,
        state=card.state,
        barred=list(card.barred),
        cap=card.cap,
        computed_at=now,
        steps=[_step_json(s) for s in card.steps],
        rules=[_rule_json(r) for r in card.rules],
        findings=[_finding_row(n, f) for n, f in enumerate(card.findings)],
    )
    session.add(row)
    session.flush()
    detail = {"scorecard": row.id, "standard": card.standard_version}
    audit.append(session, "machine", "scored", card.hearing_id, detail, now)
    return row.id


def scorecard(session: Session, actor: UserView, hearing_id: str) -> ScorecardView:
    """The current scorecard of a hearing. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_SCORE, hearing_id)
    row = current(session, hearing_id)
    if row is None:
        raise NotFound("尚无评分 / not scored yet")
    return card_view(session, hearing, row)


def shown(session: Session, actor: UserView, hearing_id: str, now: datetime) -> ScorecardView:
    """The scorecard for people who look at it now: the judge sees it first.

    For `FIRST_LOOK` after it was made, or until a judge of the bench has opened it, nobody else
    does. Raises NotFound, Forbidden, Conflict while it is too early.
    """
    card = scorecard(session, actor, hearing_id)
    bench = {judge.id for judge in card.hearing.judges}
    early = now < card.computed_at + FIRST_LOOK and not _seen(session, card)
    if early and actor.judge_id not in bench:
        raise Conflict("承办法官先行查看期内 / the judge looks first", until=card.computed_at)
    return card


def saw(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """A judge of the bench has opened the card; said once for each card."""
    row = current(session, hearing_id)
    if row is None or _seen_row(session, row):
        return
    hearing = hearing_for(session, actor, Action.SEE_SCORE, hearing_id)
    if actor.judge_id in {seat.judge_id for seat in hearing.bench}:
        audit.append(session, actor.id, _SEEN, row.id, {}, now)


def _seen(session: Session, card: ScorecardView) -> bool:
    return audit.known(session, _SEEN, card.id)


def _seen_row(session: Session, row: ScorecardRow) -> bool:
    return audit.known(session, _SEEN, row.id)


def current(session: Session, hearing_id: str) -> ScorecardRow | None:
    """The scorecard in force."""
    query = select(ScorecardRow).where(
        ScorecardRow.hearing_id == hearing_id, ScorecardRow.current.is_(True)
    )
    return session.scalars(query).first()


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


def _finding_row(position: int, f: Finding) -> FindingRow:
    return FindingRow(
        id=new_id("f"),
        position=position,
        item=f.item,
        category=f.category,
        title_zh=f.title_zh,
        title_en=f.title_en,
        outcome=f.outcome,
        weight=f.weight,
        points=f.points,
        method=f.method,
        basis=f.basis,
        confidence=f.confidence,
        suggested=f.outcome,
        loss=f.loss,
        critical=f.critical,
        evidence=[_evidence_json(e) for e in f.evidence],
    )


def _evidence_json(e: Evidence) -> Json:
    span = (e.span.start, e.span.end) if e.span else (None, None)
    return {
        "start": span[0],
        "end": span[1],
        "row": e.row,
        "quote": e.quote,
        "confidence": e.confidence,
    }


def _evidence_view(e: Json) -> EvidenceView:
    return EvidenceView(_sec(e["start"]), _sec(e["end"]), e["row"], e["quote"], e["confidence"])


def _step_json(s: StepFinding) -> Json:
    return {
        "code": s.code,
        "outcome": s.outcome.value,
        "start": s.span.start if s.span else None,
        "end": s.span.end if s.span else None,
        "quote": s.quote,
        "confidence": s.confidence,
        "why": s.why,
    }


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


def _rule_json(r: RuleFinding) -> Json:
    return {"code": r.code, "violated": r.violated, "t": r.t, "why": r.why}


def _rule_view(r: Json) -> RuleView:
    zh, en = rule_titles(r["code"])
    return RuleView(r["code"], zh, en, r["violated"], _sec(r["t"]), r["why"])


def _sec(t: int | None) -> float | None:
    return None if t is None else to_seconds(t)
