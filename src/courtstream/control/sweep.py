"""What a crash left: sealed folders put in order, and records told of that nobody heard of.

A machine that lost power leaves torn records, records that are on disk but in no list, and list
entries that no journal row tells of. A hearing that goes on is mended by its worker; this looks
after those that do not.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from courtstream.control.journal import FILE_NAME, safe_id
from courtstream.control.process import read_pid
from courtstream.control.protocol import JournalRow, RowKind
from courtstream.control.workers import PID_FILE
from courtstream.domain.errors import CourtstreamError
from courtstream.seal.writer import CHAIN_NAME, recover

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Mended:
    """What was put in order in one hearing's folder; `broken`: folders that no crash explains."""

    hearing_id: str
    torn_bytes: int
    relisted: int
    told: int
    broken: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether all was in order."""
        return not (self.torn_bytes or self.relisted or self.told or self.broken)


def sweep(hearings: Path, resumed: frozenset[str] = frozenset()) -> list[Mended]:
    """Look through all hearings but those `resumed`; gives what was mended."""
    found = []
    for folder in sorted(hearings.glob("*")):
        if not safe_id(folder.name) or folder.name in resumed or _is_running(folder):
            continue
        if any(folder.glob("sealed*")):
            mended = mend(folder)
            if not mended.nothing:
                log.warning(
                    "mended after a crash",
                    hearing_id=folder.name,
                    torn_bytes=mended.torn_bytes,
                    relisted=mended.relisted,
                    told=mended.told,
                    broken=len(mended.broken),
                )
                found.append(mended)
    return found


def mend(folder: Path) -> Mended:
    """Put one hearing's sealed folders in order and tell its journal of what it lacks."""
    torn = relisted = 0
    broken = []
    for sealed in sorted(folder.glob("sealed*")):
        try:
            with _locked(sealed):
                recovery, _ = recover(sealed)
        except (CourtstreamError, OSError):
            broken.append(sealed.name)
            continue
        torn += recovery.torn_bytes
        relisted += recovery.relisted
    return Mended(folder.name, torn, relisted, _tell(folder), tuple(broken))


def chain_values(sealed: Path) -> Iterator[str]:
    """The chain value after every listed record of a sealed folder."""
    for entry in _entries(sealed):
        yield str(entry.get("chain", ""))


def told_values(journal: Path) -> Iterator[str]:
    """The chain values that a journal tells of."""
    for row in _rows(journal):
        if row.kind is RowKind.SEALED:
            yield str(row.body.get("sha256", ""))


def _is_running(folder: Path) -> bool:
    return read_pid(folder / PID_FILE) is not None


def _tell(folder: Path) -> int:
    """Add rows for listed records that the journal does not tell of; gives how many."""
    journal = folder / FILE_NAME
    if not journal.exists():
        return 0
    told, last, epoch = set(), 0, 1
    for row in _rows(journal):
        last, epoch = max(last, row.seq), max(epoch, row.epoch)
        if row.kind is RowKind.SEALED:
            told.add(str(row.body.get("sha256", "")))
    lines = []
    for sealed in sorted(folder.glob("sealed*")):
        for entry in _entries(sealed):
            if entry.get("chain") not in told:
                last += 1
                lines.append(_line(folder.name, last, epoch, _body(sealed.name, entry)))
    if lines:
        _append(journal, b"".join(lines))
    return len(lines)


def _body(folder: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "folder": folder,
        "record": entry["kind"],
        "part": entry["part"],
        "index": entry["index"],
        "start": entry["start_ns"],
        "end": entry["end_ns"],
        "bytes": entry["bytes"],
        "sha256": entry["chain"],
        "swept": True,
    }


def _line(hearing_id: str, seq: int, epoch: int, body: dict[str, Any]) -> bytes:
    row = JournalRow(
        hearing_id=hearing_id,
        seq=seq,
        epoch=epoch,
        at=datetime.now(UTC).isoformat(),
        kind=RowKind.SEALED,
        t=int(body["start"]),
        body=body,
    )
    text = json.dumps(row.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _append(journal: Path, data: bytes) -> None:
    with journal.open("r+b") as file:
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)  # a torn line is no row
        file.seek(whole)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _rows(journal: Path) -> Iterator[JournalRow]:
    with journal.open("rb") as file:
        for line in file:
            try:
                yield JournalRow.model_validate_json(line)
            except ValidationError:
                continue


def _entries(sealed: Path) -> Iterator[dict[str, Any]]:
    path = sealed / CHAIN_NAME
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry


@contextmanager
def _locked(sealed: Path) -> Iterator[None]:
    """Hold the folder as its writer would; OSError when a writer is there."""
    with (sealed / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
