"""A verdict as an editor writes and publishes it."""

from __future__ import annotations

from typing import Any

from courtstream.services.verdicts import editing as verdict_editing
from courtstream.services.verdicts.editing import VerdictForm
from tests.support.platform import NOW, World

SOURCE = (
    "临江法院\n（2026）江0102民初1号\n原告沈静怡，住江州市临江区槐树街12号，"
    "公民身份号码11010519491231002X。证人方若竹到庭。\n审判员 罗文清\n"
)
OPERATIVE = "被告贺明远于十日内返还原告沈静怡50000元，电话13812345678。"


def form(**changes: Any) -> VerdictForm:
    given: dict[str, Any] = {
        "title": "", "announced_at": NOW, "operative": OPERATIVE, "appeal": "", "source": SOURCE,
        "keep": (), "hide": (), "clip_id": "",
    }  # fmt: skip
    return VerdictForm(**{**given, **changes})


def save(world: World, hearing: str, **changes: Any) -> None:
    world.work.write(verdict_editing.save, world.users["clerk"], hearing, form(**changes), NOW)


def publish(world: World, hearing: str, *, accepted: bool = False) -> None:
    clerk = world.users["clerk"]
    world.work.write(verdict_editing.publish, clerk, hearing, NOW, accepted=accepted)
