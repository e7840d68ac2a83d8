"""Where tests keep things: SQLite and the local disk, or what a province has.

`COURTSTREAM_TEST_STORES=cluster`: every world has a database of its own on a PostgreSQL server and
a bucket of its own on an S3 server (moto, over HTTP on loopback), both started once a process; the
large files of a finished hearing leave the local disk as soon as the store has them. Without:
SQLite and the local disk.
"""

from __future__ import annotations

import atexit
import functools
import json
import logging
import threading
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from courtstream.control.archive import Archiver
from courtstream.control.objects import Objects
from courtstream.settings import ObjectSettings, Settings
from tests.support.database import CLUSTER, copied, fresh


@functools.cache
def object_server() -> str:
    """This process's S3 server: its address."""
    from moto.server import ThreadedMotoServer

    made = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    made.start()
    atexit.register(made.stop)
    host, port = made.get_host_and_port()
    return f"http://{host}:{port}"


def bucket(folder: Path) -> ObjectSettings:
    """A new, empty bucket; its secret lies in `folder`."""
    name, server = f"court-{uuid.uuid4().hex[:16]}", object_server()
    urllib.request.urlopen(urllib.request.Request(f"{server}/{name}", method="PUT")).close()
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "s3.key"
    secret.write_text("secret\n")
    return ObjectSettings(
        bucket=name, endpoint=server, access_key="key", secret_key_file=str(secret), prefix="p"
    )


def objects(folder: Path) -> ObjectSettings:
    """Where a test's closed files go: a bucket of its own, or nowhere."""
    if not CLUSTER:
        return ObjectSettings()
    return bucket(folder).model_copy(update={"keep_days": 0.0})


def stores(folder: Path) -> dict[str, Any]:
    """Settings of a fresh platform: a migrated, empty database and a place for closed files."""
    return {"database_url": fresh(folder), "objects": objects(folder)}


def copied_stores(settings: Settings, folder: Path) -> dict[str, Any]:
    """The same for a copy of a platform's data folder; the object store begins empty."""
    return {"database_url": copied(settings.database_url), "objects": objects(folder)}


def environment(folder: Path) -> dict[str, str]:
    """The same for a platform in processes of its own, whose data folder is made by itself."""
    if not CLUSTER:
        return {}
    kept = bucket(folder)  # files stay here, too, for a while: tests look at them
    return {
        "COURTSTREAM_DATABASE_URL": fresh(folder),
        **{
            f"COURTSTREAM_OBJECTS__{name.upper()}": str(value)
            for name, value in kept.model_dump().items()
        },
    }


def named(settings: Settings) -> dict[str, str]:
    """A world's place in variables, for commands that read their settings anew."""
    return {
        "COURTSTREAM_DATA": str(settings.data),
        "COURTSTREAM_DATABASE_URL": settings.database_url,
    }


def put_away(settings: Settings, hearing_id: str) -> None:
    """What becomes of a finished hearing's files: kept in the store, large ones gone from here."""
    kept = Objects.of(settings)
    if kept is None:
        return
    folder = settings.hearings / hearing_id
    journal = folder / "journal.jsonl"
    made_up = not journal.exists()
    if made_up:
        row = {"hearing_id": hearing_id, "seq": 1, "epoch": 1, "at": "", "kind": "ended"}
        folder.mkdir(parents=True, exist_ok=True)
        journal.write_text(json.dumps(row) + "\n")
    archiver = Archiver(settings, kept, lambda hearing: False)
    _apart(lambda: _archived(archiver, folder))
    if made_up:
        journal.unlink()


async def _archived(archiver: Archiver, folder: Path) -> None:
    await archiver.archive(folder)
    await archiver.archive(folder)  # the first look that finds all of it kept begins the wait


def _apart(work: Any) -> None:
    """Run a coroutine in a thread of its own: the test may have a running loop."""
    import asyncio

    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:  # noqa: BLE001 (told to the caller below)
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
