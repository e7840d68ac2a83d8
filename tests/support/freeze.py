"""Freezes a small database at one level of the schema: `python -m tests.support.freeze 0005`.

Run once when a level is released; the dump is never made again. Upgrades are tried from it.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import MetaData, Table, create_engine, insert, types

from courtstream.services.people import audit
from courtstream.store.migrate import config
from courtstream.store.tables import AuditEntry

FOLDER = Path(__file__).parent.parent / "data" / "schemas"
AT = datetime(2026, 11, 23, 1, 0)
GIVEN: dict[str, dict[str, Any]] = {
    "courts": {"id": "c_1", "name": "临江法院", "level": "basic", "parent_id": None},
    "courtrooms": {"id": "cr_1", "court_id": "c_1", "name": "第一法庭"},
    "judges": {"id": "j_1", "court_id": "c_1", "name": "罗文清"},
    "users": {"id": "u_1", "login": "clerk", "court_id": "c_1", "role": "clerk"},
    "cases": {"id": "k_1", "court_id": "c_1", "number": "（2026）江0102民初1号", "kind": "civil",
              "procedure": "CIV1_ORD"},
    "hearings": {
        "id": "h_1", "case_id": "k_1", "court_id": "c_1", "courtroom_id": "cr_1", "title": "旧案",
        "state": "ended", "procedure": "CIV1_ORD", "minute_state": "OFF", "last_seq": 3,
    },
    "marks": {"hearing_id": "h_1", "seq": 1, "kind": "started", "body": {}},
    "segments": {"hearing_id": "h_1", "n": 0, "epoch": 1, "uri": "seg-000000-1.m4s"},
}  # fmt: skip


def freeze(level: str) -> str:
    """The dump as SQL text."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/x.sqlite3"
        command.upgrade(config(url), level)
        engine = create_engine(url)
        metadata = MetaData()
        metadata.reflect(engine)
        with engine.begin() as connection:
            for name, given in GIVEN.items():
                table = metadata.tables[name]
                connection.execute(insert(table), {**_filled(table, given), **given})
            table = metadata.tables[AuditEntry.__tablename__]
            connection.execute(insert(table), _entry())
        engine.dispose()
        with sqlite3.connect(f"{folder}/x.sqlite3") as plain:
            return "\n".join(plain.iterdump()) + "\n"


def _filled(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """Something in every column that must have a value."""
    must = (c for c in table.columns if not c.nullable and c.name not in given)
    return {column.name: _value(column.type) for column in must}


def _value(kind: types.TypeEngine[Any]) -> Any:
    if isinstance(kind, types.Boolean):
        return False
    if isinstance(kind, types.DateTime):
        return AT
    if isinstance(kind, types.JSON):
        return []
    return 0 if isinstance(kind, types.Integer | types.Float) else ""


def _entry() -> dict[str, Any]:
    entry = AuditEntry(
        id=1, at=AT.replace(tzinfo=UTC), actor="operator", action="frozen", subject="site",
        detail={}, prev_hash=audit.FIRST,
    )  # fmt: skip
    entry.hash = audit.digest(audit.as_row(entry))
    return {c.name: getattr(entry, c.name) for c in AuditEntry.__table__.columns} | {"at": AT}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for word in sys.argv[1:]:
        (FOLDER / f"{word}.sql").write_text(freeze(word), encoding="utf-8")
