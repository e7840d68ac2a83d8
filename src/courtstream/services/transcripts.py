"""庭审文字 through its states: draft_asr → checked → signed (法释〔2017〕5号 art. 6).

The machine's words are the first revision. A person's edits make the next one; a checked or
signed revision never changes. What is read is always masked: by the marks the worker left, by the
rules when somebody writes, and by every later decision to hide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.time import SECOND, Span
from courtstream.domain.timed_text import MASK, as_words, masked, plain, retimed, timed
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState, Role
from courtstream.rules.masking import mask_text, spot_turns
from courtstream.services import audit
from courtstream.services.scope import hearing_for
from courtstream.services.screening import keep_of, protected_of
from courtstream.services.views import UserView
from courtstream.store.tables import (
    Hearing,
    SpeechCorrection,
    SpeechOp,
    SpeechState,
    TranscriptRevision,
    TranscriptTurn,
    UtteranceRow,
)

LONGEST = 4000
_ONE_TURN = 2 * SECOND
"""Utterances of one known speaker that follow each other this closely are one turn."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person writes for a turn; None leaves a field as it is."""

    text: str | None = None
    role: Role | None = None
    speaker: str | None = None


def current(session: Session, hearing_id: str) -> TranscriptRevision | None:
    """The newest revision; None while the machine's words are all there is."""
    query = select(TranscriptRevision).where(TranscriptRevision.hearing_id == hearing_id)
    return session.scalars(query.order_by(TranscriptRevision.number.desc()).limit(1)).first()


def revision(session: Session, hearing_id: str, number: int) -> TranscriptRevision:
    """One revision by its number. Raises NotFound."""
    query = select(TranscriptRevision).where(
        TranscriptRevision.hearing_id == hearing_id, TranscriptRevision.number == number
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def machine_turns(session: Session, hearing_id: str) -> list[TranscriptTurn]:
    """The worker's words as turns, not in the database."""
    query = select(UtteranceRow).where(UtteranceRow.hearing_id == hearing_id)
    turns: list[TranscriptTurn] = []
    for row in session.scalars(query.order_by(UtteranceRow.start, UtteranceRow.seq)):
        if turns and _goes_on(turns[-1], row):
            _append(turns[-1], row)
        else:
            turns.append(_turn(row, len(turns)))
    return turns


def hidden_later(session: Session, hearing_id: str) -> list[Span]:
    """Stretches that people hid after they had aired, less what two persons opened since."""
    query = select(SpeechCorrection).where(
        SpeechCorrection.hearing_id == hearing_id,
        SpeechCorrection.state == SpeechState.APPLIED,
    )
    hidden: list[Span] = []
    for row in session.scalars(query.order_by(SpeechCorrection.decided_at, SpeechCorrection.id)):
        span = Span(row.start, row.end)
        if row.op is SpeechOp.HIDE:
            hidden.append(span)
        elif row.made_at is not None:  # until the sound is there, its words are not either
            hidden = [rest for one in hidden for rest in without(one, span)]
    return hidden


def without(span: Span, hole: Span) -> list[Span]:
    """What is left of `span` outside `hole`."""
    if not span.overlaps(hole):
        return [span]
    left = [Span(span.start, hole.start)] if span.start < hole.start else []
    return [*left, Span(hole.end, span.end)] if hole.end < span.end else left


def readable(turn: TranscriptTurn | UtteranceRow, hidden: Sequence[Span]) -> str:
    """The turn's text without what was said in a stretch that was hidden later."""
    whole = Span(turn.start, turn.end)
    inside = [span for span in hidden if span.overlaps(whole)]
    if not inside:
        return turn.text
    return plain(masked(timed(turn.text, turn.words, whole), inside))


def edit(
    session: Session, actor: UserView, hearing_id: str, turn_id: str, wanted: Edit, now: datetime
) -> TranscriptTurn:
    """Correct a turn. What is private in the new text is masked by the rules.

    Raises Forbidden, NotFound, Conflict while the hearing runs or when the text is signed and no
    accepted request allows it, InvalidInput.
    """
    hearing = hearing_for(session, actor, Action.EDIT_TRANSCRIPT, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    newest = current(session, hearing_id)
    if newest is not None and newest.state is TranscriptState.SIGNED:
        raise Conflict(
            "笔录已签署，请先提出并采纳更正申请 / signed: accept a correction request first"
        )
    working = open_revision(session, hearing, actor.id, now)
    turn = change(session, hearing, working, turn_id, wanted)
    detail = {"turn": turn_id, "revision": working.number}
    audit.append(session, actor.id, "transcript_edit", hearing_id, detail, now)
    return turn


def open_revision(
    session: Session, hearing: Hearing, by: str, now: datetime, source: str = "person"
) -> TranscriptRevision:
    """The revision that is being worked on, made from the newest one when that must not change."""
    newest = current(session, hearing.id)
    draft = newest is not None and newest.state is TranscriptState.DRAFT_ASR
    if newest is not None and draft and newest.source == source:
        return newest
    if newest is None:
        newest = _add(session, hearing.id, 1, machine_turns(session, hearing.id), "live", now)
    copies = [_copy(turn) for turn in newest.turns]
    made = _add(session, hearing.id, newest.number + 1, copies, source, now)
    made.created_by = by
    return made


def change(
    session: Session,
    hearing: Hearing,
    working: TranscriptRevision,
    turn_id: str,
    wanted: Edit,
) -> TranscriptTurn:
    """Write an edit into a revision that is open."""
    turn = next((one for one in working.turns if one.turn_id == turn_id), None)
    if turn is None:
        raise NotFound
    if wanted.text is not None:
        said = wanted.text.strip()
        if not said or len(said) > LONGEST:
            raise InvalidInput(f"文字须为 1 至 {LONGEST} 字 / 1 to {LONGEST} characters")
        whole = Span(turn.start, turn.end)
        text = _screened(hearing, working.turns, turn, said)
        chars = retimed(timed(turn.text, turn.words, whole), text, whole)
        turn.text, turn.words = text, as_words(chars)
    turn.role = wanted.role if wanted.role is not None else turn.role
    turn.speaker = wanted.speaker[:64] if wanted.speaker is not None else turn.speaker
    session.flush()
    return turn


def check(session: Session, actor: UserView, hearing_id: str, now: datetime) -> TranscriptRevision:
    """A person has read it all: draft_asr → checked. Raises Conflict, Forbidden, NotFound."""
    hearing = hearing_for(session, actor, Action.EDIT_TRANSCRIPT, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    newest = current(session, hearing_id) or open_revision(session, hearing, actor.id, now)
    if newest.state is not TranscriptState.DRAFT_ASR:
        raise Conflict("该修订已核对 / this revision has been checked")
    newest.state, newest.checked_at, newest.checked_by = TranscriptState.CHECKED, now, actor.id
    detail = {"revision": newest.number}
    audit.append(session, actor.id, "transcript_checked", hearing_id, detail, now)
    return newest


def sign(
    session: Session, actor: UserView, hearing_id: str, capacity: str, now: datetime
) -> TranscriptRevision:
    """Sign a checked revision; others may add theirs. The text can change no more.

    Raises Conflict when it has not been checked or the person has signed as this already.
    """
    hearing_for(session, actor, Action.SIGN_TRANSCRIPT, hearing_id)
    newest = current(session, hearing_id)
    if newest is None or newest.state is TranscriptState.DRAFT_ASR:
        raise Conflict("须先核对再签署 / check it first")
    if not capacity.strip() or len(capacity) > 20:
        raise InvalidInput("须注明签署身份 / say in which capacity")
    if any((s["by"], s["capacity"]) == (actor.id, capacity) for s in newest.signatures):
        raise Conflict("已签署 / signed already")
    if newest.state is TranscriptState.SIGNED and newest.sha256 != digest(newest):
        raise Conflict("内容与签署时不符 / the text is not what was signed")
    signature = {"by": actor.id, "capacity": capacity.strip(), "at": now.isoformat()}
    newest.signatures = [*newest.signatures, signature]
    newest.state, newest.signed_at = TranscriptState.SIGNED, newest.signed_at or now
    newest.sha256 = newest.sha256 or digest(newest)
    detail = {"revision": newest.number, "sha256": newest.sha256, "capacity": capacity.strip()}
    audit.append(session, actor.id, "transcript_signed", hearing_id, detail, now)
    return newest


def digest(of: TranscriptRevision) -> str:
    """SHA-256 over every turn of a revision: what the signatures stand for."""
    rows = [[t.turn_id, t.start, t.end, t.role.value, t.speaker, t.text] for t in of.turns]
    text = json.dumps([of.hearing_id, of.number, rows], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _screened(
    hearing: Hearing, turns: Iterable[TranscriptTurn], changed: TranscriptTurn, said: str
) -> str:
    """The new text without what is private in it, read together with the turns around it.

    Marks of what was hidden before stay as they are.
    """
    order = [t for t in turns if abs(t.position - changed.position) <= 2]
    texts = [said if t is changed else t.text for t in order]
    found = spot_turns(texts, protected_of(hearing), keep_of(hearing))
    mine = [s for s in found[order.index(changed)] if MASK not in said[s.start : s.end]]
    return mask_text(said, mine)


def _add(
    session: Session,
    hearing_id: str,
    number: int,
    turns: Iterable[TranscriptTurn],
    source: str,
    now: datetime,
) -> TranscriptRevision:
    made = TranscriptRevision(
        id=new_id("tr"),
        hearing_id=hearing_id,
        number=number,
        state=TranscriptState.DRAFT_ASR,
        source=source,
        created_at=now,
        turns=list(turns),
    )
    session.add(made)
    session.flush()
    return made


def fresh_draft(
    session: Session, hearing_id: str, number: int, source: str, now: datetime
) -> TranscriptRevision:
    """A draft without turns yet."""
    return _add(session, hearing_id, number, [], source, now)


def _goes_on(turn: TranscriptTurn, row: UtteranceRow) -> bool:
    known = row.role is not Role.UNKNOWN or bool(row.speaker)
    same = (turn.role, turn.speaker) == (row.role, row.speaker)
    return known and same and row.start - turn.end < _ONE_TURN


def _append(turn: TranscriptTurn, row: UtteranceRow) -> None:
    long, more = turn.end - turn.start, row.end - row.start
    share = turn.confidence * long + row.confidence * more
    turn.confidence = share / max(1, long + more)
    turn.words = [*_words(turn), *_words(row)]
    turn.text, turn.end = turn.text + row.text, row.end


def _words(of: TranscriptTurn | UtteranceRow) -> list[Any]:
    return list(of.words) or as_words(timed(of.text, [], Span(of.start, of.end)))


def _turn(row: UtteranceRow, position: int) -> TranscriptTurn:
    return TranscriptTurn(
        turn_id=f"t{row.seq:06}",
        position=position,
        start=row.start,
        end=row.end,
        role=row.role,
        speaker=row.speaker,
        text=row.text,
        confidence=row.confidence,
        words=list(row.words),
    )


def _copy(turn: TranscriptTurn) -> TranscriptTurn:
    names = ("turn_id", "position", "start", "end", "role", "speaker", "text", "confidence")
    return TranscriptTurn(
        **{name: getattr(turn, name) for name in names}, words=[list(w) for w in turn.words]
    )


def revisions(session: Session, hearing_id: str) -> Sequence[TranscriptRevision]:
    """All revisions, the oldest first."""
    query = select(TranscriptRevision).where(TranscriptRevision.hearing_id == hearing_id)
    return session.scalars(query.order_by(TranscriptRevision.number)).all()
