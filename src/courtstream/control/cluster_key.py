"""One master key for a whole cluster: its check values stand in the cluster's own store.

The first node that has a key writes them; a node with another one, or with none, takes in nothing:
an original that it sealed could not be opened anywhere else. A node whose file has the cluster's
key on a further line has exchanged it (`courtstream sealed new-key`): its new list takes the place
of the old one, and nodes that still have the former key go on until they get the file, too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nats.errors
import structlog
from nats.aio.client import Client
from nats.js.api import KeyValueConfig
from nats.js.errors import (
    APIError,
    BucketNotFoundError,
    KeyNotFoundError,
    KeyWrongLastSequenceError,
    NoStreamResponseError,
    ServiceUnavailableError,
)

from courtstream.control.protocol import CLUSTER_BUCKET, CLUSTER_KEY_MARKS
from courtstream.domain.errors import OtherMasterKey
from courtstream.seal import seal_marks

log = structlog.get_logger(__name__)
_AWAY = (
    nats.errors.Error, OSError, TimeoutError, APIError, NoStreamResponseError,
    ServiceUnavailableError,
)  # fmt: skip


async def agree(client: Client, master_key: Path, replicas: int = 1) -> None:
    """Make sure that this node's master key is the cluster's; say it where nobody has yet.

    Raises OtherMasterKey. Silent while the store is away: who runs there agreed before.
    """
    own = seal_marks(master_key)
    try:
        bucket = await _bucket(client, replicas)
        for _ in range(3):
            theirs, revision = await _read(bucket)
            if not _differs(own, theirs):
                return
            value = json.dumps(own).encode()
            try:
                if theirs:
                    await bucket.update(CLUSTER_KEY_MARKS, value, last=revision)
                else:
                    await bucket.create(CLUSTER_KEY_MARKS, value)
            except KeyWrongLastSequenceError:
                continue  # another node was first
            log.info("master key declared", exchanged=bool(theirs))
            return
    except _AWAY as error:
        log.warning("master key not compared", why=type(error).__name__)


async def forget(client: Client) -> None:
    """Let the next node that starts say which master key is the cluster's. Raises nats errors."""
    bucket = await _bucket(client, 1)
    await bucket.delete(CLUSTER_KEY_MARKS)


def _differs(own: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether the store has to be told of `own`. Raises OtherMasterKey where it must not be."""
    if not theirs:
        return bool(own)
    if not own:
        raise OtherMasterKey("本机没有主密钥文件 / this machine has no master key file")
    if own[0] in theirs:
        return False
    if theirs[0] in own:
        return True
    raise OtherMasterKey(f"本机 {own[0]}，集群 {theirs[0]} / here {own[0]}, cluster {theirs[0]}")


async def _bucket(client: Client, replicas: int) -> Any:
    stream = client.jetstream(timeout=2.0)
    try:
        return await stream.key_value(CLUSTER_BUCKET)
    except BucketNotFoundError:
        config = KeyValueConfig(bucket=CLUSTER_BUCKET, history=1, replicas=replicas)
        return await stream.create_key_value(config)


async def _read(bucket: Any) -> tuple[tuple[str, ...], int]:
    try:
        entry = await bucket.get(CLUSTER_KEY_MARKS)
    except KeyNotFoundError:
        return (), 0
    return tuple(str(mark) for mark in json.loads(entry.value)), int(entry.revision)
