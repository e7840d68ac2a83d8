"""What came of a soak, from its samples, its journal and its logs: for `bench.soak`."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from courtstream.domain.time import to_seconds

WINDOW_S = 1800
WARM_H, FULL_H = 0.1, WINDOW_S / 3600 + 0.1
"""Hours of media until every buffer, and until the rewind window, has been full."""
SPAN_H = 0.05


@dataclass(frozen=True)
class Sample:
    """One look: hours of media aired, hours of wall, and every measure by process and name."""

    media: float
    wall: float
    figures: dict[str, dict[str, float]]


def slope(samples: Sequence[Sample], who: str, what: str, by: str) -> float:
    """What is gained an hour of `by` (media or wall): least squares through each span's least."""
    spans: dict[int, Sample] = {}
    for sample in (s for s in samples if what in s.figures.get(who, {})):
        known = spans.get(int(sample.media / SPAN_H))
        if known is None or sample.figures[who][what] < known.figures[who][what]:
            spans[int(sample.media / SPAN_H)] = sample
    if len(spans) < 3:
        return 0.0
    x = np.array([getattr(s, by) for s in spans.values()])
    return float(np.polyfit(x, [s.figures[who][what] for s in spans.values()], 1)[0])


def table(samples: Sequence[Sample]) -> Iterator[str]:
    """The figures as Markdown."""
    warm = [s for s in samples if s.media >= WARM_H]
    full = [s for s in samples if s.media >= FULL_H]
    if not warm:
        yield f"only {samples[-1].media if samples else 0:.2f} h of media aired: no figures"
        return
    last = warm[-1]
    yield (
        f"{last.media:.2f} h of media in {last.wall:.2f} h; {len(warm)} samples after "
        f"{WARM_H} h, {len(full)} after {FULL_H} h of media"
    )
    yield (
        "| | MB at first | at the end | MB an hour of media | window full | of wall, window full | "
        "open files | threads |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for who in warm[-1].figures:
        have = [s.figures[who] for s in warm if who in s.figures]
        for what in have[0]:
            if what not in ("memory", "in use", "database", "journal"):
                continue
            name = {"memory": who, "in use": f"{who}, in use"}.get(what, what)
            counts = [_range(have, "descriptors"), _range(have, "threads")]
            rates = [slope(warm, who, what, "media"), slope(full, who, what, "media")]
            rates.append(slope(full, who, what, "wall"))
            gains = " | ".join(f"{rate:+.2f}" for rate in rates)
            yield (
                f"| {name} | {have[0][what]:.1f} | {have[-1][what]:.1f} | {gains} | "
                f"{' | '.join(counts)} |"
            )


def behind(samples: Sequence[Sample], speed: float) -> str:
    """How far airing fell behind the encoder, beyond its delay: seconds of media."""
    late = [3600 * (speed * sample.wall - sample.media) for sample in samples]
    least = min(late, default=0.0)
    worst, last = max(late, default=0.0) - least, (late or [0.0])[-1] - least
    return f"behind the encoder: {worst:.0f} s of media at worst, {last:.0f} s at the end"


def _range(have: Sequence[dict[str, float]], what: str) -> str:
    found = [int(h[what]) for h in have if what in h]
    return f"{min(found)}–{max(found)}" if found else "–"


def closed(rows: Sequence[dict[str, Any]]) -> str:
    """How long the public had a card instead of the picture, and why."""
    why: dict[str, float] = {}
    for row in rows:
        body = row["body"]
        if row["kind"] == "guard" and not body["closed"]:
            length = to_seconds(body["end"] - body["start"])
            why[str(body["reason"])] = why.get(str(body["reason"]), 0.0) + length
    told = ", ".join(f"{reason} {length:.0f} s" for reason, length in why.items())
    return f"closed: {told or 'never'}"


def errors(rows: Sequence[dict[str, Any]]) -> str:
    """The journal's error rows, by stage and code."""
    found = Counter(
        f"{row['body'].get('stage')} {row['body'].get('code')}"
        for row in rows
        if row["kind"] == "error"
    )
    runs = sum(row["kind"] == "started" for row in rows)
    return f"runs of the worker: {runs}; error rows: {_counted(found)}"


def logged(path: Path) -> str:
    """What a process has logged as a warning or worse, by what it says."""
    found: Counter[str] = Counter()
    for line in path.read_bytes().splitlines() if path.exists() else ():
        with contextlib.suppress(ValueError, TypeError, KeyError):
            row = json.loads(line)
            if row["level"] in ("warning", "error", "critical"):
                found[f"{row['level']} {row['event']}"] += 1
    return _counted(found)


def _counted(found: Counter[str]) -> str:
    return ", ".join(f"{what} ×{count}" for what, count in found.most_common()) or "none"
