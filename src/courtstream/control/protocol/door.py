"""What is said at the door: publishers that knock, sources that are fetched."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from courtstream.control.protocol.base import Message, Report
from courtstream.control.protocol.order import WorkerSpec


class AdmitRequest(Report):
    """A publisher with this key knocks at `node`. `remote` is its address."""

    key: str
    node: str
    protocol: str = "rtmp"
    remote: str = ""


class AdmitReply(Report):
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


class IngestEvent(Report):
    """What happened at the door. Never carries the key itself."""

    node: str
    hearing_id: str = ""
    kind: Literal["connected", "disconnected", "refused"]
    code: str = ""
    remote: str = ""
    at: str = ""
    counters: dict[str, float] = Field(default_factory=dict)


class PullRequest(Report):
    """A node asks which sources it is to fetch now."""

    node: str


class PullOrder(Message):
    """One source to fetch. `key` is the courtroom's own for it; it knocks like any publisher."""

    id: str
    url: str
    user: str = Field("", repr=False)
    password: str = Field("", repr=False)
    key: str = Field("", repr=False)


class PullReply(Report):
    """All sources of the node."""

    orders: tuple[PullOrder, ...] = ()


class PullNews(Report):
    """How a source's last connection ended."""

    id: str
    node: str
    code: str
