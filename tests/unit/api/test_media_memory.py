"""What is served from memory: one question for all who ask at once, nothing older than asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from courtstream.api.app import create_app
from courtstream.api.media_memory import ChangingFiles, MediaCache, Shared
from courtstream.domain.errors import NotFound
from courtstream.settings import Settings, WebSettings


async def test_a_hundred_who_ask_at_once_are_one_question_and_are_let_go_together() -> None:
    asked = 0
    let_go = asyncio.Event()

    async def question() -> int:
        nonlocal asked
        asked += 1
        await let_go.wait()
        return asked

    shared = Shared[str, int]()
    viewers = [asyncio.create_task(shared.ask("hearing", question)) for _ in range(100)]
    await asyncio.sleep(0)
    let_go.set()
    await asyncio.wait(viewers, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0)
    assert [viewer.done() for viewer in viewers] == [True] * 100
    assert {viewer.result() for viewer in viewers} == {1}
    assert await shared.ask("hearing", question) == 2, "an answer is shared, not kept"


async def test_a_viewer_who_leaves_takes_nothing_from_the_others() -> None:
    let_go = asyncio.Event()

    async def question() -> str:
        await let_go.wait()
        return "answer"

    shared = Shared[str, str]()
    first, second = (asyncio.create_task(shared.ask("hearing", question)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    let_go.set()
    assert await second == "answer"


async def test_a_refusal_reaches_everybody_and_the_next_one_is_asked_anew() -> None:
    answers = iter((NotFound(), "there now"))

    async def question() -> str:
        answer = next(answers)
        if isinstance(answer, NotFound):
            raise answer
        return answer

    shared = Shared[str, str]()
    met = await asyncio.gather(
        *(shared.ask("hearing", question) for _ in range(3)), return_exceptions=True
    )
    assert [type(one) for one in met] == [NotFound] * 3
    assert await shared.ask("hearing", question) == "there now"


async def test_a_replaced_playlist_is_never_answered_with_the_old_one(tmp_path: Path) -> None:
    files, path = ChangingFiles(), tmp_path / "index.m3u8"
    for text in ("#EXTM3U\n1", "#EXTM3U\n2", "#EXTM3U\n3"):
        fresh = tmp_path / "fresh"
        fresh.write_text(text)
        fresh.replace(path)
        kept = await asyncio.gather(*(files.get(path) for _ in range(20)))
        assert {one.plain.decode() for one in kept} == {text}


async def test_an_immutable_file_is_read_once_for_all_and_a_missing_one_can_come_later(
    tmp_path: Path,
) -> None:
    cache, path = MediaCache(), tmp_path / "seg-000001-1.m4s"
    with pytest.raises(NotFound):
        await cache.file(path)
    path.write_bytes(b"picture and sound")
    found = await asyncio.gather(*(cache.file(path) for _ in range(50)))
    assert {id(one) for one in found} == {id(found[0])}
    assert cache.held == len(b"picture and sound")


async def test_a_setting_says_how_much_of_segments_is_held(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, web=WebSettings(media_memory_mb=1))
    cache = create_app(settings).state.media
    for name in ("seg-000001-1.m4s", "seg-000002-1.m4s"):
        (tmp_path / name).write_bytes(bytes(600_000))
        await cache.file(tmp_path / name)
    assert cache.held == 600_000
