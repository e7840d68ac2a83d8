"""Whole databases: a consistent copy into a SQLite file, and such a file into any database.

The copy reads the same whichever engine it was taken from, so it is also the way from SQLite to
PostgreSQL and back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    create_engine,
    func,
    insert,
    make_url,
    select,
)

from courtstream.domain.errors import Conflict
from courtstream.store.migrate import upgrade
from courtstream.store.tables import Base

Row = dict[str, Any]
_BATCH = 2000


def copy_out(url: str, target: Path) -> None:
    """The database at `url` as it is at one instant, into a new SQLite file.

    Writers go on meanwhile: SQLite copies page by page anew when they come between, PostgreSQL
    shows one snapshot.
    """
    if make_url(url).get_backend_name() == "sqlite":
        _copy_sqlite(Path(str(make_url(url).database)), target)
        return
    upgrade(f"sqlite:///{target}")
    source = create_engine(url, isolation_level="REPEATABLE READ")
    _copy(source, create_engine(f"sqlite:///{target}"))


def copy_in(source: Path, url: str) -> None:
    """A copy into the database at `url`, which is made when absent and must be empty.

    The copy may be of an older schema. Raises Conflict when there is anything in the database.
    """
    if make_url(url).get_backend_name() == "sqlite":
        target = Path(str(make_url(url).database))
        if target.exists():
            raise Conflict("目标数据库已存在 / the target database is there already")
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_sqlite(source, target)
        upgrade(url)
        return
    upgrade(f"sqlite:///{source}")
    upgrade(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        if any(_count(connection, table) for table in Base.metadata.sorted_tables):
            raise Conflict("目标数据库不为空 / the target database is not empty")
    _copy(create_engine(f"sqlite:///{source}"), engine)


def _copy_sqlite(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as read, sqlite3.connect(target) as write:
        read.backup(write)
    read.close()
    write.close()


def _copy(source: Engine, target: Engine) -> None:
    try:
        with source.connect() as read, target.begin() as write:
            for table in Base.metadata.sorted_tables:
                _copy_table(read, write, table)
            if target.dialect.name == "postgresql":
                _raise_sequences(write)
    finally:
        source.dispose()
        target.dispose()


def _copy_table(read: Connection, write: Connection, table: Table) -> None:
    rows = read.execution_options(yield_per=_BATCH).execute(select(table)).mappings()
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    if own:
        for rank in _ranks([dict(row) for row in rows], table, own):
            write.execute(insert(table), rank)
        return
    for part in rows.partitions(_BATCH):
        write.execute(insert(table), [dict(row) for row in part])


def _ranks(rows: list[Row], table: Table, own: list[Column[Any]]) -> Iterator[list[Row]]:
    """Rows of a table that refers to itself: those that refer to none, then those below them."""
    (key,) = table.primary_key.columns
    there: set[Any] = {None}
    while rows:
        ready = [row for row in rows if all(row[column.key] in there for column in own)] or rows
        yield ready
        there |= {row[key.key] for row in ready}
        rows = [row for row in rows if row[key.key] not in there]


def _raise_sequences(write: Connection) -> None:
    """PostgreSQL's own counters go on behind what was copied."""
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        name = write.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        top = write.scalar(select(func.max(column)))
        if name and top:
            write.execute(select(func.setval(name, top)))


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
