"""A court's own list of indicators: imported whole or not at all, assessed and compared."""

from __future__ import annotations

from typing import Any

import pytest

from courtstream.domain.errors import Conflict, Forbidden
from courtstream.services.supervision import indicator_lists as lists
from tests.support.platform import BASIC, NOW, World

HEAD = "编号,指标名称,维度,权重,计算方法,周期,目标范围\n"
GOOD = (
    HEAD + "A1,直播率,公开,10,直播÷开庭,月,≥90%\nA2,投诉数,公开,5,件数,季,≤3\nA3,说明,公开,1,,年,\n"
)


def take(world: World, text: str, name: str = "百项指标", login: str = "office") -> int:
    who = world.users[login]
    return world.work.write(lists.import_list, who, BASIC, name, text.encode(), NOW)


def scored(world: World, period: str, before: str = "") -> lists.ListScore:
    return world.work.read(lists.score, world.users["office"], BASIC, "百项指标", period, before)


def assess(world: World, code: str, period: str, value: float, **more: Any) -> None:
    item = next(i for i in scored(world, period).items if i.code == code)
    given = ("", ()) if not more else (more["note"], more["files"])
    world.work.write(lists.assess, world.users["office"], item.id, period, value, *given, NOW)


def test_a_list_of_110_rows_is_held_and_scored(world: World) -> None:
    rows = "".join(f"I{n},指标{n},维度{n % 5},1,公式,月,≥80%\n" for n in range(110))
    assert take(world, HEAD + rows) == 110
    assess(world, "I7", "2026-11", 0.9)
    assess(world, "I8", "2026-11", 0.7)
    found = scored(world, "2026-11")
    assert (len(found.items), found.assessed, found.score) == (110, 2, 50.0)


def test_periods_are_compared_and_the_newest_word_counts(world: World) -> None:
    take(world, GOOD)
    assess(world, "A2", "2026-10", 5)
    assess(world, "A2", "2026-11", 4)
    assess(world, "A2", "2026-11", 2, note="复核", files=[{"id": "ev_1"}])
    item = scored(world, "2026-11", "2026-10").items[1]
    assert (item.value, item.before, item.met, item.files) == (2, 5, True, ({"id": "ev_1"},))
    assert scored(world, "2026-12").score is None, "nothing assessed is no score, not zero"


def test_targets_are_read_as_people_write_them(world: World) -> None:
    rows = "".join(f"T{n},x,,1,,月,{t}\n" for n, t in enumerate(("80-100", "不低于0.9", "<=5", "")))
    take(world, HEAD + rows)
    ranges = [(i.low, i.high) for i in scored(world, "2026-11").items]
    assert ranges == [(80, 100), (0.9, None), (None, 5), (None, None)]


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (HEAD + "A1,直播率,公开,很重,,月,\n", 1, "weight"),
        (HEAD + "A1,直播率,公开,1,,旬,\n", 1, "period"),
        (HEAD + "A1,直播率,公开,1,,月,很多\n", 1, "target_range"),
        (HEAD + "A1,甲,,1,,月,\nA1,乙,,1,,月,\n", 2, "code"),
        (HEAD + "A1,,,1,,月,\n", 1, "name"),
        ("编号,指标名称\nA1,甲\n", 0, "weight"),
        (HEAD + "A1,=cmd|x,,1,,月,\n", 1, "name"),
    ],
)
def test_faults_are_named_by_row_and_column_and_nothing_is_taken(
    world: World, text: str, row: int, column: str
) -> None:
    with pytest.raises(lists.ListRefused) as refused:
        take(world, text)
    assert (row, column) in {(e.row, e.column) for e in refused.value.errors}
    assert world.work.read(lists.lists, world.users["office"], BASIC) == ()


def test_a_list_that_was_assessed_is_not_replaced(world: World) -> None:
    take(world, GOOD)
    take(world, GOOD)
    assess(world, "A1", "2026-11", 0.95)
    with pytest.raises(Conflict):
        take(world, GOOD)
    assert take(world, GOOD, "百项指标2027") == 3


def test_only_the_office_holds_lists(world: World) -> None:
    with pytest.raises(Forbidden):
        take(world, GOOD, login="clerk")
