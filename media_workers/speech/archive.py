"""The best reading a recording gets: whole stretches of speech, wide beam, nobody waiting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from courtstream.rules.terms import Corrector
from media_workers.runtime.items import Sound
from media_workers.speech.asr import PROMPT, Transcriber
from media_workers.speech.checks import check_hypothesis
from media_workers.speech.holes import HoleFiller
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.rolling import RollingSound
from media_workers.speech.stretch import EDGE, spoken
from media_workers.speech.terms import put_right
from media_workers.speech.vad import VoiceDetector

LONGEST: MediaTime = 28 * SECOND
"""A segment's length at most: the recogniser's full context, less the padding."""

_ENOUGH: MediaTime = 20 * SECOND
"""From here on the next pause ends a segment."""

_PAUSE: MediaTime = 500 * MILLISECOND
_APART: MediaTime = 1500 * MILLISECOND
_ROUND: MediaTime = 250 * MILLISECOND


class ArchiveReader:
    """Stage[Sound, Word]: words with times, in order, each once. Reads a segment at its end.

    Raises LyingAnalysis when the recogniser contradicts the sound, InvalidInput when the sound
    goes back in time.
    """

    def __init__(
        self, transcriber: Transcriber, prompt: str = PROMPT, names: Iterable[str] = ()
    ) -> None:
        self._corrector = Corrector(names)
        self._transcriber = transcriber
        self._filler = HoleFiller(transcriber, most=4)
        self._prompt = prompt
        self._sound: RollingSound | None = None
        self._voice: VoiceDetector | None = None
        self._done: MediaTime = 0

    def push(self, item: Sound) -> list[Word]:
        """Take more sound; give the words of the segments that are over."""
        if self._sound is None or self._voice is None:
            self._sound = RollingSound(item, 3 * LONGEST)
            self._voice = VoiceDetector(item.t)
            self._done = item.t
        self._voice.push(self._sound.push(item))
        return self._segments(last=False)

    def flush(self) -> list[Word]:
        """The words of what is left."""
        if self._sound is None or self._voice is None:
            return []
        self._voice.push(self._sound.flush())
        return self._segments(last=True)

    def _segments(self, last: bool) -> list[Word]:
        words: list[Word] = []
        while (segment := self._next(last)) is not None:
            words += self._read(segment)
        return words

    def _next(self, last: bool) -> Span | None:
        """The next segment whose end is known."""
        if self._sound is None or self._voice is None:
            return None
        upto = self._sound.end if last else self._voice.upto
        if upto <= self._done or (not last and upto - self._done < _APART):
            return None
        segment = segment_of(self._voice.spans(Span(self._done, upto)), upto, last)
        if segment is None or segment.length <= LONGEST:
            return segment
        cut = Span(segment.start + _ENOUGH, segment.start + LONGEST)
        return Span(segment.start, self._sound.quietest(cut))

    def _read(self, segment: Span) -> list[Word]:
        if self._sound is None or self._voice is None:
            return []
        bounds = Span(max(self._done, self._sound.origin), self._sound.end)
        window = segment.padded(_ROUND, _ROUND).clipped(bounds) or segment
        pcm = self._sound.cut(window)
        read = self._transcriber.transcribe(pcm, window.start, self._prompt)
        check_hypothesis(read, window)
        read = self._filler.fill(replace(read, voiced=self._voice.spans(window)), pcm, self._prompt)
        self._done = segment.end
        self._voice.forget(self._done)
        return _words(spoken(put_right(read, self._corrector)), segment)


def segment_of(voiced: Sequence[Span], upto: MediaTime, last: bool) -> Span | None:
    """The first segment of `voiced`: speech up to a pause, or up to `LONGEST` and a little more.

    None while its end lies in the future. Its length may pass `LONGEST` only by being one
    unbroken span, which the caller cuts.
    """
    segment: Span | None = None
    for span in voiced:
        if segment is None:
            segment = span
            continue
        pause = span.start - segment.end
        long_enough = segment.length >= _ENOUGH and pause >= _PAUSE
        if pause >= _APART or long_enough or span.end - segment.start > LONGEST:
            return segment
        segment = Span(segment.start, span.end)
    if segment is None:
        return None
    over = last or upto - segment.end >= _APART or segment.length > LONGEST
    return segment if over else None


def _words(hypothesis: Hypothesis, segment: Span) -> list[Word]:
    """The words with their punctuation, without what the padding let in from the neighbours."""
    after = hypothesis.after or ("",) * len(hypothesis.chars)
    reach = segment.padded(EDGE, EDGE)
    return [
        replace(word, text=word.text + mark)
        for word, mark in zip(hypothesis.chars, after, strict=True)
        if reach.contains(word.span.start)
    ]
