"""The worker's order: all that one hearing's worker needs to know."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from courtstream.control.protocol.base import VERSION, Message
from courtstream.domain.trial import Procedure, Role
from courtstream.domain.zones import ZoneMap

SHORTEST_DELAY = 6.0
"""Seconds. With less, speech cannot be read in time and a face finder that begins to lie is found
out too late (`media_workers/graph/watched_faces.py`)."""


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


class SeatChannel(Message):
    """Whose microphone a channel of the courtroom's sound is. `channel` counts from 1."""

    channel: int = Field(ge=1, le=8)
    role: Role
    label: str = Field("", max_length=20)


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
    seats: tuple[SeatChannel, ...] = ()


class ModelSpec(Message):
    """Models by folder or file; empty means the packaged ones.

    `service`: live sound is read by a shared speech service first, by the hearing's own model
    while there is none.
    """

    service: bool = False
    whisper: str = ""
    whisper_small: str = ""
    whisper_archive: str = ""
    beam: int = Field(1, ge=1, le=10)
    faces: str = ""
    compute_type: str = "int8"
    device: str = "cpu"
    threads: int = Field(1, ge=1, le=64)


class WorkerSpec(Message):
    """All one hearing's worker needs to know. Written to `spec.json` in the hearing's folder.

    `low`: a rendition of 360 lines is made beside the picture.
    `lease`: the file in which the node says until when the hearing is its own; None where no other
    node could take it.
    """

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
    low: bool = False
    nats_credentials: str = ""
    nats_ca: str = ""
    lease: Path | None = None
    dvr_seconds: float = 7200.0
    signal_grace_seconds: float = 60.0
