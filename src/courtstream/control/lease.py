"""Who may run a hearing: one key a hearing in a NATS KV bucket, every change compare-and-set.

Two buckets. `cs_leases` forgets a key six seconds after its last renewal: who holds it may run
the hearing's worker. `cs_leases_epochs` forgets nothing: each claim raises the hearing's epoch
there by one while the lease is held, so that a later claim always has the greater epoch and
whoever writes for the hearing can refuse an older one (fencing). Should the store be lost, the
epoch begins above the greatest one the claimant knows of (`above`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import nats.errors
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

from courtstream.control.protocol import LEASE_BUCKET, LEASE_TTL_SECONDS

EPOCH_BUCKET = f"{LEASE_BUCKET}_epochs"
_AWAY = (nats.errors.Error, OSError, TimeoutError, NoStreamResponseError, ServiceUnavailableError)


class LeaseHeld(Exception):
    """Another node runs this hearing."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        super().__init__(f"held by node {owner}")


class LeaseUnavailable(Exception):
    """The lease store cannot be reached now; nothing is known about the lease."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim: the bucket's `revision` of the last change and the fencing `epoch`."""

    hearing_id: str
    owner: str
    epoch: int
    revision: int


class LeaseStore:
    """Claims, renewals and releases over one NATS connection."""

    def __init__(self, client: Client, ttl: float = LEASE_TTL_SECONDS) -> None:
        self._client = client
        self._ttl = ttl

    async def claim(self, hearing_id: str, owner: str, *, above: int = 0) -> Lease:
        """Claim a hearing for `owner`, with an epoch greater than `above` and any before.

        An owner may claim anew what it holds already (its worker died).
        Raises LeaseHeld when another owner has it, LeaseUnavailable when nobody can say.
        """
        try:
            revision = await self._take(hearing_id, owner)
            epoch = await self._raise_epoch(hearing_id, above)
        except (*_AWAY, APIError) as error:
            raise LeaseUnavailable from error
        return Lease(hearing_id, owner, epoch, revision)

    async def renew(self, lease: Lease) -> Lease:
        """The lease with its life begun anew.

        One that ran out unclaimed (the store was away) is taken again with the same epoch.
        Raises LeaseHeld when it passed to another owner, LeaseUnavailable when nobody can say.
        """
        try:
            bucket = await self._bucket(LEASE_BUCKET, self._ttl)
            value = _value(lease.owner)
            try:
                revision = await bucket.update(lease.hearing_id, value, last=lease.revision)
            except KeyWrongLastSequenceError:
                revision = await self._take(lease.hearing_id, lease.owner)
                await self._check_epoch(lease)
        except (*_AWAY, APIError) as error:
            raise LeaseUnavailable from error
        return replace(lease, revision=revision)

    async def release(self, lease: Lease) -> None:
        """Give the lease back so that another may claim at once; silent when it is not ours."""
        try:
            bucket = await self._bucket(LEASE_BUCKET, self._ttl)
            await bucket.delete(lease.hearing_id, last=lease.revision)
        except (*_AWAY, APIError):
            return  # it runs out by itself

    async def _take(self, hearing_id: str, owner: str) -> int:
        bucket = await self._bucket(LEASE_BUCKET, self._ttl)
        for _ in range(5):
            holder, revision = await _read(bucket, hearing_id)
            if holder not in ("", owner):
                raise LeaseHeld(holder)
            try:
                if holder:
                    return int(await bucket.update(hearing_id, _value(owner), last=revision))
                return int(await bucket.create(hearing_id, _value(owner)))
            except KeyWrongLastSequenceError:
                continue
        raise LeaseUnavailable

    async def _raise_epoch(self, hearing_id: str, above: int) -> int:
        bucket = await self._bucket(EPOCH_BUCKET, None)
        while True:
            stored, revision = await _read_epoch(bucket, hearing_id)
            epoch = max(stored, above) + 1
            try:
                await bucket.update(hearing_id, json.dumps(epoch).encode(), last=revision)
            except KeyWrongLastSequenceError:
                continue
            return epoch

    async def _check_epoch(self, lease: Lease) -> None:
        stored, _ = await _read_epoch(await self._bucket(EPOCH_BUCKET, None), lease.hearing_id)
        if stored > lease.epoch:
            raise LeaseHeld("another claim")

    async def _bucket(self, name: str, ttl: float | None) -> Any:
        if not self._client.is_connected:
            raise LeaseUnavailable
        stream = self._client.jetstream(timeout=2.0)
        try:
            return await stream.key_value(name)
        except BucketNotFoundError:
            return await stream.create_key_value(KeyValueConfig(bucket=name, history=1, ttl=ttl))


def _value(owner: str) -> bytes:
    return json.dumps({"owner": owner}).encode()


async def _read(bucket: Any, key: str) -> tuple[str, int]:
    try:
        entry = await bucket.get(key)
    except KeyNotFoundError:
        return "", 0
    return str(json.loads(entry.value)["owner"]), int(entry.revision)


async def _read_epoch(bucket: Any, key: str) -> tuple[int, int]:
    try:
        entry = await bucket.get(key)
    except KeyNotFoundError:
        return 0, 0
    return int(json.loads(entry.value)), int(entry.revision)
