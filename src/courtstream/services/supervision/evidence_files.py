"""Files that prove a self-assessment: kept under a number, never under the name they came with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.services.people.scope import court_for
from courtstream.services.views import UserView
from courtstream.settings import Settings
from courtstream.store.tables import Assessment, IndicatorItem

MOST_BYTES = 10_000_000
MOST_FILES = 5
KINDS = {".pdf", ".docx", ".xlsx", ".jpg", ".jpeg", ".png", ".csv", ".txt"}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file as it came: its name is shown again, the bytes are kept."""

    name: str
    data: bytes


def keep(settings: Settings, files: Sequence[Uploaded]) -> list[dict[str, Any]]:
    """Write the files durably; what the row remembers of each. Raises InvalidInput."""
    if len(files) > MOST_FILES:
        raise InvalidInput(f"一次最多 {MOST_FILES} 个文件 / {MOST_FILES} files at most")
    for file in files:
        _check(file)
    return [_write(settings, file) for file in files]


def file_of(
    session: Session, actor: UserView, assessment_id: str, file_id: str, settings: Settings
) -> tuple[Path, str]:
    """(where the bytes are, the name it came with). Raises NotFound, Forbidden."""
    row = session.get(Assessment, assessment_id)
    item = session.get(IndicatorItem, row.item_id) if row is not None else None
    if row is None or item is None:
        raise NotFound
    court_for(session, actor, Action.SEE_COVERAGE, item.court_id)
    for known in row.files:
        if isinstance(known, dict) and known["id"] == file_id:
            return _place(settings, file_id), str(known["name"])
    raise NotFound


def _check(file: Uploaded) -> None:
    if len(file.data) > MOST_BYTES:
        raise InvalidInput("文件超过 10 MB / the file is larger than 10 MB")
    if Path(file.name).suffix.lower() not in KINDS:
        kinds = " ".join(sorted(KINDS))
        raise InvalidInput(f"文件类型应为 {kinds} / one of {kinds}")


def _write(settings: Settings, file: Uploaded) -> dict[str, Any]:
    file_id = new_id("ev")
    place = _place(settings, file_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    with part.open("wb") as stream:
        stream.write(file.data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(place)
    name = "".join(c if c.isprintable() and c not in '/\\"' else "_" for c in file.name)[-100:]
    digest = hashlib.sha256(file.data).hexdigest()
    return {"id": file_id, "name": name, "bytes": len(file.data), "sha256": digest}


def _place(settings: Settings, file_id: str) -> Path:
    return settings.data / "evidence" / file_id
