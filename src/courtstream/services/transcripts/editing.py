"""A person corrects a turn of the text; the rules mask what is private in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.time import Span
from courtstream.domain.timed_text import MASK, as_words, retimed, timed
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState, Role
from courtstream.rules.masking import mask_text, spot_turns
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication.screening import keep_of, protected_of
from courtstream.services.transcripts.revisions import current, open_revision
from courtstream.services.views import UserView
from courtstream.store.tables import Hearing, TranscriptRevision, TranscriptTurn

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person writes for a turn; None leaves a field as it is."""

    text: str | None = None
    role: Role | None = None
    speaker: str | None = None


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
