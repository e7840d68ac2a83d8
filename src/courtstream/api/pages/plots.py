"""Plots as SVG from the server: readable without script, in print, and with links to evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import wrap

from markupsafe import Markup, escape

from courtstream.services.views import CourtBand, TrendPoint

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 36, 12, 12, 28
TICK = 10
STRIP_LEFT = 56


@dataclass(frozen=True, slots=True)
class Stretch:
    """A named stretch on the strip, in seconds."""

    start: float
    end: float
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.begin + share * (self.end - self.begin)


def trend(points: Sequence[TrendPoint], band: CourtBand | None, label: str) -> Markup:
    """Weekly means over time, with the court's middle half behind; empty without points.

    The scale always ends at 100 and begins at a whole ten below the lowest value, so that a
    small wobble does not look like a fall.
    """
    if not points:
        return Markup("")
    lowest = min([p.mean for p in points] + ([band.lower] if band else []))
    floor = min(60.0, max(0.0, lowest // TICK * TICK))
    y = _Scale(floor, 100.0, HEIGHT - BOTTOM, TOP)
    first, last = points[0].start.toordinal(), points[-1].start.toordinal()
    x = _Scale(first - 2, last + 2, LEFT, WIDTH - RIGHT)
    parts = [*_band(band, y), *_grid(floor, y), *_weeks(points, x)]
    path = " ".join(f"{x(p.start.toordinal()):.1f},{y(p.mean):.1f}" for p in points)
    parts.append(f'<polyline class="line" points="{path}"/>')
    parts += [_point(p, x, y) for p in points]
    return _svg(parts, label, HEIGHT)


def strip(
    duration: float,
    steps: Sequence[Stretch],
    hidden: Sequence[Stretch],
    levels: Sequence[tuple[float, float]],
    lanes: tuple[str, str, str],
    label: str,
) -> Markup:
    """Three lanes over the length of a hearing: steps, stretches held back, loudness in LUFS."""
    if duration <= 0:
        return Markup("")
    x = _Scale(0.0, duration, STRIP_LEFT, WIDTH - RIGHT)
    parts = [
        f'<text x="0" y="{top + 14}">{escape(name)}</text>'
        f'<path class="grid" d="M{STRIP_LEFT} {top + 20}H{WIDTH - RIGHT}"/>'
        for name, top in zip(lanes, (4, 34, 64), strict=True)
    ]
    parts += [_block(s, x, 8, "step") for s in steps]
    parts += [_block(s, x, 38, "guard-span" if s.kind else "hidden-span") for s in hidden]
    parts += _level(levels, x)
    parts.append(
        f'<line class="cursor" data-cursor="" data-width="{WIDTH - RIGHT - STRIP_LEFT}" '
        f'x1="{STRIP_LEFT}" x2="{STRIP_LEFT}" y1="4" y2="90"/>'
    )
    return _svg(parts, label, 94)


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a radar: shares of 1.0, `low` <= `share` <= `high`."""

    name: str
    share: float
    low: float
    high: float


RADAR_WIDTH, RADAR_HEIGHT, RADAR_RADIUS = 420, 340, 112
NAME_WIDTH, LINE_HEIGHT = 12, 14
"""Characters of an axis' name on a line, and the lines' distance: long names stay inside."""


def radar(axes: Sequence[Axis], label: str) -> Markup:
    """Axes around a centre; the coloured band is what people have still to decide.

    Empty below three axes: two make no area.
    """
    if len(axes) < 3:
        return Markup("")
    angles = [2 * math.pi * n / len(axes) - math.pi / 2 for n in range(len(axes))]
    rings = [_ring([share] * len(axes), angles) for share in (0.25, 0.5, 0.75, 1.0)]
    outer = _ring([axis.high for axis in axes], angles)
    inner = _ring([axis.low for axis in axes], angles)
    parts = [f'<path class="ring" d="{ring}"/>' for ring in rings]
    parts.append(f'<path class="doubt" fill-rule="evenodd" d="{outer}{inner}"/>')
    parts.append(f'<path class="shape" d="{_ring([a.share for a in axes], angles)}"/>')
    parts += [_axis_name(axis, angle) for axis, angle in zip(axes, angles, strict=True)]
    body = "".join(parts)
    return Markup(
        f'<svg class="radar" viewBox="0 0 {RADAR_WIDTH} {RADAR_HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{body}</svg>'
    )


def _ring(shares: Sequence[float], angles: Sequence[float]) -> str:
    points = (
        f"{RADAR_WIDTH / 2 + RADAR_RADIUS * s * math.cos(a):.1f} "
        f"{RADAR_HEIGHT / 2 + RADAR_RADIUS * s * math.sin(a):.1f}"
        for s, a in zip(shares, angles, strict=True)
    )
    return "M" + "L".join(points) + "Z"


def _axis_name(axis: Axis, angle: float) -> str:
    x = RADAR_WIDTH / 2 + (RADAR_RADIUS + 14) * math.cos(angle)
    y = RADAR_HEIGHT / 2 + (RADAR_RADIUS + 18) * math.sin(angle)
    side = "middle" if abs(math.cos(angle)) < 0.3 else "start" if math.cos(angle) > 0 else "end"
    lines = [*wrap(axis.name, NAME_WIDTH), f"{axis.share:.0%}"]
    first = y - LINE_HEIGHT * (len(lines) - 1) / 2
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{first + LINE_HEIGHT * n:.1f}" dy="4">{escape(line)}</tspan>'
        for n, line in enumerate(lines)
    )
    return f'<text text-anchor="{side}">{spans}</text>'


def _svg(parts: list[str], label: str, height: int) -> Markup:
    # Every text in the parts went through escape().
    body = "".join(parts)
    return Markup(
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="group" '
        f'aria-label="{escape(label)}">{body}</svg>'
    )


def _band(band: CourtBand | None, y: _Scale) -> list[str]:
    if band is None:
        return []
    top, bottom, middle = y(band.upper), y(band.lower), y(band.middle)
    right = WIDTH - RIGHT
    return [
        f'<rect class="band" x="{LEFT}" y="{top:.1f}" width="{right - LEFT}" '
        f'height="{max(1.0, bottom - top):.1f}"/>',
        f'<path class="median" d="M{LEFT} {middle:.1f}H{right}"/>',
    ]


def _grid(floor: float, y: _Scale) -> list[str]:
    rows = []
    for tick in range(int(floor), 101, TICK):
        at = f"{y(tick):.1f}"
        rows.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>'
            f'<text x="{LEFT - 6}" y="{at}" dy="4" text-anchor="end">{tick}</text>'
        )
    return rows


def _weeks(points: Sequence[TrendPoint], x: _Scale) -> list[str]:
    every = max(1, -(-len(points) // 8))
    return [
        f'<text x="{x(p.start.toordinal()):.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{p.start.month}/{p.start.day}</text>"
        for p in points[::every]
    ]


def _point(point: TrendPoint, x: _Scale, y: _Scale) -> str:
    name = escape(f"{point.start.isoformat()}: {point.mean:.1f} ({point.hearings})")
    return (
        f'<a href="{week_link(point.start)}" aria-label="{name}"><title>{name}</title>'
        f'<circle class="dot" cx="{x(point.start.toordinal()):.1f}" cy="{y(point.mean):.1f}" '
        'r="5"/></a>'
    )


def week_link(start: date) -> str:
    """The judge page narrowed to one week's hearings."""
    return f"?week={start.isoformat()}#hearings"


def _block(stretch: Stretch, x: _Scale, top: int, kind: str) -> str:
    begin, width = x(stretch.start), max(2.0, x(stretch.end) - x(stretch.start) - 0.75)
    name = escape(stretch.name)
    return (
        f'<a href="?t={stretch.start:.1f}#watch" data-seek="{stretch.start:.3f}" '
        f'aria-label="{name}"><title>{name}</title>'
        f'<rect class="{kind}" x="{begin:.1f}" y="{top}" width="{width:.1f}" height="12"/></a>'
    )


def _level(levels: Sequence[tuple[float, float]], x: _Scale) -> list[str]:
    if not levels:
        return []
    y = _Scale(-60.0, -10.0, 86.0, 66.0)
    path = " ".join(f"{x(t):.1f},{y(min(-10.0, max(-60.0, lufs))):.1f}" for t, lufs in levels)
    return [f'<polyline class="level" points="{path}"/>']
