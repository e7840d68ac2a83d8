"""Standards are versioned data: compared, tried on past hearings, released, and never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from courtstream.domain.errors import Conflict, Forbidden, InvalidInput
from courtstream.rules.scoring import (
    ChangeKind,
    StandardInvalid,
    check,
    diff,
    load_standard,
    parse_standard,
    released_standards,
    standard_text,
)
from courtstream.services.scoring import rescoring, standards
from courtstream.services.scoring import scorecards as scoring
from tests.support.platform import NOW, World
from tests.support.scored import card_of, ended

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Any) -> World:
    return World.make(tmp_path / "w")


def draft(world: World, version: str = "2026.9", **weights: float) -> str:
    office = world.users["office"]
    text = world.work.read(standards.adjusted, "2026.2", version, weights or {"18": 9.0}, {})
    world.work.write(standards.propose, office, text, "质证更重", "2026.2", NOW)
    return version


def test_a_draft_says_what_it_changes_and_leaves_everything_else(world: World) -> None:
    version = draft(world)
    changes = world.work.read(standards.changes, "2026.2", version)
    items = [(c.kind, c.id, c.field, c.before, c.after) for c in changes if c.what == "item"]
    assert items == [(ChangeKind.CHANGED, "18", "weight", "6", "9")]
    text = world.work.read(standards.text_of, version)
    assert "# below this confidence" in text  # comments stay


def test_the_shipped_editions_are_sound_and_differ_as_said() -> None:
    for version in released_standards():
        check(load_standard(version))
    changes = diff(load_standard("2026.1"), load_standard("2026.2"))
    added = {c.id for c in changes if c.kind is ChangeKind.ADDED and c.what == "item"}
    assert added == {"39", "36b"}
    assert {c.id for c in changes if c.what == "threshold"} >= {"cap", "blur", "appeal_days"}


def test_past_scores_never_change_and_new_ones_use_the_release(world: World) -> None:
    hearing_id = ended(world)
    before = card_of(world, hearing_id)
    version = draft(world)
    world.work.write(standards.release, world.users["office"], version, NOW)
    same = card_of(world, hearing_id)
    assert (same.id, same.total, same.standard_version) == (before.id, before.total, "2026.2")
    world.work.write(scoring.score, hearing_id, LATER)
    assert card_of(world, hearing_id).standard_version == version
    with pytest.raises(Conflict):
        world.work.write(standards.release, world.users["office"], version, LATER)
    text = world.work.read(standards.text_of, version).replace("weight = 9", "weight = 8")
    with pytest.raises(Conflict):
        world.work.write(standards.propose, world.users["office"], text, "", version, LATER)
    with pytest.raises(Conflict):
        world.work.write(
            standards.propose, world.users["office"], standard_text("2026.1"), "", "", LATER
        )


def test_a_preview_tries_past_hearings_and_keeps_nothing(world: World) -> None:
    hearing_id = ended(world)
    version = draft(world, **{"37": 100.0})
    trial = world.work.read(standards.preview, world.users["office"], version)
    assert [row.hearing_id for row in trial.rows] == [hearing_id]
    assert trial.before == pytest.approx(trial.rows[0].before)
    assert card_of(world, hearing_id).standard_version == "2026.2"


def test_only_the_provinces_office_makes_editions(world: World) -> None:
    text = world.work.read(standards.adjusted, "2026.2", "2026.9", {"18": 9.0}, {})
    for login in ("judge", "clerk", "far"):
        with pytest.raises(Forbidden):
            world.work.write(standards.propose, world.users[login], text, "", "2026.2", NOW)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "18"\n', 'id = "17"\n', "item id 17 is used twice"),
        ("weight = 6\n", "weight = -6\n", "item 18"),
        ('channel = "ME"', 'channel = "XX"', "item 01"),
        ('leave_out = ["14", "22b"]', 'leave_out = ["99"]', "99"),
        ("[thresholds]", "[thresholds", "line"),
    ],
)
def test_errors_name_file_and_line(old: str, new: str, says: str) -> None:
    text = standard_text("2026.2")
    with pytest.raises(StandardInvalid) as caught:
        parse_standard(text.replace(old, new, 1), "mine.toml")
    said = str(caught.value)
    assert says in said
    assert "mine.toml" in said
    assert (
        any(c.isdigit() for c in said.split("mine.toml", 1)[1].split(" ", 1)[0]) or "line" in said
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [('method = "notice"', 'method = "magic"'), ('"X-ORDER"', '"X-NONE"'), ('"P02"', '"P99"')],
)
def test_what_the_engine_does_not_know_is_refused(world: World, old: str, new: str) -> None:
    text = standard_text("2026.2").replace('"2026.2"', '"2026.9"').replace(old, new, 1)
    with pytest.raises(StandardInvalid):
        world.work.write(standards.propose, world.users["office"], text, "", "2026.2", NOW)


def test_unknown_entries_are_refused(world: World) -> None:
    for weights, limits in (({"nope": 1.0}, {}), ({}, {"nope": 1.0})):
        with pytest.raises(InvalidInput):
            world.work.read(standards.adjusted, "2026.2", "2026.9", weights, limits)


def test_rescoring_leaves_cards_alone_that_people_have_spoken_to(world: World) -> None:
    from courtstream.services.scoring import review

    first, second = ended(world, 1), ended(world, 2)
    finding = card_of(world, first).findings[0]
    world.work.write(review.confirm, world.users["office"], finding.id, "", NOW)
    assert world.work.read(rescoring.due) == (second,)
    forth = rescoring.judged(world.settings.database, second, "2026.2")
    back = rescoring.judged(world.settings.database, second, "2026.2")
    assert forth == back
