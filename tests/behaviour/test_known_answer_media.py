"""Faults put into made media are found at the right second, and clean media is not flagged."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from courtstream.domain.scoring import (
    HearingFacts,
    MediaFault,
    MediaMeasures,
    MediaSecond,
    Outcome,
    ScheduleFacts,
)
from courtstream.domain.time import SECOND, Span, to_seconds
from courtstream.domain.transcript import Transcript
from courtstream.domain.trial import CaseKind, MinuteState, Procedure
from courtstream.rules.scoring import load_standard, media_faults, score_findings
from media_workers.speech.gavel import GavelFinder
from tests.support.known import HEIGHT, RATE, WIDTH, Luma, measured, pcm, pictures, room, speech

STANDARD = load_standard()
LATE = 3.0
"""Voting over five seconds may begin or end a stretch this much late."""


def _found(measures: list[MediaSecond]) -> dict[MediaFault, list[tuple[float, float]]]:
    faults = media_faults(measures, STANDARD)
    return {
        kind: [(to_seconds(s.start), to_seconds(s.end)) for s in spans]
        for kind, spans in faults.items()
        if spans
    }


def _only(found: dict[MediaFault, list[tuple[float, float]]], kind: MediaFault) -> list[float]:
    """Both ends of the one stretch of a fault."""
    assert len(found.get(kind, [])) == 1, f"{kind}: {found}"
    return list(found[kind][0])


def _spoiled(t: float, luma: Luma) -> Luma:
    """The room with a fault in each stretch."""
    if 12 <= t < 17:
        return room(12.0)
    if 20 <= t < 25:
        return np.full_like(luma, 16)
    if 28 <= t < 38:
        return np.asarray(cv2.GaussianBlur(luma, (0, 0), 5), np.uint8)
    if 42 <= t < 52:
        turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 8, 1.25)
        return np.asarray(cv2.warpAffine(luma, turn, (WIDTH, HEIGHT)), np.uint8)
    if 56 <= t < 66:
        return np.clip(luma.astype(np.int16) + 130, 0, 255).astype(np.uint8)
    return luma


def test_picture_faults_are_found_where_they_are() -> None:
    found = _found(measured(pictures(70, _spoiled), None))
    wanted = {
        MediaFault.FROZEN: (12, 17),
        MediaFault.BLACK: (20, 25),
        MediaFault.BLURRED: (28, 38),
        MediaFault.TILTED: (42, 52),
        MediaFault.OVEREXPOSED: (56, 66),
    }
    for kind, span in wanted.items():
        assert _only(found, kind) == pytest.approx(span, abs=LATE), kind


def test_sound_faults_are_found_where_they_are() -> None:
    wave = speech(60)
    t = np.arange(len(wave)) / RATE
    wave[5 * RATE : 9 * RATE] *= 30
    wave[14 * RATE : 19 * RATE] = 0
    hum = (t >= 24) & (t < 34)
    wave[hum] += 0.1 * np.sin(2 * np.pi * 50 * t[hum]) + 0.05 * np.sin(2 * np.pi * 100 * t[hum])
    howl = (t >= 40) & (t < 50)
    wave[howl] += 0.4 * np.sin(2 * np.pi * 2300 * t[howl])
    found = _found(measured(None, wave))
    assert _only(found, MediaFault.CLIPPED) == pytest.approx((5, 9), abs=1)
    assert _only(found, MediaFault.SILENT) == pytest.approx((14, 19), abs=1)
    assert _only(found, MediaFault.HUM) == pytest.approx((24, 34), abs=LATE)
    assert _only(found, MediaFault.HOWL) == pytest.approx((40, 50), abs=LATE)


def test_a_dead_view_and_a_missing_clock_are_seen() -> None:
    def dead(t: float, luma: Luma) -> Luma:
        if 12 <= t < 20:
            luma = luma.copy()
            luma[: HEIGHT // 2, : WIDTH // 2] = 16
        return luma

    found = _found(measured(pictures(26, dead), None))
    assert _only(found, MediaFault.VIEW_MISSING) == pytest.approx((12, 20), abs=LATE)
    assert MediaFault.NO_CLOCK not in found
    bare = _found(measured(pictures(26, lambda t, luma: luma, clock=False), None))
    start, end = _only(bare, MediaFault.NO_CLOCK)
    assert start <= 12
    assert end == pytest.approx(26, abs=LATE)


def test_frames_that_never_came_are_counted() -> None:
    def thinned() -> object:
        for picture in pictures(24, lambda t, luma: luma):
            second = picture.t // SECOND
            if not 12 <= second < 18 or picture.index % 2:
                yield picture

    found = _found(measured(thinned(), None))  # type: ignore[arg-type]
    assert _only(found, MediaFault.DROPPED) == pytest.approx((12, 18), abs=LATE)


def test_clean_media_is_not_flagged() -> None:
    assert _found(measured(pictures(40, lambda t, luma: luma), speech(40))) == {}


def test_a_knock_is_found_and_speech_is_none() -> None:
    wave = speech(20) * 0.3
    knock = np.exp(-np.arange(RATE // 10) / (0.012 * RATE))
    noise = np.random.default_rng(3).normal(0, 1, len(knock))
    wave[int(12.4 * RATE) : int(12.4 * RATE) + len(knock)] = 0.9 * knock * noise
    wave[int(12.2 * RATE) : int(12.4 * RATE)] = 0
    wave[int(12.5 * RATE) : int(12.8 * RATE)] = 0
    finder = GavelFinder(RATE, 0)
    events = [e for n in range(20) for e in finder.push(pcm(wave[n * RATE : (n + 1) * RATE]))]
    assert [to_seconds(e.t) for e in events] == [pytest.approx(12.4, abs=0.1)]


def _facts(measures: list[MediaSecond], **more: object) -> HearingFacts:
    facts = HearingFacts(
        hearing_id="h",
        kind=CaseKind.CIVIL,
        procedure=Procedure.CIV1_ORD,
        transcript=Transcript(()),
        media=MediaMeasures(seconds=tuple(measures), loudness_lufs=-23.0),
    )
    return replace(facts, **more)  # type: ignore[arg-type]


def _outcome(facts: HearingFacts, item: str) -> tuple[Outcome, list[float]]:
    card = score_findings(facts, [], [], STANDARD)
    found = next(f for f in card.findings if f.item == item)
    return found.outcome, [to_seconds(e.span.start) for e in found.evidence if e.span]


def _bench(seconds: int, empty: range) -> list[MediaSecond]:
    return [
        MediaSecond(Span(n * SECOND, (n + 1) * SECOND), bench_empty=n in empty)
        for n in range(seconds)
    ]


def test_an_empty_bench_is_asked_about_and_a_recess_is_not() -> None:
    outcome, where = _outcome(_facts(_bench(900, range(300, 600))), "26")
    assert outcome is Outcome.NOT_FOUND
    assert where == [pytest.approx(300, abs=LATE)]
    recess = ((298 * SECOND, MinuteState.RECESS), (602 * SECOND, MinuteState.LIVE))
    assert _outcome(_facts(_bench(900, range(300, 600)), states=recess), "26")[0] is Outcome.MET
    short = _bench(900, range(300, 420))
    assert _outcome(_facts(short), "26")[0] is Outcome.MET


def test_a_bench_nobody_measured_is_unclear_and_costs_nothing() -> None:
    plain = [MediaSecond(Span(0, SECOND))]
    assert _outcome(_facts(plain), "26")[0] is Outcome.UNCLEAR


def test_a_late_start_is_found() -> None:
    late = ScheduleFacts(scheduled_start=-720.0, actual_start=0.0)
    assert _outcome(_facts([], schedule=late), "03")[0] is Outcome.NOT_FOUND
    in_time = ScheduleFacts(scheduled_start=-60.0, actual_start=0.0)
    assert _outcome(_facts([], schedule=in_time), "03")[0] is Outcome.MET
