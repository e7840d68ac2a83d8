"""Where nobody speaks there is no text: silence, hiss, hum and music give no word and no bleep.

With the real voice detector and the real recogniser: inventing phrases over music is what
recognisers of this family are known for.
"""

from __future__ import annotations

import numpy as np
import pytest

from media_workers.models import whisper_folder
from media_workers.runtime.items import SPEECH_RATE
from media_workers.speech.analyser import SpeechAnalyser
from media_workers.speech.asr import WhisperTranscriber
from media_workers.speech.spot import PrivateSpeechSpotter
from tests.unit.speech.saying import sounds

pytestmark = pytest.mark.slow

LENGTH = 12
AT = np.arange(LENGTH * SPEECH_RATE) / SPEECH_RATE


def _silence() -> np.ndarray:
    return np.zeros(len(AT))


def _hiss() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.03, len(AT))


def _hum() -> np.ndarray:
    hum = sum(np.sin(2 * np.pi * 50 * n * AT) / n for n in range(1, 8))
    return np.asarray(0.05 * hum)


def _music() -> np.ndarray:
    """A slow tune in thirds with decaying notes."""
    wave = np.zeros(len(AT))
    for n, hz in enumerate((262, 330, 392, 330, 294, 349, 440, 349) * 3):
        since = AT - n * 0.5
        note = np.where(since >= 0, np.exp(-3 * np.maximum(since, 0)), 0)
        wave += note * (np.sin(2 * np.pi * hz * AT) + 0.6 * np.sin(2 * np.pi * hz * 1.26 * AT))
    return np.asarray(0.1 * wave)


@pytest.fixture(scope="module")
def transcriber() -> WhisperTranscriber:
    return WhisperTranscriber(whisper_folder(""))


@pytest.mark.parametrize("sound", [_silence, _hiss, _hum, _music])
def test_no_word_is_invented_where_nobody_speaks(
    sound: object, transcriber: WhisperTranscriber
) -> None:
    pcm = sound().astype(np.float32)  # type: ignore[operator]
    analyser = SpeechAnalyser(transcriber, PrivateSpeechSpotter(("沈乐瑶",)))
    passed = [item for piece in sounds(pcm) for item in analyser.push(piece)]
    passed += analyser.flush()
    assert "".join(word.text for item in passed for word in item.stable) == ""
    assert [span for item in passed for span in item.private] == []
