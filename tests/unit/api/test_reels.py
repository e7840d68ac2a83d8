"""A film is cut from a hearing's segments wherever they lie, and from no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from courtstream.api.reels import PLAYLIST, reel
from courtstream.domain.errors import NotFound
from courtstream.domain.time import SECOND, Span
from courtstream.services.clips.films import FilmOrder
from tests.support.platform import World

INIT = "init-1-0.mp4"


def segment(n: int) -> str:
    return f"seg-{n:06}-1.m4s"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def order(world: World) -> FilmOrder:
    hearing, _ = world.live(segments=60)
    live = world.settings.public / hearing / "live"
    live.mkdir(parents=True)
    lines = "\n".join(segment(n) for n in range(60))
    (live / PLAYLIST).write_text(f'#EXTM3U\n#EXT-X-MAP:URI="{INIT}"\n{lines}\n')
    for file in (INIT, *(segment(n) for n in range(60))):
        (live / file).write_bytes(file.encode())
    return FilmOrder("c", hearing, Span(60 * SECOND, 80 * SECOND), "f.mp4", 1)


async def far(hearing_id: str, name: str) -> bytes:
    return f"far {name}".encode()


async def nobody(hearing_id: str, name: str) -> bytes:
    raise NotFound


async def test_what_is_all_here_is_read_where_it_lies(world: World, order: FilmOrder) -> None:
    live = world.settings.public / order.hearing_id / "live"
    async with reel(world.work, world.settings.public, order, nobody) as folder:
        assert folder == live


async def test_what_is_away_is_brought_for_the_time_of_the_cut(
    world: World, order: FilmOrder
) -> None:
    live = world.settings.public / order.hearing_id / "live"
    for n in (0, 30, 31):
        (live / segment(n)).unlink()
    async with reel(world.work, world.settings.public, order, far) as folder:
        wanted = [segment(n) for n in range(25, 45)]  # ten seconds around it
        assert names(folder) == {PLAYLIST, INIT, *wanted}
        listed = (folder / PLAYLIST).read_text().splitlines()
        assert [line for line in listed if not line.startswith("#")] == wanted
        assert (folder / segment(30)).read_bytes() == f"far live/{segment(30)}".encode()
        assert (folder / segment(29)).read_bytes() == segment(29).encode()
    assert not folder.exists()
    assert not (live / segment(30)).exists()  # the archive's account of what is here stays true


async def test_pages_without_any_of_it_ask_for_the_playlist_too(
    world: World, order: FilmOrder
) -> None:
    live = world.settings.public / order.hearing_id / "live"
    text = (live / PLAYLIST).read_bytes()
    for path in live.iterdir():
        path.unlink()

    async def node(hearing_id: str, name: str) -> bytes:
        return text if name.endswith(PLAYLIST) else name.encode()

    async with reel(world.work, world.settings.public, order, node) as folder:
        assert len(names(folder)) == 22


async def test_a_piece_that_is_nowhere_makes_no_film(world: World, order: FilmOrder) -> None:
    (world.settings.public / order.hearing_id / "live" / segment(31)).unlink()
    with pytest.raises(NotFound):
        async with reel(world.work, world.settings.public, order, nobody):
            pass
