"""The transcript for readers: the reviewer's page, the public's lines, files, differences."""

from __future__ import annotations

from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.clock import COURT_ZONE
from courtstream.domain.errors import NotFound
from courtstream.domain.time import to_seconds
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState, Role
from courtstream.reports.transcripts import FileTurn, TranscriptFile
from courtstream.services.people.scope import hearing_for
from courtstream.services.public import hearings as public_hearings
from courtstream.services.publication import heard, hidden_later, shape
from courtstream.services.transcripts import revisions as transcripts
from courtstream.services.views import UserView
from courtstream.services.views.transcripts import (
    ChangeView,
    RequestView,
    RevisionView,
    SignatureView,
    SpeechView,
    TextPage,
    TurnView,
)
from courtstream.store.tables import (
    CorrectionRequest,
    Hearing,
    ListeningRow,
    SpeechCorrection,
    SpeechState,
    TranscriptRevision,
    TranscriptTurn,
)

STATES = {
    TranscriptState.DRAFT_ASR: "机器草稿 / machine draft",
    TranscriptState.CHECKED: "已核对 / checked",
    TranscriptState.SIGNED: "已签署 / signed",
}
UNKNOWN = "未知"
LABELS = {
    Role.JUDGE: "审判人员",
    Role.CLERK: "书记员",
    Role.PLAINTIFF: "原告",
    Role.DEFENDANT: "被告",
    Role.THIRD_PARTY: "第三人",
    Role.PROSECUTOR: "公诉人",
    Role.ACCUSED: "被告人",
    Role.VICTIM: "被害人",
    Role.COUNSEL: "代理人",
    Role.WITNESS: "证人",
}


def text_page(session: Session, actor: UserView, hearing_id: str, now: datetime) -> TextPage:
    """Everything the reviewer works with. Raises Forbidden, NotFound."""
    hearing = hearing_for(session, actor, Action.EDIT_TRANSCRIPT, hearing_id)
    newest = transcripts.current(session, hearing_id)
    asked = session.get(ListeningRow, hearing_id)
    ended, card = hearing.state is HearingState.ENDED, shape.card_view(session, hearing)
    return TextPage(
        hearing=card,
        revision=revision_view(newest),
        revisions=tuple(revision_view(r) for r in transcripts.revisions(session, hearing_id)),
        turns=tuple(turn_view(t, text) for t, text in shown_turns(session, hearing_id, newest)),
        requests=tuple(request_view(r) for r in _requests(session, hearing_id)),
        speech=tuple(speech_view(c) for c in _speech(session, hearing_id)),
        media=shape.media_path(hearing_id) if card.replay or card.live else "",
        ended=ended,
        listening=asked.state.value if asked is not None else "",
        found=asked.found if asked is not None else 0,
    )


def shown_turns(
    session: Session, hearing_id: str, of: TranscriptRevision | None
) -> list[tuple[TranscriptTurn, str]]:
    """The turns of a revision (the machine's for None) with the text that may be read."""
    turns = of.turns if of is not None else transcripts.machine_turns(session, hearing_id)
    hidden = hidden_later.spans(session, hearing_id)
    return [(turn, hidden_later.readable(turn, hidden)) for turn in turns]


def changes(
    session: Session, actor: UserView, hearing_id: str, old: int, new: int
) -> tuple[ChangeView, ...]:
    """What is different between two revisions, by turn. Raises Forbidden, NotFound."""
    hearing_for(session, actor, Action.EDIT_TRANSCRIPT, hearing_id)
    before = {t.turn_id: text for t, text in _of_number(session, hearing_id, old)}
    found = []
    for turn, text in _of_number(session, hearing_id, new):
        pieces = difference(before.pop(turn.turn_id, ""), text)
        if any(kind != "same" for kind, _ in pieces):
            found.append(ChangeView(turn.turn_id, to_seconds(turn.start), pieces))
    found += [ChangeView(turn_id, 0.0, (("gone", text),)) for turn_id, text in before.items()]
    return tuple(found)


def difference(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Pieces that stayed, went and came, in the order in which one reads them."""
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", old[a:b]))
            continue
        pieces += [(kind, text) for kind, text in (("gone", old[a:b]), ("new", new[c:d])) if text]
    return tuple(pieces)


def public_file(session: Session, hearing_id: str, now: datetime) -> TranscriptFile:
    """The transcript as the public may have it.

    Raises NotFound where its words are not out, Withdrawn.
    """
    hearing = public_hearings.still_public(session, hearing_id)
    if not (shape.live_open(hearing, now) or shape.replay_open(hearing)):
        raise NotFound
    turns = [(t, text) for t, text in _turns_now(session, hearing) if _heard(session, hearing, t)]
    return _file(session, hearing, turns)


def staff_file(
    session: Session, actor: UserView | None, hearing_id: str, number: int | None = None
) -> TranscriptFile:
    """The transcript for the court's file; masked all the same. None: the operator asks.

    Raises Forbidden, NotFound.
    """
    if actor is not None:
        hearing_for(session, actor, Action.EDIT_TRANSCRIPT, hearing_id)
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise NotFound
    turns = _turns_now(session, hearing) if number is None else None
    chosen = turns if turns is not None else _of_number(session, hearing_id, number or 0)
    return _file(session, hearing, chosen, number)


def _of_number(session: Session, hearing_id: str, number: int) -> list[tuple[TranscriptTurn, str]]:
    """Revision 0 is what the machine wrote."""
    of = transcripts.revision(session, hearing_id, number) if number else None
    return shown_turns(session, hearing_id, of)


def _turns_now(session: Session, hearing: Hearing) -> list[tuple[TranscriptTurn, str]]:
    return shown_turns(session, hearing.id, transcripts.current(session, hearing.id))


def _heard(session: Session, hearing: Hearing, turn: TranscriptTurn) -> bool:
    """Whether the public could hear all of it."""
    if turn.end > heard.reached(session, hearing):
        return False
    return not heard.silenced(session, hearing.id, turn.start, turn.end)


def _file(
    session: Session,
    hearing: Hearing,
    turns: list[tuple[TranscriptTurn, str]],
    number: int | None = None,
) -> TranscriptFile:
    of = (
        transcripts.revision(session, hearing.id, number)
        if number
        else transcripts.current(session, hearing.id)
    )
    view = revision_view(of if number != 0 else None)
    signed = tuple(f"{s.capacity} {s.at:%Y-%m-%d %H:%M} {s.by}" for s in view.signatures)
    return TranscriptFile(
        hearing_id=hearing.id,
        title=hearing.title,
        case_number=hearing.case.number,
        court=hearing.court.name,
        courtroom=hearing.courtroom.name,
        started=hearing.actual_start.astimezone(COURT_ZONE) if hearing.actual_start else None,
        revision=view.number,
        state=STATES[view.state],
        sha256=view.sha256,
        signatures=signed,
        turns=tuple(_file_turn(turn, text) for turn, text in turns),
    )


def _file_turn(turn: TranscriptTurn, text: str) -> FileTurn:
    who = turn.speaker or LABELS.get(turn.role, UNKNOWN)
    start, end = to_seconds(turn.start), to_seconds(turn.end)
    return FileTurn(turn.turn_id, start, end, turn.role.value, who, text)


def turn_view(turn: TranscriptTurn, text: str) -> TurnView:
    """A turn with the text that may be read."""
    return TurnView(
        turn.turn_id,
        to_seconds(turn.start),
        to_seconds(turn.end),
        turn.role,
        turn.speaker,
        text,
        turn.confidence,
    )


def revision_view(of: TranscriptRevision | None) -> RevisionView:
    """A revision for people; None is the machine's words that nobody has touched."""
    if of is None:
        return RevisionView(0, TranscriptState.DRAFT_ASR, "live", None, "", None, "", (), "")
    return RevisionView(
        number=of.number,
        state=of.state,
        source=of.source,
        created_at=of.created_at,
        created_by=of.created_by,
        checked_at=of.checked_at,
        checked_by=of.checked_by,
        signatures=tuple(
            SignatureView(s["by"], s["capacity"], datetime.fromisoformat(s["at"]))
            for s in of.signatures
        ),
        sha256=of.sha256,
    )


def request_view(of: CorrectionRequest) -> RequestView:
    """A request for people."""
    return RequestView(
        of.id,
        of.turn_id,
        of.asked_by,
        of.why,
        of.wanted,
        of.filed_at,
        of.filed_by,
        of.outcome.value if of.outcome else "",
        of.answer,
        of.decided_at,
    )


def speech_view(of: SpeechCorrection) -> SpeechView:
    """A decision about sound for people."""
    return SpeechView(
        of.id,
        of.op.value,
        to_seconds(of.start),
        to_seconds(of.end),
        of.reason,
        of.note,
        of.state.value,
        of.at,
        of.by,
        of.decided_by,
        of.state is SpeechState.APPLIED and of.made_at is None,
    )


def _requests(session: Session, hearing_id: str) -> list[CorrectionRequest]:
    query = select(CorrectionRequest).where(CorrectionRequest.hearing_id == hearing_id)
    return list(session.scalars(query.order_by(CorrectionRequest.filed_at)))


def _speech(session: Session, hearing_id: str) -> list[SpeechCorrection]:
    query = select(SpeechCorrection).where(SpeechCorrection.hearing_id == hearing_id)
    return list(session.scalars(query.order_by(SpeechCorrection.start)))
