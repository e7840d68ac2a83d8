"""Entries as static files: what readers poll is a cacheable file, written after the database.

`text/page-N.json` holds `PER_PAGE` entries in order of time; `text/latest.json` the newest ones
with the running revision. A file appears whole, by renaming, after the rows are committed.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from courtstream.domain.errors import NotFound
from courtstream.services.entries import reading as entry_reading
from courtstream.services.entries.reading import EntryView
from courtstream.services.work import Work

PER_PAGE = 50
LATEST = 20

_writing = threading.Lock()


def entry_json(entry: EntryView) -> dict[str, Any]:
    """One entry as readers get it."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="seconds"),
        "t": entry.start,
        "role": entry.role.value,
        "speaker": entry.speaker,
        "text": entry.text,
        "still": entry.still,
        "step_zh": entry.step_zh,
        "step_en": entry.step_en,
        "revision": entry.revision,
    }


def publish(work: Work, public: Path, hearing_id: str) -> None:
    """Bring the files of a hearing in line with its released entries. Runs in a thread.

    One at a time, so that an older state never replaces a newer one.
    """
    with _writing:
        try:
            page = work.read(entry_reading.running_page, hearing_id)
        except NotFound:
            return
        write(public / hearing_id / "text", page.entries, page.revision, going_on=page.going_on)


def write(folder: Path, shown: Sequence[EntryView], revision: int, *, going_on: bool) -> None:
    """Write what differs; `latest.json` last, because it names the others."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [entry_json(entry) for entry in shown]
    pages = [rows[n : n + PER_PAGE] for n in range(0, len(rows), PER_PAGE)]
    for number, page in enumerate(pages, start=1):
        _put(folder / f"page-{number}.json", {"page": number, "entries": page})
    for path in folder.glob("page-*.json"):
        if int(path.stem.removeprefix("page-")) > len(pages):
            path.unlink()
    latest = {
        "revision": revision,
        "total": len(rows),
        "pages": len(pages),
        "going_on": going_on,
        "ids": [row["id"] for row in rows],
        "entries": sorted(rows, key=lambda r: r["revision"])[-LATEST:],
    }
    _put(folder / "latest.json", latest)


def _put(path: Path, value: dict[str, Any]) -> None:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    if path.is_file() and path.read_bytes() == data:
        return
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
