from __future__ import annotations

from typing import Any

import pytest

from courtstream.domain.errors import Conflict, Forbidden
from courtstream.domain.trial import Role
from courtstream.services.entries import reading as entry_reading
from courtstream.services.entries import release as entry_release
from courtstream.services.entries import writing as entry_writing
from courtstream.services.gate import gatekeeping
from tests.support.entries import desk, follow, told
from tests.support.platform import NOW, World


def test_the_policy_decides_who_releases(world: World) -> None:
    hearing, _ = told(world)
    clerk = world.users["clerk"]
    world.work.write(entry_release.set_policy, clerk, hearing, "off", NOW)
    follow(world, hearing)
    assert desk(world, hearing).drafts == ()
    world.work.write(entry_release.set_policy, clerk, hearing, "automatic", NOW)
    assert follow(world, hearing)
    assert desk(world, hearing).drafts == ()
    assert len(desk(world, hearing).released) >= 2
    assert world.work.read(entry_reading.running_page, hearing).entries[0].speaker == "审判长"


def test_a_closed_gate_takes_no_entries_and_far_courts_have_no_say(world: World) -> None:
    hearing, _ = told(world)
    clerk = world.users["clerk"]
    world.work.write(gatekeeping.find_closures, clerk, hearing, ("PRIVACY_CIV",), NOW)
    follow(world, hearing)
    assert desk(world, hearing).drafts == ()
    post: dict[str, Any] = {"text": "开庭", "role": Role.JUDGE, "still": "", "now": NOW}
    with pytest.raises(Conflict):
        world.work.write(entry_writing.post, clerk, hearing, **post)
    with pytest.raises(Forbidden):
        world.work.write(entry_writing.post, world.users["far"], hearing, **post)
