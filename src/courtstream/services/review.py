"""复核: people's word on findings. The machine only suggests; nothing counts against a judge
before a person has looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.services import audit, scoring
from courtstream.services.scope import hearing_for
from courtstream.services.views import FindingView, UserView
from courtstream.store.tables import FindingRow, Review, ReviewVerdict, ScorecardRow


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
    finding.reviews.append(
        Review(
            id=new_id("r"),
            finding_id=finding.id,
            user_id=actor.id,
            verdict=verdict,
            outcome=outcome,
            note=note.strip()[:2000],
            at=now,
        )
    )
    if outcome is not None:
        _recount(card, finding, outcome)
    card.state = _state(card, verdict)
    session.flush()
    detail = {"finding": finding.id, "item": finding.item, "verdict": verdict.value}
    audit.append(session, actor.id, "review", card.hearing_id, detail, now)
    return scoring.finding_view(session, finding)


def _recount(card: ScorecardRow, finding: FindingRow, outcome: Outcome) -> None:
    """A person's outcome leaves nothing open: full points when met, none when not found."""
    before = (finding.points, *_bounds(finding))
    finding.outcome = outcome
    if outcome is Outcome.MET:
        finding.points = finding.weight
    elif outcome is Outcome.NOT_FOUND:
        finding.points = 0.0
    after = finding.points
    card.total += after - before[0]
    card.low += after - before[1]
    card.high += after - before[2]


def _bounds(finding: FindingRow) -> tuple[float, float]:
    """What the item could still bring: (low, high)."""
    spoken = any(r.verdict is ReviewVerdict.CORRECT for r in finding.reviews[:-1])
    if spoken or finding.outcome is Outcome.MET:
        return finding.points, finding.points
    return 0.0, finding.weight


def _state(card: ScorecardRow, verdict: ReviewVerdict) -> ScoreState:
    if verdict is ReviewVerdict.CONTEST:
        return ScoreState.CONTESTED
    last = [f.reviews[-1].verdict for f in card.findings if f.reviews]
    if ReviewVerdict.CONTEST in last:
        return ScoreState.CONTESTED
    unsure = {Outcome.NOT_FOUND, Outcome.UNCLEAR}
    waiting = any(f.outcome in unsure and not f.reviews for f in card.findings)
    return ScoreState.SUGGESTED if waiting else ScoreState.CONFIRMED
