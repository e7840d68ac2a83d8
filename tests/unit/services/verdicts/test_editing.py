from __future__ import annotations

import pytest

from courtstream.domain.errors import Conflict
from courtstream.services.verdicts import desk as verdict_desk
from tests.support.platform import World
from tests.support.verdicts import publish, save


def test_what_bars_even_the_verdict_bars_it(world: World) -> None:
    hearing = world.hearing(closure_codes=("STATE_SECRET_CIV",))
    save(world, hearing)
    with pytest.raises(Conflict):
        publish(world, hearing)


def test_a_hidden_bench_cannot_be_published_other_findings_ask_once(world: World) -> None:
    hearing = world.hearing()
    save(world, hearing, hide=("罗文清",))
    over = world.work.read(verdict_desk.desk, world.users["clerk"], hearing).over
    assert [o.code for o in over] == ["KEEP-JUDGE"]
    with pytest.raises(Conflict):
        publish(world, hearing, accepted=True)
    save(world, hearing, hide=("临江法院",))
    with pytest.raises(Conflict):
        publish(world, hearing)
    publish(world, hearing, accepted=True)
