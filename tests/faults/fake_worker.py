"""A worker that only beats, listens on its socket and writes what comes: for the agent's tests.

`fake_worker.py SPEC` behaves by the hearing's title: `end` ends its hearing after a moment, `fail`
leaves with 3 at once, `mute` never beats again after its first beat; anything else lives on.

Standard library only, so that it is up at once: it speaks the NATS client protocol by hand.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Spec = dict[str, Any]


async def receive(spec: Spec) -> None:
    """Each connection's bytes into a file of its own: `received-EPOCH-N.flv`."""
    count = 0

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        path = Path(spec["folder"]) / f"received-{spec['epoch']}-{count}.flv"
        with path.open("wb", buffering=0) as output:
            while data := await reader.read(65536):
                output.write(data)
        writer.close()

    Path(spec["source"]["path"]).unlink(missing_ok=True)
    server = await asyncio.start_unix_server(connected, spec["source"]["path"])
    await server.serve_forever()


async def beat(spec: Spec) -> None:
    """Beats, over one connection after the other."""
    address = urlsplit(spec["nats_url"])
    while True:
        try:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            writer.write(b'CONNECT {"verbose":false}\r\n')
            await asyncio.gather(answer_pings(reader, writer), send_beats(spec, writer))
        except OSError:
            await asyncio.sleep(0.2)


async def answer_pings(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        if line.startswith(b"PING"):
            writer.write(b"PONG\r\n")
    raise ConnectionResetError


async def send_beats(spec: Spec, writer: asyncio.StreamWriter) -> None:
    facts = {"epoch": spec["epoch"], "pid": os.getpid(), "seq": 0, "state": "LIVE"}
    body = json.dumps({"hearing_id": spec["hearing_id"], **facts}).encode()
    subject = f"cs.worker.{spec['hearing_id']}.beat".encode()
    while True:
        writer.write(b"PUB %s %d\r\n%s\r\n" % (subject, len(body), body))
        await writer.drain()
        await asyncio.sleep(0.3 if spec["title"] != "mute" else 3600)


def end(spec: Spec) -> None:
    time.sleep(0.3)
    row = {"hearing_id": spec["hearing_id"], "seq": 1, "epoch": 1, "at": "", "kind": "ended"}
    (Path(spec["folder"]) / "journal.jsonl").write_text(json.dumps(row) + "\n")


async def live(spec: Spec) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: os._exit(0))
    tasks = [beat(spec)]
    if spec["source"]["kind"] == "socket":
        tasks.append(receive(spec))
    await asyncio.gather(*tasks)


def main(path: str) -> int:
    spec = json.loads(Path(path).read_bytes())
    if spec["title"] == "fail":
        return 3
    if spec["title"] == "end":
        end(spec)
    else:
        asyncio.run(live(spec))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
