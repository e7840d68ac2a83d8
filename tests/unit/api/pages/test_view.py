"""The three-dimensional view: lanes as data, the original behind a reason, speakers, exports."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import av
import pytest
from starlette.testclient import TestClient

from courtstream.control.protocol import RowKind
from courtstream.domain.clock import utc_now
from courtstream.domain.time import seconds
from courtstream.services.people import audit
from courtstream.services.scoring import review
from courtstream.services.scoring import scorecards as scoring
from courtstream.store.tables import ScorecardRow, UtteranceRow
from media_workers.outputs.sealed import SealedRecorder
from tests.support.media import stream
from tests.support.platform import NOW, World, sign_in, site
from tests.support.scored import card_of

HTML = {"accept": "text/html"}


@pytest.fixture
def hearing(world: World) -> str:
    """A hearing on air with measures, a bleep, a gap in the recording and a few turns."""
    hearing_id, tape = world.live()
    rows = [
        tape.row(
            RowKind.MEASURE,
            n,
            start=seconds(n),
            end=seconds(n + 1),
            lufs=-20.0 - n % 3,
            faces=n % 4,
            frozen=4 <= n < 9,
            detail={"clock": True, "hum_db": -20.0},
        )
        for n in range(20)
    ]
    rows += [
        tape.row(RowKind.SEALED, 8, part=1, index=1, start=0, end=seconds(8), bytes=1),
        tape.row(RowKind.SEALED, 20, part=1, index=2, start=seconds(12), end=seconds(20), bytes=1),
        tape.row(
            RowKind.WORDS,
            seconds(16),
            start=seconds(16),
            end=seconds(18),
            text="现在开庭。",
            words=[["现在开庭。", seconds(16), seconds(18), 0.9]],
        ),
        tape.row(
            RowKind.REDACTION, 5, id="s1", kind="speech", reason="ID", start=seconds(5),
            end=seconds(7), basis="x", by="machine",
        ),
    ]  # fmt: skip
    world.take(rows)
    return hearing_id


def data(client: TestClient, hearing_id: str, since: float = 0.0) -> Any:
    answer = client.get(f"/staff/hearings/{hearing_id}/view/data?since={since}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_lanes_hold_what_the_rows_say(world: World, hearing: str) -> None:
    with site(world) as client:
        sign_in(client, "judge")
        found = data(client, hearing)
    assert len(found["t"]) == len(found["lufs"]) == len(found["faces"]) == 20
    faults = [(f["kind"], f["start"], f["end"]) for f in found["faults"]]
    assert ("frozen", 4.0, 9.0) in faults
    assert [(g["kind"], g["start"], g["end"]) for g in found["gaps"]] == [("gap", 8.0, 12.0)]
    assert [(s["text"], s["start"]) for s in found["speech"]] == [("ID", 5.0)]
    assert found["live"] is True
    assert found["transcript"]


def test_news_replace_only_what_is_new(world: World, hearing: str) -> None:
    with site(world) as client:
        sign_in(client, "judge")
        whole = data(client, hearing)
        news = data(client, hearing, since=45.0)
    assert news["since"] == 15.0
    assert news["t"] == [t for t in whole["t"] if t >= 15.0]
    assert all(line["start"] >= 15.0 for line in news["transcript"])


def test_the_view_is_for_staff_within_reach(world: World, hearing: str) -> None:
    with site(world) as client:
        for path in ("view", "view/data", "original", "export/review.json"):
            answer = client.get(f"/staff/hearings/{hearing}/{path}", follow_redirects=False)
            assert answer.status_code in {302, 303, 401}, path
        sign_in(client, "far")
        assert client.get(f"/staff/hearings/{hearing}/view/data").status_code in {403, 404}


def seal(world: World, hearing_id: str) -> None:
    video, audio, packets = stream(14)
    folder = world.settings.hearings / hearing_id / "sealed"
    recorder = SealedRecorder(folder, world.settings.master_key)
    recorder.begin(video, audio)
    for packet in packets:
        recorder.push(packet)
    recorder.flush()


def test_the_original_opens_with_a_reason_and_every_look_is_on_file(
    world: World, hearing: str
) -> None:
    seal(world, hearing)
    path = f"/staff/hearings/{hearing}/original"
    with site(world) as client:
        token = sign_in(client, "judge")["X-CSRF-Token"]
        assert client.get(path).status_code == 403
        refused = client.post(path, data={"csrf": token, "why": "curious"}, headers=HTML)
        assert refused.status_code == 422
        opened = client.post(path, data={"csrf": token, "why": "appeal"}, follow_redirects=False)
        assert opened.status_code == 303
        cookie = opened.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert f"Path=/staff/hearings/{hearing}" in cookie
        answer = client.get(f"{path}?t=7.4")
    assert answer.headers["x-codecs"].startswith("avc1.")
    start = float(answer.headers["x-start"])
    assert 5.0 < start <= 7.4
    container: Any = av.open(io.BytesIO(answer.content))
    times = [float(p.pts * p.time_base) for p in container.demux(video=0) if p.pts is not None]
    assert times[0] == pytest.approx(start, abs=0.05)  # the hearing's own clock
    assert times[-1] > 13.5
    acts = [e.action for e in world.work.read(audit.entries, hearing)]
    assert acts[:2] == ["original_viewed", "original_opened"]


def test_only_the_bench_and_the_office_open_the_original(world: World, hearing: str) -> None:
    for login in ("clerk", "judge2", "admin"):
        with site(world) as client:
            token = sign_in(client, login)["X-CSRF-Token"]
            path = f"/staff/hearings/{hearing}/original"
            answer = client.post(path, data={"csrf": token, "why": "appeal"}, headers=HTML)
            assert answer.status_code == 403, login


def test_a_grant_is_for_one_hearing_and_one_person(world: World, hearing: str) -> None:
    with site(world) as client:
        token = sign_in(client, "judge")["X-CSRF-Token"]
        path = f"/staff/hearings/{hearing}/original"
        client.post(path, data={"csrf": token, "why": "appeal"}, follow_redirects=False)
        taken = client.cookies.get("cs_original")
        client.cookies.clear()
        sign_in(client, "office")
        client.cookies.set("cs_original", str(taken))
        assert client.get(path).status_code == 403


def test_a_person_names_the_speaker_by_seat(world: World, hearing: str) -> None:
    with world.work.store.read() as session:
        seq = session.query(UtteranceRow).filter_by(hearing_id=hearing).first().seq
    path = f"/staff/hearings/{hearing}/speakers"
    with site(world) as client:
        token = sign_in(client, "clerk")["X-CSRF-Token"]
        given = {"csrf": token, "seq": str(seq), "role": "J", "speaker": "审判长"}
        assert client.post(path, data=given, follow_redirects=False).status_code == 303
        named = {**given, "speaker": "沈静怡"}
        assert client.post(path, data=named, headers=HTML).status_code == 422
        other = {**given, "role": "XX"}
        assert client.post(path, data=other, headers=HTML).status_code == 422
    with world.work.store.read() as session:
        row = session.get_one(UtteranceRow, (hearing, seq))
        assert (row.role.value, row.speaker) == ("J", "审判长")


def test_the_sheet_goes_out_as_pdf_excel_and_json(world: World, hearing: str) -> None:
    world.work.write(scoring.score, hearing, NOW)
    finding = card_of(world, hearing).findings[0]
    note = '=HYPERLINK("http://x","y")'
    world.work.write(review.confirm, world.users["office"], finding.id, note, NOW)
    with world.work.store.write() as session:
        for card in session.query(ScorecardRow):
            card.computed_at = utc_now() - timedelta(days=2)
    with site(world) as client:
        sign_in(client, "office")
        base = f"/staff/hearings/{hearing}/export/review"
        sheet = client.get(f"{base}.json")
        assert sheet.json()["findings"][0]["reviews"][0]["note"] == note
        assert "steps" in sheet.json()
        book = client.get(f"{base}.xlsx")
        assert book.headers["content-disposition"].endswith('.xlsx"')
        paper = client.get(f"{base}.pdf")
        assert client.get(f"{base}.exe").status_code == 404
    assert paper.status_code == 503 or paper.content.startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(book.content)) as packed:
        sheets = [packed.read(n).decode() for n in packed.namelist() if "worksheets/" in n]
    assert len(sheets) == 5
    assert not any("<f>" in text for text in sheets)  # no formulas, whatever people write
    assert any('t="s"' in text and "<v>" in text for text in sheets)
