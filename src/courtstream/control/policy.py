"""When to restart, when to give up, how long to wait: all such numbers, and the pure decisions.

Seconds everywhere. The decisions take the time as an argument, so that a test can be the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BEAT_SECONDS = 1.0
"""A node agent's own heartbeat."""

KEY_SECONDS = 10.0
"""How often a node compares its master key with the cluster's."""

RENEWALS = 4
"""So many renewals fit in a lease's life: lost messages and a slow moment cost nothing."""

CLAIM_PATIENCE = 2.0
"""Seconds beyond a lease's life for which a node waits for another to give it up."""

WATCH_SECONDS = 0.25
"""How often the agent looks at its workers; with the first back-off it bounds the time to mend."""

RESUME_SECONDS = 900.0
"""A worker that died together with its agent is started again when that was not longer ago."""

LOG_BYTES = 8_000_000
"""A worker's log is turned over at this size; one older log is kept."""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Back-off `first * factor**n`, at most `longest`; `budget` failures in `window`, then enough.

    A child that stayed up for `steady` seconds begins again with the first wait.
    """

    first: float = 0.2
    factor: float = 2.0
    longest: float = 10.0
    budget: int = 8
    window: float = 120.0
    steady: float = 30.0

    def wait(self, failures: int) -> float:
        """Seconds to wait before the restart that follows the `failures`-th failure in a row."""
        power = min(max(0, failures - 1), 30)
        return float(min(self.longest, self.first * self.factor**power))


WORKER_RESTARTS = RestartPolicy()
CHILD_RESTARTS = RestartPolicy(first=0.3, longest=5.0, budget=1_000_000)
"""The platform's own children are restarted for ever: without them nobody could mend anything."""


@dataclass(frozen=True, slots=True)
class BeatPolicy:
    """A worker is hung when it said nothing for `stale`; it has `startup` until its first word.

    A gap longer than `blink` between two looks means that the agent itself stood still (a
    suspended machine): it then judges nobody by what it could not have heard.
    """

    stale: float = 5.0
    startup: float = 60.0
    blink: float = 2.0


@dataclass(frozen=True, slots=True)
class StopPolicy:
    """Time to end in good order before SIGKILL."""

    worker: float = 15.0
    child: float = 8.0
    node: float = 25.0


@dataclass(slots=True)
class RestartBook:
    """One child's failures. `failed` says how long to wait, or None when the budget is spent."""

    policy: RestartPolicy = field(default_factory=RestartPolicy)
    row: int = 0
    total: int = 0
    recent: list[float] = field(default_factory=list)
    gave_up: bool = False

    def failed(self, now: float, lived: float) -> float | None:
        """Note a failure at `now` after `lived` seconds of life."""
        self.row = 1 if lived >= self.policy.steady else self.row + 1
        self.total += 1
        self.recent = [t for t in self.recent if now - t < self.policy.window]
        self.recent.append(now)
        if len(self.recent) > self.policy.budget:
            self.gave_up = True
            return None
        return self.policy.wait(self.row)

    def forgive(self) -> None:
        """A person asked for another try: the budget is whole again."""
        self.row, self.recent, self.gave_up = 0, [], False


@dataclass(slots=True)
class BeatWatch:
    """Whether one worker still speaks, judged only by what could have been heard."""

    started: float
    policy: BeatPolicy = field(default_factory=BeatPolicy)
    last: float | None = None
    heard_from: float = 0.0
    looked: float | None = None

    def beat(self, now: float) -> None:
        """A heartbeat came in."""
        self.last = now

    def hung(self, now: float, *, connected: bool) -> bool:
        """Whether the worker must be counted as hung at `now`; call it at every look."""
        blinked = self.looked is not None and now - self.looked > self.policy.blink
        self.looked = now
        if blinked or not connected:
            self.heard_from = now
            return False
        if self.last is None:
            return now - max(self.started, self.heard_from) > self.policy.startup
        return now - max(self.last, self.heard_from) > self.policy.stale


SETTLE_SECONDS = 5.0
"""After this long a newer publisher with the same key takes over."""


@dataclass(frozen=True, slots=True)
class IngestPolicy:
    """Bounds at the door. Sizes in bytes.

    `away_*` bound what is kept while a worker is being restarted; `again_*` what is kept of that
    which was sent: a killed worker may not have recorded it; `hold` is how long a worker
    that reads too slowly may hold the encoder back before anything is given up. `settle`: a
    publisher younger than this keeps its place, so that two encoders with one key do not throw
    each other out for ever. `ask_again`: how often the platform is asked about a publisher that
    came back while it was away.
    """

    settle: float = SETTLE_SECONDS

    handshake: float = 5.0
    publish: float = 10.0
    admit: float = 3.0
    ask_again: float = 1.0
    idle: float = 10.0
    linger: float = 2.0
    finish: float = 3.0
    hold: float = 10.0
    away_seconds: float = 30.0
    away_bytes: int = 48_000_000
    again_seconds: float = 10.0
    again_bytes: int = 12_000_000
    retry: float = 0.1
    connections: int = 256
