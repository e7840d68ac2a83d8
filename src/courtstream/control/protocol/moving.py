"""A hearing that goes from one node to another, and the files that follow it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from courtstream.control.protocol.base import Message, Report

FILE_PIECE = 512 * 1024
"""Bytes of a file in one message; NATS refuses messages above 1 MB by default."""

Area = Literal["public", "sealed"]


class TakeRequest(Report):
    """`node` holds the lease of a hearing that another node had, with this `epoch`."""

    hearing_id: str
    node: str
    epoch: int


class TakeReply(Report):
    """Yes, with the journal row `seq` after which the new run goes on.

    `before`: the node on record; `nodes`: all others that may have a part of the hearing.
    """

    ok: bool
    seq: int = 0
    before: str = ""
    nodes: tuple[str, ...] = ()
    code: str = ""
    message: str = ""


class NodeOrder(Message):
    """An operator closes a node to new hearings, opens it, or empties it. `by`: who says so."""

    node: str = Field(min_length=1, max_length=64)
    act: Literal["cordon", "open", "drain"]
    by: str = "operator"


class JournalNews(Report):
    """Rows of this hearing's journal wait to be asked for."""

    hearing_id: str


class FilesRequest(Report):
    """What does the node have of this hearing's sealed original?"""

    hearing_id: str


class FileFact(Report):
    """One file by its path below the hearing's folder of the area; bytes."""

    name: str
    size: int


class FilesReply(Report):
    """`running`: the node's worker still writes; ask again later."""

    running: bool = False
    files: tuple[FileFact, ...] = ()


class FileRequest(Message):
    """One piece of a file, at most `FILE_PIECE` bytes from `offset` on."""

    hearing_id: str
    area: Area
    name: str = Field(max_length=200)
    offset: int = Field(0, ge=0)
