"""What a node notes of those it let in: a digest for a running hearing, and no more."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from courtstream.control.protocol import AdmitReply, AdmitRequest, SourceSpec, WorkerSpec
from courtstream.control.returning import KnownPublishers, key_digest
from courtstream.control.workers import SPEC_FILE
from courtstream.settings import Settings

KEY = "cs_key_of_a_courtroom"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def yes(settings: Settings, hearing: str) -> AdmitReply:
    """What the platform answers; the hearing's worker was started with the same order."""
    folder = settings.hearings / hearing
    folder.mkdir(parents=True)
    spec = WorkerSpec(
        hearing_id=hearing,
        title="",
        folder=folder,
        public=settings.public / hearing,
        master_key_file=settings.master_key,
        source=SourceSpec(kind="socket", path=folder / "media"),
    )
    (folder / SPEC_FILE).write_text(spec.model_dump_json())
    return AdmitReply(ok=True, spec=spec)


def knock(key: str = KEY, protocol: str = "rtmp") -> AdmitRequest:
    return AdmitRequest(key=key, node="n1", protocol=protocol)


def notes(settings: Settings) -> list[Path]:
    return sorted((settings.data / "run").glob("*.publisher"))


def test_the_note_holds_the_digest_alone_for_its_owner(settings: Settings) -> None:
    KnownPublishers(settings, lambda _: True).admitted(knock(), yes(settings, "h_1"))
    (note,) = notes(settings)
    assert note.read_text() == key_digest(KEY)
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert KEY not in note.read_text() + note.name


def test_only_the_same_key_comes_back_and_only_to_what_runs_here(settings: Settings) -> None:
    running = {"h_1"}
    known = KnownPublishers(settings, running.__contains__)
    known.admitted(knock(), yes(settings, "h_1"))
    reply = known.reply(knock())
    assert reply is not None
    assert reply.spec is not None
    assert reply.spec.hearing_id == "h_1"
    assert known.reply(knock("another")) is None
    assert known.reply(knock("")) is None
    running.clear()
    assert known.reply(knock()) is None


def test_an_encrypting_caller_needs_the_platform(settings: Settings) -> None:
    known = KnownPublishers(settings, lambda _: True)
    known.admitted(knock(protocol="srt"), yes(settings, "h_1"))
    assert notes(settings) == []
    known.admitted(knock(), yes(settings, "h_2"))
    assert known.reply(knock(protocol="srt")) is None


def test_notes_go_with_their_hearing_and_their_key(settings: Settings) -> None:
    running = {"h_1", "h_2"}
    known = KnownPublishers(settings, running.__contains__)
    known.admitted(knock(), yes(settings, "h_1"))
    running.remove("h_1")
    known.admitted(knock("second"), yes(settings, "h_2"))
    assert [n.name for n in notes(settings)] == ["h_2.publisher"]
    known.revoked([key_digest("second")])
    assert notes(settings) == []


def test_a_note_or_an_order_that_cannot_be_read_lets_nobody_in(settings: Settings) -> None:
    known = KnownPublishers(settings, lambda _: True)
    known.admitted(knock(), yes(settings, "h_1"))
    (settings.hearings / "h_1" / SPEC_FILE).write_text("{")
    assert known.reply(knock()) is None
    notes(settings)[0].write_bytes(b"\xff\xfe")
    assert known.reply(knock()) is None
