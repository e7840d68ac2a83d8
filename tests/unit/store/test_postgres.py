"""The same models, migrations and promises on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect

from courtstream.domain.errors import DatabaseAway
from courtstream.domain.trial import CourtLevel
from courtstream.services.people import audit
from courtstream.settings import Settings
from courtstream.store.migrate import check, upgrade
from courtstream.store.tables import Base, Court
from courtstream.store.unit import Store
from tests.support import database

pytestmark = pytest.mark.skipif(
    database.programs() is None, reason="PostgreSQL is not installed (apt-get install postgresql)"
)


@pytest.fixture(scope="module")
def migrated() -> str:
    url = database.server().database()
    upgrade(url)
    return url


@pytest.fixture
def store(migrated: str) -> Iterator[Store]:
    made = Store(migrated)
    yield made
    made.close()


def test_migrations_give_the_schema_of_the_models(store: Store) -> None:
    check(store.url)
    assert set(inspect(store.engine).get_table_names()) == {
        *Base.metadata.tables,
        "alembic_version",
    }


def test_an_address_as_hosts_give_it_is_understood() -> None:
    made = Settings(data=Path("x"), database_url="postgres://court:word@db.example/court")
    assert made.database == "postgresql+psycopg://court:word@db.example/court"


def test_many_writers_make_one_audit_chain(store: Store) -> None:
    def write() -> None:
        for n in range(10):
            with store.write() as session:
                audit.append(session, "machine", "tried", f"s{n}", {}, datetime.now(UTC))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with store.read() as session:
        assert audit.verify(session) == 40


def test_what_was_committed_outlives_the_server_and_the_store_goes_on(store: Store) -> None:
    server = database.server()
    with store.write() as session:
        session.add(Court(id="c_kept", name="临江法院", level=CourtLevel.BASIC))
        before = len(audit.entries(session, limit=1000))
        audit.append(session, "machine", "kept", "c_kept")
    server.kill()
    try:
        with pytest.raises(DatabaseAway), store.write() as session:
            audit.append(session, "machine", "lost", "c_kept")
    finally:
        server.start()
    with store.write() as session:
        assert session.get_one(Court, "c_kept").name == "临江法院"
        audit.append(session, "machine", "again", "c_kept")
        assert len(audit.entries(session, limit=1000)) == before + 2
        assert audit.verify(session) == before + 2
