"""Two RTP tracks on one clock: sender reports decide; wraps, late reports and none at all."""

from __future__ import annotations

from media_workers.rtc.sync import Placed, RtpTrack, Sync

VIDEO, AUDIO = 90_000, 48_000
START_V, START_A = 4_000_000_000, 70_000


def fed(
    seconds: float,
    *,
    reports: bool = True,
    late_sound: float = 0.0,
    start_v: int = START_V,
    report_at: float = 0.3,
    drift: float = 0.0,
) -> list[Placed[str]]:
    """A camera of 25 pictures a second with sound; the network delays sound by `late_sound`."""
    sync: Sync[str] = Sync({"video": RtpTrack(VIDEO), "audio": RtpTrack(AUDIO)})
    events: list[tuple[float, str, float]] = []
    events += [(n / 25 + 0.05, "video", n / 25) for n in range(int(seconds * 25))]
    events += [(n / 50 + 0.05 + late_sound, "audio", n / 50) for n in range(int(seconds * 50))]
    placed: list[Placed[str]] = []
    told = -1.0
    for arrival, track, at in sorted(events):
        if reports and arrival >= report_at and arrival - told >= 1.0:
            told = arrival
            sync.report("video", 1000 + at, (start_v + round(at * VIDEO)) % (1 << 32))
            sync.report("audio", 1000 + at, (START_A + round(at * AUDIO)) % (1 << 32))
        rate, start = (VIDEO, start_v) if track == "video" else (AUDIO, START_A)
        stamp = (start + round(at * rate * (1 + drift))) % (1 << 32)
        placed += sync.push(track, stamp, f"{at:.2f}", 500 + arrival)
    return placed


def worst(placed: list[Placed[str]]) -> float:
    """Largest distance, in ms, of a frame from where its capture time puts it."""
    first = placed[0]
    zero = first.at - float(first.frame) * 1000
    return max(abs(p.at - zero - float(p.frame) * 1000) for p in placed)


def test_reports_bring_sound_and_picture_together_whatever_the_network_does() -> None:
    placed = fed(6, late_sound=0.4)
    assert len(placed) == 6 * 75
    assert worst(placed) <= 1.0


def test_without_reports_the_least_delay_places_a_track() -> None:
    placed = fed(6, reports=False)
    assert len(placed) == 6 * 75
    assert worst(placed) <= 1.0


def test_stamps_wrap_without_a_jump() -> None:
    placed = fed(6, start_v=(1 << 32) - 2 * VIDEO)
    assert worst(placed) <= 1.0


def test_reports_that_come_late_move_a_track_to_its_place_once() -> None:
    placed = fed(8, late_sound=0.15, report_at=3.0)
    after = [p for p in placed if float(p.frame) > 4]
    assert worst(after) <= 3.0, "once reported, together"
    times = [p.at for p in placed if p.track == "video"]
    assert times == sorted(times)


def test_what_is_held_is_bounded() -> None:
    sync: Sync[int] = Sync({"video": RtpTrack(VIDEO), "audio": RtpTrack(AUDIO)})
    for n in range(1000):
        sync.push("video", n * 3000, n, 10.0)
    assert len(sync.held) <= 400
