"""Only what the rules let go is erased, never under a hold, never evidence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from courtstream.domain.errors import Conflict, Forbidden, InvalidInput
from courtstream.rules.retention import EVIDENCE, Kept, RetentionRule, retention_rules
from courtstream.services.people import audit
from courtstream.services.sealed import retention
from tests.support.platform import NOW, World

YEAR = timedelta(days=366)


@pytest.fixture
def ended(world: World) -> tuple[str, Path]:
    """A hearing that is over, with everything a worker leaves."""
    hearing, tape = world.live()
    world.take([tape.end(6.0)])
    folder = world.settings.hearings / hearing
    (folder / "sealed").mkdir(parents=True)
    (folder / "preview").mkdir()
    for name in ("sealed/part-0001.cse", "preview/coming.jpg", "worker.log", "journal.jsonl"):
        (folder / name).write_text("x")
    return hearing, folder


def names(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_every_rule_keeps_evidence_for_ever() -> None:
    assert {r.what for r in retention_rules()} == set(Kept)
    forced = RetentionRule(Kept.SEALED, "", "", 1, "", "")
    assert not forced.due(NOW, NOW + YEAR)


def test_what_is_due_goes_and_the_act_is_on_record(world: World, ended: tuple[str, Path]) -> None:
    hearing, folder = ended
    assert retention.sweep(world.work, world.settings, NOW + timedelta(hours=1)) == 0
    assert retention.sweep(world.work, world.settings, NOW + YEAR) == 2
    assert names(folder) == {"sealed/part-0001.cse", "journal.jsonl"}
    erased = [a for a in world.work.read(audit.entries, hearing) if a.action == "erased"]
    assert {a.detail["what"] for a in erased} == {"preview", "log"}
    assert retention.sweep(world.work, world.settings, NOW + YEAR) == 0


def test_under_a_hold_nothing_goes_and_afterwards_it_does(
    world: World, ended: tuple[str, Path]
) -> None:
    hearing, folder = ended
    before, clerk = names(folder), world.users["clerk"]
    hold = world.work.write(retention.place, clerk, hearing, "投诉待核查", NOW)
    assert retention.sweep(world.work, world.settings, NOW + YEAR) == 0
    assert names(folder) == before
    world.work.write(retention.lift, clerk, hearing, hold.id, NOW)
    assert retention.sweep(world.work, world.settings, NOW + YEAR) == 2
    with pytest.raises(Conflict):
        world.work.write(retention.lift, clerk, hearing, hold.id, NOW)


def test_a_hold_placed_between_the_look_and_the_act_still_holds(
    world: World, ended: tuple[str, Path]
) -> None:
    hearing, _ = ended
    found = world.work.read(retention.due, NOW + YEAR)
    assert found
    world.work.write(retention.place, world.users["clerk"], hearing, "保全", NOW)
    for one in found:
        assert world.work.write(retention.record, one, world.settings, NOW) == ()


@pytest.mark.parametrize("what", sorted(EVIDENCE))
def test_evidence_is_refused_whatever_a_table_says(
    world: World, ended: tuple[str, Path], what: Kept
) -> None:
    rule = RetentionRule(what, "", "", 1, "", "")
    with pytest.raises(Conflict):
        world.work.write(retention.record, retention.Erasure(ended[0], rule), world.settings, NOW)


def test_a_hold_needs_a_reason_and_the_right_court(world: World, ended: tuple[str, Path]) -> None:
    with pytest.raises(InvalidInput):
        world.work.write(retention.place, world.users["clerk"], ended[0], "  ", NOW)
    with pytest.raises(Forbidden):
        world.work.write(retention.place, world.users["far"], ended[0], "保全", NOW)
