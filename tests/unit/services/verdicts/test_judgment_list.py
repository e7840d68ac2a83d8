from __future__ import annotations

import pytest

from courtstream.domain.errors import Forbidden, InvalidInput
from courtstream.services.verdicts import editing as verdict_editing
from courtstream.services.verdicts import judgment_list
from tests.support.platform import NOW, World


def test_what_is_not_published_is_listed_with_its_reason_unless_that_tells_a_secret(
    world: World,
) -> None:
    listed, secret = (
        world.hearing(),
        world.hearing(
            case_number="（2026）江0102民初99号", courtroom="第一法庭", start=NOW.replace(day=24)
        ),
    )
    clerk = world.users["clerk"]
    with pytest.raises(InvalidInput):
        world.work.write(verdict_editing.do_not_publish, clerk, listed, "OTHER", " ", NOW)
    with pytest.raises(Forbidden):
        far = world.users["far"]
        world.work.write(verdict_editing.do_not_publish, far, listed, "MEDIATION", "", NOW)
    world.work.write(verdict_editing.do_not_publish, clerk, listed, "MEDIATION", "", NOW)
    world.work.write(verdict_editing.do_not_publish, clerk, secret, "STATE_SECRET", "", NOW)
    found = world.work.read(judgment_list.listing)
    assert [(i.case_number, i.published) for i in found.items] == [("（2026）江0102民初1号", False)]
    assert "调解" in found.items[0].reason_zh
    assert (found.published, found.not_published) == (0, 2)
    assert found.items[0].court_name == "临江法院"
