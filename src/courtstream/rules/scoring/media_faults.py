"""From numbers of each second to stretches with a fault, by the thresholds of a standard.

A fault must hold in most seconds of a short window (temporal voting), so that one odd second is
none and one good second does not end a bad stretch. What was not measured is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from courtstream.domain.scoring import MediaFault, MediaSecond
from courtstream.domain.time import MILLISECOND, Span, merge, seconds
from courtstream.rules.scoring.standard import Standard

Test: TypeAlias = Callable[[MediaSecond], bool]

PICTURE = (
    MediaFault.BLACK,
    MediaFault.FROZEN,
    MediaFault.BLURRED,
    MediaFault.TILTED,
    MediaFault.OVEREXPOSED,
    MediaFault.UNDEREXPOSED,
    MediaFault.DROPPED,
)
SOUND = (
    MediaFault.SILENT,
    MediaFault.CLIPPED,
    MediaFault.HUM,
    MediaFault.HOWL,
    MediaFault.NOISY,
)
_PLAIN = frozenset({MediaFault.BLACK, MediaFault.FROZEN, MediaFault.SILENT, MediaFault.CLIPPED})
"""Faults that hold in every second of a stretch or are not there."""

_NEEDS = {
    MediaFault.BLURRED: "blur",
    MediaFault.TILTED: "tilt_degrees",
    MediaFault.OVEREXPOSED: "bright_share",
    MediaFault.UNDEREXPOSED: "dark_share",
    MediaFault.DROPPED: "missing_share",
    MediaFault.HUM: "hum_db",
    MediaFault.HOWL: "howl_db",
    MediaFault.NOISY: "snr_db",
}
"""The threshold a fault is judged by; editions that have none of it do not judge it."""


def media_faults(
    measured: Sequence[MediaSecond], standard: Standard
) -> Mapping[MediaFault, tuple[Span, ...]]:
    """Stretches of every fault the standard has a threshold for, in order of time."""
    window = seconds(standard.limit("vote_seconds", 1.0))
    found: dict[MediaFault, tuple[Span, ...]] = {}
    for fault, test in _tests(standard):
        flags = [test(second) for second in measured]
        if fault not in _PLAIN:
            flags = _voted(measured, flags, window)
        spans = (s.span for s, bad in zip(measured, flags, strict=True) if bad)
        found[fault] = tuple(merge(spans, seconds(0.5)))
    return found


def _tests(standard: Standard) -> Iterator[tuple[MediaFault, Test]]:
    yield MediaFault.BLACK, lambda s: s.black
    yield MediaFault.FROZEN, lambda s: s.frozen and not s.black
    yield MediaFault.SILENT, lambda s: s.silent
    yield MediaFault.CLIPPED, lambda s: s.clipped
    yield MediaFault.NO_CLOCK, lambda s: s.clock is False
    yield MediaFault.BENCH_EMPTY, lambda s: s.bench_empty is True
    yield MediaFault.VIEW_MISSING, lambda s: bool(s.views_dead)
    skew = standard.limit("skew_ms") * MILLISECOND
    yield MediaFault.SKEW, lambda s: abs(s.skew) > skew
    for fault, name in _NEEDS.items():
        if name in standard.thresholds:
            yield fault, _numeric(fault, standard.limit(name))


def _numeric(fault: MediaFault, limit: float) -> Test:
    """Below the limit for sharpness and SNR, above it for everything else; black hides all."""
    pick: Mapping[MediaFault, Callable[[MediaSecond], float | None]] = {
        MediaFault.BLURRED: lambda s: None if s.black else s.sharpness,
        MediaFault.TILTED: lambda s: s.tilt,
        MediaFault.OVEREXPOSED: lambda s: s.bright,
        MediaFault.UNDEREXPOSED: lambda s: None if s.black else s.dark,
        MediaFault.DROPPED: lambda s: s.missing,
        MediaFault.HUM: lambda s: s.hum_db,
        MediaFault.HOWL: lambda s: s.howl_db,
        MediaFault.NOISY: lambda s: s.snr_db,
    }
    value = pick[fault]
    if fault in (MediaFault.BLURRED, MediaFault.NOISY):
        return lambda s: (v := value(s)) is not None and v < limit
    if fault is MediaFault.TILTED:
        return lambda s: (v := value(s)) is not None and abs(v) > limit
    return lambda s: (v := value(s)) is not None and v > limit


def _voted(measured: Sequence[MediaSecond], flags: Sequence[bool], window: int) -> list[bool]:
    """Whether most seconds within half a window on either side say so; linear in their number."""
    half = window // 2
    out, low, high, bad = [], 0, 0, 0
    for second in measured:
        while high < len(measured) and measured[high].span.start <= second.span.start + half:
            bad += flags[high]
            high += 1
        while measured[low].span.start < second.span.start - half:
            bad -= flags[low]
            low += 1
        out.append(2 * bad > high - low)
    return out
