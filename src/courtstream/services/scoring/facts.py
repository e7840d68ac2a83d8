"""What the scoring engine may know of a sitting, gathered from the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.redaction import FAIL_CLOSED, RedactionKind
from courtstream.domain.scoring import (
    HearingFacts,
    MediaMeasures,
    MediaSecond,
    RecordingFacts,
    ScheduleFacts,
)
from courtstream.domain.time import SECOND, Span, merge
from courtstream.domain.transcript import (
    EventKind,
    HearingEvent,
    Transcript,
    Utterance,
    Word,
)
from courtstream.domain.trial import InterruptionReason, MinuteState, Participant
from courtstream.store.tables import (
    Asset,
    GuardClosure,
    Hearing,
    LeakRow,
    Mark,
    Measure,
    MinuteChange,
    RedactionRow,
    UtteranceRow,
)

SEAL_CHECK = "seal_check"
"""Kind of the mark a check of the sealed original leaves."""

_GAP = SECOND // 2
"""Neighbouring faulty measures count as one fault."""


def facts_of(session: Session, hearing: Hearing) -> HearingFacts:
    """The facts of a hearing as the database has them."""
    return HearingFacts(
        hearing_id=hearing.id,
        kind=hearing.case.kind,
        procedure=hearing.procedure,
        transcript=transcript_of(session, hearing.id),
        participants=_participants(hearing),
        sole_judge=hearing.sole_judge,
        public=hearing.public,
        states=states_of(session, hearing.id),
        media=_media(session, hearing.id),
        recording=_recording(session, hearing),
        schedule=_schedule(session, hearing),
        private_spans=_private(session, hearing.id),
        guard_closed=_guard(session, hearing),
        leaks_confirmed=_leaks(session, hearing.id),
    )


def transcript_of(session: Session, hearing_id: str) -> Transcript:
    """The words and marks of a hearing in order of time."""
    query = (
        select(UtteranceRow)
        .where(UtteranceRow.hearing_id == hearing_id)
        .order_by(UtteranceRow.start, UtteranceRow.seq)
    )
    utterances = tuple(_utterance(row) for row in session.scalars(query))
    return Transcript(utterances=utterances, events=_events(session, hearing_id))


def _utterance(row: UtteranceRow) -> Utterance:
    words = tuple(
        Word(str(w[0]), Span(int(w[1]), int(w[2])), float(w[3]) if len(w) > 3 else 1.0)
        for w in row.words
    )
    return Utterance(
        Span(row.start, row.end), row.text, row.role, row.speaker, row.confidence, words
    )


def _events(session: Session, hearing_id: str) -> tuple[HearingEvent, ...]:
    query = select(Mark).where(Mark.hearing_id == hearing_id, Mark.kind == "event").order_by(Mark.t)
    known = {kind.value for kind in EventKind}
    return tuple(
        HearingEvent(kind=EventKind(mark.body["kind"]), t=mark.t)
        for mark in session.scalars(query)
        if mark.body.get("kind") in known
    )


def _participants(hearing: Hearing) -> tuple[Participant, ...]:
    return tuple(
        Participant(p.role, p.name, p.label, p.side, p.protected, p.present)
        for p in hearing.case.participants
    )


def states_of(session: Session, hearing_id: str) -> tuple[tuple[int, MinuteState], ...]:
    """What the public got from each instant on."""
    query = (
        select(MinuteChange)
        .where(MinuteChange.hearing_id == hearing_id)
        .order_by(MinuteChange.t, MinuteChange.seq)
    )
    return tuple((row.t, row.state) for row in session.scalars(query))


def _media(session: Session, hearing_id: str) -> MediaMeasures:
    query = select(Measure).where(Measure.hearing_id == hearing_id).order_by(Measure.start)
    rows = list(session.scalars(query))
    return MediaMeasures(
        picture_black=_where(rows, lambda m: m.black),
        picture_frozen=_where(rows, lambda m: m.frozen),
        sound_silent=_where(rows, lambda m: m.silent),
        sound_clipped=_where(rows, lambda m: m.clipped),
        loudness_lufs=_middle(m.lufs for m in rows),
        snr_db=_middle(m.snr_db for m in rows),
        max_av_skew=_lasting_skew(rows),
        stalls=_stalls(session, hearing_id),
        seconds=tuple(media_second(row) for row in rows),
    )


def media_second(row: Measure) -> MediaSecond:
    """A row of measures as the rules read it; what its detail does not say was not measured."""
    detail = row.detail

    def number(name: str) -> float | None:
        value = detail.get(name)
        return float(value) if isinstance(value, int | float) else None

    def flag(name: str) -> bool | None:
        value = detail.get(name)
        return value if isinstance(value, bool) else None

    dead = number("views_dead")
    return MediaSecond(
        Span(row.start, row.end),
        black=row.black,
        frozen=row.frozen,
        silent=row.silent,
        clipped=row.clipped,
        lufs=row.lufs,
        snr_db=row.snr_db,
        hum_db=number("hum_db"),
        howl_db=number("howl_db"),
        sharpness=number("sharpness"),
        tilt=number("tilt"),
        bright=number("bright"),
        dark=number("dark"),
        missing=number("missing"),
        views_dead=None if dead is None else int(dead),
        clock=flag("clock"),
        bench_empty=flag("bench_empty"),
        skew=row.skew,
    )


def _stalls(session: Session, hearing_id: str) -> tuple[Span, ...]:
    """From each loss of the signal to its return."""
    query = select(Mark).where(Mark.hearing_id == hearing_id, Mark.kind == "source")
    spans: list[Span] = []
    lost: int | None = None
    for mark in session.scalars(query.order_by(Mark.seq)):
        state = mark.body.get("state")
        if state in {"lost", "broken"} and lost is None:
            lost = mark.t
        elif state in {"connected", "returned"} and lost is not None:
            spans.append(Span(lost, max(lost, mark.t)))
            lost = None
    return tuple(spans)


def _where(rows: list[Measure], faulty: Callable[[Measure], bool]) -> tuple[Span, ...]:
    return tuple(merge((Span(m.start, m.end) for m in rows if faulty(m)), _GAP))


def _middle(values: Iterable[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return median(known) if known else None


_SETTLED = 5
"""So many neighbouring seconds must agree: one odd time stamp is no skew."""


def _lasting_skew(rows: list[Measure]) -> int:
    """The largest skew that held for `_SETTLED` seconds, in ns."""
    sizes = [abs(m.skew) for m in rows]
    if len(sizes) < _SETTLED:
        return min(sizes, default=0)
    return max(min(sizes[i : i + _SETTLED]) for i in range(len(sizes) - _SETTLED + 1))


def _leaks(session: Session, hearing_id: str) -> int:
    query = select(func.count()).where(LeakRow.hearing_id == hearing_id)
    return session.scalar(query) or 0


def _chain(session: Session, hearing_id: str) -> bool | None:
    """What the last check of the sealed original said, None before the first one."""
    query = select(Mark).where(Mark.hearing_id == hearing_id, Mark.kind == SEAL_CHECK)
    last = session.scalars(query.order_by(Mark.seq.desc()).limit(1)).first()
    return bool(last.body.get("ok")) if last is not None else None


def _filed(session: Session, hearing: Hearing) -> float | None:
    """Hours from the end of the sitting until its recording was closed and on file."""
    query = select(Mark).where(Mark.hearing_id == hearing.id, Mark.kind == "recording")
    last = session.scalars(query.order_by(Mark.seq.desc()).limit(1)).first()
    if last is None or hearing.actual_end is None:
        return None
    return max(0.0, (last.at - hearing.actual_end).total_seconds() / 3600)


def _recording(session: Session, hearing: Hearing) -> RecordingFacts:
    sealed = merge(_assets(session, hearing.id, "sealed"), SECOND)
    states = states_of(session, hearing.id)
    return RecordingFacts(
        recorded=tuple(sealed),
        chain_ok=_chain(session, hearing.id),
        interruptions=tuple(
            (Span(a.end, b.start), lawful_reason(states, a.end)) for a, b in pairwise(sealed)
        ),
    )


_LAWFUL = {
    MinuteState.RECESS: InterruptionReason.RECESS.value,
    MinuteState.CLOSED: InterruptionReason.CLOSED_EVIDENCE.value,
}


def lawful_reason(states: tuple[tuple[int, MinuteState], ...], t: int) -> str | None:
    """The lawful reason in force at `t`, from the state the clerk had set."""
    before = [state for at, state in states if at <= t]
    return _LAWFUL.get(before[-1]) if before else None


def _assets(session: Session, hearing_id: str, kind: str) -> list[Span]:
    query = select(Asset).where(Asset.hearing_id == hearing_id, Asset.kind == kind)
    return [Span(row.start, row.end) for row in session.scalars(query)]


def _schedule(session: Session, hearing: Hearing) -> ScheduleFacts:
    zero = hearing.wall_zero or hearing.actual_start
    approved = hearing.approved_at
    notice = hearing.notice_at
    return ScheduleFacts(
        scheduled_start=_after(zero, hearing.scheduled_start),
        actual_start=_after(zero, hearing.actual_start),
        notice_days=(
            (hearing.scheduled_start - notice).total_seconds() / 86400 if notice else None
        ),
        approved_before_start=approved <= zero if approved and zero else None,
        panel_size=len(hearing.bench) or None,
        uploaded_within_hours=_filed(session, hearing),
    )


def _after(zero: datetime | None, at: datetime | None) -> float | None:
    return (at - zero).total_seconds() if zero is not None and at is not None else None


def _private(session: Session, hearing_id: str) -> tuple[Span, ...]:
    closed = {reason.value for reason in FAIL_CLOSED}
    query = select(RedactionRow).where(
        RedactionRow.hearing_id == hearing_id,
        RedactionRow.kind == RedactionKind.SPEECH.value,
        RedactionRow.reason.not_in(closed),
    )
    return tuple(merge(Span(r.start, r.end) for r in session.scalars(query)))


def _guard(session: Session, hearing: Hearing) -> tuple[Span, ...]:
    query = select(GuardClosure).where(GuardClosure.hearing_id == hearing.id)
    return tuple(
        merge(
            Span(c.start, max(c.start, hearing.duration if c.end is None else c.end))
            for c in session.scalars(query)
        )
    )
