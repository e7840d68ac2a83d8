"""Loudness by the standard's own test signals; knocks told from speech."""

from __future__ import annotations

import numpy as np
import pytest

from courtstream.domain.time import SECOND
from media_workers.runtime.items import Sound
from media_workers.speech.gavel import GavelFinder
from media_workers.speech.levels import SoundMeter
from media_workers.speech.loudness import SILENCE_LUFS, Loudness

RATE = 48_000


def _sine(hertz: float, dbfs: float, length: float, rate: int = RATE) -> np.ndarray:
    at = np.arange(int(length * rate)) / rate
    return np.rint(32767 * 10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


def _measured(pcm: np.ndarray, rate: int = RATE) -> Loudness:
    loudness = Loudness(rate)
    for at in range(0, len(pcm), rate // 10):
        loudness.push(pcm[at : at + rate // 10])
    return loudness


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_sine_of_997_hz_reads_three_below_its_peak(rate: int) -> None:
    """BS.1770-4: 0 dBFS at 997 Hz in one channel is -3.01 LUFS."""
    loudness = _measured(_sine(997, -20, 4, rate), rate)
    assert loudness.momentary == pytest.approx(-23.01, abs=0.1)
    assert loudness.short_term == pytest.approx(-23.01, abs=0.1)
    assert loudness.integrated == pytest.approx(-23.0, abs=0.15)


def test_low_rumble_counts_little_and_high_tones_more() -> None:
    middle = _measured(_sine(997, -20, 2)).momentary
    assert _measured(_sine(30, -20, 2)).momentary < middle - 8
    assert _measured(_sine(4000, -20, 2)).momentary == pytest.approx(middle + 3.3, abs=0.5)


def test_pauses_do_not_lower_the_integrated_loudness() -> None:
    """EBU Tech 3341, the gate: silence and very quiet parts are left out."""
    loud = _sine(997, -23, 10)
    quiet = _sine(997, -60, 10)
    with_pauses = _measured(np.concatenate([loud, quiet, loud])).integrated
    assert with_pauses == pytest.approx(-26.0, abs=0.3)
    assert _measured(np.zeros(RATE, dtype=np.int16)).integrated is None
    assert _measured(np.zeros(RATE, dtype=np.int16)).momentary == SILENCE_LUFS


def test_faults_of_a_second_are_seen() -> None:
    meter = SoundMeter()
    assert meter.push(Sound(0, np.zeros(RATE, dtype=np.int16), RATE)).silent
    fine = meter.push(Sound(SECOND, _sine(300, -20, 1), RATE))
    assert not fine.silent
    assert not fine.clipped
    loud = np.clip(_sine(300, 0, 1).astype(int) * 3, -32768, 32767).astype(np.int16)
    assert meter.push(Sound(2 * SECOND, loud, RATE)).clipped


def test_snr_is_speech_over_the_floor() -> None:
    rng = np.random.default_rng(3)
    meter = SoundMeter()
    for second in range(20):
        noise = rng.normal(0, 33, RATE)
        voice = _sine(300, -20, 1) if second % 2 else 0
        pcm = np.rint(noise + voice).astype(np.int16)
        found = meter.push(Sound(second * SECOND, pcm, RATE)).snr_db
    assert found == pytest.approx(-23 + 60, abs=1.5)


def _knock(rng: np.random.Generator) -> np.ndarray:
    at = np.arange(int(0.12 * RATE)) / RATE
    return 14000 * np.exp(-at / 0.012) * rng.normal(0, 1, len(at)) * 0.7


def test_a_knock_is_found_at_its_time_and_three_together_are_one() -> None:
    rng = np.random.default_rng(5)
    pcm = rng.normal(0, 20, 6 * RATE)
    for at in (2.0, 2.5, 3.0):
        knock = _knock(rng)
        pcm[int(at * RATE) : int(at * RATE) + len(knock)] += knock
    finder = GavelFinder(RATE, 10 * SECOND)
    clipped = np.clip(pcm, -32768, 32767).astype(np.int16)
    found = [e for at in range(0, len(pcm), 4800) for e in finder.push(clipped[at : at + 4800])]
    assert [e.t / SECOND for e in found] == pytest.approx([12.0], abs=0.01)


def test_a_tone_that_begins_is_no_knock() -> None:
    pcm = np.concatenate([np.zeros(RATE, dtype=np.int16), _sine(300, -10, 2)])
    finder = GavelFinder(RATE, 0)
    assert not [e for at in range(0, len(pcm), 4800) for e in finder.push(pcm[at : at + 4800])]
