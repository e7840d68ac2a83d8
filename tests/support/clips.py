"""Passages of an ended hearing, with films from a cutter that only pretends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from courtstream.api import films
from courtstream.api.films import Films
from courtstream.api.reels import PLAYLIST
from courtstream.control.protocol import RowKind
from courtstream.domain.time import SECOND
from courtstream.services.clips import desk as clip_desk
from courtstream.services.clips import editing as clip_editing
from courtstream.services.clips import films as clip_films
from courtstream.services.clips.editing import ClipEdit
from courtstream.services.publication import publishing
from courtstream.services.publication.media import media_grant
from courtstream.store.tables import PassState, SecondPassRow
from tests.support.platform import NOW, Tape, World


def ended(world: World) -> tuple[str, Tape]:
    """An ended hearing of 200 s with steps, an issue in dispute and a stretch that was closed."""
    hearing, tape = world.live(segments=100)
    said = [
        (2.0, "J", "现在开庭。"),
        (20.0, "J", "请原告陈述诉讼请求和事实理由。"),
        (24.0, "P", "请求判令被告返还借款本金五万元。"),
        (40.0, "J", "请被告答辩。"),
        (44.0, "D", "答辩如下，借款已经还清。"),
        (62.0, "J", "本庭归纳本案争议焦点，借款是否还清。"),
        (70.0, "J", "双方对争议焦点有无异议。"),
        (76.0, "P", "没有异议。"),
        (90.0, "J", "下面由原告举证。"),
        (96.0, "P", "出示借条一份，证明目的是借款事实。"),
        (130.0, "J", "最后意见，原告。"),
        (134.0, "P", "坚持诉讼请求。"),
        (150.0, "J", "现在休庭。"),
    ]
    rows = [tape.words(t, t + 3, text, role=role) for t, role, text in said]
    shut = {"id": "w", "kind": "whole_picture", "reason": "CLOSED"}
    rows.append(tape.row(RowKind.REDACTION, 0, **shut, start=100 * SECOND, end=110 * SECOND))
    world.take([*rows, tape.end(200)])
    return hearing, tape


def desk(world: World, hearing: str) -> clip_desk.ClipDesk:
    return world.work.read(clip_desk.desk, world.users["clerk"], hearing)


def cut(world: World, hearing: str, monkeypatch: pytest.MonkeyPatch, fails: bool = False) -> None:
    """Films as the platform makes them, with a cutter that only pretends."""

    async def child(live: Path, target: Path, order: Any) -> dict[str, str] | None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"film")
        target.with_suffix(".jpg").write_bytes(b"jpeg")
        return None if fails else {"bytes": "4", "sha256": "x" * 64}

    monkeypatch.setattr(films, "_child", child)
    world.work.write(clip_films.order_films, world.users["clerk"], hearing, NOW)

    live = world.settings.public / hearing / "live"
    live.mkdir(parents=True, exist_ok=True)
    if not (live / PLAYLIST).exists():
        (live / PLAYLIST).write_text("#EXTM3U\n")  # nothing listed: nothing has to be brought

    async def run() -> None:
        cutter = Films(world.work, world.settings.public)
        cutter.wake()
        await cutter.idle()

    asyncio.run(run())


def choose(world: World, hearing: str) -> list[str]:
    clerk = world.users["clerk"]
    world.work.write(clip_editing.propose, clerk, hearing, NOW)
    for c in desk(world, hearing).clips:
        change = ClipEdit("", c.text, c.start, c.end, True)
        world.work.write(clip_editing.edit, clerk, c.id, change, NOW)
    return [c.id for c in desk(world, hearing).clips]


def release_replay(world: World, hearing: str) -> None:
    """As after a second pass that has nothing left to ask."""

    def settle(session: Any) -> None:
        row = session.get(SecondPassRow, hearing)
        if row is not None:
            row.state = PassState.WAIVED

    world.work.write(settle)
    world.work.write(publishing.release_replay, world.users["clerk"], hearing, NOW)


def media_grant_clips(world: World, hearing: str) -> frozenset[str]:
    return world.work.read(media_grant, hearing, NOW).clips
