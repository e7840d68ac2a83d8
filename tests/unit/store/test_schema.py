from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, StatementError

from courtstream.domain.trial import CourtLevel
from courtstream.store.migrate import check, upgrade
from courtstream.store.tables import AuditEntry, Base, Court, Courtroom
from courtstream.store.unit import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    url = f"sqlite:///{tmp_path / 'a' / 'x.sqlite3'}"
    upgrade(url)
    return Store(url)


def test_migrations_give_the_schema_of_the_models(store: Store) -> None:
    check(store.url)  # raises when the models and the migrated schema differ
    tables = set(inspect(store.engine).get_table_names())
    assert tables == set(Base.metadata.tables) | {"alembic_version"}


def test_migrating_twice_changes_nothing(store: Store) -> None:
    with store.write() as session:
        session.add(Court(id="c", name="临江法院", level=CourtLevel.BASIC))
    upgrade(store.url)
    with store.read() as session:
        assert session.get_one(Court, "c").name == "临江法院"


def test_every_constraint_has_a_name() -> None:
    named = [c for t in Base.metadata.tables.values() for c in t.constraints]
    assert named and all(c.name for c in named)


def test_wal_and_foreign_keys_are_on(store: Store) -> None:
    with store.read() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(Courtroom(id="cr", court_id="nowhere", name="x"))


def test_an_error_rolls_the_whole_write_back(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as session:
        session.add(Court(id="c", name="a", level=CourtLevel.BASIC))
        session.flush()
        raise RuntimeError
    with store.read() as session:
        assert session.get(Court, "c") is None


def test_times_keep_their_instant_and_come_back_as_utc(store: Store) -> None:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    with store.write() as session:
        session.add(_entry(at))
    with store.read() as session:
        found = session.get_one(AuditEntry, 1).at
    assert found == at
    assert found.tzinfo is UTC


def test_a_time_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError), store.write() as session:
        session.add(_entry(datetime(2026, 11, 23, 9, 0)))


def test_an_error_of_the_database_names_nobody(store: Store) -> None:
    with pytest.raises(IntegrityError) as caught, store.write() as session:
        session.add(Courtroom(id="r", court_id="nowhere", name="张三"))
    assert "张三" not in str(caught.value)


def test_eight_writers_take_turns_without_an_error(store: Store) -> None:
    errors: list[Exception] = []

    def write(n: int) -> None:
        try:
            for i in range(5):
                with store.write() as session:
                    count = session.query(Court).count()  # a read before the write
                    session.add(Court(id=f"c{n}-{i}", name=f"{n}-{i}-{count}", level="basic"))
        except Exception as error:  # noqa: BLE001 - collected for the assertion below
            errors.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with store.read() as session:
        assert session.query(Court).count() == 40


def _entry(at: datetime) -> AuditEntry:
    return AuditEntry(
        id=1, at=at, actor="a", action="b", subject="c", detail={}, prev_hash="0", hash="1"
    )
