"""Entries of a live hearing with words of two speakers."""

from __future__ import annotations

from courtstream.control.protocol import RowKind
from courtstream.services.entries import desk as entry_desk
from courtstream.services.entries import release as entry_release
from courtstream.services.scoring.steps_now import StepsNow
from tests.support.platform import NOW, SECOND, Tape, World


def follow(world: World, hearing: str) -> bool:
    return world.work.write(entry_release.follow, hearing, StepsNow(), NOW)


def desk(world: World, hearing: str) -> entry_desk.EntryDesk:
    return world.work.read(entry_desk.desk, world.users["clerk"], hearing)


def told(world: World, segments: int = 30) -> tuple[str, Tape]:
    """A live hearing with words of two speakers and stills."""
    hearing, tape = world.live(segments=segments)
    rows = [
        tape.words(2, 4, "现在开庭。", role="J", speaker="审判长"),
        tape.words(5, 8, "请原告陈述诉讼请求。", role="J", speaker="审判长"),
        tape.words(10, 16, "请求判令被告返还借款。", role="P", speaker="原告"),
        tape.words(20, 24, "被告答辩。", role="J", speaker="审判长"),
        tape.row(RowKind.STILL, 10 * SECOND, uri="000010.jpg"),
    ]
    world.take(rows)
    return hearing, tape
