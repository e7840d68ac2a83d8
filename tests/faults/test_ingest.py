"""A stock ffmpeg pushes into the door: keys, second publishers, workers that die, odd streams."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import imageio_ffmpeg
import pytest

from courtstream.control.agent import NodeAgent
from courtstream.control.broker import NatsBus
from courtstream.control.door import Door as Gate
from courtstream.control.policy import IngestPolicy, StopPolicy
from courtstream.control.protocol import AdmitReply, AdmitRequest, IngestEvent
from courtstream.control.rtmp.gateway import Gateway
from courtstream.settings import Settings

from .conftest import FAKE_WORKER, MakeSpec
from .test_agent import facts, until

KEY = "k-secret-of-this-test"
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
POLICY = IngestPolicy(settle=60.0, idle=3.0, linger=1.0)


@dataclass
class Door:
    port: int
    agent: NodeAgent
    folder: Path
    asked: list[AdmitRequest] = field(default_factory=list)
    events: list[IngestEvent] = field(default_factory=list)

    def received(self) -> list[Path]:
        return sorted(self.folder.glob("received-*.flv"))


@pytest.fixture
async def door(settings: Settings, bus: NatsBus, make_spec: MakeSpec) -> AsyncIterator[Door]:
    spec = make_spec()
    async with NodeAgent(settings, bus, FAKE_WORKER, StopPolicy(worker=2.0)) as agent:
        async with Gateway(
            entrance := Gate(bus, agent, "local", POLICY), "127.0.0.1", 0
        ) as gateway:
            agent.ingest_totals = entrance.totals
            yielded = Door(gateway.port, agent, spec.folder)

            async def admit(request: AdmitRequest) -> AdmitReply:
                yielded.asked.append(request)
                if request.key == KEY:
                    return AdmitReply(ok=True, spec=spec)
                return AdmitReply(ok=False, code="ingest_key_unknown", message="推流密钥无效 / no")

            async def event(heard: IngestEvent) -> None:
                yielded.events.append(heard)

            await bus.serve_admit(admit)
            await bus.on_ingest_event(event)
            yield yielded
        await agent.stop_all()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds, 25 fps, a key frame each second, AAC."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    arguments = shlex.split(
        "-f lavfi -i testsrc=size=320x240:rate=25 -f lavfi -i sine=frequency=440 -t 8"
        " -c:v libx264 -preset ultrafast -g 25 -bf 0 -pix_fmt yuv420p -c:a aac -ar 48000"
    )
    subprocess.run([FFMPEG, "-y", "-loglevel", "error", *arguments, str(path)], check=True)
    return path


async def push(clip: Path, port: int, key: str = KEY, *options: str) -> asyncio.subprocess.Process:
    options = options or ("-c", "copy")
    url = f"rtmp://127.0.0.1:{port}/live/{key}"
    return await asyncio.create_subprocess_exec(
        FFMPEG, "-nostdin", "-loglevel", "info", "-re", "-i", str(clip), *options, "-f", "flv", url,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def packets(path: Path, kind: str) -> list[tuple[float, bytes, bool]]:
    """Seconds, bytes and key flag of every packet of the first `kind` stream."""
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        return [
            (float(p.dts * p.time_base), bytes(p), p.is_keyframe)
            for p in container.demux(stream)
            if p.dts is not None
        ]


async def test_every_packet_arrives_with_its_time(door: Door, clip: Path) -> None:
    pusher = await push(clip, door.port)
    _, error = await pusher.communicate()
    assert pusher.returncode == 0, error.decode()
    await until(lambda: any(e.kind == "disconnected" for e in door.events))
    assert [e.kind for e in door.events] == ["connected", "disconnected"]
    assert door.events[-1].counters["lost_tags"] == 0
    (file,) = door.received()
    for kind in ("video", "audio"):
        sent, got = packets(clip, kind), packets(file, kind)
        assert len(got) == len(sent)
        offset = got[0][0] - sent[0][0]
        assert max(abs(g[0] - s[0] - offset) for g, s in zip(got, sent, strict=True)) < 0.0011
    assert [p[2] for p in packets(file, "video")] == [p[2] for p in packets(clip, "video")]
    assert door.asked[0].remote.startswith("127.0.0.1")


async def test_a_wrong_key_is_refused_with_words_the_encoder_shows(door: Door, clip: Path) -> None:
    pusher = await push(clip, door.port, "wrong")
    _, error = await asyncio.wait_for(pusher.communicate(), 10)
    assert pusher.returncode != 0
    assert "ingest_key_unknown" in error.decode()
    assert "推流密钥无效" in error.decode()
    assert door.agent.status() == {}
    await until(lambda: bool(door.events))
    assert "wrong" not in door.events[0].model_dump_json()


async def test_a_second_publisher_is_refused_and_the_first_goes_on(door: Door, clip: Path) -> None:
    first = await push(clip, door.port)
    await until(lambda: bool(door.received()))
    second = await push(clip, door.port)
    _, error = await asyncio.wait_for(second.communicate(), 10)
    assert "publisher_present" in error.decode()
    assert len(door.asked) == 1  # the platform never saw a second stream begin
    await first.communicate()
    assert first.returncode == 0
    await until(lambda: any(e.kind == "disconnected" for e in door.events))
    (file,) = door.received()
    await until(lambda: len(packets(file, "video")) == 200)


@pytest.mark.slow
async def test_a_silent_publisher_makes_room_for_a_new_one(door: Door, clip: Path) -> None:
    first = await push(clip, door.port)
    await until(lambda: bool(door.received()))
    first.send_signal(signal.SIGSTOP)
    await until(lambda: any(e.code == "publisher_silent" for e in door.events), within=8)
    second = await push(clip, door.port)
    await second.communicate()
    assert second.returncode == 0
    await until(lambda: door.events[-1].code == "publisher_left")
    first.kill()
    await first.wait()
    await until(lambda: len(packets(door.received()[-1], "video")) == 200)


async def test_a_killed_worker_is_followed_by_one_that_goes_on_from_a_key_frame(
    door: Door, clip: Path
) -> None:
    pusher = await push(clip, door.port)
    await until(lambda: bool(door.received()))
    await asyncio.sleep(2.5)
    os.kill(facts(door.agent)["pid"], signal.SIGKILL)
    _, error = await pusher.communicate()
    assert pusher.returncode == 0, error.decode()  # the encoder noticed nothing
    await until(lambda: any(e.kind == "disconnected" for e in door.events))
    before, after = door.received()
    assert (before.name, after.name) == ("received-1-1.flv", "received-2-1.flv")
    first, second = packets(before, "video"), packets(after, "video")
    assert second[0][2]  # a key frame
    assert second[0][0] == pytest.approx(round(second[0][0]), abs=0.11)
    assert second[-1][0] == pytest.approx(7.96, abs=0.11)  # the publisher's own times
    assert second[0][0] < first[-1][0]  # what the dead one may not have recorded comes again
    assert packets(after, "audio")
    assert door.events[-1].counters["relays"] == 2


async def test_a_stream_that_is_not_h264_is_refused_cleanly(door: Door, clip: Path) -> None:
    pusher = await push(clip, door.port, KEY, "-c:v", "flv1", "-c:a", "copy")
    _, error = await asyncio.wait_for(pusher.communicate(), 15)
    await until(lambda: any(e.code == "codec_unsupported" for e in door.events))
    assert "H.264" in error.decode() or pusher.returncode != 0


async def test_a_silent_platform_is_a_refusal_with_a_sentence(
    settings: Settings, bus: NatsBus, clip: Path
) -> None:
    async with (
        NodeAgent(settings, bus, FAKE_WORKER) as agent,
        Gateway(Gate(bus, agent, "local", POLICY), "127.0.0.1", 0) as gateway,
    ):
        pusher = await push(clip, gateway.port)
        _, error = await asyncio.wait_for(pusher.communicate(), 12)
    assert "control_away" in error.decode()


async def test_strangers_with_random_bytes_do_no_harm(door: Door, clip: Path) -> None:
    pusher = await push(clip, door.port)
    await until(lambda: bool(door.received()))
    for n in range(40):
        stranger = socket.create_connection(("127.0.0.1", door.port))
        stranger.sendall((b"\x03" if n % 2 else b"") + os.urandom(40 + 97 * n))
        stranger.close()
    await pusher.communicate()
    assert pusher.returncode == 0
    await until(lambda: any(e.kind == "disconnected" for e in door.events))
    await until(lambda: len(packets(door.received()[0], "video")) == 200)
