"""What a hearing's worker says (rows of its journal, beats) and what it is told."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from courtstream.control.protocol.base import Message, Report
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import MediaTime
from courtstream.domain.trial import MinuteState
from courtstream.domain.zones import ZoneMap


class RowKind(StrEnum):
    """Kinds of journal rows; `JournalRow.body` holds what the comment says (times in ns)."""

    STARTED = "started"  # epoch, pid, wall_zero (ISO time of media time 0)
    SOURCE = "source"  # state: connected|changed|lost|ended|broken, code, width, height, fps
    STATE = "state"  # state: MinuteState, by, why
    WORDS = "words"  # utterance: {start, end, text (masked), words: [[text, start, end, conf]]}
    REDACTION = "redaction"  # one row of the redaction record (see redact/record of faces)
    SHOWN = "shown"  # a face left visible by its seat zone, as a row of the record
    SECOND_PASS = "second_pass"  # state: running|done|failed, done, of (s), moments; or `remade`
    LATE = "late"  # an uploaded recording. state: sealing|sealed|running|done|failed, done, of (s)
    MOMENT = "moment"  # n, start, end, why, score, visible, box, path, image
    GUARD = "guard"  # closed: bool, kind, reason, start, end
    # n, uri, init, start, end, bytes, pdt, discontinuity; `also`: the renditions low and sound,
    # each [uri, init, start, end, bytes]
    SEGMENT = "segment"
    CAPTION = "caption"  # n, uri, start, end
    STILL = "still"  # uri, t
    SEALED = "sealed"  # folder, record, part, index, start, end, bytes, sha256 (chain value)
    # start, end, lufs, peak_db, snr_db, black, frozen, silent, clipped, faces, skew, and `detail`:
    # further numbers by the names of domain.scoring.MediaSecond
    MEASURE = "measure"
    EVENT = "event"  # kind: EventKind
    EFFORT = "effort"  # effort, before: how speech is read; rtf, waiting (s), cores say why
    COUNTERS = "counters"  # totals of every edge and stage
    RECORDING = "recording"  # uri, start, end, bytes of the public recording when closed
    ERROR = "error"  # code, stage
    ENDED = "ended"  # why, end


class JournalRow(Report):
    """One line of the hearing's journal: what happened, in order, never changed.

    `seq` counts from 1 through all runs of the worker; `t` is the media time it speaks of.
    """

    hearing_id: str
    seq: int
    epoch: int
    at: str
    kind: RowKind
    t: MediaTime | None = None
    body: dict[str, Any] = Field(default_factory=dict)


class ComingSpan(Report):
    """Sound of the delay line that will be hidden when it airs, or was kept. Seconds.

    `by` is `machine` or a user id; `may_keep`: a clerk may keep it audible; `before` and `after`
    are masked words around it, so that a person knows which one it is.
    """

    start: float
    end: float
    reason: str
    by: str = MACHINE
    kept: bool = False
    may_keep: bool = False
    before: str = ""
    after: str = ""


class ComingLine(Report):
    """Masked words of the delay line that will be heard. Seconds."""

    start: float
    end: float
    text: str


class WorkerBeat(Report):
    """A worker's state once a second. Times in seconds.

    `leased`: whether it publishes; without its lease it only seals.
    """

    hearing_id: str
    epoch: int
    pid: int
    seq: int
    state: MinuteState
    why: str = ""
    source: str = "waiting"
    media_time: float = 0.0
    aired: float = 0.0
    delay: float = 0.0
    picture_lag: float = 0.0
    speech_lag: float = 0.0
    guard_open: bool = False
    guard_closures: int = 0
    slow_stage: str = ""
    leased: bool = True
    counters: dict[str, float] = Field(default_factory=dict)
    coming: tuple[ComingSpan, ...] = ()
    coming_lines: tuple[ComingLine, ...] = ()


class Verb(StrEnum):
    """What a clerk may ask of a running hearing."""

    START = "start"
    CUT = "cut"
    RELEASE = "release"
    RECESS = "recess"
    CLOSE_SEGMENT = "close_segment"
    RESUME = "resume"
    END = "end"
    SET_DELAY = "set_delay"
    CHANGE_VOICE = "change_voice"
    MUTE_VOICE = "mute_voice"
    PLAIN_VOICE = "plain_voice"
    SET_ZONES = "set_zones"
    CONFIRM_VIEW = "confirm_view"
    STILL = "still"
    HIDE = "hide"
    KEEP = "keep"


class Command(Message):
    """A request to a worker. `by`: a user id; `reason`: a lawful reason or a sentence.

    `zones` with `set_zones`; `target`, the name of a view, with `confirm_view`. `still` answers
    with a redacted picture of this moment and the look of its background. `hide` and `keep` speak
    of the sound from `start` to `end` (seconds of media time) that has not aired yet.
    """

    verb: Verb
    by: str
    reason: str = ""
    value: float | None = None
    zones: ZoneMap | None = None
    target: str = ""
    start: float | None = Field(None, ge=0)
    end: float | None = Field(None, ge=0)
