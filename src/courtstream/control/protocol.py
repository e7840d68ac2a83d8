"""Messages between the platform, the node agents and the hearing workers.

Everything crosses NATS as the JSON of one of these models. Subjects are built here and nowhere
else. Nothing authoritative lives in NATS: what is wanted is in the database, what happened is in
the hearing's journal.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from courtstream.domain.time import MediaTime
from courtstream.domain.trial import MinuteState, Procedure
from courtstream.domain.zones import ZoneMap

VERSION = 1


class Message(BaseModel):
    """Base of all messages: unknown fields are kept out, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# -- subjects ---------------------------------------------------------------------------------


def worker_beat(hearing_id: str) -> str:
    """Heartbeat of one hearing's worker (`WorkerBeat`, once a second)."""
    return f"cs.worker.{hearing_id}.beat"


def worker_row(hearing_id: str) -> str:
    """Journal rows as they are written (`JournalRow`)."""
    return f"cs.worker.{hearing_id}.row"


def worker_command(hearing_id: str) -> str:
    """Requests to one hearing's worker (`Command` → `Reply`)."""
    return f"cs.worker.{hearing_id}.do"


def node_beat(node: str) -> str:
    """Heartbeat of a node agent (`NodeBeat`, every two seconds)."""
    return f"cs.node.{node}.beat"


def node_command(node: str) -> str:
    """Requests to a node agent (`NodeCommand` → `Reply`)."""
    return f"cs.node.{node}.do"


def node_rtc(node: str) -> str:
    """Requests to a node's WebRTC processes (`RtcRequest` → `RtcReply`)."""
    return f"cs.node.{node}.rtc"


def node_journal(node: str) -> str:
    """Asks a node for journal rows after a number (`JournalRequest` → `JournalPage`)."""
    return f"cs.node.{node}.journal"


INGEST_ADMIT = "cs.ingest.admit"
"""A publisher knocks (`AdmitRequest` → `AdmitReply`); answered by the platform (queue group)."""

INGEST_EVENT = "cs.ingest.event"
"""A publisher came, went or was refused (`IngestEvent`)."""

INGEST_REVOKED = "cs.ingest.revoked"
"""Keys are no longer in force (`KeysRevoked`); who publishes with one is put out."""

INGEST_PULLS = "cs.ingest.pulls"
"""Which sources a node fetches (`PullRequest` → `PullReply`); answered by the platform."""

PULL_NEWS = "cs.ingest.pulled"
"""How a fetched source fares (`PullNews`)."""

LEASE_BUCKET = "cs_leases"
"""KV bucket; one key a hearing; the revision of the claim is the fencing epoch."""

LEASE_TTL_SECONDS = 6.0

SHORTEST_DELAY = 6.0
"""Seconds. With less, speech cannot be read in time and a face finder that begins to lie is found
out too late (`media_workers/graph/watched_faces.py`)."""


# -- the worker's order -----------------------------------------------------------------------


class SourceSpec(Message):
    """Where the courtroom's media comes from.

    `socket`: an FLV byte stream read from the Unix socket at `path`, on which the worker listens
    and to which the ingest gateway connects. `file`: a media file, at wall-clock pace unless
    `fast`.
    """

    kind: Literal["socket", "file"]
    path: Path
    fast: bool = False
    loop: bool = False


def window_of(door: Path) -> Path:
    """Where the worker that takes media at `door` lets previews look."""
    return door.with_suffix(".look")


class SpokenParticipant(Message):
    """A participant the speech rules must know: hide if `protected`, else keep audible."""

    role: str
    name: str
    label: str = ""
    protected: bool = False


class PolicySpec(Message):
    """The privacy policy of the hearing, delays in seconds.

    `start`: what begins the broadcast: the encoder, or the clerk, before whose word nothing is
    published.
    """

    delay: float = Field(10.0, ge=SHORTEST_DELAY, le=120.0)
    start: Literal["auto", "clerk"] = "auto"
    delay_min: float = Field(SHORTEST_DELAY, ge=SHORTEST_DELAY, le=120.0)
    delay_max: float = Field(30.0, ge=SHORTEST_DELAY, le=120.0)
    delay_adapts: bool = True
    faces: Literal["all", "none"] = "all"
    bleep: Literal["tone", "silence", "voice"] = "tone"
    witness_voice: Literal["plain", "change", "mute"] = "plain"
    identity_window: bool = True
    zones: ZoneMap | None = None


class ModelSpec(Message):
    """Models by folder or file; empty means the packaged ones."""

    whisper: str = ""
    whisper_small: str = ""
    whisper_archive: str = ""
    beam: int = Field(1, ge=1, le=10)
    faces: str = ""
    compute_type: str = "int8"
    threads: int = Field(1, ge=1, le=64)


class WorkerSpec(Message):
    """All one hearing's worker needs to know. Written to `spec.json` in the hearing's folder."""

    version: int = VERSION
    hearing_id: str
    epoch: int = 1
    node: str = "local"
    title: str = ""
    case_number: str = ""
    court: str = ""
    procedure: Procedure | None = None
    language: str = "zh"
    folder: Path
    public: Path
    master_key_file: Path
    source: SourceSpec
    policy: PolicySpec = PolicySpec()
    models: ModelSpec = ModelSpec()
    participants: tuple[SpokenParticipant, ...] = ()
    nats_url: str = ""
    dvr_seconds: float = 7200.0
    signal_grace_seconds: float = 60.0


# -- what a worker says -----------------------------------------------------------------------


class RowKind(StrEnum):
    """Kinds of journal rows; `JournalRow.body` holds what the comment says (times in ns)."""

    STARTED = "started"  # epoch, pid, wall_zero (ISO time of media time 0)
    SOURCE = "source"  # state: connected|changed|lost|ended|broken, code, width, height, fps
    STATE = "state"  # state: MinuteState, by, why
    WORDS = "words"  # utterance: {start, end, text (masked), words: [[text, start, end, conf]]}
    REDACTION = "redaction"  # one row of the redaction record (see redact/record of faces)
    SHOWN = "shown"  # a face left visible by its seat zone, as a row of the record
    SECOND_PASS = "second_pass"  # state: running|done|failed, done, of (s), moments; or `remade`
    MOMENT = "moment"  # n, start, end, why, score, visible, box, path, image
    GUARD = "guard"  # closed: bool, kind, reason, start, end
    SEGMENT = "segment"  # n, uri, start, end, bytes, pdt, discontinuity
    CAPTION = "caption"  # n, uri, start, end
    STILL = "still"  # uri, t
    SEALED = "sealed"  # folder, record, part, index, start, end, bytes, sha256 (chain value)
    # start, end, lufs, peak_db, snr_db, black, frozen, silent, clipped, faces, skew, and `detail`:
    # further numbers by the names of domain.scoring.MediaSecond
    MEASURE = "measure"
    EVENT = "event"  # kind: EventKind
    EFFORT = "effort"  # effort, before: how carefully speech is read; rtf, waiting (s) say why
    COUNTERS = "counters"  # totals of every edge and stage
    RECORDING = "recording"  # uri, start, end, bytes of the public recording when closed
    ERROR = "error"  # code, stage
    ENDED = "ended"  # why, end


class JournalRow(Message):
    """One line of the hearing's journal: what happened, in order, never changed.

    `seq` counts from 1 through all runs of the worker; `t` is the media time it speaks of.
    """

    hearing_id: str
    seq: int
    epoch: int
    at: str
    kind: RowKind
    t: MediaTime | None = None
    body: dict[str, Any] = {}


class ComingSpan(Message):
    """Sound of the delay line that will be hidden when it airs, or was kept. Seconds.

    `by` is `machine` or a user id; `may_keep`: a clerk may keep it audible; `before` and `after`
    are masked words around it, so that a person knows which one it is.
    """

    start: float
    end: float
    reason: str
    by: str = "machine"
    kept: bool = False
    may_keep: bool = False
    before: str = ""
    after: str = ""


class ComingLine(Message):
    """Masked words of the delay line that will be heard. Seconds."""

    start: float
    end: float
    text: str


class WorkerBeat(Message):
    """A worker's state once a second. Times in seconds."""

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
    counters: dict[str, float] = {}
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


class Reply(Message):
    """The answer to any request. `code` is an error's stable code when not ok."""

    ok: bool
    code: str = ""
    message: str = ""
    data: dict[str, Any] = {}


# -- nodes and ingest -------------------------------------------------------------------------


class NodeBeat(Message):
    """A node agent's state.

    `gave_up`: hearings whose worker failed too often and waits for a person. `ingest`: by hearing,
    the totals of its publisher (bytes, tags, lost_tags, lost_bytes, relays, buffered_bytes).
    `cores` of the machine, `busy` those its workers use, `cost` what one more hearing needs.
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
    gave_up: tuple[str, ...] = ()
    ingest: dict[str, dict[str, float]] = {}


class NodeVerb(StrEnum):
    """What a node agent can be asked."""

    START = "start"
    STOP = "stop"
    STATUS = "status"
    SECOND_PASS = "second_pass"


class HideOrder(Message):
    """A person's word that moment `n` of the second pass must be hidden in the replay."""

    n: int
    by: str


class SoundOrder(Message):
    """What people decided about sound after the hearing. `start` and `end` in ns.

    `hide` makes it inaudible in what was published; `open` takes it from the sealed original.
    """

    id: str
    op: Literal["hide", "open"]
    start: MediaTime
    end: MediaTime
    reason: str = ""
    by: str = ""


class TurnText(Message):
    """A turn that people corrected: its words as [text, start, end] in ns, masked."""

    start: MediaTime
    end: MediaTime
    words: tuple[tuple[str, MediaTime, MediaTime], ...]


class TextOrder(Message):
    """Captions are to follow a checked revision of the transcript: its corrected turns."""

    revision: int
    turns: tuple[TurnText, ...] = ()


class SecondPassSpec(Message):
    """What the second pass of one ended hearing needs; the node puts in its own paths.

    `hide`: moments to be hidden in what was published, `sound` the same for sound. `again`: look
    anew though it was done; `listen`: read the sealed original's speech once more, with care;
    `look` False: leave the picture alone; `text`: what captions are to follow.
    """

    hearing_id: str
    folder: Path
    public: Path
    master_key_file: Path
    models: ModelSpec = ModelSpec()
    hide: tuple[HideOrder, ...] = ()
    sound: tuple[SoundOrder, ...] = ()
    again: bool = False
    listen: bool = False
    look: bool = True
    text: TextOrder | None = None


class NodeCommand(Message):
    """A request to a node agent. `spec` with `start`, `hearing_id` with `stop`."""

    verb: NodeVerb
    hearing_id: str = ""
    spec: WorkerSpec | None = None
    second_pass: SecondPassSpec | None = None


class JournalRequest(Message):
    """Rows of `hearing_id` with `seq > after`, at most `limit`."""

    hearing_id: str
    after: int = 0
    limit: int = Field(500, ge=1, le=5000)


class JournalPage(Message):
    """Rows in order; `more` when the limit cut them."""

    rows: tuple[JournalRow, ...]
    more: bool = False


class AdmitRequest(Message):
    """A publisher with this key knocks at `node`. `remote` is its address."""

    key: str
    node: str
    protocol: str = "rtmp"
    remote: str = ""


class PullRequest(Message):
    """A node asks which sources it is to fetch now."""

    node: str


class PullOrder(Message):
    """One source to fetch. `key` is the courtroom's own for it; it knocks like any publisher."""

    id: str
    url: str
    user: str = Field("", repr=False)
    password: str = Field("", repr=False)
    key: str = Field("", repr=False)


class PullReply(Message):
    """All sources of the node."""

    orders: tuple[PullOrder, ...] = ()


class PullNews(Message):
    """How a source's last connection ended."""

    id: str
    node: str
    code: str


class RtcVerb(StrEnum):
    """What a WebRTC session can be asked: RFC 9725's POST, PATCH and DELETE."""

    OFFER = "offer"
    CANDIDATES = "candidates"
    CLOSE = "close"


class RtcRequest(Message):
    """A WHIP publisher's or a WHEP viewer's HTTP request, on its way to the node.

    `sdp` holds the offer or the fragment. A publisher proves itself by `key`; a viewer was
    checked by the platform and is bound to its session by `viewer` (a user id). `view` "raw" is
    marked with `mark`. `socket`: the worker's window, put in by the node.
    """

    kind: Literal["whip", "whep"]
    verb: RtcVerb
    session: str = Field("", max_length=64)
    key: str = Field("", max_length=512)
    sdp: str = Field("", max_length=65_536)
    etag: str = Field("", max_length=128)
    remote: str = ""
    hearing_id: str = ""
    view: Literal["redacted", "raw"] = "redacted"
    viewer: str = ""
    mark: str = ""
    socket: str = ""


class RtcReply(Message):
    """An HTTP status with the answer, or with a code and a sentence."""

    status: int
    session: str = ""
    sdp: str = ""
    etag: str = ""
    code: str = ""
    message: str = ""


class AdmitReply(Message):
    """Yes with the hearing's order, or no with a code and a sentence a clerk understands.

    `passphrase`: what an SRT caller with this key encrypts with.
    """

    ok: bool
    spec: WorkerSpec | None = None
    passphrase: str = Field("", repr=False)
    code: str = ""
    message: str = ""


class KeysRevoked(Message):
    """SHA-256 digests (hex) of ingest keys that stopped being in force just now."""

    digests: tuple[str, ...]


class IngestEvent(Message):
    """What happened at the door. Never carries the key itself."""

    node: str
    hearing_id: str = ""
    kind: Literal["connected", "disconnected", "refused"]
    code: str = ""
    remote: str = ""
    at: str = ""
    counters: dict[str, float] = {}
