from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from courtstream.cli import GROUPS, app
from courtstream.cli import audit as commands
from courtstream.services.people import audit
from tests.support.platform import World
from tests.support.stores import named
from tests.unit.services.people.test_audit import unguard


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World.make(tmp_path / "data")
    for name, value in named(made.settings).items():
        monkeypatch.setenv(name, value)
    return made


def call(*words: str) -> Result:
    import typer

    assert "audit" in GROUPS
    group = typer.Typer()
    commands.register(group)
    assert app is not None
    return CliRunner().invoke(group, ["audit", *words])


def break_row(world: World, statement: str) -> None:
    with world.work.store.write() as session:
        unguard(session)
        session.execute(text(statement))


def test_a_sound_chain_gives_its_head(world: World) -> None:
    said = call("verify")
    assert said.exit_code == 0, said.output
    length = world.work.read(audit.verify)
    assert f"{length}:{world.work.read(audit.hash_of, length)}" in said.output


def test_the_first_broken_row_is_named(world: World) -> None:
    break_row(world, "UPDATE audit SET action = 'nothing' WHERE id IN (3, 5)")
    said = call("verify")
    assert said.exit_code == 1
    assert "entry: 3" in said.output


def test_an_end_that_was_cut_off_is_found_by_a_head_noted_earlier(world: World) -> None:
    head = call("verify").output.split()[-1]
    length = int(head.partition(":")[0])
    assert call("verify", "--head", head).exit_code == 0
    break_row(world, f"DELETE FROM audit WHERE id = {length}")
    assert call("verify").exit_code == 0  # the chain alone cannot know
    said = call("verify", "--head", head)
    assert said.exit_code == 1
    assert f"entry: {length}" in said.output


def test_an_export_is_checked_away_from_the_database(world: World, tmp_path: Path) -> None:
    out = tmp_path / "chain.jsonl"
    assert call("export", str(out)).exit_code == 0
    assert call("verify", "--file", str(out)).exit_code == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    out.write_text("\n".join([*lines[:2], *lines[3:]]), encoding="utf-8")
    said = call("verify", "--file", str(out))
    assert said.exit_code == 1
    assert "entry: 3" in said.output
    out.write_text("{}\n", encoding="utf-8")
    assert call("verify", "--file", str(out)).exit_code == 1


def test_a_head_that_is_none_is_refused(world: World) -> None:
    assert call("verify", "--head", "x").exit_code == 2
