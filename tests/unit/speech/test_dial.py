"""The reserve follows how late readings are, the proposed delay their p99, within bounds."""

from __future__ import annotations

from courtstream.domain.time import SECOND, seconds
from media_workers.speech.dial import ENOUGH, FEW, SpeechDial
from media_workers.speech.effort import Effort

HOP = 2.5


class Feed:
    """Readings one hop apart, each `late` seconds behind the newest sound."""

    def __init__(self, dial: SpeechDial) -> None:
        self.dial, self.t = dial, 0.0
        dial.began()

    def read(self, count: int, late: float, cost: float = 0.9) -> None:
        for _ in range(count):
            self.t += HOP
            self.dial.arrived(seconds(self.t + late))
            self.dial.read(seconds(HOP), cost, seconds(self.t))


def test_a_prompt_reader_needs_one_second_and_no_other_delay() -> None:
    dial = SpeechDial(10.0)
    Feed(dial).read(60, late=0.6)
    assert dial.policy.reserve == SECOND
    assert dial.proposed == 10 * SECOND
    assert dial.effort is Effort.FULL


def test_late_reading_is_paid_with_look_ahead_before_anything_is_closed() -> None:
    dial = SpeechDial(10.0)
    usual = dial.policy.look_ahead
    Feed(dial).read(ENOUGH, late=2.2, cost=2.2)
    policy = dial.policy
    assert policy.reserve == seconds(2.45)
    assert policy.look_ahead == usual - seconds(1.45)
    assert policy.step + policy.look_ahead + policy.reserve <= policy.delay


def test_the_reserve_never_takes_what_must_be_heard_after_an_instant() -> None:
    dial = SpeechDial(10.0)
    Feed(dial).read(ENOUGH, late=9.0, cost=2.0)
    policy = dial.policy
    assert policy.look_ahead >= 3 * SECOND
    assert policy.reserve == policy.most_reserve


def test_who_begins_on_a_full_machine_reserves_all_there_is_until_readings_tell() -> None:
    dial = SpeechDial(10.0, cores=lambda: 0.95)
    feed = Feed(dial)
    assert dial.effort is Effort.WIDER_HOP
    assert dial.policy.reserve == dial.policy.most_reserve > 2 * SECOND
    feed.read(FEW, late=1.2)
    assert dial.policy.reserve == seconds(1.45)


def test_the_proposed_delay_follows_the_p99_within_the_policy() -> None:
    dial = SpeechDial(10.0, 6.0, 12.0)
    feed = Feed(dial)
    feed.read(100, late=0.6)
    feed.read(1, late=2.0)
    assert dial.proposed == 10 * SECOND, "one in a hundred is no rule"
    feed.read(20, late=2.0)
    assert dial.latency == 2 * SECOND
    assert dial.proposed == seconds(11.5)
    feed.read(100, late=5.0, cost=4.9)
    assert dial.proposed == 12 * SECOND, "never beyond the policy"


def test_one_late_reading_of_few_raises_nothing_and_a_second_one_does() -> None:
    dial = SpeechDial(10.0)
    feed = Feed(dial)
    feed.read(ENOUGH, late=0.6)
    feed.read(1, late=4.0)
    assert dial.policy.reserve == dial.policy.most_reserve, "the reserve takes no chance"
    assert dial.proposed == 10 * SECOND
    feed.read(1, late=4.0)
    assert dial.proposed == seconds(13.5)


def test_few_readings_propose_nothing() -> None:
    dial = SpeechDial(10.0)
    Feed(dial).read(ENOUGH - 1, late=4.0, cost=4.0)
    assert dial.latency == 0
    assert dial.proposed == 10 * SECOND


def test_the_policy_follows_a_change_of_delay_at_once() -> None:
    dial = SpeechDial(10.0)
    dial.set_delay(7 * SECOND)
    policy = dial.policy
    assert policy.delay == 7 * SECOND
    assert policy.step + policy.look_ahead <= 6 * SECOND


def test_sound_that_had_to_be_given_up_costs_a_step_and_in_the_end_silence() -> None:
    dial = SpeechDial(10.0)
    dial.began()
    for t, effort in ((10, Effort.WIDER_HOP), (16, Effort.NARROW_BEAM), (22, Effort.MUTE)):
        dial.gave_up(t * SECOND, 5 * SECOND)
        assert dial.effort is effort
    assert dial.muted(25 * SECOND)
    assert not dial.muted(33 * SECOND)
    assert [c.after for c in dial.take_changes()][-1] is Effort.NARROW_BEAM
    assert dial.take_changes() == []
    assert dial.counters()["speech_steps_down"] == 3


def test_a_model_that_is_still_loading_is_not_slow() -> None:
    dial = SpeechDial(10.0)
    dial.gave_up(10 * SECOND, 5 * SECOND)
    assert dial.effort is Effort.FULL
    dial.began()
    dial.fell()
    dial.gave_up(20 * SECOND, 5 * SECOND)
    assert dial.effort is Effort.FULL
