"""What is set while a hearing runs: the delay, the reserve for late reading, the effort.

One object a hearing; it outlives the analysers that fall. Written by the sound thread (what has
come), the speech thread (what reading took) and the desk (the delay); read by all. No clock:
lateness is how much newer sound has come than the sound that was just read.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, seconds, to_seconds
from media_workers.speech.effort import WIDEN, Budget, Change, Effort
from media_workers.speech.windows import WindowPolicy

LADDER = (Effort.FULL, Effort.WIDER_HOP, Effort.NARROW_BEAM, Effort.MUTE)
"""Without a smaller model in the settings."""

SPARE: MediaTime = 250 * MILLISECOND
"""Added to the lateness that was measured: the next window may take a little longer."""

ENOUGH = 24
"""Readings (a minute) on which the reserve rests, and the fewest a proposal may rest on."""

FEW = 6
"""Readings from which one knows what a full machine makes them take; until then all there is to
reserve is reserved, or the first that waits for a core closes the hearing for a second."""

_MANY = 240
_SMOOTH = 0.3
_GRID: MediaTime = SECOND // 2


class SpeechDial:
    """`delay`, `least`, `most` in seconds: what the policy sets and the bounds it allows.

    `cores`: the share of the machine's cores in use; 0.0 where nobody knows.
    """

    def __init__(
        self,
        delay: float = 10.0,
        least: float = 6.0,
        most: float = 30.0,
        ladder: tuple[Effort, ...] = LADDER,
        cores: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._lock = threading.Lock()
        self._base = WindowPolicy(delay=seconds(delay))
        self._delay = self._base.delay
        self._bounds = (seconds(least), seconds(most))
        self._budget = Budget(ladder)
        self._cores = cores
        self._newest: MediaTime = 0
        self._late: deque[MediaTime] = deque(maxlen=_MANY)
        self._rtf = 0.0
        self._changes: list[Change] = []
        self._steps_down = 0
        self._just_changed = False
        self._kept: MediaTime | None = None
        self._reading = False

    @property
    def policy(self) -> WindowPolicy:
        """How sound is to be read now."""
        with self._lock:
            widen = WIDEN if self._budget.effort >= Effort.WIDER_HOP else 1.0
            policy = replace(self._base, delay=self._delay, widen=widen)
            recent = list(self._late)[-ENOUGH:]
            wanted = max([SECOND, *(late + SPARE for late in recent)])
            if widen > 1.0 and len(self._late) < FEW:
                wanted = policy.most_reserve
            return replace(policy, reserve=min(wanted, policy.most_reserve))

    @property
    def effort(self) -> Effort:
        """The effort in force."""
        with self._lock:
            return self._budget.effort

    def spares(self) -> bool:
        """Whether the machine has no room for full care, of anything."""
        return self.effort > Effort.FULL

    @property
    def rtf(self) -> float:
        """Seconds of reading a second of sound, smoothed; 0.0 before the first window."""
        return self._rtf

    @property
    def latency(self) -> MediaTime:
        """p99 of how late a window was read, over the last ten minutes; 0 when too few were.

        Of fewer than a hundred readings the latest but one.
        """
        with self._lock:
            return self._p99()

    @property
    def proposed(self) -> MediaTime:
        """The delay that leaves as much to be heard after an instant as the policy's own does.

        The measured p99 takes the place of the second that is set aside for reading; never
        outside the policy's bounds, on a grid of half a second.
        """
        with self._lock:
            return self._proposed()

    def set_delay(self, delay: MediaTime) -> None:
        """The delay that analysis must be in time for, from the next window on."""
        with self._lock:
            self._delay = delay

    def arrived(self, t: MediaTime) -> None:
        """Sound up to `t` has come."""
        with self._lock:
            self._newest = max(self._newest, t)

    def began(self) -> None:
        """An analyser stands ready: from now on what waits is its doing."""
        with self._lock:
            self._reading = True
            self._changed(self._budget.begun(self._newest, self._cores()))

    def fell(self) -> None:
        """The analyser is gone; until the next one stands nothing can be said of its speed."""
        with self._lock:
            self._reading = False

    def keeps(self, delay: MediaTime) -> bool:
        """Whether what is passed now is passed in time for this delay."""
        with self._lock:
            return self._kept is not None and self._kept <= delay

    def passed(self, delay: MediaTime) -> None:
        """A window was passed by the policy for `delay`."""
        with self._lock:
            self._kept = delay

    def read(self, heard: MediaTime, cost: float, upto: MediaTime) -> None:
        """A window was read: `cost` seconds for `heard` sound, the newest of it at `upto`."""
        with self._lock:
            late = max(0, self._newest - upto)
            self._late.append(late)
            if self._just_changed:
                self._just_changed = False  # this window lay as far apart as before
                return
            fresh = cost / max(to_seconds(heard), 1e-3)
            self._rtf = fresh if not self._rtf else self._rtf + _SMOOTH * (fresh - self._rtf)
            # the sound that came while the window was read is no backlog
            waiting = max(0, late - seconds(cost))
            change = self._budget.note(upto, self._rtf, waiting, self._cores())
            self._changed(change)

    def gave_up(self, t: MediaTime, waiting: MediaTime) -> None:
        """Sound that waited was given up, at `t`."""
        with self._lock:
            if self._reading:
                self._changed(self._budget.gave_up(t, waiting))

    def muted(self, t: MediaTime) -> bool:
        """Whether sound at `t` is to stay silent unread because nothing else keeps up."""
        with self._lock:
            self._changed(self._budget.rested(t))
            return self._budget.effort is Effort.MUTE

    def take_changes(self) -> list[Change]:
        """Changes of effort since the last call, for the journal."""
        with self._lock:
            changes, self._changes = self._changes, []
            return changes

    def counters(self) -> dict[str, float]:
        """What is in force and was measured; seconds."""
        policy = self.policy
        with self._lock:
            return {
                "speech_effort": float(self._budget.effort),
                "speech_steps_down": float(self._steps_down),
                "speech_rtf": round(self._rtf, 3),
                "speech_latency_p99": round(to_seconds(self._p99()), 2),
                "speech_reserve": round(to_seconds(policy.reserve), 2),
                "speech_hop": round(to_seconds(policy.step), 2),
                "delay_proposed": to_seconds(self._proposed()),
            }

    def _changed(self, change: Change | None) -> None:
        if change is None:
            return
        self._changes.append(change)
        self._steps_down += change.after > change.before
        self._rtf, self._just_changed = 0.0, True  # what the new effort costs is not known yet

    def _p99(self) -> MediaTime:
        if len(self._late) < ENOUGH:
            return 0
        count = len(self._late)
        # of fewer than a hundred the p99 would be the latest one of all, and a neighbour that
        # starts makes one late: that is no rule before it happens twice
        return sorted(self._late)[min((count * 99 - 1) // 100, count - 2)]

    def _proposed(self) -> MediaTime:
        base = self._base
        needed = base.step + base.look_ahead + max(SECOND, self._p99() + SPARE)
        if len(self._late) < ENOUGH:
            needed = base.delay
        least, most = self._bounds
        return min(most, max(least, -(-needed // _GRID) * _GRID))
