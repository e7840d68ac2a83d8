from __future__ import annotations

from pathlib import Path

from courtstream.cli.pusher import Pusher, push_command

URL = "rtmp://127.0.0.1:1935/live/k"


def test_the_push_copies_packets_at_their_own_pace() -> None:
    command = push_command(Path("a.mp4"), URL, loop=True)
    assert command[command.index("-i") + 1] == "a.mp4"
    assert command.index("-re") < command.index("-i")
    assert command[command.index("-stream_loop") + 1] == "-1"
    assert command[command.index("-c") + 1] == "copy"
    assert "-nostdin" in command
    assert URL in command
    assert "-stream_loop" not in push_command(Path("a.mp4"), URL, loop=False)


async def test_a_single_push_that_cannot_go_is_over(tmp_path: Path) -> None:
    log_file = tmp_path / "pusher.log"
    async with Pusher(tmp_path / "none.mp4", URL, log_file, loop=False) as pusher:
        await pusher.done.wait()
    assert log_file.stat().st_mode & 0o077 == 0  # what ffmpeg says may hold the key
    assert "none.mp4" in log_file.read_text()
