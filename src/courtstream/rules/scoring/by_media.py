"""Items judged by measures of picture and sound, and by what privacy cost."""

from __future__ import annotations

import math
from collections.abc import Iterable

from courtstream.domain.scoring import Evidence, MediaFault
from courtstream.domain.time import MILLISECOND, SECOND, Span, merge, seconds, to_seconds
from courtstream.domain.trial import MinuteState
from courtstream.rules.scoring.by_speech import heard_well
from courtstream.rules.scoring.media_faults import PICTURE, SOUND, media_faults
from courtstream.rules.scoring.verdict import Case, Verdict, met, question, row, unknown

_NOT_ON_AIR = (MinuteState.CLOSED, MinuteState.RECESS, MinuteState.OFF)
_MINUTE = 60 * SECOND


def picture(case: Case) -> Verdict:
    """Black, frozen, blurred, tilted or badly exposed: one deduction a started minute."""
    media = case.facts.media
    known = ((media.picture_black, "black"), (media.picture_frozen, "frozen"))
    return _stretches(case, [*_named(known), *_found(case, PICTURE)], "media.picture")


def sound(case: Case) -> Verdict:
    """Silence, clipping, hum, howl, noise, or a loudness nobody can listen to."""
    media = case.facts.media
    known = ((media.sound_silent, "silent"), (media.sound_clipped, "clipped"))
    verdict = _stretches(case, [*_named(known), *_found(case, SOUND)], "media.sound")
    low, high = case.standard.limits("loudness")
    if media.loudness_lufs is None or low <= media.loudness_lufs <= high:
        return verdict
    evidence = row("media.loudness_lufs", f"{media.loudness_lufs:.1f}")
    return question(verdict.loss + case.item.deduction, evidence, *verdict.evidence)


def skew(case: Case) -> Verdict:
    """Picture and sound stay together."""
    if not _measured(case):
        return unknown(case.item.deduction, row("media.max_av_skew", "未测"))
    off = abs(case.facts.media.max_av_skew) / MILLISECOND
    evidence = row("media.max_av_skew_ms", f"{off:.0f}")
    return met(evidence) if off <= case.standard.limit("skew_ms") else _once(case, evidence)


def views(case: Case) -> Verdict:
    """Every tile of a split picture shows something."""
    if all(s.views_dead is None for s in case.facts.media.seconds):
        return unknown(case.item.deduction, row("media.views", "未测"))
    return _stretches(case, _found(case, (MediaFault.VIEW_MISSING,)), "media.views")


def clock(case: Case) -> Verdict:
    """A running clock stands in the picture (法释〔2017〕5号 art. 4)."""
    known = [s for s in case.facts.media.seconds if s.clock is not None]
    if not known:
        return unknown(case.item.deduction, row("media.clock", "未测"))
    share = sum(s.clock is False for s in known) / len(known)
    if share <= case.standard.limit("quiet_fault_share", 0.05):
        return met(row("media.clock", f"{1 - share:.2f}"))
    spans = [span for span, _ in _found(case, (MediaFault.NO_CLOCK,))]
    evidence = [Evidence(span, "media.no_clock") for span in _on_air(case, spans)]
    return question(case.item.deduction, *(evidence or [row("media.clock", f"{1 - share:.2f}")]))


def bench(case: Case) -> Verdict:
    """Nobody in the bench's zone for long while the court sits: by zone, never by person.

    A recess, a closed stretch and the minutes the voting smooths away do not count.
    """
    known = [s for s in case.facts.media.seconds if s.bench_empty is not None]
    if not known:
        return unknown(case.item.deduction, row("media.bench", "未测"))
    least = seconds(case.standard.limit("empty_seconds", 180.0))
    spans = [span for span, _ in _found(case, (MediaFault.BENCH_EMPTY,))]
    long = [span for span in _on_air(case, spans) if span.length > least]
    if not long:
        return met(row("media.bench", 0))
    evidence = [Evidence(span, "media.bench_empty") for span in long]
    return question(len(long) * case.item.deduction, *evidence)


def stalls(case: Case) -> Verdict:
    """One deduction a drop of the signal."""
    if not _measured(case):
        return unknown(case.item.deduction, row("media.stalls", "未测"))
    spans = _on_air(case, case.facts.media.stalls)
    if not spans:
        return met(row("media.stalls", 0))
    evidence = [Evidence(s, "media.stall") for s in spans]
    return question(len(spans) * case.item.deduction, *evidence)


def leaks(case: Case) -> Verdict:
    """Leaks a person confirmed; the machine alone never says so."""
    count = case.facts.leaks_confirmed
    evidence = row("privacy.leaks_confirmed", count)
    return question(count * case.item.deduction, evidence) if count else met(evidence)


def spoken(case: Case) -> Verdict:
    """Private information said aloud although it could have been checked silently."""
    broken = [r for r in case.rules if r.code in case.item.rules and r.violated]
    spans = merge(case.facts.private_spans)
    evidence = [
        Evidence(Span(r.t, r.t), f"rule/{r.code}", r.why)
        if r.t is not None
        else Evidence(row=f"rule/{r.code}=violated", quote=r.why)
        for r in broken
    ]
    evidence += [Evidence(span, "privacy.spoken") for span in spans]
    faults = max(len(spans), len(broken))
    if not faults:
        return met(row("privacy.spoken", 0))
    if not spans and not heard_well(case):
        return unknown(faults * case.item.deduction, *evidence)
    return question(faults * case.item.deduction, *evidence)


def guard(case: Case) -> Verdict:
    """How much of the hearing the public lost because the analysis could not vouch for it."""
    spans = merge(case.facts.guard_closed)
    share = sum(span.length for span in spans) / max(1, _length(case))
    evidence = [Evidence(span, "privacy.guard_closed") for span in spans]
    if share <= case.standard.limit("guard_share"):
        return met(row("privacy.guard_share", f"{share:.3f}"), *evidence)
    return question(_minutes(spans) * case.item.deduction, *evidence)


def overmask(case: Case) -> Verdict:
    """An unusual share of hidden speech is a question, never a fault by itself."""
    spans = merge(case.facts.private_spans)
    share = sum(span.length for span in spans) / max(1, _length(case))
    evidence = row("privacy.mask_share", f"{share:.3f}")
    if share <= case.standard.limit("mask_share"):
        return met(evidence)
    return unknown(case.item.deduction, evidence, *(Evidence(s, "privacy.spoken") for s in spans))


def _named(known: Iterable[tuple[Iterable[Span], str]]) -> list[tuple[Span, str]]:
    return [(span, name) for spans, name in known for span in spans]


def _found(case: Case, kinds: Iterable[MediaFault]) -> list[tuple[Span, str]]:
    """Stretches the edition's thresholds make of the measures."""
    found = media_faults(case.facts.media.seconds, case.standard)
    return [(span, kind.value) for kind in kinds for span in found.get(kind, ())]


def _once(case: Case, evidence: Evidence) -> Verdict:
    return question(case.item.deduction, evidence)


def _measured(case: Case) -> bool:
    """Whether anything measured this hearing: silence about faults is no proof of none."""
    media = case.facts.media
    return media.loudness_lufs is not None or bool(
        media.picture_black
        or media.picture_frozen
        or media.sound_silent
        or media.sound_clipped
        or media.stalls
        or media.max_av_skew
        or media.seconds
    )


def _stretches(case: Case, faults: Iterable[tuple[Span, str]], name: str) -> Verdict:
    """Faulty stretches, on air only, counted in started minutes; each named as evidence."""
    if not _measured(case):
        return unknown(case.item.deduction, row(name, "未测"))
    least = seconds(case.standard.limit("fault_seconds"))
    bad = [
        (part, kind)
        for kind, spans in _by_kind(faults).items()
        for part in _on_air(case, spans)
        if part.length >= least
    ]
    if not bad:
        return met(row(name, "0 s"))
    evidence = [
        Evidence(s, f"{name}.{kind}={to_seconds(s.length):.0f}s") for s, kind in sorted(bad)
    ]
    together = merge(span for span, _ in bad)
    return question(_minutes(together) * case.item.deduction, *evidence)


def _by_kind(faults: Iterable[tuple[Span, str]]) -> dict[str, list[Span]]:
    kinds: dict[str, list[Span]] = {}
    for span, kind in faults:
        kinds.setdefault(kind, []).append(span)
    return kinds


def _minutes(spans: Iterable[Span]) -> int:
    """Started minutes of a sum of spans."""
    return math.ceil(sum(span.length for span in spans) / _MINUTE)


def _on_air(case: Case, spans: Iterable[Span]) -> list[Span]:
    """The parts of the spans in which the hearing was running: a recess may be dark and silent."""
    off = []
    states = sorted(case.facts.states)
    ends = [*(t for t, _ in states[1:]), *([None] if states else [])]
    for (since, state), until in zip(states, ends, strict=True):
        if state in _NOT_ON_AIR:
            off.append(Span(since, max(since, until if until is not None else since + 10**15)))
    out = merge(spans)
    for hole in off:
        out = [part for span in out for part in _without(span, hole)]
    return out


def _without(span: Span, hole: Span) -> list[Span]:
    """What is left of `span` outside `hole`."""
    if not span.overlaps(hole):
        return [span]
    parts = [(span.start, min(span.end, hole.start)), (max(span.start, hole.end), span.end)]
    return [Span(a, b) for a, b in parts if a < b]


def _length(case: Case) -> int:
    """Length of the hearing: what was recorded, else what was said."""
    recorded = merge(case.facts.recording.recorded)
    if recorded:
        return sum(span.length for span in recorded)
    said = case.facts.transcript.utterances
    return said[-1].span.end - said[0].span.start if said else 0
