"""Speech analysis of a live hearing: rolling windows, read once each, heard by two consumers.

Captions take the stitched stable text; privacy takes every reading as it is. An instant is
passed only `look_ahead` later, when several windows had it in their middle and at least one of
them could be read; voice that no reading can be trusted on is hidden instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from courtstream.domain.time import SECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from courtstream.rules.terms import Corrector
from media_workers.runtime.items import PrivateSpan, Sound, SpeechPassed
from media_workers.speech.asr import PROMPT, Transcriber
from media_workers.speech.checks import check_hypothesis
from media_workers.speech.gather import Gathered
from media_workers.speech.holes import HoleFiller
from media_workers.speech.hypothesis import Hypothesis, Spotter
from media_workers.speech.stretch import LEAD, Stretch
from media_workers.speech.terms import put_right
from media_workers.speech.windows import WindowPolicy

_LONG_GAP: MediaTime = 30 * SECOND
"""A longer hole in the sound begins a new stretch instead of being filled with silence."""


class SpeechAnalyser:
    """Stage[Sound, SpeechPassed]: takes sound of any rate, gives one item a window.

    `policy` may be changed between two pushes; `second_looks` tells whether what a reading left
    out is read again. `names` of the case are put right in the text. Raises LyingAnalysis when
    the recogniser contradicts itself or the sound, InvalidInput when the sound goes back in time;
    after either nothing more is passed.
    """

    def __init__(
        self,
        transcriber: Transcriber,
        spotter: Spotter,
        policy: WindowPolicy | None = None,
        prompt: str = PROMPT,
        names: Iterable[str] = (),
    ) -> None:
        self._corrector = Corrector(names)
        self._transcriber = transcriber
        self._filler = HoleFiller(transcriber)
        self._spotter = spotter
        self.policy = policy or WindowPolicy()
        self._prompt = prompt
        self._stretch: Stretch | None = None
        self._gathered = Gathered()
        self.second_looks = True

    def push(self, item: Sound) -> list[SpeechPassed]:
        """Take the next sound; give what the windows completed by it say.

        Sound waits for more of it, but never beyond the end of the next window.
        """
        sounds = self._gathered.push(item)
        if self._stretch is None or item.span.end >= self._stretch.due:
            sounds += self._gathered.rest()
        return self._hear(sounds)

    def _hear(self, sounds: list[Sound]) -> list[SpeechPassed]:
        return [passed for sound in sounds for passed in self._hear_one(sound)]

    def _hear_one(self, item: Sound) -> list[SpeechPassed]:
        passed: list[SpeechPassed] = []
        stretch = self._stretch
        if stretch is not None and item.t - stretch.sound.expected > _LONG_GAP:
            passed += self._end()
            stretch = None
        if stretch is None:
            stretch = self._stretch = Stretch(item, self.policy.window)
            stretch.due += self.policy.step
        stretch.hear(item)
        while stretch.due <= stretch.voice.upto:
            passed.append(self._step(stretch, stretch.due))
            stretch.due += self.policy.step
        return passed

    def flush(self) -> list[SpeechPassed]:
        """Read what is left and pass the sound to its end."""
        return self._hear(self._gathered.rest()) + self._end()

    def _end(self) -> list[SpeechPassed]:
        stretch, self._stretch = self._stretch, None
        if stretch is None:
            return []
        stretch.end()
        private, stable = self._read(stretch, stretch.sound.end, closing=True)
        stable += stretch.text.flush(stretch.sound.end)
        end = max(stretch.sound.end, stretch.sound.expected)
        voiced, unread = stretch.pass_upto(end, whole=True)
        return [SpeechPassed(end, private + unread, stable, "", voiced)]

    def _step(self, stretch: Stretch, end: MediaTime) -> SpeechPassed:
        """Read the window that ends at `end` and pass what has been seen often enough."""
        private, stable = self._read(stretch, end)
        target = max(stretch.passed, end - self.policy.look_ahead)
        upto = max(stretch.passed, min(target, self._spotter.settled(target)))
        voiced, unread = stretch.pass_upto(upto)
        return SpeechPassed(upto, private + unread, stable, stretch.text.provisional, voiced)

    def _read(
        self, stretch: Stretch, end: MediaTime, closing: bool = False
    ) -> tuple[tuple[PrivateSpan, ...], tuple[Word, ...]]:
        """Private spans and stable words from the window that ends at `end`.

        A window without speech is an empty reading: the spotter learns of the pause by it.
        """
        window = self._window(stretch, end)
        hypothesis = Hypothesis(window)
        voiced = stretch.voiced(window)
        if stretch.needs_reading(window):
            pcm = stretch.sound.cut(window)
            read = self._transcriber.transcribe(pcm, window.start, self._prompt)
            check_hypothesis(read, window)
            hypothesis = replace(read, voiced=voiced)
            if self.second_looks:
                hypothesis = self._filler.fill(hypothesis, pcm, self._prompt)
            stretch.was_read(hypothesis)
        opening = stretch.in_mid_speech and window.start == stretch.sound.origin
        hypothesis = replace(hypothesis, voiced=voiced, opening=opening, closing=closing)
        private = tuple(stretch.to_quiet(span) for span in self._spotter.push(hypothesis))
        return private, stretch.settle(put_right(hypothesis, self._corrector))

    def _window(self, stretch: Stretch, end: MediaTime) -> Span:
        """The window that ends at `end`: cut where it is quiet, without leading silence."""
        start, slack = end - self.policy.window, self.policy.slack
        if start - slack <= stretch.sound.origin:
            start = stretch.sound.origin
        else:
            start = stretch.sound.quietest(Span(start - slack, start + slack))
        voiced = stretch.voiced(Span(start, end))
        lead = voiced[0].start - LEAD if voiced else start
        return Span(min(end, max(start, lead)), end)
