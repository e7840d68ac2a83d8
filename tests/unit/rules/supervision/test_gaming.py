"""Signs for a person to look at: known cases are found, ordinary hearings are not."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from courtstream.domain.errors import InvalidInput
from courtstream.rules.supervision import watches
from courtstream.rules.supervision.gaming import Shown, number_of, reused, signs
from courtstream.rules.supervision.watches import watch_of


def shown(name: str, **facts: Any) -> Shown:
    given = {"minutes": 45.0, "cause": "民间借贷纠纷", "number": None, **facts}
    return Shown(name, "c", "j", date(2026, 11, 2), **given)


def curve(seed: int, length: int = 600) -> list[float]:
    rng = random.Random(seed)
    return [-30 + rng.gauss(0, 4) for _ in range(length)]


def test_ordinary_hearings_give_no_sign() -> None:
    many = [shown(f"h{n}", number=10 + n, found=0.9, loudness=curve(n)) for n in range(30)]
    assert not any(signs(many).values())


def test_short_ones_and_those_opened_for_show() -> None:
    found = signs([shown("a", minutes=3.0), shown("b", minutes=12.0, found=0.1), shown("c")])
    assert list(found["SHOWN_SHORT"]) == ["a"]
    assert list(found["SHOWN_FOR_SHOW"]) == ["b"]


def test_one_case_split_into_a_run_of_brief_ones() -> None:
    run = [shown(f"s{n}", minutes=8.0, number=n) for n in (5, 6, 7, 20)]
    assert signs(run)["CASE_SPLIT"] == {"s5": ("s6", "s7")}
    assert not signs([shown(f"s{n}", number=n) for n in (5, 6, 7)])["CASE_SPLIT"], "full length"


def test_footage_shown_again_is_found_louder_shifted_and_reencoded() -> None:
    rng = random.Random(9)
    again = [v + 6 + rng.gauss(0, 0.1) for v in curve(1)[60:260]]
    a, b = shown("a", loudness=curve(1)), shown("b", loudness=curve(2, 30) + again)
    assert reused([a, b, shown("c", loudness=curve(3))]) == (("a", "b"),)


def test_silence_is_like_all_silence() -> None:
    quiet = [-70.0] * 600
    assert reused([shown("a", loudness=quiet), shown("b", loudness=quiet)]) == ()


@pytest.mark.parametrize(
    ("text", "number"), [("（2026）江0102民初337号", 337), ("（2026）江民终号", None), ("", None)]
)
def test_running_numbers(text: str, number: int | None) -> None:
    assert number_of(text) == number


def test_every_watch_has_a_bound_or_a_check_and_says_what_it_asks() -> None:
    assert len({w.code for w in watches()}) == len(watches())
    assert all(w.zh and w.en and w.ask_zh and w.ask_en and w.basis for w in watches())


@pytest.mark.parametrize(
    "fault",
    [{"indicator": "NONE"}, {"low": None}, {"subject": "hearing", "code": "NO_SUCH"}],
)
def test_a_faulty_watch_is_refused_with_its_code(fault: dict[str, Any]) -> None:
    row: dict[str, Any] = {
        "code": "X",
        "subject": "court",
        "indicator": "LIVE_RATE",
        "low": 0.5,
        "deadline_days": 5,
        **dict.fromkeys(("zh", "en", "ask_zh", "ask_en", "basis"), "x"),
    }
    assert watch_of(row).code == "X"
    with pytest.raises(InvalidInput, match=str({**row, **fault}["code"])):
        watch_of({**row, **fault})
