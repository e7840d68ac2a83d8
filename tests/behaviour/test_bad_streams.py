"""Whatever an encoder sends, the worker stays up, says what is wrong, and publishes nothing bad."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain import errors
from tests.support.published import Published
from tests.support.rig import SHORT, Rig

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SHORT.exists(), reason="no sample media")]
SECONDS = 5


def made(target: Path, *arguments: str) -> Path:
    """A stream from the sample, as ffmpeg writes it with these arguments."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(SHORT)]
    subprocess.run([*command, "-t", str(SECONDS), *arguments, str(target)], check=True)
    return target


def played(tmp_path: Path, media: Path) -> tuple[Rig, Published]:
    rig = Rig(tmp_path, media=media, delay=3.0)
    return rig, rig.run()


def told(rig: Rig) -> list[str]:
    return [row.body["code"] for row in rig.rows(RowKind.SOURCE) if row.body["code"]]


def clerk_understands(code: str) -> bool:
    """The code belongs to an error with a Chinese sentence and a remedy."""
    found = [e for e in vars(errors).values() if getattr(e, "code", None) == code]
    return bool(found) and bool(found[0].zh) and bool(found[0].remedy)


def test_no_audio_track_goes_on_in_silence_and_says_so(tmp_path: Path) -> None:
    rig, published = played(tmp_path, made(tmp_path / "a.flv", "-an", "-c:v", "copy"))
    assert told(rig) == ["no_audio_track"]
    assert clerk_understands("no_audio_track")
    assert len(published.between(0, 5)) > 90
    assert published.rms(0, 5) == 0


def test_no_video_track_shows_a_card_and_says_so(tmp_path: Path) -> None:
    rig, published = played(tmp_path, made(tmp_path / "a.flv", "-vn", "-c:a", "copy"))
    assert told(rig) == ["no_video_track"]
    assert clerk_understands("no_video_track")
    assert published.frames, "a card is shown"
    assert published.rms(0, 5) < 0.002, "sound without an analysed picture does not leave"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("odd size", ("-vf", "scale=321:243", "-pix_fmt", "yuv444p", "-c:v", "libx264")),
        ("five frames a second", ("-r", "5", "-c:v", "libx264", "-bf", "0")),
        ("b-frames", ("-c:v", "libx264", "-bf", "3")),
        ("portrait", ("-vf", "scale=360:640", "-c:v", "libx264")),
    ],
)
def test_odd_pictures_are_published_even_and_in_time(
    tmp_path: Path, name: str, arguments: tuple[str, ...]
) -> None:
    media = made(tmp_path / "a.mkv", *arguments, "-preset", "ultrafast", "-c:a", "aac")
    rig, published = played(tmp_path, media)
    frame = published.frames[0][1]
    assert frame.shape[1] % 2 == 0
    assert (frame.shape[0] * 2 // 3) % 2 == 0
    times = [t for t, _ in published.frames]
    assert times == sorted(times)
    assert published.rms(1, 4) > 0.002
    assert not rig.rows(RowKind.GUARD)


def test_a_corrupt_stream_is_passed_over_where_it_can_be(tmp_path: Path) -> None:
    clean = made(tmp_path / "a.ts", "-c", "copy")
    data = bytearray(clean.read_bytes())
    chance = random.Random(7)
    for _ in range(60):
        at = chance.randrange(len(data) // 5, len(data))
        data[at : at + 40] = chance.randbytes(40)
    broken = tmp_path / "broken.ts"
    broken.write_bytes(data)
    rig, published = played(tmp_path, broken)
    assert published.frames
    assert rig.rows(RowKind.SOURCE)[0].body["state"] == "connected"


@pytest.mark.parametrize("content", [b"", b"GET / HTTP/1.1\r\n\r\n" * 50, bytes(range(256)) * 400])
def test_what_is_no_stream_at_all_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes
) -> None:
    media = tmp_path / "noise.flv"
    media.write_bytes(content)
    rig = Rig(tmp_path, media=media, delay=3.0)
    rig.run_until_over()
    assert told(rig) == ["broken_stream"]
    assert clerk_understands("broken_stream")


def test_a_stream_cut_in_the_middle_of_a_packet_keeps_what_came_before(tmp_path: Path) -> None:
    whole = made(tmp_path / "a.flv", "-c", "copy")
    cut = tmp_path / "cut.flv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    _, published = played(tmp_path, cut)
    assert len(published.between(0, 3)) > 40
