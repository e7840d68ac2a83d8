"""The desk's say in sound: a protected voice, and a delay that follows people and measurement."""

from __future__ import annotations

from courtstream.control.protocol import PolicySpec, RowKind, Verb
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import SECOND, Span, seconds
from media_workers.desk import LOWER_AFTER, RAISE_AFTER, Desk
from tests.unit.test_desk import Run


def _modes(run: Run, second: int) -> list[str]:
    span = Span(second * SECOND, (second + 1) * SECOND)
    return [shield.mode for shield in run.graph.shields.near(span)]


def test_a_voice_is_protected_from_what_has_not_aired_and_after_a_kill() -> None:
    run = Run([])
    run.graph.release.aired = 88 * SECOND
    assert run.do(Verb.CHANGE_VOICE)
    run.now = 120 * SECOND
    assert run.do(Verb.MUTE_VOICE)
    again = Run(run.killed())
    for one in (run, again):
        assert _modes(one, 87) == []
        assert _modes(one, 88) == ["mute"], "what has not aired yet follows the newest word"
        assert _modes(one, 200) == ["mute"]
    again.now = 120 * SECOND
    assert again.do(Verb.PLAIN_VOICE)
    assert not again.do(Verb.PLAIN_VOICE), "no voice is protected any more"
    assert _modes(again, 119) == ["mute"]
    assert _modes(again, 120) == []


def test_the_delay_stays_within_the_policy() -> None:
    run = Run([])
    run.desk = Desk(
        run.graph, run.rows, lambda: run.now, lambda: None, PolicySpec(delay_min=8, delay_max=20)
    )
    assert not run.do(Verb.SET_DELAY, 7.5)
    assert not run.do(Verb.SET_DELAY, 20.5)
    assert run.do(Verb.SET_DELAY, 8.0)
    assert run.graph.release.delay == 8 * SECOND
    assert run.graph.sound.dial.policy.delay == 8 * SECOND, "analysis learns of it"


def _late(run: Run, late: float, count: int = 60) -> None:
    dial = run.graph.sound.dial
    for _ in range(count):
        run.now += seconds(2.5)
        dial.arrived(run.now + seconds(late))
        dial.read(seconds(2.5), 0.5, run.now)
        run.desk.adapt()


def test_late_readings_raise_the_delay_and_calm_brings_back_what_people_set() -> None:
    run = Run([])
    run.do(Verb.SET_DELAY, 11.0)
    _late(run, 0.4)
    assert run.graph.release.delay == 11 * SECOND
    _late(run, 3.5)
    assert run.graph.release.delay == seconds(13.0)
    rows = [body for kind, _, body in run.rows.rows if kind is RowKind.STATE]
    assert rows[-1] == {
        "command": "set_delay",
        "by": MACHINE,
        "why": "speech latency",
        "delay": 13.0,
    }
    assert Run(run.killed()).graph.release.delay == seconds(13.0)
    _late(run, 0.4, count=600)
    assert run.graph.release.delay == 11 * SECOND


def test_one_late_reading_changes_nothing() -> None:
    run = Run([])
    _late(run, 0.4, 100)
    _late(run, 2.8, 1)
    _late(run, 0.4, 100)
    assert run.graph.release.delay == 10 * SECOND
    assert RAISE_AFTER < LOWER_AFTER


def test_a_policy_can_forbid_the_machine_to_change_the_delay() -> None:
    run = Run([])
    policy = PolicySpec(delay_adapts=False)
    run.desk = Desk(run.graph, run.rows, lambda: run.now, lambda: None, policy)
    _late(run, 3.5)
    assert run.graph.release.delay == 10 * SECOND
