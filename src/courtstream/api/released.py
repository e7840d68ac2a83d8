"""Released files wherever they are: on this machine, in the object store, or with a node.

What a node gives is asked for once and then answered from memory. A file of a node that had the
hearing before is given only when the database has taken its row: what a node wrote after its
lease had passed on is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from courtstream.api.context import Context
from courtstream.api.media_memory import read_plain
from courtstream.control.objects import ObjectsAway
from courtstream.control.protocol import FileRequest
from courtstream.domain.errors import NodeAway, NotFound
from courtstream.services.nodes import placing
from courtstream.store.tables import Asset, Segment


async def whole(platform: Context, hearing_id: str, name: str) -> bytes:
    """A file that is not on this machine, by its path in the hearing's public folder.

    Raises NotFound.
    """
    try:
        pieces = await elsewhere(platform, hearing_id, name)
        return b"".join([piece async for piece in pieces])
    except (NodeAway, ObjectsAway) as error:
        raise NotFound from error


async def newest(platform: Context, hearing_id: str, name: str) -> bytes:
    """A file that its node goes on changing: from that node, else as this machine has it.

    Raises NotFound.
    """
    settings = platform.settings
    if not settings.public_folder:
        try:
            return await whole(platform, hearing_id, name)
        except NotFound:
            pass
    return await run_in_threadpool(read_plain, settings.public / hearing_id / name)


async def elsewhere(
    platform: Context, hearing_id: str, name: str, start: int = 0, end: int | None = None
) -> AsyncIterator[bytes]:
    """A file that is not on this machine, from `start` up to `end`.

    Raises NotFound before a byte came.
    """
    at_node = await _at_node(platform, hearing_id, name, start)
    if at_node is not None:
        return _pieces(platform, at_node, end)
    if platform.objects is not None:
        try:
            kept = await platform.objects.read(f"public/{hearing_id}/{name}", start, end)
        except ObjectsAway as error:
            raise NotFound from error
        if kept is not None:
            return kept
    raise NotFound


@dataclass(frozen=True, slots=True)
class Measured:
    """Bytes of a file, and what names its version; empty where nobody says."""

    size: int
    tag: str = ""


async def measured(platform: Context, hearing_id: str, name: str) -> Measured:
    """How long a file is that is not on this machine. Raises NotFound."""
    at_node = await _at_node(platform, hearing_id, name)
    if at_node is not None:
        return Measured(at_node.size)
    if platform.objects is not None:
        try:
            kept = await platform.objects.measure(f"public/{hearing_id}/{name}")
        except ObjectsAway as error:
            raise NotFound from error
        if kept is not None:
            return Measured(kept.size, kept.tag)
    raise NotFound


@dataclass(frozen=True, slots=True)
class _AtNode:
    """A node's file: its first piece, and how long the whole is."""

    node: str
    request: FileRequest
    piece: bytes
    size: int


async def _at_node(platform: Context, hearing_id: str, name: str, start: int = 0) -> _AtNode | None:
    """The file as the first node has it that has it at all."""
    holders = await platform.work.reading(_holders, hearing_id, name)
    for node in holders:
        if platform.bus is None or node == platform.settings.node:
            continue
        request = FileRequest(hearing_id=hearing_id, area="public", name=name, offset=start)
        try:
            piece, size = await platform.bus.file(node, request)
        except (NodeAway, NotFound):
            continue
        return _AtNode(node, request, piece, size)
    return None


async def _pieces(platform: Context, found: _AtNode, end: int | None) -> AsyncIterator[bytes]:
    assert platform.bus is not None
    at, piece, size = found.request.offset, found.piece, found.size
    while piece:
        yield piece if end is None else piece[: end - at]
        at += len(piece)
        if at >= (size if end is None else min(end, size)):
            return
        further = found.request.model_copy(update={"offset": at})
        piece, size = await platform.bus.file(found.node, further)


def _holders(session: Session, hearing_id: str, name: str) -> tuple[str, ...]:
    """The node that has the hearing, and the others when this file was accepted from them."""
    nodes = placing.parts(session, hearing_id)
    return nodes if len(nodes) < 2 or _accepted(session, hearing_id, name) else nodes[:1]


def _accepted(session: Session, hearing_id: str, name: str) -> bool:
    word = name.rpartition("/")[2]
    if word.startswith("init"):
        return True  # says only how picture and sound are coded
    word = re.sub(r"^(?:low|snd)-", "seg-", word)  # renditions are told of in one row
    segment = select(Segment.n).where(Segment.hearing_id == hearing_id, Segment.uri == word)
    asset = select(Asset.seq).where(Asset.hearing_id == hearing_id, Asset.uri == word)
    return session.scalar(segment.limit(1)) is not None or (
        session.scalar(asset.limit(1)) is not None
    )
