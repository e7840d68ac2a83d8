"""What the judge's page and the scorecard say beyond the plain views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from courtstream.api.pages import plots
from courtstream.api.pages.i18n import Catalog
from courtstream.api.pages.watching import STRINGS
from courtstream.api.pages.wording import Wording
from courtstream.domain.clock import court_day
from courtstream.domain.scoring import Outcome
from courtstream.services.views import (
    ClosureView,
    FindingView,
    Performance,
    ScorecardView,
    ScoredHearing,
)

Json = dict[str, Any]

ASKING = frozenset({Outcome.NOT_FOUND, Outcome.UNCLEAR})
SHOWN_ITEMS, SHOWN_PLACES = 6, 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: a hearing, the item, and seconds in the recording when known."""

    hearing_id: str
    case_number: str
    item: str
    start: float | None


@dataclass(frozen=True, slots=True)
class MissingItem:
    """An item that was not found in `count` of the `of` hearings it was looked for in."""

    title_zh: str
    title_en: str
    count: int
    of: int
    places: tuple[Place, ...]


def missing(cards: Iterable[ScorecardView]) -> tuple[MissingItem, ...]:
    """What was not found or unclear most often, and is not yet judged by a person."""
    looked: dict[str, int] = {}
    found: dict[str, list[tuple[ScorecardView, FindingView]]] = {}
    for card in cards:
        for finding in card.findings:
            if finding.outcome is not Outcome.NOT_APPLICABLE:
                looked[finding.item] = looked.get(finding.item, 0) + 1
            if finding.outcome in ASKING:
                found.setdefault(finding.item, []).append((card, finding))
    worst = sorted(found, key=lambda item: (-len(found[item]), item))[:SHOWN_ITEMS]
    return tuple(_missing_item(found[item], looked[item]) for item in worst)


def _missing_item(pairs: Sequence[tuple[ScorecardView, FindingView]], of: int) -> MissingItem:
    first = pairs[0][1]
    places = tuple(
        Place(card.hearing.id, card.hearing.case_number, finding.item, _start(finding))
        for card, finding in pairs[:SHOWN_PLACES]
    )
    return MissingItem(first.title_zh, first.title_en, len(pairs), of, places)


def _start(finding: FindingView) -> float | None:
    return next((e.start for e in finding.evidence if e.start is not None), None)


def week_rows(rows: Sequence[ScoredHearing], week: date | None) -> tuple[ScoredHearing, ...]:
    """The hearings of one week (its Monday), or all of them."""
    if week is None:
        return tuple(rows)
    end = week + timedelta(days=7)
    return tuple(r for r in rows if week <= court_day(r.card.scheduled_start) < end)


def judge_context(
    page: Performance, cards: Iterable[ScorecardView], week: date | None, words: Catalog
) -> Json:
    """Everything `judge.html` names."""
    return {
        "page": page,
        "trend_svg": plots.trend(page.trend, page.band, words("plot.trend_label")),
        "missing": missing(cards),
        "rows": week_rows(page.hearings, week),
        "week": week,
    }


def scorecard_strip(
    card: ScorecardView,
    closures: Sequence[ClosureView],
    levels: Sequence[tuple[float, float]],
    words: Catalog,
    wording: Wording,
) -> Any:
    """The three-lane strip of one hearing."""
    duration = card.hearing.duration
    steps = [
        plots.Stretch(s.start, s.end or s.start + 1.0, wording.title(s))
        for s in card.steps
        if s.start is not None
    ]
    hidden = [
        plots.Stretch(c.start, c.end if c.end is not None else duration, words("plot.hidden"), "g")
        for c in closures
    ]
    lanes = (words("plot.steps"), words("plot.hidden"), words("plot.level"))
    return plots.strip(duration, steps, hidden, levels, lanes, words("plot.strip_label"))


def scorecard_strings(words: Catalog) -> dict[str, str]:
    """The part of the catalog the scorecard's script needs."""
    return words.some(*STRINGS)
