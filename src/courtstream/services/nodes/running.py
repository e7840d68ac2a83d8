"""Which hearings run, where, and whose worker has fallen silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from courtstream.control.protocol import WorkerBeat
from courtstream.domain.trial import HearingState
from courtstream.services.courtroom import admission
from courtstream.services.publication.shape import ON_AIR
from courtstream.store.tables import Hearing, Mark, ScorecardRow

SILENT = timedelta(seconds=8)
"""Longer than a restart of the worker by its agent usually takes to be heard again."""

_RUNNING = (*ON_AIR, HearingState.ADMITTED)


@dataclass(slots=True)
class News:
    """Hearings to ask for rows, hearings whose worker went or came back, beats without use.

    `silent`: begun hearings whose worker nobody hears; their journal may know that they ended.
    """

    behind: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


def unfinished(session: Session) -> tuple[str, ...]:
    """Hearings whose journal may have rows the database lacks: begun and, as far as it knows,
    not ended, or ended by a person without the worker's last row.
    """
    last_row = exists().where(Mark.hearing_id == Hearing.id, Mark.kind == "ended")
    abandoned = (Hearing.state == HearingState.ENDED) & (Hearing.last_seq > 0) & ~last_row
    query = select(Hearing.id).where(Hearing.state.in_(_RUNNING) | abandoned, Hearing.node != "")
    return tuple(session.scalars(query))


def unscored(session: Session) -> tuple[str, ...]:
    """Hearings that ended in their journal but have no scorecard: the platform died in between."""
    scored = exists().where(ScorecardRow.hearing_id == Hearing.id)
    query = select(Hearing.id).where(Hearing.state == HearingState.ENDED, Hearing.last_seq > 0)
    return tuple(session.scalars(query.where(~scored)))


def where(session: Session, hearing_id: str) -> tuple[str, int]:
    """The node a hearing runs on (empty when unknown) and the last row known."""
    hearing = session.get(Hearing, hearing_id)
    return (hearing.node, hearing.last_seq) if hearing else ("", 0)


def look(session: Session, beats: Iterable[tuple[WorkerBeat, datetime]], now: datetime) -> News:
    """Compare what the workers say with what the database has.

    A running hearing whose worker nobody has heard for `SILENT` is marked; the mark goes when
    the worker speaks again.
    """
    news = News()
    heard = {beat.hearing_id: (beat, at) for beat, at in beats}
    for hearing in session.scalars(select(Hearing).where(Hearing.state.in_(_RUNNING))):
        known = heard.pop(hearing.id, None)
        if known is not None:
            _heard(session, hearing, *known, news)
        elif silent(hearing, now):
            news.silent.append(hearing.id)
            if not hearing.worker_gone:
                hearing.worker_gone = True
                news.changed.append(hearing.id)
    news.over.extend(heard)
    return news


def _heard(session: Session, hearing: Hearing, beat: WorkerBeat, at: datetime, news: News) -> None:
    hearing.worker_seen_at = at
    if hearing.worker_gone:
        hearing.worker_gone = False
        news.changed.append(hearing.id)
    if beat.seq > hearing.last_seq:
        news.behind.append(hearing.id)
    if beat.source not in {"lost", "broken", "ended"}:
        for stream in admission.open_streams(session, hearing.id):
            stream.seen_at = at


def silent(hearing: Hearing, now: datetime) -> bool:
    """Whether nobody has heard the worker of a begun hearing for `SILENT`."""
    since = hearing.worker_seen_at or hearing.actual_start
    return since is not None and now - since > SILENT
