"""Reads a sealed original with its key, and checks it with or without."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_pull as init_pull,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_pull as pull,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_state as new_state,
)

from courtstream.domain.errors import SealBroken
from courtstream.domain.time import MILLISECOND, Span
from courtstream.domain.trial import InterruptionReason
from courtstream.seal.frames import (
    Frame,
    Kind,
    Record,
    associated,
    genesis,
    link,
    part_numbers,
    part_path,
    read_frames,
    read_head,
)
from courtstream.seal.writer import CHAIN_NAME, row_of

GAP = 250 * MILLISECOND
"""Silence between two records shorter than this is the grain of frames, not a gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that was not recorded; `reason` is one of the three lawful ones or None."""

    span: Span
    reason: InterruptionReason | None


@dataclass(frozen=True, slots=True)
class PartReport:
    """One part: records of sound and picture, and whether it ended in order."""

    number: int
    records: int
    bytes: int
    span: Span | None
    closed: bool
    torn_bytes: int


@dataclass(frozen=True, slots=True)
class SealReport:
    """What a check found. `hash` is the last chain value, to compare with journal and log sheet.

    `first_broken` says where the first fault lies. `unlisted`: whole records that a crash kept out
    of `chain.jsonl`. `decrypted`: whether the contents were checked too.
    """

    parts: tuple[PartReport, ...]
    records: int
    span: Span | None
    gaps: tuple[Gap, ...]
    ok: bool
    first_broken: str | None
    hash: str
    decrypted: bool
    unlisted: int


class SealReader:
    """The clear bytes of a sealed folder. Every record is authenticated before it is given."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key

    @property
    def parts(self) -> list[int]:
        """Numbers of the parts."""
        return part_numbers(self._folder)

    def clear(self, part: int) -> Iterator[bytes]:
        """Contents of the media records of one part. Raises SealBroken at the first false one."""
        for frame, content in _opened(self._folder, part, self._key):
            if frame.kind is Kind.MEDIA:
                yield content

    def records(self, part: int) -> Iterator[tuple[Span, bytes]]:
        """Media records of one part with the time they were recorded in. Raises SealBroken."""
        for frame, content in _opened(self._folder, part, self._key):
            if frame.kind is Kind.MEDIA:
                yield frame.span, content

    def part_at(self, t: int) -> int | None:
        """The first part that holds anything from `t` (ns) on, None when all lies before.

        Read from the listing alone; what a crash kept out of it belongs to the last part.
        """
        ends: dict[int, int] = {}
        for row in _listing(self._folder):
            ends[row.get("part", 0)] = max(ends.get(row.get("part", 0), 0), row.get("end_ns", 0))
        known = self.parts
        return next((n for n in known if ends.get(n, 0) > t), known[-1] if known else None)

    def export(self, into: Path) -> list[Path]:
        """Write each part as a playable Matroska file (mode 0600); gives the files."""
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = []
        for part in self.parts:
            path = into / f"part-{part:04d}.mkv"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                for content in self.clear(part):
                    file.write(content)
            written.append(path)
        return written


def sealed_folders(hearing_folder: Path) -> list[Path]:
    """A hearing's sealed folders in order of time: its own, those beside it after damage, and
    those of other nodes that had it.
    """
    found = [p for p in hearing_folder.glob("sealed*") if p.is_dir()]
    return sorted(found, key=lambda p: (_begins(p), len(p.name), p.name))


def listed(folder: Path, chain: str) -> bool:
    """Whether a sealed folder is here whose listing has the record with this chain value."""
    return any(row.get("chain") == chain for row in _listing(folder))


def _begins(folder: Path) -> int:
    """Media time of the first listed record with media."""
    rows = (row for row in _listing(folder) if row.get("kind") == Kind.MEDIA.name)
    return int(next(rows, {}).get("start_ns", 0))


def verify(folder: Path, key: bytes | None = None) -> SealReport:
    """Check the chain, and with the hearing's `key` every content. Changes nothing.

    Raises SealBroken only when there is no key file to begin from; faults are in the report.
    """
    check = _Check(folder, key)
    for number in part_numbers(folder):
        check.part(number)
    return check.report()


class _Check:
    def __init__(self, folder: Path, key: bytes | None) -> None:
        self._folder, self._key = folder, key
        self._chain = genesis(folder)
        self._lines = _listing(folder)
        self._records: list[Record] = []
        self._parts: list[PartReport] = []
        self._broken: str | None = None

    def part(self, number: int) -> None:
        """Walk one part."""
        path = part_path(self._folder, number)
        if number != len(self._parts) + 1:
            self._fault(f"part {len(self._parts) + 1} is missing")
        before, end, expected = len(self._records), 0, _contents(self._folder, number, self._key)
        with path.open("rb") as file:
            head = read_head(file)
            if head is None or head[0] != number:
                self._fault(f"part {number}: head")
            else:
                end = len(head[2])
                self._chain = link(self._chain, head[2])
                for index, frame in enumerate(read_frames(file), start=1):
                    self._frame(number, index, frame, expected)
                    end = frame.offset + len(frame.raw)
        self._close(number, self._records[before:], path.stat().st_size - end)

    def _frame(
        self, number: int, index: int, frame: Frame, contents: Iterator[bool] | None
    ) -> None:
        self._chain = link(self._chain, frame.raw)
        record = Record(number, index, frame.kind, frame.span, len(frame.raw), self._chain.hex())
        place = len(self._records)
        if place < len(self._lines) and self._lines[place] != row_of(record):
            self._fault(f"part {number}, record {index}: chain")
        if contents is not None and not next(contents, False):
            self._fault(f"part {number}, record {index}: content")
        self._records.append(record)

    def _close(self, number: int, records: list[Record], torn: int) -> None:
        media = [r.span for r in records if r.kind is Kind.MEDIA]
        span = Span(min(s.start for s in media), max(s.end for s in media)) if media else None
        closed = bool(records) and records[-1].kind is Kind.END
        if torn and (closed or number != part_numbers(self._folder)[-1]):
            self._fault(f"part {number}: {torn} bytes that are no record")
        self._parts.append(
            PartReport(number, len(media), sum(r.bytes for r in records), span, closed, torn)
        )

    def _fault(self, where: str) -> None:
        self._broken = self._broken or where

    def report(self) -> SealReport:
        """The outcome."""
        missing = self._lines[len(self._records) :]
        if missing:
            part = missing[0].get("part", "?")
            self._fault(f"part {part}: {len(missing)} listed records are missing")
        media = sorted(r.span for r in self._records if r.kind is Kind.MEDIA)
        return SealReport(
            parts=tuple(self._parts),
            records=len(media),
            span=Span(media[0].start, max(s.end for s in media)) if media else None,
            gaps=_gaps(media, self._records),
            ok=self._broken is None,
            first_broken=self._broken,
            hash=self._chain.hex(),
            decrypted=self._key is not None,
            unlisted=max(0, len(self._records) - len(self._lines)),
        )


def _gaps(media: list[Span], records: list[Record]) -> tuple[Gap, ...]:
    lawful = [
        (r.span, InterruptionReason(r.kind.name))
        for r in records
        if r.kind.name in InterruptionReason.__members__
    ]
    gaps, reached = [], media[0].end if media else 0
    for _, after in pairwise(media):
        if after.start - reached > GAP:
            span = Span(reached, after.start)
            gaps.append(Gap(span, next((why for s, why in lawful if s.overlaps(span)), None)))
        reached = max(reached, after.end)
    return tuple(gaps)


def _opened(folder: Path, part: int, key: bytes) -> Iterator[tuple[Frame, bytes]]:
    with part_path(folder, part).open("rb") as file:
        head = read_head(file)
        if head is None:
            raise SealBroken(f"part {part}: head")
        state = new_state()
        init_pull(state, head[1], key)
        for index, frame in enumerate(read_frames(file), start=1):
            try:
                content, _ = pull(state, frame.ciphertext, associated(part, index, frame.head))
            except (RuntimeError, ValueError) as error:
                raise SealBroken(f"part {part}, record {index}: content") from error
            yield frame, content


def _contents(folder: Path, part: int, key: bytes | None) -> Iterator[bool] | None:
    """True for each record that opens; ends at the first that does not."""
    if key is None:
        return None

    def walk(key: bytes) -> Iterator[bool]:
        try:
            for _ in _opened(folder, part, key):
                yield True
        except SealBroken:
            yield False

    return walk(key)


def _listing(folder: Path) -> list[dict[str, Any]]:
    path = folder / CHAIN_NAME
    if not path.exists():
        return []
    data = path.read_bytes()
    rows = []
    for line in data[: data.rfind(b"\n") + 1].splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            row = {}
        rows.append(row if isinstance(row, dict) else {})
    return rows
