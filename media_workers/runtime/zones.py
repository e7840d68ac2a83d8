"""The zone map in force: set by people's commands, read by face analysis and at the exit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from courtstream.domain.time import MediaTime
from courtstream.domain.zones import ZoneMap

Learned = Callable[[str, tuple[int, ...]], None]


class LiveZones:
    """One hearing's zone map, numbered at each change, and what its views were found to look like.

    `on_learned(view, signature)` is told when a view's look was taken from the picture.
    """

    def __init__(self, zones: ZoneMap | None = None) -> None:
        self._lock = threading.Lock()
        self._number, self._zones = 1, zones
        self._learned: dict[str, tuple[int, ...]] = {}
        self._asked: str = ""
        self._glances: deque[tuple[MediaTime, tuple[int, ...]]] = deque(maxlen=30)
        self.on_learned: Learned = lambda view, signature: None
        self.view = ""
        """The view the newest analysed picture showed, for people to see."""

    @property
    def current(self) -> tuple[int, ZoneMap | None]:
        """The number of the map in force, and the map."""
        with self._lock:
            return self._number, self._zones

    def put(self, zones: ZoneMap | None) -> int:
        """Another map from now on; gives its number. What is learned of its views stays."""
        with self._lock:
            self._number, self._zones = self._number + 1, zones
            return self._number

    def confirm(self, view: str) -> bool:
        """A person says that the picture shows this view now; False when there is no such view."""
        with self._lock:
            known = self._zones is not None and self._zones.view(view) is not None
            self._asked = view if known else self._asked
            return known

    def asked(self) -> str:
        """The view a person has just vouched for, given once; empty when none."""
        with self._lock:
            view, self._asked = self._asked, ""
            return view

    def looks(self, view: str) -> tuple[int, ...]:
        """What the view was found to look like; empty when that was never learned."""
        with self._lock:
            return self._learned.get(view, ())

    def glance(self, t: MediaTime, signature: tuple[int, ...]) -> None:
        """What the picture at `t` looks like, very small; now and then is enough."""
        with self._lock:
            self._glances.append((t, signature))

    def glanced(self, t: MediaTime) -> tuple[int, ...]:
        """What the picture looked like nearest to `t`; empty when nobody has looked."""
        with self._lock:
            found = min(self._glances, key=lambda glance: abs(glance[0] - t), default=(0, ()))
            return found[1]

    def learn(self, view: str, signature: tuple[int, ...], *, tell: bool = True) -> None:
        """Take a view's look from the picture (or, untold, from an earlier run)."""
        with self._lock:
            self._learned[view] = signature
        if tell:
            self.on_learned(view, signature)
