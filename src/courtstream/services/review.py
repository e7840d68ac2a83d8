"""复核: people's word on findings. The machine only suggests; nothing counts against a judge
before a person has looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.rules.scoring import load_standard
from courtstream.services import audit, scoring
from courtstream.services.scope import hearing_for
from courtstream.services.views import FindingView, UserView
from courtstream.store.tables import FindingRow, Hearing, Review, ReviewVerdict, ScorecardRow

_UNSURE = frozenset({Outcome.NOT_FOUND, Outcome.UNCLEAR})


def confirm(
    session: Session, actor: UserView, finding_id: str, note: str, now: datetime
) -> FindingView:
    """A reviewer agrees with the machine. Raises NotFound, Forbidden."""
    return _speak(session, actor, Action.REVIEW, finding_id, ReviewVerdict.CONFIRM, None, note, now)


def correct(
    session: Session,
    actor: UserView,
    finding_id: str,
    outcome: Outcome,
    note: str,
    now: datetime,
) -> FindingView:
    """A reviewer puts the outcome right and says why; the card is counted anew."""
    if not note.strip():
        raise InvalidInput("更正须说明理由 / say why it is corrected")
    return _speak(
        session, actor, Action.REVIEW, finding_id, ReviewVerdict.CORRECT, outcome, note, now
    )


def contest(
    session: Session, actor: UserView, finding_id: str, note: str, now: datetime
) -> FindingView:
    """The judge contests a finding of their own hearing and says why."""
    if not note.strip():
        raise InvalidInput("申诉须说明理由 / say why it is contested")
    return _speak(
        session, actor, Action.CONTEST, finding_id, ReviewVerdict.CONTEST, None, note, now
    )


def _speak(
    session: Session,
    actor: UserView,
    action: Action,
    finding_id: str,
    verdict: ReviewVerdict,
    outcome: Outcome | None,
    note: str,
    now: datetime,
) -> FindingView:
    finding = session.get(FindingRow, finding_id)
    card = session.get(ScorecardRow, finding.scorecard_id) if finding else None
    if finding is None or card is None or not card.current:
        raise NotFound
    hearing_for(session, actor, action, card.hearing_id)
    spoken = Review(
        id=new_id("r"),
        finding_id=finding.id,
        user_id=actor.id,
        verdict=verdict,
        outcome=outcome,
        note=note.strip()[:2000],
        at=now,
    )
    if verdict is not ReviewVerdict.CONTEST:
        _settle(session, card, finding, outcome or finding.outcome)
    finding.reviews.append(spoken)
    card.state = _state(card, verdict)
    session.flush()
    detail = {"finding": finding.id, "item": finding.item, "verdict": verdict.value}
    audit.append(session, actor.id, "review", card.hearing_id, detail, now)
    return scoring.finding_view(session, finding)


def _settle(session: Session, card: ScorecardRow, finding: FindingRow, outcome: Outcome) -> None:
    """A person's word ends the question: the item's points are the same in low, total and high."""
    if finding.weight == 0.0:
        finding.outcome = outcome
        return
    loss = _deduction(session, card, finding)
    open_before = finding.outcome in _UNSURE and not _settled(finding)
    points = finding.points
    low = min(points, finding.weight - loss) if open_before else points
    high = finding.weight if open_before else points
    if outcome is not finding.outcome:
        finding.points = finding.weight - (loss if outcome is Outcome.NOT_FOUND else 0.0)
    finding.outcome = outcome
    card.total = round(card.total + finding.points - points, 2)
    card.low = round(min(card.total, card.low + finding.points - low), 2)
    card.high = round(max(card.total, card.high + finding.points - high), 2)


def _settled(finding: FindingRow) -> bool:
    return any(r.verdict is not ReviewVerdict.CONTEST for r in finding.reviews)


def _deduction(session: Session, card: ScorecardRow, finding: FindingRow) -> float:
    """What the frozen standard takes off for this item, on the card's own scale of points."""
    hearing = session.get_one(Hearing, card.hearing_id)
    standard = load_standard(card.standard_version)
    for item in standard.profile_for(hearing.procedure).items:
        if item.id == finding.item and item.weight:
            return min(1.0, item.deduction / item.weight) * finding.weight
    return finding.weight


def _state(card: ScorecardRow, verdict: ReviewVerdict) -> ScoreState:
    if verdict is ReviewVerdict.CONTEST:
        return ScoreState.CONTESTED
    last = [f.reviews[-1].verdict for f in card.findings if f.reviews]
    if ReviewVerdict.CONTEST in last:
        return ScoreState.CONTESTED
    waiting = any(f.outcome in _UNSURE and not f.reviews for f in card.findings)
    return ScoreState.SUGGESTED if waiting else ScoreState.CONFIRMED
