"""A worker that only beats, listens on its socket and writes what comes: for the agent's tests.

`fake_worker.py SPEC` behaves by the hearing's title: `end` ends its hearing after a moment, `fail`
leaves with 3 at once, `mute` never beats again after its first beat; anything else lives on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from courtstream.control import protocol
from courtstream.control.broker import NatsBus
from courtstream.control.protocol import JournalRow, RowKind, WorkerBeat, WorkerSpec
from courtstream.domain.trial import MinuteState


async def receive(spec: WorkerSpec) -> None:
    """Each connection's bytes into a file of its own: `received-EPOCH-N.flv`."""
    count = 0

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        name = f"received-{spec.epoch}-{count}.flv"
        with (spec.folder / name).open("wb", buffering=0) as output:
            while data := await reader.read(65536):
                output.write(data)
        writer.close()

    spec.source.path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(connected, str(spec.source.path))
    await server.serve_forever()


async def beat(spec: WorkerSpec) -> None:
    bus = await NatsBus.connect(spec.nats_url, "fake worker")
    first = True
    while True:
        if first or spec.title != "mute":
            message = WorkerBeat(
                hearing_id=spec.hearing_id,
                epoch=spec.epoch,
                pid=os.getpid(),
                seq=0,
                state=MinuteState.LIVE,
            )
            await bus.publish(protocol.worker_beat(spec.hearing_id), message)
        first = False
        await asyncio.sleep(0.3)


async def main(path: str) -> None:
    spec = WorkerSpec.model_validate_json(Path(path).read_bytes())
    if spec.title == "fail":
        sys.exit(3)
    if spec.title == "end":
        await asyncio.sleep(0.3)
        row = JournalRow(
            hearing_id=spec.hearing_id, seq=1, epoch=spec.epoch, at="", kind=RowKind.ENDED
        )
        (spec.folder / "journal.jsonl").write_text(row.model_dump_json() + "\n")
        sys.exit(0)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: os._exit(0))
    tasks = [beat(spec)]
    if spec.source.kind == "socket":
        tasks.append(receive(spec))
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
