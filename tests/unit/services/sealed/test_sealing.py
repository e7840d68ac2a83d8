"""The log sheet: what was recorded, what not and for which lawful reason, what is missing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import FontMissing
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import InterruptionReason
from courtstream.reports import pdf
from courtstream.seal import SealWriter, hearing_key, load_or_create_master_key
from courtstream.services.people import audit
from courtstream.services.sealed import recording_gaps, sealing
from courtstream.services.sealed.sealing import LogSheet
from tests.support.platform import NOW, Tape, World, sign_in, site


def sealed(tape: Tape, start: int, end: int, record: str = "MEDIA") -> Any:
    return tape.row(
        RowKind.SEALED, start * SECOND, folder="sealed", record=record, part=1, index=1,
        start=start * SECOND, end=end * SECOND, bytes=10, sha256=f"{start:064x}",
    )  # fmt: skip


def sheet(world: World, hearing: str) -> LogSheet:
    folder = world.settings.hearings / hearing
    reports = sealing.check_folders(folder)
    return world.work.read(sealing.log_sheet, world.users["clerk"], hearing, reports)


def on_disk(folder: Path) -> str:
    """A short sealed folder; the hash that parties confirm."""
    key = hearing_key(folder, load_or_create_master_key(folder.parent.parent / "k"), create=True)
    writer = SealWriter(folder, key)
    writer.write(b"x", Span(0, SECOND))
    writer.close()
    return writer.chain


def test_a_recess_is_lawful_and_a_loss_is_not(world: World) -> None:
    hearing, tape = world.live()
    world.take(
        [
            *(sealed(tape, n, n + 1) for n in range(10)),
            sealed(tape, 10, 40, "RECESS"),
            *(sealed(tape, n, n + 1) for n in range(40, 50)),
            *(sealed(tape, n, n + 1) for n in range(57, 60)),
            tape.end(60.0),
        ]
    )
    on_disk(world.settings.hearings / hearing / "sealed")
    made = sheet(world, hearing)
    assert [round(s.seconds) for s in made.recorded] == [10, 10, 3]
    assert [(round(i.seconds), i.reason) for i in made.interruptions] == [
        (30, InterruptionReason.RECESS),
        (7, None),
    ]
    assert not made.complete
    assert made.recorded[1].start == NOW + timedelta(seconds=40)


def test_a_whole_recording_is_complete_and_the_check_is_on_record(world: World) -> None:
    hearing, tape = world.live()
    world.take([*(sealed(tape, n, n + 1) for n in range(6)), tape.end(6.0)])
    chain = on_disk(world.settings.hearings / hearing / "sealed")
    made = sheet(world, hearing)
    assert made.complete and made.checked[0].hash == chain
    world.work.write(sealing.note_check, hearing, made.checked, "u", NOW)
    world.work.write(sealing.note_check, hearing, made.checked, "u", NOW)
    facts = [
        a.detail for a in world.work.read(audit.entries, hearing) if a.action == "seal_checked"
    ]
    assert facts == [{"ok": True, "hashes": [chain]}] * 2


def test_a_changed_byte_is_seen_on_the_sheet(world: World) -> None:
    hearing, tape = world.live()
    world.take([sealed(tape, 0, 6), tape.end(6.0)])
    folder = world.settings.hearings / hearing / "sealed"
    on_disk(folder)
    part = folder / "part-0001.cse"
    data = bytearray(part.read_bytes())
    data[-30] ^= 1
    part.write_bytes(data)
    made = sheet(world, hearing)
    assert not made.complete and not made.checked[0].ok and made.checked[0].fault


def test_sittings_without_a_whole_recording_are_reported(world: World) -> None:
    whole, tape = world.live()
    world.take([sealed(tape, 0, 6), tape.end(6.0)])
    never = world.hearing(case_number="（2026）江0102民初2号", start=NOW + timedelta(hours=5))
    cancelled = world.hearing(case_number="（2026）江0102民初3号", start=NOW + timedelta(hours=9))
    world.change(cancelled, state="cancelled")
    late = NOW + timedelta(days=1)
    found = world.work.read(
        recording_gaps.gap_report, world.users["clerk"], NOW - timedelta(days=1), late, late
    )
    assert [g.hearing_id for g in found.rows] == [never]
    assert whole not in {g.hearing_id for g in found.rows}
    far = world.work.read(
        recording_gaps.gap_report, world.users["far"], NOW - timedelta(days=1), late, late
    )
    assert far.total == 0


@pytest.mark.parametrize(("mark", "missing"), [("RECESS", False), ("NOTHING", True), ("", True)])
def test_a_hole_is_reported_unless_a_lawful_reason_is_on_record(
    world: World, mark: str, missing: bool
) -> None:
    hearing, tape = world.live()
    marks = [sealed(tape, 3, 9, mark)] if mark else []
    world.take([sealed(tape, 0, 3), *marks, sealed(tape, 9, 12), tape.end(12.0)])
    late = NOW + timedelta(days=1)
    found = world.work.read(
        recording_gaps.gap_report, world.users["clerk"], NOW - timedelta(days=1), late, late
    )
    assert [(g.hearing_id, round(g.unexplained)) for g in found.rows] == [(hearing, 6)] * missing


def test_pages_and_api_show_the_sheet_and_others_see_nothing(world: World) -> None:
    hearing, tape = world.live()
    world.take([sealed(tape, 0, 6), tape.end(6.0)])
    chain = on_disk(world.settings.hearings / hearing / "sealed")
    with site(world) as client:
        assert client.get(f"/api/v1/hearings/{hearing}/recording-log").status_code == 401
        head = sign_in(client, "clerk")
        page = client.get(f"/staff/hearings/{hearing}/recording")
        assert page.status_code == 200 and chain in page.text
        told = client.get(f"/api/v1/hearings/{hearing}/recording-log").json()
        assert told["checked"][0]["hash"] == chain and told["complete"] is True
        assert client.get("/staff/recordings?since=2026-11-01&until=2026-12-01").status_code == 200
        _paper(client, hearing)
        held = client.post(
            f"/api/v1/hearings/{hearing}/holds", json={"reason": "投诉"}, headers=head
        )
        assert held.status_code == 201
        gone = client.delete(f"/api/v1/hearings/{hearing}/holds/{held.json()['id']}", headers=head)
        assert gone.status_code == 204
    with site(world) as client:
        sign_in(client, "far")
        assert client.get(f"/api/v1/hearings/{hearing}/recording-log").status_code == 403


def _paper(client: TestClient, hearing: str) -> None:
    try:
        pdf.find_font()
    except FontMissing:
        assert client.get(f"/staff/hearings/{hearing}/recording.pdf").status_code == 503
        return
    made = client.get(f"/staff/hearings/{hearing}/recording.pdf")
    assert made.headers["content-type"] == "application/pdf" and made.content.startswith(b"%PDF-")


def test_a_hearing_is_put_off_by_form_and_by_api(world: World) -> None:
    hearing = world.hearing()
    with site(world) as client:
        head = sign_in(client, "clerk")
        assert client.get(f"/staff/hearings/{hearing}/correct").status_code == 200
        later = (NOW + timedelta(days=2)).isoformat()
        answer = client.patch(f"/api/v1/hearings/{hearing}", json={"start": later}, headers=head)
        assert answer.status_code == 200, answer.text
        token = head["X-CSRF-Token"]
        form = {"csrf": token, "delay": "15", "title": "更正后"}
        saved = client.post(f"/staff/hearings/{hearing}/correct", data=form, follow_redirects=False)
        assert saved.status_code == 303, saved.text[:400]
        wrong = client.patch(f"/api/v1/hearings/{hearing}", json={"delay": 1}, headers=head)
        assert wrong.status_code == 422


@pytest.mark.parametrize("name", ["coming.jpg", "line.jpg"])
def test_the_coming_picture_is_for_the_courtrooms_staff_only(world: World, name: str) -> None:
    hearing, _ = world.live()
    world.change(hearing, scheduled_start=NOW, scheduled_end=NOW + timedelta(days=3650))
    folder = world.settings.hearings / hearing / "preview"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"jpeg")
    with site(world) as client:
        address = f"/staff/courtrooms/cr_1/preview/{name}"
        assert client.get(address, follow_redirects=False).status_code in {303, 401}
        sign_in(client, "clerk")
        assert client.get(address).content == b"jpeg"
        assert client.get("/staff/courtrooms/cr_1/preview/spec.json").status_code == 404
    with site(world) as client:
        sign_in(client, "far")
        assert client.get(address).status_code == 403
