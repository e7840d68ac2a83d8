"""Whose turn it is by the voice, on the sample hearing made by the project."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from courtstream.domain.time import SECOND, Span, seconds
from courtstream.domain.transcript import Utterance
from courtstream.rules.procedure.speakers import guess_speakers
from media_workers.runtime.items import SPEECH_RATE, Pcm
from media_workers.speakers import Heard, Turn, heard, told
from media_workers.speech.voices import ENROL_SECONDS, VoiceEncoder, Voices
from tests.support.rig import HEARING

UNSEEN = HEARING.parent / "unseen" / "traffic.ogg"


@lru_cache(maxsize=2)
def sound(media: Path = HEARING) -> Pcm:
    container: Any = av.open(str(media))
    resampler = av.AudioResampler("s16", "mono", SPEECH_RATE)
    pieces = [
        piece.to_ndarray().reshape(-1)
        for frame in container.decode(audio=0)
        for piece in resampler.resample(frame)
    ]
    return np.asarray(np.concatenate(pieces), np.int16)


def spoken(media: Path = HEARING) -> list[dict[str, Any]]:
    truth = media.with_suffix(".json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(truth)["utterances"]
    return rows


@lru_cache(maxsize=2)
def voices_of(media: Path = HEARING) -> Heard:
    turns = [Turn(n, *_span(r), "", False) for n, r in enumerate(spoken(media))]
    pieces = (
        (n * SECOND, sound(media)[n * SPEECH_RATE : (n + 1) * SPEECH_RATE])
        for n in range(len(sound(media)) // SPEECH_RATE)
    )
    return heard(turns, pieces)


def _span(row: dict[str, Any]) -> tuple[int, int]:
    return seconds(row["start"]), seconds(row["end"])


@pytest.mark.parametrize("media", [HEARING, UNSEEN], ids=lambda media: media.stem)
def test_turns_go_to_the_right_voice_after_six_seconds(media: Path) -> None:
    voices, known = Voices(), dict[str, float]()
    right = count = 0
    for n, row in enumerate(spoken(media)):
        voice, length = voices_of(media).get(n), row["end"] - row["start"]
        if voice is None:
            continue
        who = row["speaker"]
        if known.get(who, 0.0) < ENROL_SECONDS:
            voices.enrol(who, voice, length)
            known[who] = known.get(who, 0.0) + length
            continue
        count += 1
        right += voices.whose(voice)[0] == who
    assert count >= 10
    assert right / count >= 0.97


def test_words_and_voices_together_label_most_turns_and_few_wrongly() -> None:
    rows = spoken()
    said = [Utterance(Span.of_seconds(r["start"], r["end"]), r["text"]) for r in rows]
    guesses = guess_speakers(said)
    turns = [
        Turn(n, *_span(r), f"{g.role.value}/{g.label}" if g else "", bool(g and g.sure))
        for n, (r, g) in enumerate(zip(rows, guesses, strict=True))
    ]
    found = {int(str(row["seq"])): str(row["role"]) for row in told(turns, voices_of())}
    found |= {n: g.role.value for n, g in enumerate(guesses) if g and g.sure}
    right = sum(found[n] == rows[n]["role"] for n in found)
    assert len(found) >= 0.7 * len(rows)
    assert right >= 0.85 * len(found)


def test_too_little_speech_says_nothing() -> None:
    encoder = VoiceEncoder()
    assert encoder.embed(np.zeros(SPEECH_RATE * 3, np.int16)) is None
    assert encoder.embed(sound()[: SPEECH_RATE // 4]) is None
    assert Voices().whose(np.ones(336, np.float32)) == ("", 0.0)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("现在宣布法庭纪律。", "K"),
        ("现在开庭。", "J"),
        ("原告，请陈述你的诉讼请求。", "J"),
        ("答辩意见如下：不同意原告的诉讼请求。", "D"),
        ("我的诉讼请求是判令被告还款。", "P"),
        ("今天天气很好。", ""),
    ],
)
def test_words_that_only_one_seat_says(text: str, role: str) -> None:
    guess = guess_speakers([Utterance(Span(0, SECOND), text)])[0]
    assert (guess.role.value if guess else "") == role


def test_who_is_asked_answers() -> None:
    said = [
        Utterance(Span(0, SECOND), "被告是否申请回避？"),
        Utterance(Span(SECOND, 2 * SECOND), "不申请。"),
    ]
    answer = guess_speakers(said)[1]
    assert answer is not None
    assert answer.role.value == "D"
    assert not answer.sure
