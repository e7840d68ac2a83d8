"""The database that tests run on: SQLite, or PostgreSQL with `COURTSTREAM_TEST_STORES=cluster`.

A server of this process's own on a Unix socket, one database a test, copied from a migrated one.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from shutil import copyfile

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from courtstream.store.migrate import upgrade

CLUSTER = os.environ.get("COURTSTREAM_TEST_STORES", "") == "cluster"
_NOBODY = 65534
_numbers = itertools.count(1)


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


class Postgres:
    """A server on a folder of its own; it can be killed and started again."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self._data, self._socket, self._bin = folder / "data", folder, bin_folder
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            os.chown(folder, _NOBODY, _NOBODY)
        self._run("initdb", "-D", self._data, "-U", "court", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        end = time.monotonic() + 30
        while True:
            if self._process is None or self._process.poll() is not None:
                self._process = self._begin()  # again, while children of a killed one still leave
            try:
                self.sql("SELECT 1")
                return
            except OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._bin / "postgres", "-D", self._data, "-k", self._socket,
             "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60",
             "-c", "full_page_writes=off", "-c", "autovacuum=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_as_nobody(),
        )  # fmt: skip

    def kill(self, number: int = signal.SIGQUIT) -> None:
        """As a machine does that loses its power: nothing is written any more."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)

    def url(self, name: str = "postgres") -> str:
        """SQLAlchemy's address of a database of the server."""
        return f"postgresql+psycopg://court@/{name}?host={self._socket}"

    def sql(self, statement: str) -> None:
        """Run a statement outside any transaction."""
        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    def database(self, template: str = "template1") -> str:
        """A new database's address."""
        name = f"court_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _run(self, program: str, *words: object) -> None:
        subprocess.run(
            [self._bin / program, *map(str, words)], check=True, stdout=subprocess.DEVNULL,
            **_as_nobody(),
        )  # fmt: skip


def _as_nobody() -> dict[str, int]:
    return {"user": _NOBODY, "group": _NOBODY} if os.geteuid() == 0 else {}


@functools.cache
def server() -> Postgres:
    """This process's server. Raises RuntimeError where PostgreSQL is not installed."""
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="cs-pg-"))
    made = Postgres(folder, bin_folder)

    def end() -> None:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return made


@functools.cache
def _migrated_postgres() -> str:
    url = server().database()
    upgrade(url)
    return url


def _named(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def copied(url: str) -> str:
    """A copy of a test's database that nobody uses just now; for SQLite copy its file."""
    return server().database(_named(url)) if CLUSTER else ""


@functools.cache
def _migrated_sqlite() -> Path:
    path = Path(tempfile.mkdtemp()) / "empty.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


def fresh(folder: Path) -> str:
    """A migrated, empty database for one test: its address, empty for SQLite in `folder`."""
    if CLUSTER:
        return copied(_migrated_postgres())
    copyfile(_migrated_sqlite(), folder / "courtstream.sqlite3")
    return ""
