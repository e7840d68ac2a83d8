"""图文直播: what readers get of the entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.domain.errors import NotFound
from courtstream.domain.time import Span, to_seconds
from courtstream.domain.trial import HearingState, PublicationMode, Role
from courtstream.services.entries.rows import MODE, revision, rows_of
from courtstream.services.public import hearings as public_hearings
from courtstream.services.publication import hidden_later, shape
from courtstream.services.scoring.names import step_titles
from courtstream.services.views import HearingCard
from courtstream.store.tables import EntryRow, EntryState, Hearing, PublicationState, UtteranceRow


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry. `start`: seconds into the recording, None where there is none."""

    id: str
    at: datetime
    start: float | None
    role: Role
    speaker: str
    text: str
    still: str
    step_zh: str
    step_en: str
    state: EntryState
    edited: bool
    revision: int


@dataclass(frozen=True, slots=True)
class RunningPage:
    """What readers see: entries in order of time. `going_on`: more may come."""

    card: HearingCard
    entries: tuple[EntryView, ...]
    revision: int
    going_on: bool
    withdrawn: bool
    modes: tuple[PublicationMode, ...]


def view(hearing: Hearing, row: EntryRow) -> EntryView:
    """An entry with the name of its speaker's role and of its step."""
    zh, en = step_titles(hearing.procedure, row.step) if row.step else ("", "")
    return EntryView(
        id=row.id,
        at=row.at,
        start=None if row.start is None else to_seconds(row.start),
        role=row.role,
        speaker=row.speaker,
        text=row.text,
        still=row.still,
        step_zh=zh,
        step_en=en,
        state=row.state,
        edited=row.edited,
        revision=row.revision,
    )


def running_page(session: Session, hearing_id: str) -> RunningPage:
    """The released entries of a hearing. Raises NotFound where the mode was never released."""
    hearing = public_hearings.public_hearing(session, hearing_id)
    row = shape.publication_of(hearing, MODE)
    if row is None or row.state is PublicationState.PENDING:
        raise NotFound
    gone = shape.withdrawn(hearing)
    rows = [] if gone else rows_of(session, hearing_id, EntryState.RELEASED)
    return RunningPage(
        card=shape.card_view(session, hearing),
        entries=tuple(_as_may_be_read(session, hearing, rows)),
        revision=revision(session, hearing_id),
        going_on=hearing.state is not HearingState.ENDED,
        withdrawn=gone,
        modes=shape.open_modes(hearing),
    )


def _as_may_be_read(
    session: Session, hearing: Hearing, rows: Iterable[EntryRow]
) -> Iterator[EntryView]:
    """Entries without what people hid after they were written: taken anew from the words, and
    those a person has rewritten are left out until they are released again.
    """
    hidden = hidden_later.spans(session, hearing.id)
    for row in rows:
        shown = view(hearing, row)
        touched = (
            row.start is not None
            and row.end is not None
            and any(span.start < row.end and span.end > row.start for span in hidden)
        )
        if not touched:
            yield shown
        elif not row.edited:
            text = _text_now(session, hearing.id, row.lines, hidden)
            yield replace(shown, text=text, revision=row.revision)


def _text_now(
    session: Session, hearing_id: str, lines: Iterable[int], hidden: Sequence[Span]
) -> str:
    rows = (session.get(UtteranceRow, (hearing_id, seq)) for seq in lines)
    return "".join(hidden_later.readable(row, hidden) for row in rows if row is not None)
