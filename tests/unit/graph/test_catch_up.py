"""How long chunks wait for their analysis after a restart."""

from __future__ import annotations

from courtstream.domain.time import SECOND
from media_workers.graph.catch_up import ALONE_SECONDS, LONGEST_SECONDS, CatchUp


class Now:
    def __init__(self) -> None:
        self.seconds, self.idle, self.behind = 0.0, False, 20 * SECOND
        self.catch_up = CatchUp(lambda: self.idle, lambda: self.behind, lambda: self.seconds)


def test_nothing_is_caught_up_with_before_it_begins() -> None:
    assert not Now().catch_up.active()


def test_it_lasts_until_the_hearing_is_met_and_all_is_worked_through() -> None:
    now = Now()
    now.catch_up.begin()
    now.idle, now.behind = True, 0
    assert now.catch_up.active(), "what is to come has not come yet"
    now.catch_up.fed()
    now.idle = False
    assert now.catch_up.active()
    now.idle = True
    assert not now.catch_up.active()
    now.idle, now.behind = False, 20 * SECOND
    assert not now.catch_up.active(), "over is over"


def test_an_encoder_that_stays_away_is_not_waited_for() -> None:
    now = Now()
    now.catch_up.begin()
    now.catch_up.fed()
    now.idle = True
    now.seconds = ALONE_SECONDS - 0.1
    assert now.catch_up.active()
    now.seconds = ALONE_SECONDS + 0.1
    assert not now.catch_up.active()


def test_a_machine_that_cannot_catch_up_closes_again() -> None:
    now = Now()
    now.catch_up.begin()
    now.catch_up.fed()
    now.seconds = LONGEST_SECONDS + 1
    assert not now.catch_up.active()
