"""`transcribe`: a recording's words with times and confidence, as JSON, WebVTT and plain text."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from courtstream.domain.errors import BrokenStream, CourtstreamError, NoAudioTrack
from courtstream.domain.time import SECOND, MediaTime, seconds, to_seconds
from courtstream.domain.transcript import Word
from courtstream.settings import Settings
from media_workers.models import whisper_folder
from media_workers.runtime.items import SPEECH_RATE, Caption, PrivateSpan, Sound
from media_workers.speech.analyser import SpeechAnalyser
from media_workers.speech.archive import ArchiveReader
from media_workers.speech.asr import PAD_S, WhisperTranscriber
from media_workers.speech.captions import CaptionLines
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.windows import WindowPolicy

_BEAM = 5
_FULL_S = 30.0
_APART: MediaTime = SECOND


class NobodySpots:
    """A Spotter for transcripts that stay inside the court: it finds nothing private."""

    def push(self, hypothesis: Hypothesis) -> tuple[PrivateSpan, ...]:
        """Nothing."""
        return ()

    def settled(self, upto: MediaTime) -> MediaTime:
        """Everything is settled at once."""
        return upto


@dataclass
class _Result:
    words: list[Word] = field(default_factory=list)
    captions: list[Caption] = field(default_factory=list)
    end: MediaTime = 0


def transcribe(argv: list[str]) -> int:
    """`transcribe IN --out T.json [--vtt F] [--txt F] [--streaming]`; gives the exit code."""
    options = _options(argv)
    console = Console(stderr=True)
    try:
        result = _run(options, console)
    except CourtstreamError as error:
        console.print(f"[red]{error.zh}[/red] / {error}  {error.remedy}")
        return 2
    mode = "streaming" if options.streaming else "archive"
    text = json.dumps(as_json(result.words, result.end, mode), ensure_ascii=False, indent=1)
    _write(options.out, text + "\n")
    if options.vtt:
        _write(options.vtt, as_vtt(result.captions))
    if options.txt:
        _write(options.txt, as_txt(result.words))
    console.print(f"[green]完成 / done[/green] {len(result.words)} words → {options.out}")
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "courtstream transcribe",
        description="把录音录像转写为带时间的文字 / words of a recording with times",
    )
    parser.add_argument("input", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--vtt", type=Path, help="also write WebVTT captions")
    parser.add_argument("--txt", type=Path, help="also write the words alone, a line an utterance")
    parser.add_argument(
        "--streaming", action="store_true", help="read as live, with each word's commit time"
    )
    parser.add_argument(
        "--names", nargs="+", action="extend", default=[], help="names of the case, to be put right"
    )
    parser.add_argument("--hop", type=float, default=2.5, help="seconds between live windows")
    return parser.parse_args(argv)


def _run(options: argparse.Namespace, console: Console) -> _Result:
    models = Settings().models
    transcriber = WhisperTranscriber(
        whisper_folder(models.whisper),
        models.compute_type,
        models.threads,
        beam=1 if options.streaming else _BEAM,
        pad_s=PAD_S if options.streaming else _FULL_S,
    )
    stage: ArchiveReader | _Live = (
        _Live(
            SpeechAnalyser(
                transcriber,
                NobodySpots(),
                WindowPolicy(hop=seconds(options.hop)),
                names=options.names,
            )
        )
        if options.streaming
        else ArchiveReader(transcriber, names=options.names)
    )
    result, lines = _Result(), CaptionLines()
    with _progress(console) as progress:
        task = progress.add_task(options.input.name, total=_length(options.input) or None)
        for sound in sounds(options.input):
            words = stage.push(sound)
            result.words += words
            result.captions += lines.push(words, words[-1].span.end if words else 0)
            result.end = sound.span.end
            progress.update(task, completed=to_seconds(result.end))
        rest = stage.flush()
        result.words += rest
        result.captions += lines.push(rest, result.end) + lines.flush()
    return result


class _Live:
    """The live analyser as a stage of words."""

    def __init__(self, analyser: SpeechAnalyser) -> None:
        self._analyser = analyser

    def push(self, item: Sound) -> list[Word]:
        return [word for passed in self._analyser.push(item) for word in passed.stable]

    def flush(self) -> list[Word]:
        return [word for passed in self._analyser.flush() for word in passed.stable]


def sounds(path: Path) -> Iterator[Sound]:
    """The first audio track as mono sound at the recogniser's rate, from time zero.

    Raises BrokenStream when the file is no media, NoAudioTrack when it has no sound.
    """
    with _opened(path) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE)
        count = 0
        for pcm in _decoded(container, resampler):
            yield Sound(count * SECOND // SPEECH_RATE, pcm, SPEECH_RATE)
            count += len(pcm)


def _decoded(container: Any, resampler: av.AudioResampler) -> Iterator[np.ndarray[Any, Any]]:
    if not container.streams.audio:
        raise NoAudioTrack()
    try:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                yield part.to_ndarray().reshape(-1)
        for part in resampler.resample(None):
            yield part.to_ndarray().reshape(-1)
    except av.error.FFmpegError as error:
        raise BrokenStream("the sound cannot be decoded") from error


def _opened(path: Path) -> Any:
    try:
        return av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        raise BrokenStream("the file cannot be opened as audio or video") from error


def _length(path: Path) -> float:
    with _opened(path) as container:
        return float(Fraction(container.duration or 0, av.time_base))


def as_json(words: list[Word], end: MediaTime, mode: str) -> dict[str, Any]:
    """Version, mode, length in seconds, whole text, utterances (cut at pauses) and words."""
    rows = [_word(word) for word in words]
    return {
        "version": 1,
        "language": "zh",
        "mode": mode,
        "duration": round(to_seconds(end), 3),
        "text": "".join(word.text for word in words),
        "utterances": [
            {
                "start": round(to_seconds(group[0].span.start), 3),
                "end": round(to_seconds(group[-1].span.end), 3),
                "text": "".join(word.text for word in group),
            }
            for group in _groups(words)
        ],
        "words": rows,
    }


def _word(word: Word) -> dict[str, Any]:
    row: dict[str, Any] = {
        "text": word.text,
        "start": round(to_seconds(word.span.start), 3),
        "end": round(to_seconds(word.span.end), 3),
        "confidence": round(word.confidence, 3),
    }
    if word.committed is not None:
        row["commit"] = round(to_seconds(word.committed), 3)
    return row


def _groups(words: list[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in words:
        if groups and word.span.start - groups[-1][-1].span.end < _APART:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def as_txt(words: list[Word]) -> str:
    """The words alone, a line an utterance: what scripts that compare texts want."""
    return "".join("".join(word.text for word in group) + "\n" for group in _groups(words))


def as_vtt(captions: list[Caption]) -> str:
    """A whole WebVTT file."""
    cues = (f"{_clock(c.span.start)} --> {_clock(c.span.end)}\n{c.text}\n" for c in captions)
    return "\n".join(["WEBVTT\n", *cues])


def _clock(t: MediaTime) -> str:
    minutes, milliseconds = divmod(t // 1_000_000, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("转写 {task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total} s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
