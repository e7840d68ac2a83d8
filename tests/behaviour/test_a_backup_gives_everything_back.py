"""A backup is rehearsed: everything comes back, damage is found, nothing is overwritten."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.domain.time import SECOND, Span
from courtstream.seal import SealWriter, hearing_key, load_or_create_master_key, verify
from courtstream.services import backup
from courtstream.services.people import audit
from courtstream.services.views import UserView
from courtstream.settings import Settings
from courtstream.store.tables import AuditEntry, Base, Hearing
from courtstream.store.unit import Store
from tests.support import database
from tests.support.platform import NOW, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A court with a hearing, its public files, its journal and two sealed records."""
    made = World.make(tmp_path / "data")
    hearing_id, _ = made.live()
    made.files(hearing_id, here=True)
    folder = made.settings.hearings / hearing_id
    (folder / "journal.jsonl").write_text("{}\n")
    key = hearing_key(folder / "sealed", load_or_create_master_key(made.settings.master_key), True)
    writer = SealWriter(folder / "sealed", key)
    writer.write(b"first", Span(0, SECOND))
    writer.write(b"second", Span(SECOND, 2 * SECOND))
    writer.close()
    return made


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    store = Store(url)
    try:
        with store.read() as session:
            return {
                table.name: sorted(map(tuple, session.execute(table.select())), key=repr)
                for table in Base.metadata.sorted_tables
            }
    finally:
        store.close()


def other(folder: Path, url: str = "") -> Settings:
    return Settings(data=folder, database_url=url)


def hearing_of(settings: Settings) -> Path:
    return next(settings.hearings.glob("*"))


def test_everything_comes_back_and_the_platform_goes_on(world: World, tmp_path: Path) -> None:
    backup.back_up(world.settings, tmp_path / "kept", NOW)
    there = other(tmp_path / "new")
    backup.restore(tmp_path / "kept", there)
    assert contents(there.database) == contents(world.settings.database)
    assert verify(hearing_of(there) / "sealed").ok
    public = next(there.public.glob("*"))
    assert (public / "live" / "seg-000000-1.m4s").read_bytes() == bytes(range(100))
    assert not (there.keys / "master.key").exists()  # kept apart
    store = Store(there.database)
    with store.write() as session:
        audit.append(session, "operator", "restored", "site")
        assert audit.verify(session) > 1
        assert session.query(Hearing).count() == 1
    store.close()


@pytest.mark.skipif(database.programs() is None, reason="PostgreSQL is not installed")
def test_a_backup_of_one_engine_is_restored_into_the_other(world: World, tmp_path: Path) -> None:
    backup.back_up(world.settings, tmp_path / "kept", NOW)
    served = other(tmp_path / "served", database.server().database())
    backup.restore(tmp_path / "kept", served)
    assert contents(served.database) == contents(world.settings.database)
    store = Store(served.database)  # counters go on behind what was copied
    with store.write() as session:
        audit.append(session, "operator", "restored", "site")
        assert audit.verify(session) > 1
    store.close()
    backup.back_up(served, tmp_path / "back", NOW)
    plain = other(tmp_path / "plain")
    backup.restore(tmp_path / "back", plain)
    assert contents(plain.database) == contents(served.database)


def test_a_second_backup_copies_only_what_changed(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    backup.back_up(world.settings, kept, NOW)
    segment = next(kept.rglob("seg-000000-1.m4s"))
    first = segment.stat().st_ino, segment.stat().st_ctime_ns
    (hearing_of(world.settings) / "journal.jsonl").write_text('{"n": 2}\n')
    backup.back_up(world.settings, kept, NOW + timedelta(days=1))
    assert (segment.stat().st_ino, segment.stat().st_ctime_ns) == first
    assert next(kept.rglob("journal.jsonl")).read_text() == '{"n": 2}\n'
    assert backup.check(kept, tmp_path).sound


@pytest.mark.parametrize("victim", ["seg-000000-1.m4s", "chain.jsonl", "journal.jsonl"])
def test_damage_is_found_and_nothing_of_it_is_put_in_place(
    world: World, tmp_path: Path, victim: str
) -> None:
    kept = tmp_path / "kept"
    backup.back_up(world.settings, kept, NOW)
    path = next(kept.rglob(victim))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    found = backup.check(kept, tmp_path)
    assert not found.sound
    assert any(name.endswith(victim) for name in found.damaged)
    with pytest.raises(InvalidInput):
        backup.restore(kept, other(tmp_path / "new"))
    assert not (tmp_path / "new" / "hearings").exists()


def test_a_broken_audit_chain_is_found(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    backup.back_up(world.settings, kept, NOW)
    store = Store(f"sqlite:///{kept / backup.DATABASE}")
    with store.engine.begin() as connection:
        for row in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.exec_driver_sql(f"DROP TRIGGER {row[0]}")
        connection.execute(update(AuditEntry).where(AuditEntry.id == 2).values(actor="nobody"))
    store.close()
    assert backup.check(kept, tmp_path).audit_entries == -1


def test_nothing_is_put_over_what_is_there(world: World, tmp_path: Path) -> None:
    backup.back_up(world.settings, tmp_path / "kept", NOW)
    with pytest.raises(Conflict):
        backup.restore(tmp_path / "kept", world.settings)
    fresh = other(tmp_path / "fresh")
    fresh.data.mkdir()
    shutil.copyfile(tmp_path / "kept" / backup.DATABASE, fresh.data / "courtstream.sqlite3")
    with pytest.raises(Conflict):
        backup.restore(tmp_path / "kept", fresh)


def test_a_broken_off_backup_is_none(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    backup.back_up(world.settings, kept, NOW)
    (kept / backup.MANIFEST).unlink()
    with pytest.raises(InvalidInput):
        backup.restore(kept, other(tmp_path / "new"))
    with pytest.raises(InvalidInput):  # it would grow with every run
        backup.back_up(world.settings, world.settings.data / "kept", NOW)


def test_a_backup_of_a_newer_kind_is_refused(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    backup.back_up(world.settings, kept, NOW)
    whole = json.loads((kept / backup.MANIFEST).read_text())
    (kept / backup.MANIFEST).write_text(json.dumps({**whole, "format": 2}))
    with pytest.raises(InvalidInput):
        backup.restore(kept, other(tmp_path / "new"))


def test_the_people_of_the_court_sign_in_as_before(world: World, tmp_path: Path) -> None:
    backup.back_up(world.settings, tmp_path / "kept", NOW)
    there = other(tmp_path / "new")
    backup.restore(tmp_path / "kept", there)
    clerk: UserView = world.users["clerk"]
    rows = contents(there.database)["users"]
    assert any(clerk.id in row for row in rows)
