"""What a node agent says, what it is asked, and the journals it keeps."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from courtstream.control.protocol.base import Message, Report
from courtstream.control.protocol.hearing import JournalRow
from courtstream.control.protocol.order import WorkerSpec
from courtstream.control.protocol.second_pass import SecondPassSpec


class NodeBeat(Report):
    """A node agent's state.

    `gave_up`: hearings whose worker failed too often and waits for a person. `ingest`: by hearing,
    the totals of its publisher (bytes, tags, lost_tags, lost_bytes, relays, buffered_bytes).
    `cores` of the machine, `busy` those its workers use, `cost` what one more hearing needs,
    `low` what a rendition of 360 lines adds to it.
    `leaving`: it takes in nothing more. `seal`: which master key it has, see `seal_mark`.
    """

    node: str
    pid: int
    version: str
    hearings: tuple[str, ...] = ()
    rtmp_port: int = 0
    srt_port: int = 0
    load: float = 0.0
    free_bytes: int = 0
    cores: float = 0.0
    busy: float = 0.0
    cost: float = 0.0
    low: float = 0.0
    gave_up: tuple[str, ...] = ()
    ingest: dict[str, dict[str, float]] = Field(default_factory=dict)
    leaving: bool = False
    seal: str = ""


class NodeVerb(StrEnum):
    """What a node agent can be asked."""

    START = "start"
    STOP = "stop"
    STATUS = "status"
    SECOND_PASS = "second_pass"
    HAND_OVER = "hand_over"


class NodeCommand(Message):
    """A request to a node agent. `spec` with `start`, `hearing_id` with `stop` and `hand_over`."""

    verb: NodeVerb
    hearing_id: str = ""
    spec: WorkerSpec | None = None
    second_pass: SecondPassSpec | None = None


class JournalRequest(Report):
    """Rows of `hearing_id` with `seq > after`, at most `limit`."""

    hearing_id: str
    after: int = 0
    limit: int = Field(500, ge=1, le=5000)


class JournalPage(Report):
    """Rows in order; `more` when the limit cut them."""

    rows: tuple[JournalRow, ...]
    more: bool = False
