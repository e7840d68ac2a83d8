"""三维视图: everything known of a hearing on one clock, as lanes to draw. Times in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.redaction import FAIL_CLOSED, RedactionKind
from courtstream.domain.scoring import MediaSecond
from courtstream.domain.time import SECOND, Span, merge, seconds, to_seconds
from courtstream.rules.scoring import media_faults
from courtstream.services.public import outline
from courtstream.services.publication.shape import ON_AIR
from courtstream.services.scoring import standards
from courtstream.services.scoring.facts import lawful_reason, media_second, states_of
from courtstream.store.tables import (
    Asset,
    Hearing,
    Mark,
    Measure,
    MinuteChange,
    PolicyRow,
    RedactionRow,
    ScorecardRow,
    Segment,
    UtteranceRow,
)

Json = dict[str, Any]
_JOIN = SECOND // 2
_TAIL = 30 * SECOND
"""Faults are voted over a window: with news, the last half minute is judged again."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a lane, in seconds. `kind` chooses its look, `text` what it says."""

    start: float
    end: float
    kind: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lanes:
    """One hearing's lanes. `t`, `lufs`, `faces`, `skew` are columns of the measures.

    `delay` is a step function: from each instant on, so many seconds. `since` is where this answer
    begins: a page that asks again replaces everything from there on.
    """

    since: float
    duration: float
    live: bool
    t: tuple[float, ...]
    lufs: tuple[float | None, ...]
    faces: tuple[int, ...]
    skew: tuple[int, ...]
    faults: tuple[Block, ...]
    sealed: tuple[Block, ...]
    gaps: tuple[Block, ...]
    public: tuple[Block, ...]
    minutes: tuple[Block, ...]
    closures: tuple[Block, ...]
    hidden: tuple[Block, ...]
    speech: tuple[Block, ...]
    delay: tuple[tuple[float, float], ...]
    steps: tuple[Json, ...] = field(default=())
    findings: tuple[Json, ...] = field(default=())


def lanes(session: Session, hearing_id: str, since: float = 0.0) -> Lanes:
    """The lanes from `since` on; the caller has checked who may see them.

    Steps and findings come whole and only when the caller adds them: they are the scorecard's.
    """
    hearing = session.get_one(Hearing, hearing_id)
    start = max(0, seconds(since) - _TAIL) if since else 0
    measures = _measures(session, hearing_id, start)
    sealed = merge(_assets(session, hearing_id, "sealed", 0), SECOND)
    end = _duration(session, hearing, measures, sealed)
    return Lanes(
        since=to_seconds(start),
        duration=to_seconds(end),
        live=hearing.state in ON_AIR,
        t=tuple(round(to_seconds(m.start), 3) for m in measures),
        lufs=tuple(m.lufs for m in measures),
        faces=tuple(m.faces for m in measures),
        skew=tuple(round(m.skew / 1e6) for m in measures),
        faults=_faults(session, [media_second(m) for m in measures]),
        sealed=_plain(sealed),
        gaps=_gaps(session, hearing_id, sealed),
        public=_plain(merge(_segments(session, hearing_id), SECOND)),
        minutes=_minutes(session, hearing_id, end),
        closures=tuple(
            Block(c.start, to_seconds(end) if c.end is None else c.end, "guard", c.reason)
            for c in outline.closures(session, hearing_id)
        ),
        hidden=_redacted(session, hearing_id, RedactionKind.WHOLE_PICTURE, start),
        speech=_redacted(session, hearing_id, RedactionKind.SPEECH, start),
        delay=_delays(session, hearing),
    )


def step_blocks(card: ScorecardRow) -> tuple[Json, ...]:
    """Steps that have a place, as they stand on the card, times in seconds."""
    return tuple(
        {**step, "start": to_seconds(step["start"]), "end": to_seconds(step["end"])}
        for step in card.steps
        if step["start"] is not None
    )


def spoken(session: Session, hearing_id: str, since: float = 0.0) -> tuple[Json, ...]:
    """The transcript from `since` on, private words masked."""
    query = (
        select(UtteranceRow)
        .where(UtteranceRow.hearing_id == hearing_id, UtteranceRow.start >= seconds(since))
        .order_by(UtteranceRow.start, UtteranceRow.seq)
    )
    return tuple(
        {
            "seq": row.seq,
            "start": round(to_seconds(row.start), 2),
            "end": round(to_seconds(row.end), 2),
            "role": row.role.value,
            "speaker": row.speaker,
            "text": row.text,
            "confidence": round(row.confidence, 2),
        }
        for row in session.scalars(query)
    )


def _measures(session: Session, hearing_id: str, start: int) -> list[Measure]:
    query = (
        select(Measure)
        .where(Measure.hearing_id == hearing_id, Measure.start >= start)
        .order_by(Measure.start)
    )
    return list(session.scalars(query))


def _duration(
    session: Session, hearing: Hearing, measures: Sequence[Measure], sealed: Sequence[Span]
) -> int:
    last = [hearing.duration, measures[-1].end if measures else 0]
    return max([*last, *(span.end for span in sealed)])


def _faults(session: Session, measured: Sequence[MediaSecond]) -> tuple[Block, ...]:
    found = media_faults(measured, standards.in_force(session))
    blocks = [
        Block(to_seconds(span.start), to_seconds(span.end), kind.value)
        for kind, spans in found.items()
        for span in spans
    ]
    return tuple(sorted(blocks, key=lambda b: (b.start, b.kind)))


def _assets(session: Session, hearing_id: str, kind: str, start: int) -> list[Span]:
    query = select(Asset.start, Asset.end).where(
        Asset.hearing_id == hearing_id, Asset.kind == kind, Asset.end >= start
    )
    return [Span(a, max(a, b)) for a, b in session.execute(query)]


def _segments(session: Session, hearing_id: str) -> list[Span]:
    query = select(Segment.start, Segment.end).where(Segment.hearing_id == hearing_id)
    return [Span(a, max(a, b)) for a, b in session.execute(query)]


def _gaps(session: Session, hearing_id: str, sealed: Sequence[Span]) -> tuple[Block, ...]:
    """What lies between recorded stretches, with its lawful reason or as a fault."""
    states = states_of(session, hearing_id)
    return tuple(
        Block(
            to_seconds(a.end),
            to_seconds(b.start),
            "lawful" if (reason := lawful_reason(states, a.end)) else "gap",
            reason or "",
        )
        for a, b in pairwise(sealed)
    )


def _minutes(session: Session, hearing_id: str, end: int) -> tuple[Block, ...]:
    query = (
        select(MinuteChange)
        .where(MinuteChange.hearing_id == hearing_id)
        .order_by(MinuteChange.t, MinuteChange.seq)
    )
    rows = list(session.scalars(query))
    ends = [row.t for row in rows[1:]] + [max(end, row.t) for row in rows[-1:]]
    return tuple(
        Block(to_seconds(row.t), to_seconds(max(row.t, until)), row.state.value, row.why)
        for row, until in zip(rows, ends, strict=True)
    )


def _redacted(
    session: Session, hearing_id: str, kind: RedactionKind, start: int
) -> tuple[Block, ...]:
    closed = {reason.value for reason in FAIL_CLOSED}
    query = (
        select(RedactionRow.start, RedactionRow.end, RedactionRow.reason)
        .where(
            RedactionRow.hearing_id == hearing_id,
            RedactionRow.kind == kind.value,
            RedactionRow.end >= start,
        )
        .order_by(RedactionRow.start)
    )
    return tuple(
        Block(to_seconds(a), to_seconds(b), "closed" if reason in closed else "private", reason)
        for a, b, reason in session.execute(query)
    )


def _delays(session: Session, hearing: Hearing) -> tuple[tuple[float, float], ...]:
    """The privacy delay from the start on, and every change of it that a row tells of."""
    policy = session.scalars(select(PolicyRow).where(PolicyRow.hearing_id == hearing.id)).first()
    steps = [(0.0, policy.delay if policy else 10.0)]
    query = select(Mark).where(Mark.hearing_id == hearing.id, Mark.kind == "state")
    for mark in session.scalars(query.order_by(Mark.t, Mark.seq)):
        value = mark.body.get("delay")
        if isinstance(value, int | float):
            steps.append((to_seconds(mark.t), float(value)))
    return tuple(steps)


def _plain(spans: Iterable[Span]) -> tuple[Block, ...]:
    return tuple(Block(to_seconds(s.start), to_seconds(s.end)) for s in spans)
