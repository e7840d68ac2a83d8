"""The state of one unbroken stretch of sound under analysis."""

from __future__ import annotations

from dataclasses import replace

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MILLISECOND, MediaTime, Span, merge
from courtstream.domain.transcript import Word
from media_workers.runtime.items import PrivateSpan, Sound
from media_workers.speech.agree import StableText
from media_workers.speech.checks import MuteBackendGuard
from media_workers.speech.holes import without
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.rolling import RollingSound
from media_workers.speech.vad import VoiceDetector

EDGE: MediaTime = 500 * MILLISECOND
"""What lies this near to the end of a window is not well read in it."""

LEAD: MediaTime = 600 * MILLISECOND
"""Silence kept before the first speech of a window: longer silence invites invented text."""

QUIET_REACH: MediaTime = 240 * MILLISECOND
"""How far behind a private span's end its last syllable may still sound."""

AT_ONCE: MediaTime = 350 * MILLISECOND
"""Clear voice so soon after the first sample is the rest of an utterance, not its beginning."""

PAUSE: MediaTime = 600 * MILLISECOND
"""After this much silence nothing heard later changes what was said before."""


class Stretch:
    """Sound, voice, stable text and what could be read of it. Times in nanoseconds."""

    def __init__(self, first: Sound, window: MediaTime) -> None:
        self.sound = RollingSound(first, window + 5 * window // 10)
        self.voice = VoiceDetector(first.t)
        self.text = StableText()
        self.passed: MediaTime = first.t
        self.due: MediaTime = first.t
        self._mute_guard = MuteBackendGuard()
        self._trusted: list[Span] = []
        self._in_mid_speech: bool | None = None

    def hear(self, sound: Sound) -> None:
        """Take more sound."""
        self.voice.push(self.sound.push(sound))

    def end(self) -> None:
        """No more sound comes in this stretch."""
        self.voice.push(self.sound.flush())

    def voiced(self, window: Span) -> tuple[Span, ...]:
        """Speech inside the window, generously."""
        return self.voice.spans(window)

    @property
    def in_mid_speech(self) -> bool:
        """Whether somebody speaks already where this stretch begins."""
        if self._in_mid_speech is None:
            first = self.voice.clear(Span(self.sound.origin, self.sound.origin + AT_ONCE))
            self._in_mid_speech = bool(first)
        return self._in_mid_speech

    def needs_reading(self, window: Span) -> bool:
        """Whether speech that is not passed yet lies in the window."""
        open_part = window.clipped(Span(self.passed, max(self.passed, window.end)))
        return open_part is not None and bool(self.voice.spans(open_part))

    def was_read(self, hypothesis: Hypothesis) -> None:
        """Note what a reading vouches for. Raises LyingAnalysis when voice never gives text."""
        window = hypothesis.window
        self._mute_guard.push(hypothesis, self.voice.clear(window))
        if hypothesis.ok:
            first = window.start == self.sound.origin
            start = window.start if first else window.start + EDGE
            self._trusted.append(Span(start, max(start, window.end - EDGE)))

    def to_quiet(self, private: PrivateSpan) -> PrivateSpan:
        """`private` to where the voice dips next: the recogniser ends last characters early."""
        span = private.span
        reach = Span(span.end - QUIET_REACH // 4, span.end + QUIET_REACH)
        end = self.sound.quietest(reach) if reach.end <= self.sound.end else reach.end
        return replace(private, span=Span(span.start, max(span.end, end)))

    def settle(self, hypothesis: Hypothesis) -> tuple[Word, ...]:
        """The words this reading makes stable; text where nobody spoke is left out.

        A reading that looped changes nothing: a later one has the same words.
        """
        if not hypothesis.ok:
            return ()
        window = hypothesis.window
        ends = [span.end for span in hypothesis.voiced]
        quiet = window.end - max(ends, default=window.start)
        return self.text.push(spoken(hypothesis), window.end if quiet > PAUSE else None)

    def pass_upto(
        self, upto: MediaTime, whole: bool = False
    ) -> tuple[tuple[Span, ...], tuple[PrivateSpan, ...]]:
        """Move on to `upto`: give the speech passed over, and what of it could not be read.

        `whole`: the sound is over, so that the last window's end counts as read.
        """
        step = Span(self.passed, max(self.passed, upto))
        if whole and self._trusted:
            self._trusted[-1] = Span(self._trusted[-1].start, max(self._trusted[-1].start, upto))
        voiced = self.voice.spans(step)
        unread = without(voiced, merge(self._trusted))
        self.passed = step.end
        self.voice.forget(step.end - self.sound.keep)
        self._trusted = [span for span in self._trusted if span.end > step.end]
        return voiced, tuple(
            PrivateSpan(span, Reason.ANALYSIS_LYING, "could not be read") for span in unread
        )


def spoken(hypothesis: Hypothesis) -> Hypothesis:
    """Without characters that lie wholly where no voice is: a recogniser invents in silence."""
    kept = [
        i
        for i, word in enumerate(hypothesis.chars)
        if any(voice.padded(EDGE, EDGE).overlaps(word.span) for voice in hypothesis.voiced)
    ]
    if len(kept) == len(hypothesis.chars):
        return hypothesis
    chars = tuple(hypothesis.chars[i] for i in kept)
    after = tuple(hypothesis.after[i] for i in kept) if hypothesis.after else ()
    return Hypothesis(hypothesis.window, chars, hypothesis.voiced, hypothesis.ok, after)
