"""The hearing's journal: JSON lines, numbered through all runs, durable before they are told on."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import MediaTime

Listener = Callable[[JournalRow], None]


class Rows(Protocol):
    """Anything rows can be written to."""

    def write(self, kind: RowKind, t: MediaTime | None = None, /, **body: Any) -> None:
        """Add a row."""
        ...


class MemoryRows:
    """Rows kept in memory, for files worked through without a hearing's folder."""

    def __init__(self) -> None:
        self.rows: list[tuple[RowKind, MediaTime | None, dict[str, Any]]] = []

    def write(self, kind: RowKind, t: MediaTime | None = None, /, **body: Any) -> None:
        """Add a row."""
        self.rows.append((kind, t, body))


def read_rows(path: Path) -> Iterator[JournalRow]:
    """All whole rows of a journal; a torn last line, left by a crash, is passed over."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield JournalRow.model_validate_json(line)


class Journal:
    """Append-only log of one hearing.

    `write` numbers a row and queues it; a thread of its own appends, fsyncs and only then hands
    the rows to `listener`. Start-up cuts off a torn last line so that the file stays readable.
    """

    FLUSH_SECONDS = 0.2

    def __init__(self, path: Path, hearing_id: str, epoch: int, listener: Listener) -> None:
        self._hearing_id, self._epoch, self._listener = hearing_id, epoch, listener
        self.earlier: tuple[JournalRow, ...] = tuple(read_rows(path))
        self._seq = self.earlier[-1].seq if self.earlier else 0
        _cut_torn_line(path)
        self._file = path.open("ab")
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
        """Wait until all rows written so far are durable; nothing may be listed before its row."""
        self._flush()

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=5)
        self._file.close()

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(self.FLUSH_SECONDS)
            self._flush()
        self._flush()

    def _flush(self) -> None:
        with self._writing:
            with self._lock:
                rows, self._pending = self._pending, []
            if not rows:
                return
            for row in rows:
                self._file.write(_line(row))
            self._file.flush()
            os.fsync(self._file.fileno())
            for row in rows:
                self._listener(row)


def _line(row: JournalRow) -> bytes:
    text = json.dumps(row.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)
