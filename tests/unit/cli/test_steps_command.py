"""`courtstream steps`: a folder of transcripts in, a folder of findings out."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from courtstream.cli import rules

DATA = Path(__file__).parents[2] / "data" / "procedure"


def app() -> typer.Typer:
    made = typer.Typer()
    rules.register(made)
    return made


def test_every_transcript_gives_a_file_of_findings(tmp_path):
    result = CliRunner().invoke(app(), ["steps", str(DATA), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    written = {path.stem for path in (tmp_path / "out").glob("*.json")}
    assert written == {path.stem for path in DATA.glob("dev_*.json")}
    found = json.loads((tmp_path / "out" / "dev_civ1_ord_02.json").read_text("utf-8"))
    missing = {step["code"] for step in found["steps"] if step["status"] == "missing"}
    assert missing == {"P02", "C12", "C19"}
    broken = {rule["code"] for rule in found["rules"] if rule["violated"]}
    assert broken == {"X-PII-SPOKEN", "X-APPEAL"}


def test_an_empty_folder_is_an_error_a_person_understands(tmp_path):
    result = CliRunner().invoke(app(), ["steps", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code != 0
    assert "没有" in result.output
