"""Who may run a hearing: one key a hearing in a NATS KV bucket, every change compare-and-set.

Two buckets. `cs_leases` forgets a key some seconds after its last renewal: who holds it may run
the hearing's worker. `cs_leases_epochs` forgets nothing: each claim raises the hearing's epoch
there by one while the lease is held, so that a later claim always has the greater epoch and
whoever writes for the hearing can refuse an older one (fencing); it also names who had the epoch
before. Should the store be lost, the epoch begins above the greatest one the claimant knows of
(`above`).
"""

from __future__ import annotations

import json
import time
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
    NoKeysError,
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
    """A claim: the bucket's `revision` of the last change and the fencing `epoch`.

    `before`: who had the hearing's last epoch, empty when the store knows of none. `until`: the
    instant of `boot_clock` up to which nobody else can have it.
    """

    hearing_id: str
    owner: str
    epoch: int
    revision: int
    before: str = ""
    until: float = 0.0


SAFETY_SECONDS = 0.3
"""By so much earlier the holder itself takes a lease for over: clocks of two machines differ in
pace, and the store forgets by its own."""


def boot_clock() -> float:
    """Seconds since this machine started, also while it slept; nobody can set it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class LeaseStore:
    """Claims, renewals and releases over one NATS connection."""

    def __init__(self, client: Client, ttl: float = LEASE_TTL_SECONDS, replicas: int = 1) -> None:
        self._client = client
        self.ttl = ttl
        self._replicas = replicas

    async def prepare(self) -> None:
        """Give the bucket the life of leases in force, should it have an earlier setting's."""
        try:
            await self._bucket(LEASE_BUCKET, self.ttl)
            stream = self._client.jetstream(timeout=2.0)
            config = (await stream.stream_info(f"KV_{LEASE_BUCKET}")).config
            if config.max_age != self.ttl:
                config.max_age = self.ttl
                config.duplicate_window = min(config.duplicate_window or self.ttl, self.ttl)
                await stream.update_stream(config)
        except (*_AWAY, APIError) as error:
            raise LeaseUnavailable from error

    async def claim(self, hearing_id: str, owner: str, *, above: int = 0) -> Lease:
        """Claim a hearing for `owner`, with an epoch greater than `above` and any before.

        An owner may claim anew what it holds already (its worker died).
        Raises LeaseHeld when another owner has it, LeaseUnavailable when nobody can say.
        """
        try:
            until = self._until()
            revision = await self._take(hearing_id, owner)
            epoch, before = await self._raise_epoch(hearing_id, owner, above)
        except (*_AWAY, APIError) as error:
            raise LeaseUnavailable from error
        return Lease(hearing_id, owner, epoch, revision, before, until)

    async def renew(self, lease: Lease) -> Lease:
        """The lease with its life begun anew.

        One that ran out unclaimed (the store was away) is taken again with the same epoch.
        Raises LeaseHeld when it passed to another owner, LeaseUnavailable when nobody can say.
        """
        try:
            until = self._until()
            bucket = await self._bucket(LEASE_BUCKET, self.ttl)
            value = _value(lease.owner)
            try:
                revision = await bucket.update(lease.hearing_id, value, last=lease.revision)
            except KeyWrongLastSequenceError:
                revision = await self._take(lease.hearing_id, lease.owner)
                await self._check_epoch(lease)
        except (*_AWAY, APIError) as error:
            raise LeaseUnavailable from error
        return replace(lease, revision=revision, until=until)

    async def release(self, lease: Lease) -> None:
        """Give the lease back so that another may claim at once; silent when it is not ours."""
        try:
            bucket = await self._bucket(LEASE_BUCKET, self.ttl)
            await bucket.delete(lease.hearing_id, last=lease.revision)
        except (*_AWAY, APIError):
            return  # it runs out by itself

    async def holders(self) -> dict[str, str]:
        """Who holds which hearing now. Raises LeaseUnavailable when nobody can say."""
        try:
            bucket = await self._bucket(LEASE_BUCKET, self.ttl)
            found = {key: (await _read(bucket, key))[0] for key in await bucket.keys()}
        except NoKeysError:
            return {}
        except (*_AWAY, APIError) as error:
            raise LeaseUnavailable from error
        return {key: owner for key, owner in found.items() if owner}

    def _until(self) -> float:
        """When a change of this instant runs out, by the holder's own clock."""
        return boot_clock() + self.ttl - SAFETY_SECONDS

    async def _take(self, hearing_id: str, owner: str) -> int:
        bucket = await self._bucket(LEASE_BUCKET, self.ttl)
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

    async def _raise_epoch(self, hearing_id: str, owner: str, above: int) -> tuple[int, str]:
        bucket = await self._bucket(EPOCH_BUCKET, None)
        while True:
            stored, before, revision = await _read_epoch(bucket, hearing_id)
            epoch = max(stored, above) + 1
            value = json.dumps({"epoch": epoch, "owner": owner}).encode()
            try:
                await bucket.update(hearing_id, value, last=revision)
            except KeyWrongLastSequenceError:
                continue
            return epoch, before

    async def _check_epoch(self, lease: Lease) -> None:
        stored, _, _ = await _read_epoch(await self._bucket(EPOCH_BUCKET, None), lease.hearing_id)
        if stored > lease.epoch:
            raise LeaseHeld("another claim")

    async def _bucket(self, name: str, ttl: float | None) -> Any:
        if not self._client.is_connected:
            raise LeaseUnavailable
        stream = self._client.jetstream(timeout=2.0)
        try:
            return await stream.key_value(name)
        except BucketNotFoundError:
            config = KeyValueConfig(bucket=name, history=1, ttl=ttl, replicas=self._replicas)
            return await stream.create_key_value(config)


def _value(owner: str) -> bytes:
    return json.dumps({"owner": owner}).encode()


async def _read(bucket: Any, key: str) -> tuple[str, int]:
    try:
        entry = await bucket.get(key)
    except KeyNotFoundError:
        return "", 0
    return str(json.loads(entry.value)["owner"]), int(entry.revision)


async def _read_epoch(bucket: Any, key: str) -> tuple[int, str, int]:
    try:
        entry = await bucket.get(key)
    except KeyNotFoundError:
        return 0, "", 0
    said = json.loads(entry.value)
    if isinstance(said, int):  # as the first editions wrote it
        return said, "", int(entry.revision)
    return int(said["epoch"]), str(said["owner"]), int(entry.revision)
