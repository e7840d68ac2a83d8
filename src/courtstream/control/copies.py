"""The copy of late journal rows in JetStream, from which a hearing's next node begins.

The journal itself is with the node that wrote it, which may be dead. A row whose epoch is older
than one that came before it is what a node wrote after its lease had passed on: it is left out,
and a new epoch's first row replaces whatever older ones had the same number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError

from courtstream.control.journal import FILE_NAME
from courtstream.control.process import write_atomically
from courtstream.control.protocol import (
    JOURNAL_DAYS,
    JOURNAL_STREAM,
    JournalRow,
    RowKind,
    worker_row,
)

MOST_BYTES = 4_000_000_000
"""Some 4,000 hours of rows: the oldest go first."""

_BATCH = 1000
_NUMBERS = re.compile(rb'"seq":(\d+),"epoch":(\d+)')


@dataclass(slots=True)
class Lineage:
    """Rows of one hearing in order, as one line of descent. `lines[n]` has number `seqs[n]`."""

    lines: list[bytes] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    epoch: int = 0

    def push(self, line: bytes) -> None:
        """Take one row as it was published; what cannot be read is passed over."""
        found = _NUMBERS.search(line)
        if found is None:
            return
        seq, epoch = int(found[1]), int(found[2])
        if epoch < self.epoch:
            return
        if epoch > self.epoch:
            self._forget_from(seq)
            self.epoch = epoch
        if not self.seqs or seq > self.seqs[-1]:
            self.lines.append(line)
            self.seqs.append(seq)

    def upto(self, seq: int) -> list[bytes]:
        """The rows with numbers up to `seq`."""
        return [line for line, n in zip(self.lines, self.seqs, strict=True) if n <= seq]

    def _forget_from(self, seq: int) -> None:
        while self.seqs and self.seqs[-1] >= seq:
            self.seqs.pop()
            self.lines.pop()


async def prepare(client: Client, replicas: int = 1) -> None:
    """Have the stream, whichever node comes first. Raises nats.errors.Error, APIError."""
    stream = client.jetstream(timeout=2.0)
    try:
        await stream.stream_info(JOURNAL_STREAM)
    except NotFoundError:
        await stream.add_stream(
            StreamConfig(
                name=JOURNAL_STREAM,
                subjects=[worker_row("*")],
                storage=StorageType.FILE,
                discard=DiscardPolicy.OLD,
                max_age=JOURNAL_DAYS * 86_400,
                max_bytes=MOST_BYTES,
                num_replicas=replicas,
            )
        )


async def lineage(client: Client, hearing_id: str) -> Lineage:
    """All rows of one hearing that the stream has. Raises nats.errors.Error, APIError."""
    rows = Lineage()
    stream: Any = client.jetstream(timeout=2.0)
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE,
        deliver_policy=DeliverPolicy.ALL,
        filter_subject=worker_row(hearing_id),
        inactive_threshold=30.0,
        mem_storage=True,
    )
    try:
        info = await stream.add_consumer(JOURNAL_STREAM, config)
    except NotFoundError:
        return rows
    reader = await stream.pull_subscribe_bind(info.name, JOURNAL_STREAM)
    left = info.num_pending or 0
    try:
        while left > 0:
            batch = await reader.fetch(min(left, _BATCH), timeout=2.0)
            left -= len(batch)
            for message in batch:
                rows.push(message.data)
    except nats.errors.TimeoutError:
        pass  # fewer than were told of: some have just been let go
    finally:
        await reader.unsubscribe()
        await _forget(stream, info.name)
    return rows


async def _forget(stream: Any, consumer: str) -> None:
    try:
        await stream.delete_consumer(JOURNAL_STREAM, consumer)
    except (nats.errors.Error, APIError):
        return  # it goes by itself


def seed(folder: Path, hearing_id: str, rows: Lineage, seq: int, epoch: int) -> int:
    """Write the journal with which a run of `epoch` goes on after row `seq`; gives its rows.

    A journal of an earlier stay on this node is kept beside it. Rows that the copy lacks are
    named by one that says so.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    journal = folder / FILE_NAME
    if journal.exists():
        journal.rename(folder / f"journal-before-{epoch}.jsonl")
    lines = rows.upto(seq)
    last = rows.seqs[len(lines) - 1] if lines else 0
    if last < seq:
        lines.append(_lost(hearing_id, seq, epoch, seq - last))
    write_atomically(journal, b"".join(line.rstrip(b"\n") + b"\n" for line in lines))
    return len(lines)


def _lost(hearing_id: str, seq: int, epoch: int, count: int) -> bytes:
    row = JournalRow(
        hearing_id=hearing_id,
        seq=seq,
        epoch=epoch - 1,
        at=datetime.now(UTC).isoformat(),
        kind=RowKind.ERROR,
        body={"code": "rows_lost", "count": count, "stage": "moved"},
    )
    return row.model_dump_json().encode()
