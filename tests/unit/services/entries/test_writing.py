from __future__ import annotations

from typing import Any

import pytest

from courtstream.domain.errors import InvalidInput
from courtstream.domain.trial import HearingState, Role
from courtstream.services.entries import reading as entry_reading
from courtstream.services.entries import writing as entry_writing
from tests.support.platform import NOW, World


def test_a_hearing_without_video_is_told_in_text_alone(world: World) -> None:
    hearing, clerk = world.hearing(), world.users["clerk"]
    post: dict[str, Any] = {"role": Role.JUDGE, "still": "", "now": NOW}
    hidden = world.work.write(
        entry_writing.post, clerk, hearing, text=f"开庭。电话{13812345678}。", **post
    )
    assert hidden == ("PHONE",)
    page = world.work.read(entry_reading.running_page, hearing)
    assert page.going_on
    assert "13812345678" not in page.entries[0].text
    assert page.entries[0].speaker == "审判员"
    with pytest.raises(InvalidInput):
        world.work.write(
            entry_writing.post, clerk, hearing, text="图", **{**post, "still": "000001.jpg"}
        )
    world.work.write(entry_writing.finish, clerk, hearing, NOW)
    assert world.state(hearing) == HearingState.ENDED
    assert not world.work.read(entry_reading.running_page, hearing).going_on
