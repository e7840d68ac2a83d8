from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from courtstream.domain.redaction import Box, Reason
from courtstream.domain.time import SECOND, Span
from courtstream.domain.zones import Seat, Treatment, View, Why, Zone, ZoneMap, rectangle
from media_workers.graph.rehide import LateHiding, pictures, rehidden
from media_workers.outputs.encode import VideoEncoder, from_ticks, to_ticks
from media_workers.redact.delay import Held, Shown
from media_workers.runtime.items import EncodedPacket, FaceBox, FacesAt, Picture, Sound
from media_workers.runtime.zones import LiveZones

WIDTH, HEIGHT = 320, 192
FRAMES = 10
FACE = Box(100, 60, 60, 60)
BENCH = Zone("bench", Seat.BENCH, Treatment.SHOW, rectangle(0.2, 0.2, 0.5, 0.5))


def encoder() -> VideoEncoder:
    return VideoEncoder(WIDTH, HEIGHT, 25.0, "ultrafast")


def scene() -> np.ndarray:
    random = np.random.default_rng(3)
    coarse = random.integers(16, 235, (HEIGHT * 3 // 2 // 8, WIDTH // 8)).astype(np.uint8)
    return np.kron(coarse, np.ones((8, 8), np.uint8))


@cache
def group() -> tuple[EncodedPacket, ...]:
    source = encoder()
    packets: list[EncodedPacket] = []
    for n in range(FRAMES):
        t = from_ticks(to_ticks(SECOND + n * SECOND // 25))
        packets += source.push(t, scene(), key=n == 0)
    return (*packets, *source.flush())


def held(policy: int = 1) -> Held:
    judge = FaceBox(FACE, 1, 0.9, zone="bench", why=Why.SHOWN)
    shown = tuple(
        Shown(p, FacesAt(p.t, n, (), bare=(judge,), view="main", policy=policy), None)
        for n, p in enumerate(group())
    )
    span = Span(SECOND, 2 * SECOND)
    small = Picture(SECOND, scene(), 0)
    return Held(span, shown, Sound(SECOND, np.zeros(48_000, np.int16)), True, None, small)


def likeness(a: np.ndarray, b: np.ndarray, box: Box) -> float:
    x, y, w, h = (int(v) for v in (box.x, box.y, box.w, box.h))
    parts = [plane[y : y + h, x : x + w].astype(float).ravel() for plane in (a, b)]
    return float(np.corrcoef(*parts)[0, 1]) if min(p.std() for p in parts) > 0.1 else 0.0


def zones(treatment: Treatment) -> ZoneMap:
    return ZoneMap((View("main", (replace(BENCH, treatment=treatment),), anchor="first"),))


def test_a_group_is_hidden_further_and_stays_a_group_of_the_same_track() -> None:
    made = rehidden(group(), lambda t: [FaceBox(FACE, 1, 0.9)], encoder())
    assert made is not None
    assert [(p.t, p.key) for p in made] == [(p.t, p.key) for p in group()]
    end = group()[0].data.index(b"\x00\x00\x01\x68")  # the parameter sets stay the same
    assert made[0].data[:end] == group()[0].data[:end]
    before, after = pictures(group()), pictures(made)
    elsewhere = Box(200, 60, 60, 60)
    for t, picture in after.items():
        assert likeness(picture.i420, before[t].i420, FACE) < 0.6
        assert likeness(picture.i420, before[t].i420, elsewhere) > 0.95


def test_a_group_that_cannot_be_read_is_not_passed_on() -> None:
    broken = tuple(replace(p, data=b"\x00\x00\x01\x65broken") for p in group())
    assert rehidden(broken, lambda t: [FaceBox(FACE, 1, 0.9)], encoder()) is None


def test_a_stricter_map_holds_for_what_waits_to_air() -> None:
    live = LiveZones(zones(Treatment.SHOW))
    amend = LateHiding(live, encoder)
    waiting = held()
    assert amend(waiting) is waiting  # nothing has changed: the packets are not touched
    live.put(zones(Treatment.HIDE))
    now = amend(held())
    shown = pictures([s.packet for s in now.pictures])
    before = pictures(group())
    assert all(likeness(p.i420, before[t].i420, FACE) < 0.6 for t, p in shown.items())
    assert all([f.track for f in s.faces.faces] == [1] for s in now.pictures if s.faces)
    assert now.small is not None
    assert likeness(now.small.i420, scene(), FACE) < 0.6


def test_what_cannot_be_hidden_further_is_closed() -> None:
    live = LiveZones(zones(Treatment.SHOW))
    live.put(None)
    waiting = held()
    broken = tuple(
        replace(s, packet=replace(s.packet, data=b"\x00\x00\x01\x65broken"))
        for s in waiting.pictures
    )
    now = LateHiding(live, encoder)(replace(waiting, pictures=broken))
    assert {s.whole for s in now.pictures} == {Reason.ANALYSIS_DEAD}
    assert now.small is None


def test_a_laxer_map_changes_nothing_that_is_hidden_already() -> None:
    live = LiveZones(zones(Treatment.HIDE))
    live.put(zones(Treatment.SHOW))
    now = LateHiding(live, encoder)(held())
    assert [s.packet for s in now.pictures] == list(group())
    assert {s.faces.policy for s in now.pictures if s.faces} == {2}
