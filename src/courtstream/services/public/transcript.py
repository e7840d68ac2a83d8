"""The words of a hearing as the public reads them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.domain.time import MediaTime, to_seconds
from courtstream.services.public.hearings import public_hearing, still_public
from courtstream.services.publication import hidden_later, shape
from courtstream.services.publication.heard import HeardLine, heard_lines, reached, silenced
from courtstream.services.transcripts import revisions as transcripts
from courtstream.services.views import TranscriptLine
from courtstream.store.tables import Hearing, TranscriptRevision


def transcript(
    session: Session,
    hearing_id: str,
    now: datetime,
    after: int = 0,
    start: MediaTime = 0,
    limit: int = 2000,
) -> tuple[TranscriptLine, ...]:
    """Released lines with `seq > after` that begin at or after `start`, in order of time.

    Words never run ahead of the picture, and words the public could not hear are not read either.
    """
    hearing = public_hearing(session, hearing_id)
    if not (shape.live_open(hearing, now) or shape.replay_open(hearing)):
        return ()
    newest = transcripts.current(session, hearing_id)
    if newest is not None:
        return _revised(session, hearing, newest, start)[:limit]
    rows = heard_lines(session, hearing, after=after, start=start, limit=limit)
    return tuple(_line_view(row) for row in rows)


def asked(
    session: Session, hearing_id: str, now: datetime, start: MediaTime = 0
) -> tuple[TranscriptLine, ...]:
    """The released lines for whoever asks at their address. Raises NotFound, Withdrawn."""
    still_public(session, hearing_id)
    return transcript(session, hearing_id, now, start=start)


def _revised(
    session: Session, hearing: Hearing, of: TranscriptRevision, start: MediaTime
) -> tuple[TranscriptLine, ...]:
    """The lines of a revision that the public could hear, less what was hidden later."""
    hidden, end = hidden_later.spans(session, hearing.id), reached(session, hearing)
    turns = (t for t in of.turns if start <= t.start and t.end <= end)
    return tuple(
        TranscriptLine(
            int(turn.turn_id[1:]),
            to_seconds(turn.start),
            to_seconds(turn.end),
            turn.role,
            turn.speaker,
            hidden_later.readable(turn, hidden),
            turn.confidence,
            of.state,
        )
        for turn in turns
        if not silenced(session, hearing.id, turn.start, turn.end)
    )


def _line_view(row: HeardLine) -> TranscriptLine:
    """One line, times in seconds."""
    return TranscriptLine(
        row.seq,
        to_seconds(row.start),
        to_seconds(row.end),
        row.role,
        row.speaker,
        row.text,
        row.confidence,
        row.state,
    )
