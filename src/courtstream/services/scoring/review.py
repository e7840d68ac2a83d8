"""复核: people's word on findings. The machine only suggests; nothing counts against a judge
before a person has looked.

suggested → confirmed, when reviewers have settled every question (the mean of their words) →
final, when the judge's time to contest is over. A contest waits for another person's answer; one
that is upheld changes the score and is kept as an error of the system.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import fmean

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.staff import MACHINE
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.scoring import mistakes, standards
from courtstream.services.scoring import views as score_views
from courtstream.services.views import FindingView, UserView
from courtstream.store.tables import FindingRow, Hearing, Review, ReviewVerdict, ScorecardRow

_UNSURE = frozenset({Outcome.NOT_FOUND, Outcome.UNCLEAR})
_BY_REVIEWER = frozenset({ReviewVerdict.CONFIRM, ReviewVerdict.CORRECT})
MERIT = "merit"


def confirm(
    session: Session, actor: UserView, finding_id: str, note: str, now: datetime
) -> FindingView:
    """A reviewer agrees with the machine. Raises NotFound, Forbidden, Conflict once final."""
    card, finding = _open(session, actor, Action.REVIEW, finding_id)
    return _say(session, actor, card, finding, ReviewVerdict.CONFIRM, finding.suggested, note, now)


def correct(
    session: Session,
    actor: UserView,
    finding_id: str,
    outcome: Outcome,
    note: str,
    now: datetime,
) -> FindingView:
    """A reviewer puts the outcome right and says why; the card is counted anew."""
    _reason(note, "更正须说明理由 / say why it is corrected")
    card, finding = _open(session, actor, Action.REVIEW, finding_id)
    return _say(session, actor, card, finding, ReviewVerdict.CORRECT, outcome, note, now)


def contest(
    session: Session, actor: UserView, finding_id: str, note: str, now: datetime
) -> FindingView:
    """The judge contests a finding of their own hearing and says why.

    Raises Conflict when the time for it is over.
    """
    _reason(note, "申诉须说明理由 / say why it is contested")
    card, finding = _open(session, actor, Action.CONTEST, finding_id)
    if card.contest_until is not None and now > card.contest_until:
        raise Conflict("申诉期已过 / the time to contest is over")
    return _say(session, actor, card, finding, ReviewVerdict.CONTEST, None, note, now)


def explain(
    session: Session, actor: UserView, finding_id: str, note: str, now: datetime
) -> FindingView:
    """The judge says what a reviewer should know; nothing is contested by it."""
    _reason(note, "请写明说明内容 / say what there is to know")
    card, finding = _open(session, actor, Action.CONTEST, finding_id)
    return _say(session, actor, card, finding, ReviewVerdict.EXPLAIN, None, note, now)


def decide(
    session: Session, actor: UserView, finding_id: str, upheld: bool, note: str, now: datetime
) -> FindingView:
    """Answer a contest. Upheld: the item counts as met and the machine's word as an error.

    Raises Conflict when nothing is contested, and when somebody would dismiss the appeal against
    their own word.
    """
    _reason(note, "须说明理由 / say why")
    card, finding = _open(session, actor, Action.REVIEW, finding_id)
    if not score_views.contested(finding):
        raise Conflict("没有待处理的申诉 / nothing is contested")
    own = any(r.user_id == actor.id and r.verdict in _BY_REVIEWER for r in finding.reviews)
    if own and not upheld:
        raise Conflict("驳回申诉须由他人作出 / somebody else must dismiss it")
    verdict = ReviewVerdict.UPHOLD if upheld else ReviewVerdict.DISMISS
    if upheld and finding.suggested in _UNSURE:
        mistakes.keep(session, card, finding, now)
    outcome = Outcome.MET if upheld else None
    return _say(session, actor, card, finding, verdict, outcome, note, now)


def highlight(
    session: Session, actor: UserView, finding_id: str, points: float, note: str, now: datetime
) -> FindingView:
    """Bonus points for a highlight; people only, and only on items of that kind."""
    _reason(note, "请写明亮点 / say what was done well")
    card, finding = _open(session, actor, Action.REVIEW, finding_id)
    most = standards.standard_of(session, card.standard_version).limit("bonus_most", 5.0)
    if finding.category != MERIT or not 0 <= points <= most:
        raise InvalidInput(f"亮点加分为 0 至 {most:g} / a bonus is 0 to {most:g}")
    return _say(session, actor, card, finding, ReviewVerdict.BONUS, None, note, now, points=points)


def close_due(session: Session, now: datetime) -> int:
    """Make final what was confirmed and not contested in time; how many cards that were."""
    query = select(ScorecardRow).where(
        ScorecardRow.current.is_(True),
        ScorecardRow.state == ScoreState.CONFIRMED,
        ScorecardRow.contest_until < now,
    )
    due = list(session.scalars(query))
    for card in due:
        card.state, card.final_at = ScoreState.FINAL, now
        audit.append(session, MACHINE, "score_final", card.hearing_id, {"card": card.id}, now)
    return len(due)


def _reason(note: str, why: str) -> None:
    if not note.strip():
        raise InvalidInput(why)


def _open(
    session: Session, actor: UserView, action: Action, finding_id: str
) -> tuple[ScorecardRow, FindingRow]:
    """The finding with its card, when the actor may speak to it and it is not history."""
    finding = session.get(FindingRow, finding_id)
    card = session.get(ScorecardRow, finding.scorecard_id) if finding else None
    if finding is None or card is None or not card.current:
        raise NotFound
    hearing_for(session, actor, action, card.hearing_id)
    if card.state is ScoreState.FINAL:
        raise Conflict("评分已定 / the score is final")
    return card, finding


def _say(
    session: Session,
    actor: UserView,
    card: ScorecardRow,
    finding: FindingRow,
    verdict: ReviewVerdict,
    outcome: Outcome | None,
    note: str,
    now: datetime,
    *,
    points: float | None = None,
) -> FindingView:
    spoken = Review(
        id=new_id("r"),
        finding_id=finding.id,
        user_id=actor.id,
        verdict=verdict,
        outcome=outcome,
        points=points,
        note=note.strip()[:2000],
        at=now,
    )
    finding.reviews.append(spoken)
    recount(session, card)
    _move(session, card, now)
    session.flush()
    detail = {"finding": finding.id, "item": finding.item, "verdict": verdict.value}
    audit.append(session, actor.id, "review", card.hearing_id, detail, now)
    return score_views.finding_view(session, finding)


def recount(session: Session, card: ScorecardRow) -> None:
    """Points of every item from the words said to it, and the card's total from them."""
    total = low = high = 0.0
    for finding in card.findings:
        words = _words(finding)
        if words:
            finding.outcome = _agreed(words)
        if not finding.weight:
            continue
        if words:
            finding.points = round(fmean(_worth(session, card, finding, o) for o in words), 4)
            worst = best = finding.points
        else:
            worst = finding.weight - (finding.loss if finding.outcome in _UNSURE else 0.0)
            best = finding.weight
        total, low, high = total + finding.points, low + worst, high + best
    card.barred = [f.item for f in card.findings if f.critical and f.outcome is Outcome.NOT_FOUND]
    ceiling = card.cap if card.barred else 100.0
    card.total = round(min(ceiling, total), 2)
    card.low = round(min(ceiling, low, total), 2)
    card.high = round(min(ceiling, max(high, total)), 2)


def _words(finding: FindingRow) -> list[Outcome]:
    """What people said the outcome is: an upheld appeal alone, else each reviewer's last word."""
    latest: dict[str, Outcome] = {}
    for word in finding.reviews:
        if word.outcome is None:
            continue
        if word.verdict is ReviewVerdict.UPHOLD:
            latest = {"": word.outcome}
        elif word.verdict in _BY_REVIEWER:
            latest.pop("", None)
            latest[word.user_id] = word.outcome
    return list(latest.values())


def _agreed(words: list[Outcome]) -> Outcome:
    """What most say; where they are divided evenly, the word that takes nothing off."""
    order = [Outcome.MET, Outcome.NOT_APPLICABLE, Outcome.UNCLEAR, Outcome.NOT_FOUND]
    return max(order, key=lambda o: (words.count(o), -order.index(o)))


def _worth(session: Session, card: ScorecardRow, finding: FindingRow, outcome: Outcome) -> float:
    if outcome is not Outcome.NOT_FOUND:
        return finding.weight
    return finding.weight - (finding.loss or _deduction(session, card, finding))


def _deduction(session: Session, card: ScorecardRow, finding: FindingRow) -> float:
    """What the frozen standard takes off for this item, on the card's own scale of points."""
    hearing = session.get_one(Hearing, card.hearing_id)
    standard = standards.standard_of(session, card.standard_version)
    for item in standard.profile_for(hearing.procedure).items:
        if item.id == finding.item and item.weight:
            return min(1.0, item.deduction / item.weight) * finding.weight
    return finding.weight


def _move(session: Session, card: ScorecardRow, now: datetime) -> None:
    """The card's state after a word; the judge's time begins when the last question is settled."""
    if any(score_views.contested(f) for f in card.findings):
        card.state = ScoreState.CONTESTED
        return
    if any(score_views.needs_person(f) for f in card.findings):
        card.state = ScoreState.SUGGESTED
        return
    card.state = ScoreState.CONFIRMED
    if card.contest_until is None:
        days = standards.standard_of(session, card.standard_version).limit("appeal_days", 7.0)
        card.contest_until = now + timedelta(days=days)
