"""Decisions after the hearing: what to hide still, and what to open again.

Hiding more holds at once, in every output. Opening needs what `rules/masking/opening.toml` allows,
and a second person's yes; the sound then comes from the sealed original, audited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import SoundOrder
from courtstream.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.redaction import Reason, RedactionKind
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import Span
from courtstream.domain.trial import HearingState
from courtstream.rules.masking.opening import opening_rules
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import passages
from courtstream.services.views import UserView
from courtstream.store.tables import Hearing, RedactionRow, SpeechCorrection, SpeechOp, SpeechState


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sound that somebody speaks of, and why."""

    span: Span
    reason: str = Reason.PERSON.value
    note: str = ""


def hide(
    session: Session, actor: UserView, hearing_id: str, what: Stretch, now: datetime
) -> SpeechCorrection:
    """Hide sound of the public recording, at once. Raises Conflict, Forbidden, InvalidInput."""
    hearing = hearing_over(session, actor, Action.HIDE_LATER, hearing_id)
    row = _row(session, hearing, SpeechOp.HIDE, what, actor.id, now)
    _apply(session, row, actor.id, now)
    return row


def ask_to_open(
    session: Session, actor: UserView, hearing_id: str, what: Stretch, now: datetime
) -> SpeechCorrection:
    """Ask that a hidden stretch be heard again; it waits for a second person.

    Raises Forbidden when the rules never open such a stretch, Conflict, NotFound when nothing is
    hidden there.
    """
    hearing = hearing_over(session, actor, Action.HIDE_LATER, hearing_id)
    hidden = hidden_at(session, hearing_id, what.span)
    if not hidden:
        raise NotFound("该处没有被屏蔽的声音 / nothing is hidden there")
    _may_open(hidden)
    row = _row(session, hearing, SpeechOp.OPEN, what, actor.id, now)
    row.state = SpeechState.WAITING
    detail = {"correction": row.id, "start": row.start, "end": row.end}
    audit.append(session, actor.id, "open_asked", hearing_id, detail, now)
    return row


def decide(
    session: Session, actor: UserView, correction_id: str, yes: bool, now: datetime
) -> SpeechCorrection:
    """A person's word on a proposal of the machine, or the second person's on an opening.

    Raises NotFound, Conflict, Forbidden (the same person, or not theirs to decide).
    """
    row = session.get(SpeechCorrection, correction_id)
    if row is None:
        raise NotFound
    opens = row.op is SpeechOp.OPEN
    hearing_over(session, actor, Action.OPEN_LATER if opens else Action.HIDE_LATER, row.hearing_id)
    if row.state not in {SpeechState.PROPOSED, SpeechState.WAITING}:
        raise Conflict("已有决定 / decided already")
    if opens and row.by == actor.id:
        raise Forbidden("须由另一人同意 / another person must agree")
    if not yes:
        row.state, row.decided_at, row.decided_by = SpeechState.REFUSED, now, actor.id
        detail = {"correction": row.id, "op": row.op.value}
        audit.append(session, actor.id, "speech_refused", row.hearing_id, detail, now)
        return row
    if opens:
        _may_open(hidden_at(session, row.hearing_id, Span(row.start, row.end)))
    _apply(session, row, actor.id, now)
    return row


def decided(session: Session, actor: UserView, correction_id: str, yes: bool, now: datetime) -> str:
    """`decide`, giving the hearing's id."""
    return decide(session, actor, correction_id, yes, now).hearing_id


def propose(
    session: Session, hearing: Hearing, found: Iterable[Stretch], now: datetime
) -> list[SpeechCorrection]:
    """What the machine found on a second hearing and is not hidden: proposals for people."""
    rows = []
    for what in found:
        known = session.scalars(
            select(SpeechCorrection).where(
                SpeechCorrection.hearing_id == hearing.id,
                SpeechCorrection.start < what.span.end,
                SpeechCorrection.end > what.span.start,
                SpeechCorrection.op == SpeechOp.HIDE,
            )
        ).first()
        if known is None:
            rows.append(_row(session, hearing, SpeechOp.HIDE, what, MACHINE, now))
    return rows


def hidden_at(session: Session, hearing_id: str, span: Span) -> list[tuple[Span, str]]:
    """What is hidden in the sound around `span` by now: the record, then people's decisions."""
    kinds = (RedactionKind.SPEECH.value, RedactionKind.WHOLE_SOUND.value)
    query = select(RedactionRow).where(
        RedactionRow.hearing_id == hearing_id,
        RedactionRow.kind.in_((*kinds, RedactionKind.WHOLE_PICTURE.value)),
        RedactionRow.start < span.end,
        RedactionRow.end > span.start,
    )
    found = [(Span(r.start, r.end), r.reason) for r in session.scalars(query)]
    for row in applied(session, hearing_id):
        here = Span(row.start, row.end)
        if row.op is SpeechOp.HIDE and here.overlaps(span):
            found.append((here, row.reason))
        elif row.op is SpeechOp.OPEN:
            found = [(s, reason) for s, reason in found if not _inside(s, here)]
    return sorted(found)


def applied(session: Session, hearing_id: str) -> Sequence[SpeechCorrection]:
    """Decisions in force, in the order in which they were made."""
    query = select(SpeechCorrection).where(
        SpeechCorrection.hearing_id == hearing_id, SpeechCorrection.state == SpeechState.APPLIED
    )
    return session.scalars(query.order_by(SpeechCorrection.decided_at, SpeechCorrection.id)).all()


def unmade(session: Session, hearing_id: str) -> Sequence[SpeechCorrection]:
    """Decisions that the public recording does not follow yet: until then it is not given out."""
    return [row for row in applied(session, hearing_id) if row.made_at is None]


def orders(session: Session, hearing_id: str) -> tuple[SoundOrder, ...]:
    """What the node has still to carry out in what was published."""
    return tuple(
        SoundOrder(
            id=row.id,
            op="open" if row.op is SpeechOp.OPEN else "hide",
            start=row.start,
            end=row.end,
            reason=row.reason,
            by=row.by,
        )
        for row in unmade(session, hearing_id)
    )


def made(session: Session, hearing_id: str, ids: Iterable[str], now: datetime) -> None:
    """The public recording follows these decisions now."""
    wanted = set(ids)
    if not wanted:
        return
    for row in unmade(session, hearing_id):
        if row.id in wanted:
            row.made_at = now
    audit.append(
        session, MACHINE, "recording_remade", hearing_id, {"corrections": len(wanted)}, now
    )


def hearing_over(session: Session, actor: UserView, action: Action, hearing_id: str) -> Hearing:
    """A hearing for an act after its end. Raises NotFound, Forbidden, Conflict before it."""
    hearing = hearing_for(session, actor, action, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    return hearing


def _may_open(hidden: Iterable[tuple[Span, str]]) -> None:
    """Raises Forbidden when any of it is never opened."""
    for _, reason in hidden:
        known = reason in set(Reason) and opening_rules().of(Reason(reason)).later
        if not known:
            raise Forbidden("依规则不得恢复该段声音 / the rules never open such a stretch")


def _row(
    session: Session, hearing: Hearing, op: SpeechOp, what: Stretch, by: str, now: datetime
) -> SpeechCorrection:
    bounds = Span(0, max(1, hearing.duration))
    span = what.span.clipped(bounds)
    if span is None:
        raise InvalidInput("时间不在庭审之内 / the time lies outside the hearing")
    row = SpeechCorrection(
        id=new_id("sc"),
        hearing_id=hearing.id,
        op=op,
        start=span.start,
        end=span.end,
        reason=what.reason[:32],
        note=what.note.strip()[:500],
        state=SpeechState.PROPOSED,
        at=now,
        by=by,
    )
    session.add(row)
    session.flush()
    return row


def _apply(session: Session, row: SpeechCorrection, by: str, now: datetime) -> None:
    if row.op is SpeechOp.HIDE:  # before it counts: what was said there must still be known
        passages.follow(session, row.hearing_id, Span(row.start, row.end))
    row.state, row.decided_at, row.decided_by = SpeechState.APPLIED, now, by
    session.flush()
    detail = {"correction": row.id, "op": row.op.value, "start": row.start, "end": row.end}
    audit.append(session, by, f"speech_{row.op.value}", row.hearing_id, detail, now)


def _inside(one: Span, other: Span) -> bool:
    return other.start <= one.start and one.end <= other.end
