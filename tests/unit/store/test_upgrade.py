"""A database of every schema there ever was comes to the present one with all that is in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from courtstream.services.people import audit
from courtstream.store.copying import copy_in
from courtstream.store.migrate import check, config, upgrade
from courtstream.store.tables import Court, Hearing, Segment
from courtstream.store.unit import Store
from tests.support import database

FROZEN = Path(__file__).parents[2] / "data" / "schemas"
LEVELS = sorted(path.stem for path in FROZEN.glob("*.sql"))


def thawed(level: str, folder: Path) -> Path:
    path = folder / f"{level}.sqlite3"
    with sqlite3.connect(path) as plain:
        plain.executescript((FROZEN / f"{level}.sql").read_text(encoding="utf-8"))
    plain.close()
    return path


def test_every_level_below_the_newest_is_frozen() -> None:
    scripts = ScriptDirectory.from_config(config("sqlite://")).walk_revisions()
    levels = sorted(script.revision for script in scripts)
    assert set(levels[:-1]) <= set(LEVELS), "python -m tests.support.freeze LEVEL"


def holds_what_it_held(url: str) -> None:
    check(url)
    store = Store(url)
    try:
        with store.write() as session:
            hearing = session.get_one(Hearing, "h_1")
            assert (hearing.title, hearing.last_seq, hearing.case.number) == (
                "旧案", 3, "（2026）江0102民初1号",
            )  # fmt: skip
            assert session.get_one(Court, "c_1").name == "临江法院"
            assert session.get_one(Segment, ("h_1", 0)).uri == "seg-000000-1.m4s"
            audit.append(session, "operator", "upgraded", "site")
            assert audit.verify(session) == 2
    finally:
        store.close()


@pytest.mark.parametrize("level", LEVELS)
def test_an_old_database_is_brought_up_with_all_that_is_in_it(level: str, tmp_path: Path) -> None:
    url = f"sqlite:///{thawed(level, tmp_path)}"
    upgrade(url)
    holds_what_it_held(url)


@pytest.mark.skipif(database.programs() is None, reason="PostgreSQL is not installed")
@pytest.mark.parametrize("level", LEVELS[:1])
def test_an_old_database_moves_to_postgresql(level: str, tmp_path: Path) -> None:
    url = database.server().database()
    copy_in(thawed(level, tmp_path), url)
    holds_what_it_held(url)
