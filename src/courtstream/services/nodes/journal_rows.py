"""What each kind of journal row means for the database. One short function a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.clock import utc_now
from courtstream.domain.staff import MACHINE
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState, MinuteState, Role
from courtstream.services.courtroom import admission
from courtstream.services.docket import ending, lifecycle
from courtstream.services.publication import publishing
from courtstream.services.sealed import late_work
from courtstream.services.second_pass import told as second_pass_told
from courtstream.store.tables import (
    Asset,
    GuardClosure,
    Hearing,
    Mark,
    Measure,
    MinuteChange,
    RedactionRow,
    Segment,
    UtteranceRow,
)

Body = Mapping[str, Any]


def _started(session: Session, hearing: Hearing, row: JournalRow) -> None:
    zero = instant(row.body.get("wall_zero")) or instant(row.at)
    if hearing.wall_zero is None:
        hearing.wall_zero = zero
    hearing.worker_gone = False
    mark(session, hearing, row)


def _source(session: Session, hearing: Hearing, row: JournalRow) -> None:
    at = instant(row.at) or utc_now()
    state = row.body.get("state")
    if state in {"connected", "returned"}:
        hearing.actual_start = hearing.actual_start or at
        if hearing.state is HearingState.INTERRUPTED:
            _step(session, hearing, HearingState.LIVE, at, "source_returned")
    elif state in {"lost", "broken"}:
        _step(session, hearing, HearingState.INTERRUPTED, at, "source_lost")
        admission.publisher_gone(session, hearing.id, "", str(row.body.get("code") or state), at)
    mark(session, hearing, row)


def _segment(session: Session, hearing: Hearing, row: JournalRow) -> None:
    body = row.body
    session.merge(  # the same piece told of twice must not hold up every row behind it
        Segment(
            hearing_id=hearing.id,
            n=int(body["n"]),
            epoch=row.epoch,
            uri=str(body["uri"]),
            start=int(body["start"]),
            end=int(body["end"]),
            bytes=int(body.get("bytes", 0)),
            pdt=str(body.get("pdt", "")),
            discontinuity=bool(body.get("discontinuity", False)),
        )
    )
    hearing.duration = max(hearing.duration, int(body["end"]))
    if hearing.state is HearingState.ADMITTED:
        _step(session, hearing, HearingState.LIVE, instant(row.at) or utc_now(), "first_segment")


def _words(session: Session, hearing: Hearing, row: JournalRow) -> None:
    body = row.body.get("utterance", row.body)
    session.add(
        UtteranceRow(
            hearing_id=hearing.id,
            seq=row.seq,
            start=int(body["start"]),
            end=int(body["end"]),
            role=_role(body.get("role")),
            speaker=str(body.get("speaker", ""))[:64],
            told_by=str(body.get("by", ""))[:8],
            text=str(body["text"]),
            confidence=float(body.get("confidence", _mean_confidence(body.get("words", ())))),
            state=TranscriptState.DRAFT_ASR,
            words=list(body.get("words", ())),
        )
    )


def _redaction(session: Session, hearing: Hearing, row: JournalRow) -> None:
    body = row.body
    start, end = _bounds(body, row)
    track = body.get("track")
    session.add(
        RedactionRow(
            hearing_id=hearing.id,
            seq=row.seq,
            record_id=str(body.get("id", ""))[:64],
            # a row that takes hiding back hides nothing, whoever counts what is hidden
            kind="opened" if body.get("why") == "opened" else str(body.get("kind", "face")),
            reason=str(body.get("reason", "FACE")),
            start=start,
            end=end,
            basis=str(body.get("basis", ""))[:200],
            decided_by=str(body.get("by", MACHINE))[:64],
            track=None if track is None else int(track),
            confidence=float(body.get("confidence", 1.0)),
            body=dict(body),
        )
    )


def _guard(session: Session, hearing: Hearing, row: JournalRow) -> None:
    body = row.body
    start, end = _bounds(body, row)
    kind = str(body.get("kind", ""))
    open_rows = [
        closure
        for closure in session.query(GuardClosure).filter_by(hearing_id=hearing.id, end=None)
        if closure.kind == kind
    ]
    if body.get("closed", True):
        known_end = end if body.get("end") is not None and end > start else None
        session.add(
            GuardClosure(
                hearing_id=hearing.id,
                seq=row.seq,
                kind=kind,
                reason=str(body.get("reason", "")),
                start=start,
                end=known_end,
            )
        )
        return
    for closure in open_rows:
        closure.end = max(closure.start, end)


def _state(session: Session, hearing: Hearing, row: JournalRow) -> None:
    body = row.body
    if (
        "state" not in body
    ):  # what a person ordered; what the public gets follows in a row of its own
        mark(session, hearing, row)
        return
    state = MinuteState(body["state"])
    by, why = str(body.get("by", ""))[:64], str(body.get("why", ""))[:200]
    hearing.minute_state, hearing.minute_by, hearing.minute_why = state, by, why
    session.add(
        MinuteChange(hearing_id=hearing.id, seq=row.seq, t=row.t or 0, state=state, by=by, why=why)
    )


def _measure(session: Session, hearing: Hearing, row: JournalRow) -> None:
    body = row.body
    start, end = _bounds(body, row)
    session.add(
        Measure(
            hearing_id=hearing.id,
            seq=row.seq,
            start=start,
            end=end,
            lufs=_number(body.get("lufs")),
            peak_db=_number(body.get("peak_db")),
            snr_db=_number(body.get("snr_db")),
            black=bool(body.get("black", False)),
            frozen=bool(body.get("frozen", False)),
            silent=bool(body.get("silent", False)),
            clipped=bool(body.get("clipped", False)),
            faces=int(body.get("faces") or 0),
            skew=int(body.get("skew") or 0),
            detail=dict(body.get("detail") or {}),
        )
    )


def _asset(session: Session, hearing: Hearing, row: JournalRow) -> None:
    body = row.body
    start, end = _bounds(body, row)
    session.add(
        Asset(
            hearing_id=hearing.id,
            seq=row.seq,
            kind=row.kind.value,
            uri=str(body.get("uri", body.get("part", ""))),
            start=start,
            end=end,
            bytes=int(body.get("bytes") or 0),
            sha256=str(body.get("sha256", ""))[:64],
        )
    )


def _recorded(session: Session, hearing: Hearing, row: JournalRow) -> None:
    """The public recording is on file; the mark keeps when."""
    _asset(session, hearing, row)
    mark(session, hearing, row)


def _sealed(session: Session, hearing: Hearing, row: JournalRow) -> None:
    """A record of the sealed original; only those with media count as recorded time."""
    body = row.body
    start, end = _bounds(body, row)
    record = str(body.get("record", "MEDIA"))
    session.add(
        Asset(
            hearing_id=hearing.id,
            seq=row.seq,
            kind="sealed" if record == "MEDIA" else "sealed_mark",
            uri=f"{body.get('folder', 'sealed')}/{body.get('part', '')} {record}"[:200],
            start=start,
            end=end,
            bytes=int(body.get("bytes") or 0),
            sha256=str(body.get("sha256", ""))[:64],
        )
    )


def mark(session: Session, hearing: Hearing, row: JournalRow) -> None:
    """Keep the row as it is, to be shown to people."""
    session.add(
        Mark(
            hearing_id=hearing.id,
            seq=row.seq,
            kind=row.kind.value,
            at=instant(row.at) or utc_now(),
            t=row.t or 0,
            body=dict(row.body),
        )
    )


def _ended(session: Session, hearing: Hearing, row: JournalRow) -> None:
    at = instant(row.body.get("wall")) or instant(row.at) or utc_now()
    end = row.body.get("end", row.t)
    hearing.duration = max(hearing.duration, int(end or 0))
    ending.close(session, hearing, "worker", at, str(row.body.get("why", "")))
    mark(session, hearing, row)


def _nothing(session: Session, hearing: Hearing, row: JournalRow) -> None:
    """Totals stay in the journal; the live board shows the present ones."""


def _second_pass(session: Session, hearing: Hearing, row: JournalRow) -> None:
    at = instant(row.at) or utc_now()
    second_pass_told.told(session, hearing, row, at)
    publishing.after_the_second_pass(session, hearing, at)


def _moment(session: Session, hearing: Hearing, row: JournalRow) -> None:
    second_pass_told.found(session, hearing, row.body)


def _late(session: Session, hearing: Hearing, row: JournalRow) -> None:
    late_work.said(session, hearing, row, instant(row.at) or utc_now())


HANDLERS: dict[RowKind, Callable[[Session, Hearing, JournalRow], None]] = {
    RowKind.STARTED: _started,
    RowKind.SOURCE: _source,
    RowKind.STATE: _state,
    RowKind.WORDS: _words,
    RowKind.REDACTION: _redaction,
    RowKind.GUARD: _guard,
    RowKind.SEGMENT: _segment,
    RowKind.CAPTION: _asset,
    RowKind.STILL: _asset,
    RowKind.SEALED: _sealed,
    RowKind.RECORDING: _recorded,
    RowKind.MEASURE: _measure,
    RowKind.EVENT: mark,
    RowKind.ERROR: mark,
    RowKind.EFFORT: mark,
    RowKind.COUNTERS: _nothing,
    RowKind.SHOWN: _nothing,
    RowKind.SECOND_PASS: _second_pass,
    RowKind.LATE: _late,
    RowKind.MOMENT: _moment,
    RowKind.ENDED: _ended,
}


def _step(session: Session, hearing: Hearing, to: HearingState, at: datetime, why: str) -> None:
    """A state the worker reports; one the table forbids is left as it is, the mark stays."""
    if lifecycle.can_move(hearing, to):
        lifecycle.move(session, hearing, to, "worker", at, why)


def instant(text: object) -> datetime | None:
    """An ISO instant with its zone, or None."""
    try:
        value = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return value if value.tzinfo is not None else None


def _bounds(body: Body, row: JournalRow) -> tuple[int, int]:
    start = body.get("start", body.get("t", row.t))
    end = body.get("end", start)
    begin = int(start or 0)
    return begin, max(begin, int(end if end is not None else begin))


def _role(value: object) -> Role:
    try:
        return Role(str(value))
    except ValueError:
        return Role.UNKNOWN


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _mean_confidence(words: Iterable[Any]) -> float:
    """0 when no word says how sure it is: what nobody vouches for is no evidence."""
    values = [float(w[3]) for w in words if len(w) > 3]
    return sum(values) / len(values) if values else 0.0
