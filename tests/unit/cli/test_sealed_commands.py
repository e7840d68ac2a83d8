from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from courtstream.cli import sealed
from courtstream.domain.time import SECOND, Span
from courtstream.seal import SealWriter, hearing_key, load_or_create_master_key
from courtstream.seal.frames import part_path
from courtstream.services.people import audit
from courtstream.store.base import Base
from courtstream.store.unit import Store


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    sealed.register(made)
    return made


@pytest.fixture
def hearing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURTSTREAM_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data" / "hearings" / "h_1"
    master = load_or_create_master_key(tmp_path / "data" / "keys" / "master.key")
    writer = SealWriter(folder / "sealed", hearing_key(folder / "sealed", master, create=True))
    writer.write(b"seen and heard", Span(0, SECOND))
    writer.close()
    return folder


def store(hearing: Path) -> Store:
    return Store(f"sqlite:///{hearing.parent.parent / 'courtstream.sqlite3'}")


def test_verify_tells_a_sound_original(app: typer.Typer, hearing: Path) -> None:
    result = CliRunner().invoke(app, ["verify", str(hearing), "--contents", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert report["ok"]
    assert report["decrypted"]
    again = CliRunner().invoke(app, ["verify", str(hearing), "--expect", report["hash"]])
    assert again.exit_code == 0
    assert report["hash"] in again.output


def test_verify_fails_on_damage_and_on_another_value(app: typer.Typer, hearing: Path) -> None:
    assert CliRunner().invoke(app, ["verify", str(hearing), "--expect", "00"]).exit_code == 1
    path = part_path(hearing / "sealed", 1)
    path.write_bytes(path.read_bytes()[:-3] + b"abc")
    result = CliRunner().invoke(app, ["verify", str(hearing)])
    assert result.exit_code == 1
    assert "损坏" in result.output


def test_unseal_writes_the_file_and_the_audit_entry(
    app: typer.Typer, hearing: Path, tmp_path: Path
) -> None:
    database = store(hearing)
    Base.metadata.create_all(database.engine)
    arguments = ["unseal", str(hearing), "--out", str(tmp_path / "o"), "--why", "drill", "--yes"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "o" / "part-0001.mkv").read_bytes() == b"seen and heard"
    with database.read() as session:
        (entry,) = audit.entries(session)
    assert (entry.action, entry.subject) == ("unseal", "h_1")
    database.close()


def test_nothing_is_opened_when_the_audit_cannot_be_written(
    app: typer.Typer, hearing: Path, tmp_path: Path
) -> None:
    arguments = ["unseal", str(hearing), "--out", str(tmp_path / "o"), "--why", "drill", "--yes"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert not (tmp_path / "o").exists()


def test_a_new_master_key_is_on_record_and_loses_nothing(app: typer.Typer, hearing: Path) -> None:
    Base.metadata.create_all(store(hearing).engine)
    done = CliRunner().invoke(app, ["sealed", "new-key", "--yes"])
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(app, ["verify", str(hearing), "--contents"]).exit_code == 0
    with store(hearing).read() as session:
        assert [row.action for row in audit.entries(session)] == ["master_key_exchanged"]


def test_without_a_record_the_master_key_stays(app: typer.Typer, hearing: Path) -> None:
    path = hearing.parent.parent / "keys" / "master.key"
    before = path.read_bytes()
    assert CliRunner().invoke(app, ["sealed", "new-key", "--yes"]).exit_code == 1
    assert path.read_bytes() == before
