"""Heat maps: cells in a table by tone, and a calendar of days as SVG with its table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from markupsafe import Markup, escape

from courtstream.services.supervision.coverage import DayCount

CELL, GAP, TOP, LEFT = 14, 3, 22, 30
TONES = 5


def tone(share: float | None) -> str:
    """The class of a cell: `na` without a denominator, else `t0` to `t4`; the number stays
    written in the cell, so that nothing hangs on colour alone (WCAG 1.4.1)."""
    if share is None:
        return "na"
    return f"t{min(TONES - 1, int(share * TONES))}"


def calendar(days: Sequence[DayCount], label: str) -> Markup:
    """Weeks as columns, Monday on top; empty without days."""
    if not days:
        return Markup("")
    first = days[0].day - timedelta(days=days[0].day.weekday())
    weeks = (days[-1].day - first).days // 7 + 1
    parts = [_square(d, (d.day - first).days) for d in days]
    parts += _months(days, first.toordinal())
    width, height = max(320, LEFT + weeks * (CELL + GAP)), TOP + 7 * (CELL + GAP)
    body = "".join(parts)  # every text in it went through escape()
    return Markup(
        f'<svg class="plot calendar" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(label)}">{body}</svg>'
    )


def distribution(bands: Sequence[int], label: str) -> Markup:
    """A bar a band of ten points between its two bounds; the numbers stand on the bars."""
    most = max(bands, default=0)
    if not most:
        return Markup("")
    parts = [
        f'<text x="{15 + n * 60}" y="182" text-anchor="middle">{n * 10}</text>'
        for n in range(len(bands) + 1)
    ]
    for n, count in enumerate(bands):
        x, height = 20 + n * 60, round(136 * count / most)
        parts.append(f'<rect class="bar" x="{x}" y="{160 - height}" width="50" height="{height}"/>')
        if count:
            parts.append(
                f'<text x="{x + 25}" y="{154 - height}" text-anchor="middle">{count}</text>'
            )
    body = "".join(parts)  # numbers only
    return Markup(
        f'<svg class="plot distribution" viewBox="0 0 640 188" role="img" '
        f'aria-label="{escape(label)}">{body}</svg>'
    )


def _square(day: DayCount, offset: int) -> str:
    x, y = LEFT + offset // 7 * (CELL + GAP), TOP + offset % 7 * (CELL + GAP)
    share = day.broadcast / day.eligible if day.eligible else None
    name = escape(f"{day.day.isoformat()}: {day.broadcast} / {day.eligible}")
    return (
        f'<rect class="heat {tone(share)}" x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="2">'
        f"<title>{name}</title></rect>"
    )


def _months(days: Sequence[DayCount], first: int) -> list[str]:
    seen: dict[tuple[int, int], int] = {}
    for day in days:
        seen.setdefault((day.day.year, day.day.month), day.day.toordinal() - first)
    return [
        f'<text x="{LEFT + offset // 7 * (CELL + GAP)}" y="14">{month}</text>'
        for (_, month), offset in seen.items()
    ]
