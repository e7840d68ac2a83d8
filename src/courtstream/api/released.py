"""Released files wherever they are: on this machine, in the object store, or with a node.

What a node gives is asked for once and then answered from memory. A file of a node that had the
hearing before is given only when the database has taken its row: what a node wrote after its
lease had passed on is nobody's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

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
    platform: Context, hearing_id: str, name: str, start: int = 0
) -> AsyncIterator[bytes]:
    """A file that is not on this machine, from `start` on. Raises NotFound before a byte came."""
    holders = await platform.work.reading(_holders, hearing_id, name)
    for node in holders:
        if platform.bus is None or node == platform.settings.node:
            continue
        request = FileRequest(hearing_id=hearing_id, area="public", name=name, offset=start)
        try:
            piece, size = await platform.bus.file(node, request)
        except (NodeAway, NotFound):
            continue
        return _pieces(platform, node, request, piece, size)
    if platform.objects is not None:
        try:
            kept = await platform.objects.read(f"public/{hearing_id}/{name}", start)
        except ObjectsAway as error:
            raise NotFound from error
        if kept is not None:
            return kept
    raise NotFound


async def _pieces(
    platform: Context, node: str, request: FileRequest, piece: bytes, size: int
) -> AsyncIterator[bytes]:
    assert platform.bus is not None
    at = request.offset
    while piece:
        yield piece
        at += len(piece)
        if at >= size:
            return
        piece, size = await platform.bus.file(node, request.model_copy(update={"offset": at}))


def _holders(session: Session, hearing_id: str, name: str) -> tuple[str, ...]:
    """The node that has the hearing, and the others when this file was accepted from them."""
    nodes = placing.parts(session, hearing_id)
    return nodes if len(nodes) < 2 or _accepted(session, hearing_id, name) else nodes[:1]


def _accepted(session: Session, hearing_id: str, name: str) -> bool:
    word = name.rpartition("/")[2]
    if word.startswith("init-"):
        return True  # says only how the picture is coded
    segment = select(Segment.n).where(Segment.hearing_id == hearing_id, Segment.uri == word)
    asset = select(Asset.seq).where(Asset.hearing_id == hearing_id, Asset.uri == word)
    return session.scalar(segment.limit(1)) is not None or (
        session.scalar(asset.limit(1)) is not None
    )
