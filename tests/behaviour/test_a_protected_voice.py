"""A protected person's voice never airs as it is: heard in what was published, not in records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from courtstream.control.protocol import Command, RowKind, Verb
from courtstream.domain.redaction import Reason, RedactionKind
from courtstream.domain.time import SECOND
from media_workers.desk import Desk
from media_workers.runtime.items import Sound, SpeechPassed
from media_workers.timeline.decode import AudioDecoder
from tests.support.media import stream
from tests.support.published import Published
from tests.support.stepped import FPS, SIZE, Stepped

pytestmark = pytest.mark.slow

LENGTH, DELAY = 40, 6
CHANGED_AT, MUTED_AT, PLAIN_AT = 12, 22, 28
"""When the clerk's commands come; they hold from what has not aired, about 7 s before."""


class Prompt:
    """Speech analysis that passes all sound at once and finds nothing private."""

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        yield SpeechPassed(item.span.end)

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


def _captured() -> np.ndarray:
    """What the courtroom sent, decoded, 48 kHz, from time zero."""
    _, audio, packets = stream(LENGTH, SIZE, fps=FPS)
    assert audio is not None
    decoder = AudioDecoder(audio.codec, audio.extradata, audio.rate, audio.channels)
    wave = np.zeros(LENGTH * 48_000 + 48_000)
    for packet in packets:
        for sound in decoder.push(packet) if packet.kind == "audio" else ():
            first = round(sound.t * 48_000 / SECOND)
            wave[first : first + len(sound.pcm)] = sound.pcm / 32768
    return wave


def _alike(published: Published, captured: np.ndarray, second: int) -> float:
    """The best correlation of a published second with what was captured about then."""
    first = round((second - published.sound_start) * 48_000)
    heard = _coarse(published.sound[first : first + 24_000].astype(float))
    near = _coarse(captured[second * 48_000 - 4800 : second * 48_000 + 24_000 + 4800])
    found = np.correlate(near, heard, "valid")
    norm = np.linalg.norm(heard) * np.sqrt(len(heard)) * near.std() + 1e-9
    return float(np.abs(found).max() / norm)


def _coarse(wave: np.ndarray) -> np.ndarray:
    """At 8 kHz, which holds all that tells one voice from another."""
    return wave.reshape(-1, 6).mean(axis=1)


def test_a_voice_is_changed_then_muted_then_plain_in_what_the_public_hears(tmp_path: Path) -> None:
    hearing = Stepped(tmp_path, Prompt, LENGTH, delay=float(DELAY))
    desk = Desk(hearing.graph, hearing.journal, hearing.media_now, lambda: None)
    started: dict[Verb, float] = {}

    def give(verb: Verb) -> None:
        reply = desk.handle(Command(verb=verb, by="u_clerk", reason="witness"))
        assert reply.ok
        started[verb] = reply.data["from"]

    hearing.at = {
        CHANGED_AT: lambda: give(Verb.CHANGE_VOICE),
        MUTED_AT: lambda: give(Verb.MUTE_VOICE),
        PLAIN_AT: lambda: give(Verb.PLAIN_VOICE),
    }
    published, captured = hearing.run(), _captured()
    changed, muted = round(started[Verb.CHANGE_VOICE]), round(started[Verb.MUTE_VOICE])
    assert changed < CHANGED_AT, "what was said before the button and has not aired is protected"
    loud = published.rms(1, changed)
    for second in range(1, changed):
        assert _alike(published, captured, second) > 0.6, "the measure knows the plain voice"
    for second in range(changed, muted):
        assert _alike(published, captured, second) < 0.1, f"the voice aired at {second} s"
        assert published.rms(second + 0.1, second + 0.9) > loud / 4, "changed, not silent"
    for second in range(muted, PLAIN_AT):
        assert published.rms(second + 0.1, second + 0.9) < 0.002
    for second in range(PLAIN_AT + 1, LENGTH - 2):
        assert _alike(published, captured, second) > 0.6
    rows = [row.body for row in hearing.rows(RowKind.REDACTION)]
    voices = [r for r in rows if r["kind"] == RedactionKind.VOICE.value]
    assert {(r["reason"], r["by"]) for r in voices} == {(Reason.VOICE.value, "u_clerk")}
    assert min(r["start"] for r in voices) == changed * SECOND
    assert max(r["end"] for r in voices) == PLAIN_AT * SECOND
