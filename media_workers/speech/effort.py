"""How much care speech analysis can afford: less by rule when it falls behind, more when calm.

Pure: told how long reading took and how much sound waits, it says what is in force. Nothing here
looks at a clock, so that every step down and up can be tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime


class Effort(IntEnum):
    """What speech analysis does; each step costs less than the one before it.

    Below FULL pictures are compressed with less care, too.

    FULL: as configured. WIDER_HOP: windows lie further apart, so that an instant is heard less
    often; beam 1, and what looped is not heard again, which takes as long as four windows and
    mostly loops once more. NARROW_BEAM: nor is what a reading left out read by itself.
    SMALL_MODEL: the smaller model of the settings, where there is one. MUTE: nothing is read, all
    sound is silent.
    """

    FULL = 0
    WIDER_HOP = 1
    NARROW_BEAM = 2
    SMALL_MODEL = 3
    MUTE = 4

    @property
    def says(self) -> str:
        """A sentence for the courtroom page, Chinese and English; empty at FULL."""
        zh, en = _SAYS[self]
        return f"算力不足：{zh} / short of power: {en}" if zh else ""


_SAYS: dict[Effort, tuple[str, str]] = {
    Effort.FULL: ("", ""),
    Effort.WIDER_HOP: (
        "语音窗口间隔已加大，画面压缩从简",
        "speech windows lie further apart, pictures are compressed with less care",
    ),
    Effort.NARROW_BEAM: ("语音只读一遍", "speech is read once only"),
    Effort.SMALL_MODEL: ("语音已改用小模型", "the smaller speech model is used"),
    Effort.MUTE: ("声音已静音", "sound is muted"),
}

_ANY: MediaTime = 1 << 62

WIDEN = 1.6
"""How much further apart the windows lie from WIDER_HOP on: the reading costs that much less."""

_GAIN: dict[Effort, float] = {
    Effort.WIDER_HOP: WIDEN,
    Effort.NARROW_BEAM: 1.3,
    Effort.SMALL_MODEL: 2.0,
}
"""What the next higher effort is likely to cost, as a multiple. An estimate: one that turns out
wrong is taken back, and tried again only after a longer calm."""


@dataclass(frozen=True, slots=True)
class Thrift:
    """When effort changes.

    `late`: waiting sound beyond which less is done; `busy`: seconds of reading a second of sound
    beyond which less is done. `settle`: sound to hear before the next step down, so that a step
    can show what it saves. `calm`: how long all must be well before a step up, doubled up to
    `longest_calm` each time a step up had to be taken back within it; `easy`: the real-time factor
    that the higher effort may be expected to have. `rest`: how long sound stays muted.
    `full`: share of the machine's cores in use beyond which full care is given up though nothing
    is late yet; `free`: below which it is taken up again. Between the two lies more than what all
    hearings of a full machine save by the step, or they would take it up again together.
    """

    late: MediaTime = 1500 * MILLISECOND
    busy: float = 0.9
    settle: MediaTime = 10 * SECOND
    calm: MediaTime = 30 * SECOND
    longest_calm: MediaTime = 480 * SECOND
    easy: float = 0.75
    rest: MediaTime = 10 * SECOND
    full: float = 0.75
    free: float = 0.55


@dataclass(frozen=True, slots=True)
class Change:
    """At media time `t` effort went from `before` to `after`.

    `rtf`, `waiting` (ns) and `cores`, the share of the machine's cores in use, say why.
    """

    t: MediaTime
    before: Effort
    after: Effort
    rtf: float
    waiting: MediaTime
    cores: float = 0.0


class Budget:
    """Chooses among `ladder`, from the dearest effort to MUTE. One owner."""

    def __init__(self, ladder: Sequence[Effort], thrift: Thrift | None = None) -> None:
        if len(ladder) < 2 or list(ladder) != sorted(ladder) or ladder[-1] is not Effort.MUTE:
            raise ValueError("a ladder goes down, and its last step is MUTE")
        self._ladder = tuple(ladder)
        self._thrift = thrift or Thrift()
        self._at = 0
        self._changed: MediaTime | None = None
        self._well_since: MediaTime | None = None
        self._waiting: MediaTime = 0
        self._went_up: MediaTime | None = None
        self._calm = self._thrift.calm
        self._cores = 0.0

    @property
    def effort(self) -> Effort:
        """The effort in force."""
        return self._ladder[self._at]

    def begun(self, t: MediaTime, cores: float = 0.0) -> Change | None:
        """A reader begins: what waits came while it was made, and says nothing of its speed.

        Where the machine is full it begins with the first step down.
        """
        self._waiting, self._cores = _ANY, cores
        return self._make_room(t, 0.0, 0) if self._changed is None else None

    def note(
        self, t: MediaTime, rtf: float, waiting: MediaTime, cores: float = 0.0
    ) -> Change | None:
        """A window was read: `rtf` seconds a second of sound, `waiting` sound behind the newest.

        `cores`: the share of the machine's cores in use, by whoever. When hardly any is left, the
        first step down, which keeps what is asked of privacy, comes before anything is late; and
        the step back up waits for room: what each hearing alone could afford they cannot afford
        together, and would fall by turns.
        """
        self._cores = cores
        if self.effort is Effort.MUTE:
            return None
        shrinking, self._waiting = waiting < self._waiting, waiting
        if waiting > self._thrift.late or rtf > self._thrift.busy:
            self._well_since = None
            catching_up = shrinking and rtf <= self._thrift.busy
            short = self._settled(t) and not catching_up
            return self._down(t, rtf, waiting) if short else None
        if self._well_since is None:
            self._well_since = t
        if self._may_rise(t, rtf) and (self._at != 1 or cores <= self._thrift.free):
            return self._up(t, rtf, waiting)
        return self._make_room(t, rtf, waiting) if self._settled(t) else None

    def gave_up(self, t: MediaTime, waiting: MediaTime) -> Change | None:
        """So much sound waited that it had to be given up unread: a step down, even to MUTE."""
        self._well_since = None
        return None if self.effort is Effort.MUTE else self._down(t, 0.0, waiting)

    def rested(self, t: MediaTime) -> Change | None:
        """While muted: whether the rest is over. Reading begins again with the least effort."""
        if self.effort is not Effort.MUTE or t - (self._changed or 0) < self._thrift.rest:
            return None
        return self._move(self._at - 1, t, 0.0, 0)

    def _make_room(self, t: MediaTime, rtf: float, waiting: MediaTime) -> Change | None:
        """The first step down where the machine is full; never the next one, which leaks more."""
        gentle = self._at == 0 and self._ladder[1] is Effort.WIDER_HOP
        full = self._cores > self._thrift.full
        return self._down(t, rtf, waiting) if gentle and full else None

    def _settled(self, t: MediaTime) -> bool:
        return self._changed is None or t - self._changed >= self._thrift.settle

    def _may_rise(self, t: MediaTime, rtf: float) -> bool:
        since = max(self._well_since or 0, self._changed or 0)
        gain = _GAIN.get(self.effort, 1.0)
        return self._at > 0 and t - since >= self._calm and rtf * gain <= self._thrift.easy

    def _down(self, t: MediaTime, rtf: float, waiting: MediaTime) -> Change | None:
        if self._at == len(self._ladder) - 2 and waiting <= self._thrift.late:
            return None  # slow but in time: silence would be worse
        if self._went_up is not None and t - self._went_up < self._calm:
            self._calm = min(2 * self._calm, self._thrift.longest_calm)
        self._went_up = None
        return self._move(self._at + 1, t, rtf, waiting)

    def _up(self, t: MediaTime, rtf: float, waiting: MediaTime) -> Change:
        if self._went_up is not None:
            self._calm = self._thrift.calm  # the last step up has held
        self._went_up = t
        return self._move(self._at - 1, t, rtf, waiting)

    def _move(self, to: int, t: MediaTime, rtf: float, waiting: MediaTime) -> Change:
        before, self._at = self.effort, to
        self._changed, self._well_since = t, None
        return Change(t, before, self.effort, rtf, waiting, self._cores)
