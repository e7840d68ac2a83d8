"""What the judge's page and the scorecard say beyond the plain views."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from courtstream.api.pages import plots
from courtstream.api.pages.i18n import Catalog
from courtstream.api.pages.watching import STRINGS
from courtstream.api.pages.wording import Wording
from courtstream.domain.clock import court_day
from courtstream.domain.scoring import Outcome
from courtstream.services import paging
from courtstream.services.docket.listing import JudgedItem
from courtstream.services.views import (
    ClosureView,
    Performance,
    ScorecardView,
    ScoredHearing,
)

Json = dict[str, Any]

HEARINGS_A_PAGE = 20
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


def missing(
    items: Iterable[JudgedItem], case_numbers: Mapping[str, str]
) -> tuple[MissingItem, ...]:
    """What was not found or unclear most often. `case_numbers` by hearing."""
    looked: Counter[str] = Counter()
    found: dict[str, list[JudgedItem]] = {}
    for item in items:
        looked[item.item] += item.outcome is not Outcome.NOT_APPLICABLE
        if item.outcome in ASKING:
            found.setdefault(item.item, []).append(item)
    worst = sorted(found, key=lambda code: (-len(found[code]), code))[:SHOWN_ITEMS]
    return tuple(
        MissingItem(
            found[code][0].title_zh,
            found[code][0].title_en,
            len(found[code]),
            looked[code],
            tuple(
                Place(i.hearing_id, case_numbers.get(i.hearing_id, ""), code, i.start)
                for i in found[code][:SHOWN_PLACES]
            ),
        )
        for code in worst
    )


def week_rows(rows: Sequence[ScoredHearing], week: date | None) -> tuple[ScoredHearing, ...]:
    """The hearings of one week (its Monday), or all of them."""
    if week is None:
        return tuple(rows)
    end = week + timedelta(days=7)
    return tuple(r for r in rows if week <= court_day(r.card.scheduled_start) < end)


def judge_context(
    page: Performance,
    items: Iterable[JudgedItem],
    week: date | None,
    words: Catalog,
    asked: int = 1,
) -> Json:
    """Everything `judge.html` names; `asked`: which page of the list of hearings."""
    return {
        "page": page,
        "trend_svg": plots.trend(page.trend, page.band, words("plot.trend_label")),
        "missing": missing(items, {r.card.id: r.card.case_number for r in page.hearings}),
        "part": paging.cut(week_rows(page.hearings, week), asked, HEARINGS_A_PAGE),
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


def radar(card: ScorecardView, words: Catalog, wording: Wording) -> Any:
    """Shares of the categories' points, with what the open questions could still change."""
    axes = [
        plots.Axis(
            wording.title(c),
            c.points / c.weight,
            (c.points if c.low is None else c.low) / c.weight,
            (c.points if c.high is None else c.high) / c.weight,
        )
        for c in card.categories
        if c.weight >= 0.5
    ]
    return plots.radar(axes, words("plot.radar_label"))


def scorecard_strings(words: Catalog) -> dict[str, str]:
    """The part of the catalog the scorecard's script needs."""
    return words.some(*STRINGS)
