"""Words and private speech, ours beside a plain peer, on the same recordings in one run.

Ours: the live analyser at the default delay, one pass for captions and bleeps. Peers:
faster-whisper over the file with its usual settings and word times, then patterns of digits on
its text, which is what most tools that promise redaction do; and the same with jieba's marks of
names and places. Same model, same machine, one thread each. All outputs are judged from outside
by the scripts of ../shared (`pip install scipy soundfile jieba`: for them, and for that peer).
The recordings `unseen` have words, voices and rooms that no rule was written for at first.

Latency is media time, from a character's end to the end of the window that made it stable: what
the machine takes to read that window comes on top (its CPU-seconds are the cost times the hop).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bench.speech_table import Row, line, write
from courtstream.domain.time import SECOND, Span, seconds, to_seconds
from media_workers.models import whisper_folder
from media_workers.redact.bleep import bleep
from media_workers.runtime.items import SPEECH_RATE, Pcm, Sound
from media_workers.speech.analyser import SpeechAnalyser
from media_workers.speech.asr import WhisperTranscriber
from media_workers.speech.commands import sounds
from media_workers.speech.spot import PrivateSpeechSpotter
from media_workers.speech.windows import WindowPolicy

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
PIECE = SPEECH_RATE // 10
NUMBERS = ("ID", "PHONE", "BANK")


@dataclass(frozen=True)
class Recording:
    """Sound with exact truth, and the names that must not be heard in it."""

    name: str
    media: Path
    truth: Path
    protected: tuple[str, ...]


UNSEEN = ROOT / "sample_media" / "unseen"
RECORDINGS = (
    Recording(
        "sample hearing",
        ROOT / "sample_media" / "hearing.mp4",
        ROOT / "sample_media" / "hearing.speech.json",
        ("沈乐瑶",),
    ),
    Recording(
        "hearing_loan",
        SHARED / "speech" / "hearing_loan.flac",
        SHARED / "speech" / "hearing_loan.json",
        ("欧阳慧敏", "刘雨桐"),
    ),
    *(
        Recording(
            f"unseen {media.stem}",
            media,
            media.with_suffix(".json"),
            tuple(json.loads(media.with_suffix(".json").read_text("utf-8"))["protected_names"]),
        )
        for media in sorted(UNSEEN.glob("*.ogg"))
    ),
)


@dataclass
class Heard:
    """What one program made of a recording; `latency` in seconds, one a character."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    cpu: float = 0.0
    delay: float | None = None
    places: list[tuple[float, float]] = field(default_factory=list)

    def hide(self, start: int, end: int) -> None:
        """Hide the characters from `start` to before `end` of the text, where they were heard."""
        first, last = self.places[start][0], self.places[end - 1][1]
        self.spans.append(Span(seconds(first), seconds(last)))


def ours(pcm: Pcm, protected: tuple[str, ...]) -> Heard:
    """The live analyser, fed as live."""
    policy, heard = WindowPolicy(), Heard(delay=to_seconds(WindowPolicy().delay))
    transcriber = WhisperTranscriber(whisper_folder(""))
    analyser = SpeechAnalyser(transcriber, PrivateSpeechSpotter(protected), policy)
    began = time.process_time()
    passed = []
    for at in range(0, len(pcm), PIECE):
        sound = Sound(at * SECOND // SPEECH_RATE, pcm[at : at + PIECE], SPEECH_RATE)
        passed += list(analyser.push(sound))
    passed += analyser.flush()
    heard.cpu = time.process_time() - began
    upto = 0
    for item in passed:
        # what was found after its sound had passed is not counted: it may have aired
        late = Span(upto, max(upto, item.upto, *(p.span.end for p in item.private), 0))
        heard.spans += [clip for p in item.private if (clip := p.span.clipped(late))]
        upto = item.upto
        heard.text += "".join(word.text for word in item.stable)
        for word in item.stable:
            if word.committed is not None:
                heard.latency.append(to_seconds(word.committed - word.span.end))
    return heard


DIGITS = "0-9零〇一二三四五六七八九幺"
PATTERNS = (
    rf"[{DIGITS}]{{17}}[{DIGITS}Xx]",
    rf"[{DIGITS}]{{15,19}}",
    rf"[1一幺][{DIGITS}]{{10}}",
    rf"[{DIGITS}]{{7,8}}",
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][A-Za-z0-9]{5}",
)


def peer(path: Path, protected: tuple[str, ...]) -> Heard:
    """faster-whisper with its usual settings, then patterns and exact names on its text."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(whisper_folder("")), "cpu", compute_type="int8", cpu_threads=1)
    heard, began = Heard(), time.process_time()
    segments, _ = model.transcribe(str(path), language="zh", beam_size=5, word_timestamps=True)
    for segment in segments:
        for word in segment.words or ():
            heard.places += [(word.start, word.end)] * len(word.word.strip())
            heard.text += word.word.strip()
    heard.cpu = time.process_time() - began
    for pattern in (*PATTERNS, *map(re.escape, protected)):
        for found in re.finditer(pattern, heard.text):
            heard.hide(found.start(), found.end())
    return heard


TAGS = frozenset({"nr", "nrt", "ns", "m"})
"""Names of people and places, and numbers, as jieba marks them."""


def tagged(plain: Heard) -> Heard | None:
    """The same recognition, with what jieba takes for a name, a place or a number hidden too.

    None where the package is not installed (`pip install jieba`): it is no dependency of ours.
    """
    try:
        tagger = import_module("jieba.posseg")
    except ImportError:
        sys.stdout.write("jieba is not installed: that peer is passed over\n")
        return None
    heard, at, began = replace(plain, spans=list(plain.spans)), 0, time.process_time()
    for token in tagger.cut(plain.text):
        if token.flag in TAGS and len(token.word) > 1:
            heard.hide(at, at + len(token.word))
        at += len(token.word)
    heard.cpu = plain.cpu + time.process_time() - began
    return heard


def _bled(pcm: Pcm, spans: list[Span], path: Path) -> None:
    whole = Sound(0, pcm, SPEECH_RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SPEECH_RATE)
        file.writeframes(bleep(whole, spans).pcm.tobytes())


def judged(recording: Recording, pcm: Pcm, who: str, heard: Heard) -> Row:
    """What the scripts from outside say of it."""
    sys.path.insert(0, str(SHARED / "judge"))
    cer = import_module("cer").cer
    truth: dict[str, Any] = json.loads(recording.truth.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        plain, out, verdict = (Path(folder) / n for n in ("plain.wav", "out.wav", "found.json"))
        _bled(pcm, [], plain)
        _bled(pcm, heard.spans, out)
        script = SHARED / "judge" / "bleep_recall.py"
        command = [sys.executable, script, plain, recording.truth, out, "--json", verdict]
        subprocess.run([str(c) for c in command], check=True, capture_output=True)
        found: dict[str, Any] = json.loads(verdict.read_text(encoding="utf-8"))
    said = "".join(u["text"] for u in truth["utterances"])
    late = sorted(heard.latency)
    last = len(late) - 1
    latency = None
    if late:
        latency = (float(np.mean(late)), late[int(0.9 * last)], late[int(0.99 * last)])
    return Row(
        recording.name,
        who,
        float(cer(said, heard.text)),
        latency,
        heard.cpu / (len(pcm) / SPEECH_RATE),
        found["pii_time_recall"],
        _digits(found),
        found["over_bleep"],
        found.get("public_hidden") or 0.0,
        heard.delay,
    )


def _digits(found: dict[str, Any]) -> str:
    """Characters of complete numbers that can still be heard, of all there are."""
    numbers = [found["by"][kind] for kind in NUMBERS if kind in found["by"]]
    return f"{sum(n['leaked'] for n in numbers)} of {sum(n['chars'] for n in numbers)}"


@cache
def rows() -> tuple[Row, ...]:
    """Every recording that is there, ours and the peers'. Each row is shown when it is known."""
    made: list[Row] = []
    loads = [os.getloadavg()[0]]
    for recording in RECORDINGS:
        if not (recording.media.exists() and recording.truth.exists()):
            sys.stdout.write(f"{recording.name}: not there\n")
            continue
        for row in _of(recording):
            loads.append(os.getloadavg()[0])
            made.append(row)
            print(line(row), flush=True)
    write(made, (min(loads), max(loads)))
    return tuple(made)


def _of(recording: Recording) -> Iterator[Row]:
    """Ours and the peers on one recording."""
    pcm = np.concatenate([sound.pcm for sound in sounds(recording.media)])
    yield judged(recording, pcm, "courtstream", ours(pcm, recording.protected))
    plain = peer(recording.media, recording.protected)
    yield judged(recording, pcm, "faster-whisper + regex", plain)
    marked = tagged(plain)
    if marked is not None:
        yield judged(recording, pcm, "faster-whisper + regex + jieba", marked)


def words(folder: Path) -> str:
    """CER, commit latency and cost."""
    lines = ["recording | who | CER | commit latency mean / p90 / p99, s | CPU-s per s"]
    for row in rows():
        late = " / ".join(f"{x:.1f}" for x in row.latency) if row.latency else "whole file"
        lines.append(f"{row.recording} | {row.who} | {row.cer:.3f} | {late} | {row.cpu:.2f}")
    return "\n".join(lines)


def private(folder: Path) -> str:
    """What of private speech can still be heard, and what else is lost."""
    lines = ["recording | who | private time hidden | digits leaked | over-bleep | public | delay"]
    for row in rows():
        delay = "whole file" if row.delay is None else f"{row.delay:g} s"
        lines.append(
            f"{row.recording} | {row.who} | {row.recall:.4f} | {row.digits} | {row.over:.3f}"
            f" | {row.public:.3f} | {delay}"
        )
    return "\n".join(lines)
