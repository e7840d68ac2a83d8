"""The second listening: the sealed original read once more, slowly and with the best model.

What it hears in the open and the record does not hide is proposed to people; its text, masked, is
offered as another draft of the transcript. Nothing is changed by it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from courtstream.control.protocol import ModelSpec, WorkerSpec
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime, Span, merge
from courtstream.domain.transcript import Utterance, Word
from courtstream.rules.masking import spot_turns
from media_workers.graph.turns import Turns
from media_workers.models import whisper_folder
from media_workers.runtime.items import PrivateSpan, Sound
from media_workers.speech.archive import ArchiveReader
from media_workers.speech.captions import mask_words
from media_workers.speech.hypothesis import Hypothesis, Spotter

WINDOW, HOP = 20 * SECOND, 10 * SECOND
LEAST: MediaTime = SECOND * 3 // 10
"""So much of a private stretch must be open before people are asked about it."""

BEAM, CONTEXT = 5, 30.0
_CHARS = re.compile(r"[A-Za-z]+|[^\W_]")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listening gives: private stretches that the record leaves open, and masked turns."""

    found: tuple[PrivateSpan, ...]
    turns: tuple[Utterance, ...]


def listen(
    sounds: Iterable[Sound],
    reader: ArchiveReader,
    spotter: Spotter,
    hidden: Sequence[Span],
    protected: Sequence[str] = (),
    keep: Sequence[str] = (),
    tell: Callable[[MediaTime], None] = lambda t: None,
) -> Heard:
    """Read all of it. `hidden`: what the record hides in the sound."""
    words: list[Word] = []
    for sound in sounds:
        words += reader.push(sound)
        tell(sound.span.end)
    words += reader.flush()
    private = [*_by_sound(words, spotter), *_by_text(words, protected, keep)]
    masks = [*private, *(PrivateSpan(span, Reason.PERSON) for span in hidden)]
    return Heard(tuple(_left_open(private, hidden)), tuple(_turns(mask_words(words, masks))))


def _by_sound(words: Sequence[Word], spotter: Spotter) -> list[PrivateSpan]:
    """What the rules of live speech find, asked window by window."""
    chars = [char for word in words for char in _chars(word)]
    starts = [char.span.start for char in chars]
    found: list[PrivateSpan] = []
    for start in range(0, max(starts, default=-1) + 1, HOP):
        inside = chars[bisect_left(starts, start) : bisect_left(starts, start + WINDOW)]
        found += spotter.push(Hypothesis(Span(start, start + WINDOW), tuple(inside)))
    return found


def _by_text(
    words: Sequence[Word], protected: Sequence[str], keep: Sequence[str]
) -> list[PrivateSpan]:
    """What the rules of text find in the same words."""
    turns, found = _turns(words), list[PrivateSpan]()
    for turn, spans in zip(
        turns, spot_turns([t.text for t in turns], protected, keep), strict=True
    ):
        at = [n for n, word in enumerate(turn.words) for _ in word.text]
        for span in spans:
            first, last = turn.words[at[span.start]], turn.words[at[span.end - 1]]
            kind = span.type.removesuffix("_PART")
            reason = Reason(kind) if kind in set(Reason) else Reason.ACCOUNT
            found.append(PrivateSpan(Span(first.span.start, last.span.end), reason, span.basis))
    return found


def _left_open(private: Iterable[PrivateSpan], hidden: Sequence[Span]) -> Iterator[PrivateSpan]:
    """Those of which a part that can be understood is not hidden, once each."""
    told: list[Span] = []
    for one in sorted(private, key=lambda p: (p.span.start, -p.span.end)):
        covered = merge(clip for span in (*hidden, *told) if (clip := span.clipped(one.span)))
        if one.span.length - sum(span.length for span in covered) >= LEAST:
            told.append(one.span)
            yield replace(one, span=one.span.padded(SECOND // 4, SECOND * 7 // 20))


def _chars(word: Word) -> list[Word]:
    parts = _CHARS.findall(word.text)
    step = word.span.length // max(1, len(parts))
    start = word.span.start
    return [
        Word(part, Span(start + n * step, start + (n + 1) * step), word.confidence)
        for n, part in enumerate(parts)
    ]


def _turns(words: Sequence[Word]) -> list[Utterance]:
    turns = Turns()
    end = max((w.span.end for w in words), default=0)
    return [*turns.push(words, end), *turns.flush()]


def order_of(folder: Path) -> WorkerSpec | None:
    """The hearing's own order, for its names and its policy; None when it cannot be read."""
    try:
        return WorkerSpec.model_validate(json.loads((folder / "spec.json").read_bytes()))
    except (OSError, ValueError, ValidationError):
        return None


def best_reader(models: ModelSpec) -> ArchiveReader:
    """The archive's setting of the configured model. May raise ModelMissing."""
    from media_workers.speech.asr import WhisperTranscriber

    folder = whisper_folder(models.whisper_archive or models.whisper)
    return ArchiveReader(
        WhisperTranscriber(folder, models.compute_type, models.threads, beam=BEAM, pad_s=CONTEXT)
    )
