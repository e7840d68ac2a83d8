"""A changed voice keeps no pitch and no samples of the one it hides; shields hold for ever."""

from __future__ import annotations

import numpy as np
import pytest

from courtstream.domain.time import SECOND, Span, seconds
from media_workers.redact.shields import Shields
from media_workers.redact.voice import VoiceChanger
from media_workers.runtime.items import Sound

RATE = 48_000


def _vowel(pitch: float, length: float = 2.0, loud: float = 0.2) -> Sound:
    """A buzz at `pitch` Hz under one fixed spectral envelope: the same vowel by any speaker."""
    at = np.arange(int(length * RATE)) / RATE
    wave = np.zeros(len(at))
    for n in range(1, int(5000 / pitch)):
        hz = n * pitch
        tract = np.exp(-(((hz - 700) / 300) ** 2)) + 0.5 * np.exp(-(((hz - 1800) / 400) ** 2))
        wave += tract * np.sin(2 * np.pi * hz * at + n)
    wave *= loud / np.sqrt((wave**2).mean())
    return Sound(0, (wave * 32767).clip(-32768, 32767).astype(np.int16), RATE)


def _periodicity(pcm: np.ndarray, pitch: float) -> float:
    """How alike the sound is to itself one pitch period later, 0..1."""
    lag = round(RATE / pitch)
    a, b = pcm[:-lag].astype(float), pcm[lag:].astype(float)
    return float(abs(np.corrcoef(a, b)[0, 1]))


@pytest.mark.parametrize("pitch", [95.0, 140.0, 230.0])
def test_pitch_is_gone_and_nothing_of_the_original_is_left(pitch: float) -> None:
    sound = _vowel(pitch)
    out = VoiceChanger().push(sound).pcm[RATE // 2 :]
    assert _periodicity(sound.pcm[RATE // 2 :], pitch) > 0.95, "the measure finds pitch"
    assert _periodicity(out, pitch) < 0.15
    assert abs(np.corrcoef(sound.pcm[RATE // 2 :].astype(float), out.astype(float))[0, 1]) < 0.05


def test_two_speakers_of_one_vowel_sound_the_same() -> None:
    spectra = []
    for pitch in (100.0, 200.0):
        pcm = VoiceChanger().push(_vowel(pitch)).pcm[RATE // 2 :].astype(float)
        frames = pcm[: len(pcm) // 960 * 960].reshape(-1, 960)
        power = (np.abs(np.fft.rfft(frames, axis=1)) ** 2).mean(axis=0)[4:120]
        spectra.append(10 * np.log10(power.reshape(-1, 4).mean(axis=1)))
    strong = spectra[0] > spectra[0].max() - 15
    assert np.abs(spectra[0] - spectra[1])[strong].mean() < 3.0


def test_loudness_and_words_rhythm_stay_so_that_it_can_be_followed() -> None:
    at = np.arange(2 * RATE) / RATE
    syllables = (np.sin(2 * np.pi * 2 * at) > 0).astype(float)
    sound = _vowel(120.0)
    spoken = Sound(0, (sound.pcm * syllables).astype(np.int16), RATE)
    out = VoiceChanger().push(spoken).pcm.astype(float)
    assert 0.6 < np.sqrt((out**2).mean()) / np.sqrt((spoken.pcm.astype(float) ** 2).mean()) < 1.6
    level = np.sqrt((out[: 2 * RATE].reshape(-1, 2400) ** 2).mean(axis=1))
    said = syllables.reshape(-1, 2400).mean(axis=1)
    assert np.corrcoef(level, said)[0, 1] > 0.8


def test_seconds_join_and_a_gap_begins_anew() -> None:
    sound, changer = _vowel(150.0), VoiceChanger()
    first = changer.push(Sound(0, sound.pcm[:RATE], RATE)).pcm
    second = changer.push(Sound(SECOND, sound.pcm[RATE:], RATE)).pcm
    joint = np.concatenate([first[-480:], second[:480]]).astype(float)
    assert np.abs(joint).mean() > 0.3 * np.abs(first[RATE // 2 :]).mean(), "no hole at the border"
    later = changer.push(Sound(10 * SECOND, sound.pcm[:RATE], RATE)).pcm
    assert len(later) == RATE
    assert np.abs(later[:100]).mean() < np.abs(later[RATE // 2 :]).mean()


def test_what_was_shielded_stays_so_and_a_new_mode_takes_over() -> None:
    shields = Shields()
    shields.begin(10 * SECOND, "change", "u1", "witness")
    shields.begin(20 * SECOND, "mute", "u1")
    assert shields.current == "mute"
    assert shields.end(30 * SECOND)
    assert not shields.end(31 * SECOND)
    modes = {
        at: [s.mode for s in shields.near(Span(seconds(at), seconds(at) + SECOND))]
        for at in (5, 10, 15, 20, 29, 30)
    }
    assert modes == {5: [], 10: ["change"], 15: ["change"], 20: ["mute"], 29: ["mute"], 30: []}
