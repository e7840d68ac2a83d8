"""The engine: SQLite in WAL with one writer at a time, or PostgreSQL, from the same models."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from courtstream.domain.errors import DatabaseAway

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)
_QUIET: dict[str, Any] = {"hide_parameters": True}
"""What is bound to a statement may be a person's name: it never gets into an error's text."""


class Store:
    """Reading and writing units of work over one database.

    SQLite takes one writer; eight of them wait up to 1.8 s (measured), so writers of this process
    queue on a lock and begin with `BEGIN IMMEDIATE`, which cannot fail half way. PostgreSQL is used
    in the same way, one writer at a time over all processes: what a service read in its
    transaction is still so when it writes, and the audit chain cannot fork.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self._sqlite else _server_engine(url)
        self._writing = threading.Lock() if self._sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session whose changes are thrown away. Raises DatabaseAway."""
        with _explained(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back on any error. Raises DatabaseAway."""
        engine = self.engine.execution_options(courtstream_write=True)
        made = Session(engine, expire_on_commit=False)
        with _explained(), self._writing, made as session, session.begin():
            yield session

    def tune(self) -> None:
        """Let SQLite know how the rows lie, so that it chooses indexes by figures and not by guess.

        Samples only: milliseconds for a province. PostgreSQL does it by itself. Open connections
        keep what they knew, so the pool starts anew.
        """
        if not self._sqlite:
            return
        with self._writing, self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        self.engine.dispose()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _explained() -> Iterator[None]:
    """A server that is away, or a file that cannot be used, said in our words."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseAway from error


WRITER_LOCK = 0x636F757274
"""The advisory lock of PostgreSQL that the one writer holds until its transaction ends."""


def _server_engine(url: str) -> Engine:
    """PostgreSQL. A connection that a restart of the server has broken is made anew, not used."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, **_QUIET)
    event.listen(engine, "begin", _on_server_begin)
    return engine


def _on_server_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("courtstream_write"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")


def _sqlite_engine(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False}, **_QUIET)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, in `_on_begin`
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("courtstream_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
