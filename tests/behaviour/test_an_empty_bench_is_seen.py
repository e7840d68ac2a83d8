"""An empty bench is found from pictures: the real detector, the real zone, at the right second.

The sample's courtroom is shown for minutes, a picture a second; for some of them the place where
the judge sits is painted over, as if nobody sat there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import av
import cv2
import numpy as np
import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.scoring import (
    HearingFacts,
    MediaFault,
    MediaMeasures,
    MediaSecond,
    Outcome,
)
from courtstream.domain.time import SECOND, Span, to_seconds
from courtstream.domain.transcript import Transcript
from courtstream.domain.trial import CaseKind, MinuteState, Procedure
from courtstream.domain.zones import Seat, Treatment, View, Zone, ZoneMap, rectangle
from courtstream.rules.scoring import load_standard, media_faults, score_findings
from media_workers.graph.diary import Diary
from media_workers.graph.seated_faces import SeatedFaces
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.redact.delay import Held, Shown
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, FacesAt, Picture, Planes, Sound
from media_workers.runtime.journal import MemoryRows
from media_workers.runtime.zones import LiveZones
from media_workers.vision.detect import YuNetFinder
from tests.support.rig import SHORT

pytestmark = pytest.mark.skipif(not SHORT.exists(), reason="sample_media/short.mp4 is not there")

LENGTH = 245
AWAY = range(30, 220)
"""Seconds nobody sits on the bench: longer than the standard lets pass."""

BENCH = Zone("bench", Seat.BENCH, Treatment.SHOW, rectangle(0.40, 0.10, 0.20, 0.30))
ROOM = ZoneMap((View("room", (BENCH,), anchor="first"),))
WITHIN = 8.0
"""Looks are a few frames apart, at a picture a second, and voting takes five seconds."""


def frames() -> list[Planes]:
    with av.open(str(SHORT)) as media:
        return [
            f.to_ndarray(format="yuv420p")
            for f, _ in zip(media.decode(video=0), range(40), strict=False)
        ]


def deserted(i420: Planes) -> Planes:
    """The same picture with the wall where the judge was."""
    height, width = i420.shape[0] * 2 // 3, i420.shape[1]
    bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
    x, y, w, h = (int(v) for v in (0.44 * width, 0.12 * height, 0.12 * width, 0.24 * height))
    mask = np.zeros((height, width), np.uint8)
    mask[y : y + h, x : x + w] = 255
    return np.asarray(
        cv2.cvtColor(cv2.inpaint(bgr, mask, 3, cv2.INPAINT_TELEA), cv2.COLOR_BGR2YUV_I420)
    )


def shown(away: range, length: int) -> Iterator[FacesAt]:
    """What face analysis and the zones say of every second."""
    room = frames()
    empty = [deserted(frame) for frame in room[:5]]
    stage = SeatedFaces(WatchedFaces(YuNetFinder()), LiveZones(ROOM))
    for n in range(length):
        frame = empty[n % len(empty)] if n in away else room[n % len(room)]
        yield from stage.push(Picture(n * SECOND, frame, n))
    yield from stage.flush()


def measured(away: range, length: int = LENGTH) -> list[MediaSecond]:
    """The seconds as the hearing's journal holds them."""
    rows = MemoryRows()
    diary = Diary(rows)
    diary.zones = LiveZones(ROOM)
    for at in shown(away, length):
        span = Span(at.t, at.t + SECOND)
        picture = Shown(EncodedPacket(at.t, SECOND, True, b""), at, None)
        sound = Sound(at.t, np.zeros(SAMPLE_RATE, np.int16))
        diary.measured(Held(span, (picture,), sound, True, None, None), None, 0)
    return [
        MediaSecond(Span(body["start"], body["end"]), bench_empty=body["detail"].get("bench_empty"))
        for kind, _, body in rows.rows
        if kind is RowKind.MEASURE
    ]


@pytest.fixture(scope="module")
def left() -> list[MediaSecond]:
    return measured(AWAY)


def facts(measures: list[MediaSecond]) -> HearingFacts:
    return HearingFacts(
        hearing_id="h",
        kind=CaseKind.CIVIL,
        procedure=Procedure.CIV1_ORD,
        transcript=Transcript(()),
        media=MediaMeasures(seconds=tuple(measures), loudness_lufs=-23.0),
    )


def outcome(of: HearingFacts) -> tuple[Outcome, list[float]]:
    card = score_findings(of, [], [], load_standard())
    found = next(f for f in card.findings if f.item == "26")
    return found.outcome, [to_seconds(e.span.start) for e in found.evidence if e.span]


def test_the_stretch_is_found_where_it_is(left: list[MediaSecond]) -> None:
    stretches = media_faults(left, load_standard())[MediaFault.BENCH_EMPTY]
    assert [(to_seconds(s.start), to_seconds(s.end)) for s in stretches] == [
        pytest.approx((AWAY.start, AWAY.stop), abs=WITHIN)
    ]


def test_it_is_a_question_about_the_bench_and_a_recess_is_none(left: list[MediaSecond]) -> None:
    assert outcome(facts(left)) == (Outcome.NOT_FOUND, [pytest.approx(AWAY.start, abs=WITHIN)])
    recess = (
        ((AWAY.start - 2) * SECOND, MinuteState.RECESS),
        ((AWAY.stop + 2) * SECOND, MinuteState.LIVE),
    )
    assert outcome(replace(facts(left), states=recess))[0] is Outcome.MET


def test_a_judge_who_stays_is_not_flagged() -> None:
    stays = measured(range(0), 60)
    assert media_faults(stays, load_standard())[MediaFault.BENCH_EMPTY] == ()
    assert outcome(facts(stays))[0] is Outcome.MET
