"""How far apart windows lie, and how long sound is listened on before an instant passes."""

from __future__ import annotations

from dataclasses import dataclass

from courtstream.domain.time import SECOND, MediaTime

LEAST_LOOK_AHEAD: MediaTime = 10 * SECOND // 3
"""With this much sound after it an instant is still judged well: what a delay of 6 s has, measured
on a hearing at .97 of private time. Reading that is late may use up all beyond it."""


@dataclass(frozen=True, slots=True)
class WindowPolicy:
    """How sound is read. Measured: 10 s / 1.25 s finds most; 10 s / 2.5 s costs half.

    A window begins where it is quiet, up to `slack` before or after the nominal place: one that
    begins inside a word makes the recogniser drop whole sentences (a third more left out).
    `delay` is the privacy delay D: an instant t is passed once sound up to t + D - `reserve` has
    been pushed; the reserve is the time the reading itself may take. `widen` is how much further
    apart windows lie when time is short.
    """

    window: MediaTime = 10 * SECOND
    hop: MediaTime = 5 * SECOND // 2
    delay: MediaTime = 10 * SECOND
    reserve: MediaTime = SECOND
    slack: MediaTime = 3 * SECOND // 2
    widen: float = 1.0

    @property
    def step(self) -> MediaTime:
        """The hop in force: short delays need shorter hops to be seen as often."""
        usual = min(self.hop, max(SECOND, (self.delay - SECOND) // 3))
        return round(usual * self.widen)

    @property
    def look_ahead(self) -> MediaTime:
        """How far behind the newest window's end an instant is passed."""
        most = self.window - self.step
        return max(0, min(most, self.delay - self.reserve - self.step))

    @property
    def most_reserve(self) -> MediaTime:
        """The largest reserve that leaves enough to be heard after an instant is spoken."""
        return max(SECOND, self.delay - self.step - LEAST_LOOK_AHEAD)
