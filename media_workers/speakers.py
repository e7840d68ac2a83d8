"""`speakers`: who speaks in a recorded hearing, from its sealed original and its turns.

Turns that the words or a person give to a seat teach its voice; the other turns go to the voice
they are most like. Reads the sealed original inside this process and writes nothing but labels.
Input: JSON on standard input, `{"turns": [{"seq", "start", "end", "role", "label", "sure"}]}`,
times in ns; output: JSON, `{"turns": [{"seq", "role", "label", "lead"}]}` for the turns that could
be told.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np

from courtstream.domain.time import SECOND, MediaTime
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key
from media_workers.runtime.items import SPEECH_RATE, Pcm
from media_workers.speech.voices import F32, SURE, VoiceEncoder, Voices

Heard: TypeAlias = dict[int, F32 | None]

LONGEST = 12 * SPEECH_RATE
"""Samples of a turn that are listened to: more says no more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn; `seat` is its role and label as one word, empty when unknown."""

    seq: int
    start: MediaTime
    end: MediaTime
    seat: str
    sure: bool


def speakers(argv: list[str]) -> int:
    """`speakers FOLDER KEYFILE`; gives the process's exit code."""
    parser = argparse.ArgumentParser("media_workers speakers")
    parser.add_argument("folder", type=Path)
    parser.add_argument("key", type=Path)
    options = parser.parse_args(argv)
    turns = [_turn(row) for row in json.load(sys.stdin)["turns"]]
    key = hearing_key(options.folder, load_or_create_master_key(options.key))
    found = told(turns, heard(turns, _sound(SealReader(options.folder, key))))
    sys.stdout.write(json.dumps({"turns": found}, ensure_ascii=False))
    return 0


def heard(turns: list[Turn], sound: Iterator[tuple[MediaTime, Pcm]]) -> Heard:
    """The voice of each turn, None where there is too little of it. `sound` in order of time."""
    encoder = VoiceEncoder()
    return {turn.seq: encoder.embed(pcm[:LONGEST]) for turn, pcm in _cut(turns, sound)}


def told(turns: list[Turn], voices_of: Heard) -> list[dict[str, object]]:
    """Labels for the turns that are not sure, as far as their voice or the question says."""
    voices = Voices()
    for turn in turns:
        voice = voices_of.get(turn.seq)
        if turn.seat and voice is not None:
            voices.enrol(turn.seat, voice, (turn.end - turn.start) / SECOND, sure=turn.sure)
    found: list[dict[str, object]] = []
    for turn in turns:
        voice = voices_of.get(turn.seq)
        seat, lead = voices.whose(voice) if voice is not None else ("", 0.0)
        chosen = seat if lead >= SURE else turn.seat
        if not turn.sure and chosen:
            role, _, label = chosen.partition("/")
            found.append({"seq": turn.seq, "role": role, "label": label, "lead": round(lead, 3)})
    return found


def _turn(row: dict[str, Any]) -> Turn:
    seat = f"{row['role']}/{row['label']}" if row["role"] != "?" else ""
    return Turn(row["seq"], row["start"], row["end"], seat, bool(row["sure"]))


def _cut(turns: list[Turn], sound: Iterator[tuple[MediaTime, Pcm]]) -> Iterator[tuple[Turn, Pcm]]:
    """The sound of each turn; keeps no more than the turns that are still open."""
    waiting = sorted(turns, key=lambda turn: turn.start)
    open_: list[tuple[Turn, list[Pcm]]] = []
    for t, pcm in sound:
        end = t + len(pcm) * SECOND // SPEECH_RATE
        while waiting and waiting[0].start < end:
            open_.append((waiting.pop(0), []))
        for turn, pieces in open_:
            first = max(0, (turn.start - t) * SPEECH_RATE // SECOND)
            last = min(len(pcm), (turn.end - t) * SPEECH_RATE // SECOND)
            if last > first:
                pieces.append(pcm[first:last])
        for turn, pieces in [entry for entry in open_ if entry[0].end <= end]:
            if pieces:
                yield turn, np.concatenate(pieces)
        open_ = [entry for entry in open_ if entry[0].end > end]
    for turn, pieces in open_:
        if pieces:
            yield turn, np.concatenate(pieces)


def _sound(reader: SealReader) -> Iterator[tuple[MediaTime, Pcm]]:
    """The original's sound as mono 16 kHz with its times, part after part."""
    for part in reader.parts:
        file = io.BytesIO(b"".join(reader.clear(part)))
        with av.open(file, "r", format="matroska") as media:
            if not media.streams.audio:
                continue
            resampler = av.AudioResampler("s16", "mono", SPEECH_RATE)
            for frame in media.decode(media.streams.audio[0]):
                for piece in resampler.resample(frame):
                    t = round((piece.time or 0.0) * SECOND)
                    yield t, np.asarray(piece.to_ndarray().reshape(-1), np.int16)
