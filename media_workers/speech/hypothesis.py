"""What one listening of the recogniser gives, and what the private-speech spotter must offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from courtstream.domain.time import MediaTime, Span
from courtstream.domain.transcript import Word
from media_workers.runtime.items import PrivateSpan


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The recogniser's reading of one stretch of sound.

    `window`: the stretch it heard. Successive hypotheses overlap; both ends are its weak parts.
    `chars`: in order of time, one `Word` a Chinese character, a digit or a run of Latin letters;
    Simplified script, half width, punctuation left out. Times are the hearing's, inside `window`,
    as the recogniser gave them: starts are early by 0.13-0.15 s on average, so whoever hides
    sound pads them (0.25 s before, 0.35 s after).
    `after`: what was written after each character (punctuation, for captions only): as long as
    `chars`, or empty.
    `voiced`: where the voice detector found speech inside `window`.
    `ok`: False when even the second listening looped or ran out of room: what it says of the
    window cannot be trusted, and text may be missing.
    `opening`: the window begins with the very first sound, and somebody speaks in it already.
    `closing`: it ends with the last sound, no window follows; so does a reading by itself, of
    which nobody says that another comes.
    """

    window: Span
    chars: tuple[Word, ...] = ()
    voiced: tuple[Span, ...] = ()
    ok: bool = True
    after: tuple[str, ...] = ()
    opening: bool = False
    closing: bool = True

    @property
    def text(self) -> str:
        """The characters joined; index `i` of the text is not `chars[i]` when Latin runs occur."""
        return "".join(word.text for word in self.chars)


class Spotter(Protocol):
    """Finds private speech in successive hypotheses. Every hypothesis counts, spans only grow."""

    def push(self, hypothesis: Hypothesis) -> tuple[PrivateSpan, ...]:
        """Take the next hypothesis (windows advance); give spans newly found or grown."""
        ...

    def settled(self, upto: MediaTime) -> MediaTime:
        """The latest instant <= `upto` before which it will add no span.

        `upto` is how far the windows policy has passed; an open hold (a number is being read)
        does not delay it, since the hold's own span already covers the sound up to its end.
        """
        ...
