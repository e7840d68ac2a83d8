"""Ways to find hearings: by month, by court, in feeds and by short address; views are counted."""

from __future__ import annotations

import threading
import time
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from courtstream.domain.clock import court_day, day_bounds
from courtstream.domain.errors import NotFound
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.docket import court_tree
from courtstream.services.people.scope import court_path, courts_within
from courtstream.services.public import search as public_search
from courtstream.services.public.search import Search
from courtstream.services.views import CourtView, HearingCard
from courtstream.store.tables import Court, Courtroom, Hearing, HearingIndex, ViewCount

WRITE_SECONDS, WRITE_MANY = 15.0, 200
"""Views are written together: a page costs no write of its own."""

SHORT = 8
"""Characters of a hearing's id that its short address carries: 40 bits of a random number."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What there is for the public, without any ranking."""

    hearings: int
    replays: int
    live: int
    courts: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar and how many public hearings it has."""

    day: date
    hearings: int
    inside: bool


@dataclass(frozen=True, slots=True)
class CourtPage:
    """A court for the public: its rooms, those below it, what comes and what there was."""

    court: CourtView
    above: tuple[CourtView, ...]
    below: tuple[CourtView, ...]
    rooms: tuple[str, ...]
    coming: tuple[HearingCard, ...]
    recent: tuple[HearingCard, ...]
    totals: Totals


def totals(session: Session, court_id: str = "") -> Totals:
    """Counts over the index, of a court with those below it when one is given."""
    where = [HearingIndex.open.is_(True)]
    if court_id:
        where.append(HearingIndex.court_id.in_(courts_within(session, court_id)))

    def count(more: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(HearingIndex).where(*where, more)
        return session.scalar(query) or 0

    replay, live = f" {PublicationMode.REPLAY.value} ", f" {PublicationMode.LIVE.value} "
    courts = select(func.count(HearingIndex.court_id.distinct())).where(*where)
    return Totals(
        hearings=count(HearingIndex.state != HearingState.CANCELLED),
        replays=count(HearingIndex.modes.contains(replay)),
        live=count(HearingIndex.modes.contains(live)),
        courts=session.scalar(courts) or 0,
    )


def month(session: Session, year: int, number: int, court_id: str = "") -> list[list[Day]]:
    """The weeks of a month, Monday first, each day with its count."""
    first = date(year, number, 1)
    last = date(year, number, monthrange(year, number)[1])
    begin = first - timedelta(days=first.weekday())
    end = last + timedelta(days=6 - last.weekday())
    query = select(HearingIndex.start).where(
        HearingIndex.open.is_(True),
        HearingIndex.state != HearingState.CANCELLED,
        HearingIndex.start >= day_bounds(begin)[0],
        HearingIndex.start < day_bounds(end)[1],
    )
    if court_id:
        query = query.where(HearingIndex.court_id.in_(courts_within(session, court_id)))
    counts = Counter(court_day(start) for start in session.scalars(query))
    days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    row = [Day(d, counts[d], d.month == number) for d in days]
    return [row[n : n + 7] for n in range(0, len(row), 7)]


def court_page(session: Session, court_id: str, now: datetime) -> CourtPage:
    """One court's page. Raises NotFound."""
    if session.get(Court, court_id) is None:
        raise NotFound
    known = {court.id: court for court in court_tree.courts(session)}
    path = court_path(session, court_id)
    rooms = select(Courtroom.name).where(Courtroom.court_id == court_id).order_by(Courtroom.name)
    today = court_day(now)
    coming = public_search.search(
        session, Search(court_id=court_id, day=today, until=today + timedelta(days=14))
    )
    recent = public_search.search(session, Search(court_id=court_id, mode=PublicationMode.REPLAY))
    return CourtPage(
        court=known[court_id],
        above=tuple(known[c] for c in reversed(path[1:])),
        below=tuple(c for c in known.values() if c.parent_id == court_id),
        rooms=tuple(session.scalars(rooms)),
        coming=tuple(sorted(coming.cards, key=lambda c: c.scheduled_start)),
        recent=recent.cards[:10],
        totals=totals(session, court_id),
    )


def by_short(session: Session, code: str) -> str:
    """The hearing of a short address. Raises NotFound when none or several end like this."""
    query = select(HearingIndex.hearing_id).where(
        HearingIndex.open.is_(True),
        HearingIndex.hearing_id.endswith(code, autoescape=True),
    )
    found = list(session.scalars(query.limit(2)))
    if len(code) != SHORT or len(found) != 1:
        raise NotFound
    return found[0]


def all_ids(session: Session, limit: int = 45_000) -> tuple[tuple[str, str, datetime], ...]:
    """(id, modes, start) of what may be in a sitemap, the newest first."""
    query = (
        select(HearingIndex.hearing_id, HearingIndex.modes, HearingIndex.start)
        .where(HearingIndex.open.is_(True), HearingIndex.state != HearingState.CANCELLED)
        .order_by(HearingIndex.start.desc())
        .limit(limit)
    )
    return tuple((i, m, s) for i, m, s in session.execute(query))


class Views:
    """Page views waiting to be written: a number a hearing and day, nothing about anyone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._written = time.monotonic()

    def note(self, hearing_id: str, now: datetime) -> bool:
        """One more; whether it is time to write."""
        with self._lock:
            self._waiting[hearing_id, court_day(now).isoformat()] += 1
            late = time.monotonic() - self._written > WRITE_SECONDS
            return late or self._waiting.total() >= WRITE_MANY

    def waiting(self, hearing_id: str) -> int:
        """How many of one hearing are not written yet."""
        with self._lock:
            return sum(n for (known, _), n in self._waiting.items() if known == hearing_id)

    def take(self) -> Counter[tuple[str, str]]:
        """What waits; afterwards nothing does."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
            self._written = time.monotonic()
        return taken


def write_views(session: Session, counted: Counter[tuple[str, str]]) -> None:
    """Add what was counted; hearings nobody knows are passed over."""
    for (hearing_id, day), views in counted.items():
        row = session.get(ViewCount, (hearing_id, day))
        if row is not None:
            row.views += views
        elif session.get(Hearing, hearing_id) is not None:
            session.add(ViewCount(hearing_id=hearing_id, day=day, views=views))


def views_of(session: Session, hearing_id: str) -> int:
    """How often a hearing's page was opened."""
    query = select(func.sum(ViewCount.views)).where(ViewCount.hearing_id == hearing_id)
    return session.scalar(query) or 0
