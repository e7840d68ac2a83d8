"""Corrections become cases that a repository may hold: the form stays, the number does not."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from courtstream.cli.transcripts import corrections as write_cases
from courtstream.cli.transcripts import transcript
from courtstream.domain.time import SECOND, Span
from courtstream.domain.timed_text import MASK
from courtstream.services.transcripts import cases, corrections
from courtstream.services.transcripts.corrections import Stretch
from tests.support.platform import NOW, World

PHONE = "幺三八四四三一零零零九"


def ended(tmp_path: Path) -> tuple[World, str]:
    world = World.make(tmp_path)
    hearing_id, tape = world.live(segments=5)
    said = [tape.words(0, 2, f"打{PHONE}。"), tape.words(4, 6, "方若竹也在。"), tape.end(10)]
    world.take(said)
    return world, hearing_id


def test_a_missed_number_becomes_a_case_without_the_number(tmp_path: Path) -> None:
    world, hearing_id = ended(tmp_path)
    for start, end in ((0, 2), (4, 5)):
        what = Stretch(Span(start * SECOND, end * SECOND))
        world.work.write(corrections.hide, world.users["clerk"], hearing_id, what, NOW)
    found = world.work.read(cases.collect, hearing_id)
    assert found.untold == 1, "a name cannot be told without telling it"
    (case,) = found.cases
    assert case.must == "hide" and PHONE not in case.text and MASK not in case.text
    assert case.text[0] == "打" and len(case.text) == len(PHONE) + 2
    assert case.spans == ((1, 12),)


def test_digits_keep_their_writing() -> None:
    assert [cases.shifted(c) for c in "07零九幺拐叁"] == list("30三二四〇陆")


def test_the_commands_write_what_the_court_may_keep(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import typer

    world, hearing_id = ended(tmp_path / "data")
    what = Stretch(Span(0, 2 * SECOND))
    world.work.write(corrections.hide, world.users["clerk"], hearing_id, what, NOW)
    monkeypatch.setenv("COURTSTREAM_DATA", str(world.settings.data))
    monkeypatch.setenv("COURTSTREAM_DATABASE_URL", world.settings.database_url)
    app = typer.Typer()
    app.command("transcript")(transcript)
    app.command("corrections")(write_cases)
    run, out = CliRunner(), tmp_path / "t.vtt"
    done = run.invoke(app, ["transcript", hearing_id, "--format", "vtt", "--out", str(out)])
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert MASK in text and "四四三" not in text and "方若竹也在" in text
    done = run.invoke(app, ["corrections", "--out", str(tmp_path / "c.jsonl")])
    assert done.exit_code == 0, done.output
    (line,) = (tmp_path / "c.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["must"] == "hide" and PHONE not in line
