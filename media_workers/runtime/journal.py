"""The hearing's journal: JSON lines, numbered through all runs, durable before they are told on."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import MediaTime

Listener = Callable[[JournalRow], None]


class Rows(Protocol):
    """Anything rows can be written to."""

    def write(self, kind: RowKind, t: MediaTime | None = None, /, **body: Any) -> None:
        """Add a row."""
        ...

    def sync(self) -> None:
        """Wait until what was written is durable. Raises OSError when it cannot be."""
        ...


class MemoryRows:
    """Rows kept in memory, for files worked through without a hearing's folder."""

    def __init__(self) -> None:
        self.rows: list[tuple[RowKind, MediaTime | None, dict[str, Any]]] = []

    def write(self, kind: RowKind, t: MediaTime | None = None, /, **body: Any) -> None:
        """Add a row."""
        self.rows.append((kind, t, body))

    def sync(self) -> None:
        """Memory is as durable as it gets."""


def read_rows(path: Path) -> Iterator[JournalRow]:
    """All whole rows of a journal.

    A torn last line, left by a crash, is passed over, and so is a line that a failing disk has
    made unreadable: what stands around it is still true.
    """
    for row in _lines(path):
        if row is not None:
            yield row


def _lines(path: Path) -> Iterator[JournalRow | None]:
    """Every whole line of a journal; None for one that cannot be read."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            try:
                yield JournalRow.model_validate_json(line)
            except ValidationError:
                yield None


class Journal:
    """Append-only log of one hearing.

    `write` numbers a row and queues it; a thread of its own appends, fsyncs and only then hands
    the rows to `listener`. Start-up cuts off a torn last line so that the file stays readable.
    While the disk is full rows wait, in order, and are tried again; `damaged` counts the lines of
    earlier runs that cannot be read any more.
    """

    FLUSH_SECONDS = 0.2
    AGAIN_SECONDS = 1.0

    def __init__(self, path: Path, hearing_id: str, epoch: int, listener: Listener) -> None:
        self._path, self._hearing_id, self._epoch = path, hearing_id, epoch
        self._listener = listener
        self.earlier, self.damaged, self._seq = _recalled(path)
        _cut_torn_line(path)
        self._file = path.open("ab", buffering=0)
        self.error = ""
        self._pending: list[JournalRow] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def seq(self) -> int:
        """Number of the newest row."""
        return self._seq

    def write(self, kind: RowKind, t: MediaTime | None = None, /, **body: Any) -> None:
        """Add a row. `body` must be JSON; never raw private text."""
        with self._lock:
            self._seq += 1
            self._pending.append(
                JournalRow(
                    hearing_id=self._hearing_id,
                    seq=self._seq,
                    epoch=self._epoch,
                    at=datetime.now(UTC).isoformat(),
                    kind=kind,
                    t=t,
                    body=body,
                )
            )

    def sync(self) -> None:
        """Wait until all rows written so far are durable; nothing may be listed before its row.

        Raises OSError when they cannot be made so now; they wait for the next try.
        """
        self._flush()

    def rows(self) -> Iterator[JournalRow]:
        """All that is durable, of all runs, in order: read anew from the disk."""
        return read_rows(self._path)

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=5)
        self._file.close()

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(self.AGAIN_SECONDS if self.error else self.FLUSH_SECONDS)
            with suppress(OSError):
                self._flush()
        with suppress(OSError):
            self._flush()

    def _flush(self) -> None:
        with self._writing:
            with self._lock:
                rows, self._pending = self._pending, []
            if not rows:
                return
            try:
                self._append(b"".join(map(_line, rows)))
            except OSError as error:
                self.error = type(error).__name__
                with self._lock:
                    self._pending = [*rows, *self._pending]
                raise
            self.error = ""
            for row in rows:
                self._listener(row)

    def _append(self, data: bytes) -> None:
        """All of `data`, durably, or nothing of it."""
        handle = self._file.fileno()
        before = os.fstat(handle).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, before)
            raise


def _line(row: JournalRow) -> bytes:
    text = json.dumps(row.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _recalled(path: Path) -> tuple[tuple[JournalRow, ...], int, int]:
    """Readable rows of earlier runs, how many lines are not, and the greatest number given.

    An unreadable line had a number too; it is not given again.
    """
    rows: list[JournalRow] = []
    damaged = after_last = 0
    for row in _lines(path):
        if row is None:
            damaged, after_last = damaged + 1, after_last + 1
        else:
            rows.append(row)
            after_last = 0
    return tuple(rows), damaged, (rows[-1].seq if rows else 0) + after_last


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)
