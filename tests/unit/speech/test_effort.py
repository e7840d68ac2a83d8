"""Less care by rule when speech analysis falls behind, more when all is calm. No clock, no load."""

from __future__ import annotations

from itertools import pairwise

import pytest

from courtstream.domain.time import SECOND
from media_workers.speech.effort import Budget, Change, Effort, Thrift

ALL = tuple(Effort)
HOP = 2.5


class Hearing:
    """Feeds a budget one window after the other; `rtf` by effort, `waiting` grows when over 1."""

    def __init__(self, budget: Budget, full_cost: float) -> None:
        self.budget, self.full_cost = budget, full_cost
        self.t, self.waiting = 0.0, 0.0
        self.changes: list[Change] = []

    def run(self, seconds: float) -> None:
        end = self.t + seconds
        while self.t < end:
            self.t += HOP
            self._take(self.budget.rested(int(self.t * SECOND)))
            if self.budget.effort is Effort.MUTE:
                self.waiting = 0.0
                continue
            rtf = self.full_cost / (1.0, 1.6, 2.1, 4.2)[self.budget.effort]
            self.waiting = max(0.0, self.waiting + HOP * (rtf - 1.0))
            at, waiting = int(self.t * SECOND), int(self.waiting * SECOND)
            if self.waiting > 5.0:
                self.waiting = 0.0
                self._take(self.budget.gave_up(at, waiting))
            else:
                self._take(self.budget.note(at, rtf, waiting))

    def _take(self, change: Change | None) -> None:
        if change is not None:
            self.changes.append(change)

    @property
    def went(self) -> list[Effort]:
        return [change.after for change in self.changes]


def test_a_machine_that_keeps_up_reads_with_full_care() -> None:
    hearing = Hearing(Budget(ALL), full_cost=0.6)
    hearing.run(600)
    assert hearing.went == []
    assert hearing.budget.effort is Effort.FULL


def test_the_hop_widens_before_anything_else_is_given_up() -> None:
    hearing = Hearing(Budget(ALL), full_cost=1.2)
    hearing.run(120)
    assert hearing.went == [Effort.WIDER_HOP]
    assert hearing.changes[0].rtf > 0.9


@pytest.mark.parametrize(
    ("cost", "least"),
    [(1.2, Effort.WIDER_HOP), (1.8, Effort.NARROW_BEAM), (3.5, Effort.SMALL_MODEL)],
)
def test_each_shortage_ends_where_it_is_met(cost: float, least: Effort) -> None:
    hearing = Hearing(Budget(ALL), cost)
    hearing.run(300)
    assert hearing.went == list(Effort)[1 : least + 1]


def test_what_nothing_can_meet_is_silence_and_is_tried_again() -> None:
    hearing = Hearing(Budget(ALL), full_cost=40.0)
    hearing.run(200)
    assert hearing.went[:4] == [
        Effort.WIDER_HOP,
        Effort.NARROW_BEAM,
        Effort.SMALL_MODEL,
        Effort.MUTE,
    ]
    assert hearing.went[4:6] == [Effort.SMALL_MODEL, Effort.MUTE]
    first, again = hearing.changes[3], hearing.changes[4]
    assert again.t - first.t >= Thrift().rest


def test_without_a_smaller_model_the_ladder_has_one_step_less() -> None:
    ladder = (Effort.FULL, Effort.WIDER_HOP, Effort.NARROW_BEAM, Effort.MUTE)
    hearing = Hearing(Budget(ladder), full_cost=40.0)
    hearing.run(100)
    assert hearing.went[:3] == [Effort.WIDER_HOP, Effort.NARROW_BEAM, Effort.MUTE]


def test_it_recovers_step_by_step_once_all_is_calm() -> None:
    hearing = Hearing(Budget(ALL), full_cost=3.5)
    hearing.run(120)
    assert hearing.budget.effort is Effort.SMALL_MODEL
    hearing.full_cost, calm_from = 0.4, hearing.t
    hearing.run(200)
    assert hearing.budget.effort is Effort.FULL
    ups = [change for change in hearing.changes if change.t > calm_from * SECOND]
    assert [change.after for change in ups] == [
        Effort.NARROW_BEAM,
        Effort.WIDER_HOP,
        Effort.FULL,
    ]
    apart = [b.t - a.t for a, b in pairwise(ups)]
    assert all(gap >= Thrift().calm for gap in apart)


def test_full_care_waits_while_others_need_the_cores_and_nothing_else_does() -> None:
    budget = Budget(ALL)
    t = 0
    while budget.effort is not Effort.NARROW_BEAM:
        t += 10 * SECOND
        budget.note(t, 2.0, 5 * SECOND, 1.0)
    for _ in range(60):
        t += 10 * SECOND
        budget.note(t, 0.1, 0, 0.7)
    assert budget.effort is Effort.WIDER_HOP
    change = budget.note(t + 10 * SECOND, 0.1, 0, 0.5)
    assert change is not None and change.after is Effort.FULL


def test_on_a_full_machine_the_first_step_comes_before_anything_is_late_and_no_other_does() -> None:
    budget = Budget(ALL)
    changes = [budget.note(t * 10 * SECOND, 0.1, 0, 0.9) for t in range(1, 60)]
    taken = [change for change in changes if change is not None]
    assert [(c.after, c.cores) for c in taken] == [(Effort.WIDER_HOP, 0.9)]
    assert taken[0] is changes[0]


def test_full_care_stays_while_cores_are_left() -> None:
    budget = Budget(ALL)
    assert not any(budget.note(t * 10 * SECOND, 0.1, 0, 0.74) for t in range(1, 60))


def test_a_hearing_that_begins_on_a_full_machine_begins_with_the_first_step() -> None:
    budget = Budget(ALL)
    change = budget.begun(3 * SECOND, 0.95)
    assert change is not None and change.after is Effort.WIDER_HOP
    assert budget.begun(60 * SECOND, 0.95) is None
    assert Budget(ALL).begun(3 * SECOND, 0.5) is None
    assert Budget((Effort.FULL, Effort.MUTE)).begun(3 * SECOND, 1.0) is None


@pytest.mark.parametrize(
    ("many", "after"), [(5, Effort.FULL), (6, Effort.WIDER_HOP), (8, Effort.WIDER_HOP)]
)
def test_hearings_that_made_room_together_do_not_take_it_back_together(
    many: int, after: Effort
) -> None:
    """A quarter of two cores each at full care, a fifth after the step."""
    hearings = [Budget(ALL) for _ in range(many)]
    steps = 0
    for n in range(1, 400):
        need = sum(0.26 if h.effort is Effort.FULL else 0.19 for h in hearings)
        for hearing in hearings:
            change = hearing.note(n * 4 * SECOND, 0.2, 0, min(1.0, need / 2))
            steps += change is not None
    assert steps == (many if after is Effort.WIDER_HOP else 0)
    assert all(hearing.effort is after for hearing in hearings)


def test_a_step_up_that_cannot_last_is_not_taken() -> None:
    """Half way down the ladder all looks calm; the dearer step would be too dear again."""
    hearing = Hearing(Budget(ALL), full_cost=1.2)
    hearing.run(1200)
    assert hearing.went == [Effort.WIDER_HOP]


def test_a_step_up_that_did_not_last_is_tried_less_and_less_often() -> None:
    thrift = Thrift(easy=2.0)  # so bold that each step up fails
    hearing = Hearing(Budget(ALL, thrift), full_cost=1.2)
    hearing.run(3600)
    ups = [change.t for change in hearing.changes if change.after is Effort.FULL]
    gaps = [(b - a) / SECOND for a, b in pairwise(ups)]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 480
    assert len(ups) < 12


def test_a_ladder_must_end_in_silence() -> None:
    with pytest.raises(ValueError, match="MUTE"):
        Budget((Effort.FULL, Effort.WIDER_HOP))


def test_what_waits_when_reading_begins_says_nothing_of_its_speed() -> None:
    budget = Budget(ALL)
    budget.begun(0)
    assert budget.note(5 * SECOND, 0.4, 3 * SECOND) is None, "it came while the model was loaded"
    assert budget.note(8 * SECOND, 0.4, 2 * SECOND) is None, "it gets less"
    assert budget.note(11 * SECOND, 0.4, 3 * SECOND) is not None, "it grows again"
    slow = Budget(ALL)
    slow.begun(0)
    assert slow.note(5 * SECOND, 1.2, 3 * SECOND) is not None, "too slow to catch up"
