"""Reading a hearing's journal for those who missed a part of it.

`journal.jsonl` holds one `JournalRow` a line, in order of `seq`. Its writer may be killed at any
byte, so that the last line may be torn; such a line is not there yet. A torn line that a later
run left in the middle is skipped: the rows around it are whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from courtstream.control.protocol import JournalPage, JournalRequest, JournalRow

FILE_NAME = "journal.jsonl"
PAGE_BYTES = 700_000
"""Rows of one page together; NATS refuses messages above 1 MB by default."""

LINE_BYTES = 4_000_000
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def safe_id(hearing_id: str) -> bool:
    """Whether an identifier may become a folder name."""
    return _SAFE_ID.fullmatch(hearing_id) is not None


class JournalReader:
    """Pages of journals below one folder. Remembers where the last page ended."""

    def __init__(self, hearings: Path) -> None:
        self._hearings = hearings
        self._ends: dict[str, tuple[int, int]] = {}

    def page(self, request: JournalRequest) -> JournalPage:
        """Rows after `request.after`; an unknown hearing has none."""
        if not safe_id(request.hearing_id):
            return JournalPage(rows=())
        try:
            stream = (self._hearings / request.hearing_id / FILE_NAME).open("rb")
        except OSError:
            return JournalPage(rows=())
        with stream:
            self._seek(stream, request)
            return self._collect(stream, request)

    def _seek(self, stream: BinaryIO, request: JournalRequest) -> None:
        seq, offset = self._ends.get(request.hearing_id, (0, 0))
        if seq and seq <= request.after:
            stream.seek(offset)

    def _collect(self, stream: BinaryIO, request: JournalRequest) -> JournalPage:
        rows: list[JournalRow] = []
        size = 0
        for row, length, end in _rows(stream):
            if row.seq <= request.after:
                continue
            if len(rows) == request.limit or (rows and size + length > PAGE_BYTES):
                return JournalPage(rows=tuple(rows), more=True)
            rows.append(row)
            size += length
            self._ends[request.hearing_id] = (row.seq, end)
        return JournalPage(rows=tuple(rows))


def rows_in(journal: Path) -> Iterator[JournalRow]:
    """Every whole row of a journal; none when there is no such file."""
    try:
        stream = journal.open("rb")
    except OSError:
        return
    with stream:
        for row, _, _ in _rows(stream):
            yield row


def _rows(stream: BinaryIO) -> Iterator[tuple[JournalRow, int, int]]:
    """Each whole row with its length and the offset behind it, in bytes."""
    while line := stream.readline(LINE_BYTES):
        if not line.endswith(b"\n"):
            return  # torn, or still being written
        try:
            row = JournalRow.model_validate_json(line)
        except ValidationError:
            continue
        yield row, len(line), stream.tell()
