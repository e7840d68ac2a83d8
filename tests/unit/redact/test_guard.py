"""The guard's table: what may leave of a chunk, for every combination of what is known."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import media_workers
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import MinuteState
from media_workers.redact.closures import Closures
from media_workers.redact.delay import Held, Shown
from media_workers.redact.guard import Guard
from media_workers.redact.ledger import CONTEXT, SpeechLedger
from media_workers.runtime.items import (
    EncodedPacket,
    FacesAt,
    Picture,
    Planes,
    PrivateSpan,
    Sound,
    SpeechPassed,
)

CHUNK = Span(40 * SECOND, 41 * SECOND)
LOUD = np.full(48_000, 9000, np.int16)


def held(*, whole: Reason | None = None, pictures: bool = True, heard: bool = True) -> Held:
    packet = EncodedPacket(CHUNK.start, SECOND // 25, True, b"frame")
    shown = (Shown(packet, FacesAt(CHUNK.start, 0, ()), whole),) if pictures else ()
    pcm = LOUD if heard else LOUD * 0
    return Held(CHUNK, shown, Sound(CHUNK.start, pcm), pictures, CHUNK if heard else None, None)


def guard(
    ledger: SpeechLedger, closures: Closures | None = None, *, sound_only: bool = False
) -> Guard:
    def paint(background: Picture | None, reason: Reason) -> Planes:
        return np.zeros((6, 4), np.uint8)

    def card(planes: Planes, span: Span) -> tuple[EncodedPacket, ...]:
        return (EncodedPacket(span.start, SECOND, True, b"card"),)

    return Guard(ledger, closures or Closures(), paint, card, sound_only=sound_only)


def passed_to(end: int, *private: PrivateSpan) -> SpeechLedger:
    ledger = SpeechLedger()
    ledger.record(SpeechPassed(end, private))
    return ledger


def test_open_only_when_both_have_passed_all_of_it() -> None:
    verdict = guard(passed_to(CHUNK.end)).judge(held())
    assert (verdict.state, verdict.closed) == (MinuteState.LIVE, None)


def test_a_recording_without_a_picture_leaves_when_its_sound_has_passed() -> None:
    private = PrivateSpan(Span(CHUNK.start, CHUNK.start + SECOND // 2), Reason.PHONE)
    watch = guard(passed_to(CHUNK.end, private), sound_only=True)
    chunk = held(pictures=False)
    released = watch.release(chunk, watch.judge(chunk))
    assert [p.data for p in released.video] == [b"card"]
    assert not np.array_equal(released.sound.pcm[5_000:20_000], LOUD[5_000:20_000])
    assert np.array_equal(released.sound.pcm[-10_000:], LOUD[-10_000:])
    late = guard(passed_to(CHUNK.end - 1), sound_only=True)
    assert late.judge(chunk).closed is Reason.ANALYSIS_LATE


def test_a_hearing_whose_camera_sends_nothing_is_closed() -> None:
    assert guard(passed_to(CHUNK.end)).judge(held(pictures=False)).closed is Reason.SIGNAL_LOST


def test_a_picture_in_a_sound_recording_is_judged_as_any_other() -> None:
    watch = guard(passed_to(CHUNK.end), sound_only=True)
    assert watch.judge(held(whole=Reason.ANALYSIS_LATE)).closed is Reason.ANALYSIS_LATE


@pytest.mark.parametrize("whole", [Reason.ANALYSIS_LATE, Reason.ANALYSIS_DEAD])
def test_one_picture_not_analysed_closes_picture_and_sound(whole: Reason) -> None:
    watch = guard(passed_to(CHUNK.end))
    chunk = held(whole=whole)
    released = watch.release(chunk, watch.judge(chunk))
    assert [p.data for p in released.video] == [b"card"]
    assert not released.sound.pcm.any()
    assert released.reasons == {whole}


def test_speech_one_instant_short_closes_picture_and_sound() -> None:
    watch = guard(passed_to(CHUNK.end - 1))
    released = watch.release(held(), watch.judge(held()))
    assert [p.data for p in released.video] == [b"card"]
    assert not released.sound.pcm.any()


def test_a_hole_in_what_was_heard_stays_closed_for_ever() -> None:
    ledger = passed_to(CHUNK.start)
    ledger.unheard(Span(CHUNK.start, CHUNK.start + 1))
    ledger.record(SpeechPassed(CHUNK.end + SECOND))
    assert guard(ledger).judge(held()).closed is Reason.ANALYSIS_LATE


def test_what_may_have_begun_unheard_is_closed_too() -> None:
    ledger = SpeechLedger()
    ledger.unheard(Span(0, CHUNK.start - 5 * SECOND))
    ledger.unheard(Span(CHUNK.start - 5 * SECOND, CHUNK.start - 4 * SECOND))
    ledger.record(SpeechPassed(CHUNK.end + SECOND))
    assert guard(ledger).judge(held()).closed is Reason.ANALYSIS_LATE
    later = SpeechLedger()
    later.unheard(Span(0, CHUNK.start - CONTEXT))
    later.record(SpeechPassed(CHUNK.end))
    assert guard(later).judge(held()).closed is None


def test_a_silent_courtroom_needs_no_speech_analysis() -> None:
    assert guard(SpeechLedger()).judge(held(heard=False)).closed is None


def test_no_signal_is_a_card_and_no_failure_of_analysis() -> None:
    watch = guard(SpeechLedger())
    chunk = held(pictures=False, heard=False)
    verdict = watch.judge(chunk)
    watch.release(chunk, verdict)
    assert (verdict.state, verdict.closed) == (MinuteState.OFF, Reason.SIGNAL_LOST)
    assert watch.closures_made == 0


def test_private_speech_is_replaced_and_the_rest_stays() -> None:
    private = Span(CHUNK.start + SECOND // 4, CHUNK.start + SECOND // 2)
    watch = guard(passed_to(CHUNK.end, PrivateSpan(private, Reason.ID)))
    released = watch.release(held(), watch.judge(held()))
    assert [p.data for p in released.video] == [b"frame"]
    inside = released.sound.pcm[12_000:24_000].astype(int)
    assert abs(np.corrcoef(inside[:-1], LOUD[12_000:23_999] + np.arange(11_999) % 2)[0, 1]) < 0.1
    assert (released.sound.pcm[30_000:] == 9000).all()


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.CUT, MinuteState.CLOSED),
        (Reason.CLOSED, MinuteState.CLOSED),
        (Reason.RECESS, MinuteState.RECESS),
    ],
)
def test_what_people_close_is_closed_even_when_analysis_passed(
    reason: Reason, state: MinuteState
) -> None:
    closures = Closures()
    closures.close(CHUNK.start + SECOND // 2, reason, "u_clerk", "why")
    verdict = guard(passed_to(CHUNK.end), closures).judge(held())
    assert (verdict.state, verdict.closed, verdict.by) == (state, reason, "u_clerk")


def test_reopening_never_lets_out_what_was_closed() -> None:
    closures = Closures()
    closures.close(CHUNK.start, Reason.CUT, "u_clerk")
    closures.reopen(CHUNK.end)
    watch = guard(passed_to(CHUNK.end + SECOND), closures)
    assert watch.judge(held()).closed is Reason.CUT
    assert closures.over(Span(CHUNK.end, CHUNK.end + SECOND)) is None


def test_closures_are_counted_once_a_stretch() -> None:
    watch = guard(SpeechLedger())
    for _ in range(3):
        watch.release(held(), watch.judge(held()))
    assert watch.closures_made == 1


def test_only_the_guard_makes_released_groups() -> None:
    root = Path(media_workers.__file__).parent
    makers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"\bReleased\(", path.read_text(encoding="utf-8")) and path.name != "items.py"
    }
    assert makers == {"redact/guard.py"}
