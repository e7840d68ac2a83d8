"""A hearing's facts through the engine into a scorecard, and who may look at it when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.scoring import (
    Evidence,
    Finding,
    HearingFacts,
    RuleFinding,
    Scorecard,
    ScoreState,
    StepFinding,
)
from courtstream.domain.staff import MACHINE
from courtstream.rules import scoring as engine
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.scoring import standards
from courtstream.services.scoring import views as score_views
from courtstream.services.scoring.facts import facts_of
from courtstream.services.views import (
    ScorecardView,
    UserView,
)
from courtstream.store.base import Json
from courtstream.store.tables import FindingRow, Hearing, ScorecardRow

FIRST_LOOK = timedelta(hours=24)
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
    audit.append(session, MACHINE, "scored", card.hearing_id, detail, now)
    return row.id


def scorecard(session: Session, actor: UserView, hearing_id: str) -> ScorecardView:
    """The current scorecard of a hearing. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_SCORE, hearing_id)
    row = current(session, hearing_id)
    if row is None:
        raise NotFound("尚无评分 / not scored yet")
    return score_views.card_view(session, hearing, row)


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


def _rule_json(r: RuleFinding) -> Json:
    return {"code": r.code, "violated": r.violated, "t": r.t, "why": r.why}
