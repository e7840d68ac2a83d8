"""Role by page by scope: who opens which page of coverage and supervision."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.services.supervision import monthly, tallying
from courtstream.store.tables import Division, Judge
from tests.support.platform import BASIC, NOW, OTHER, World, sign_in, site

LOGINS = ("office", "own", "head", "judge", "clerk", "admin")
PAGES: dict[str, dict[str, int]] = {
    "/staff/coverage": {"office": 200, "own": 200, "head": 200},
    f"/staff/coverage?court={OTHER}": {"office": 200, "head": 200},
    "/staff/coverage/xlsx": {"office": 200, "own": 200, "head": 200},
    "/staff/coverage/json": {"office": 200, "own": 200, "head": 200},
    "/staff/behind/LIVE_RATE": {"office": 200, "own": 200, "head": 200},
    "/staff/behind/ON_TIME?judge=j_0": {"office": 200, "own": 200, "head": 200, "judge": 200},
    "/staff/behind/ON_TIME?judge=j_2": {"office": 200, "own": 200},
    "/staff/indicators": {"office": 200, "own": 200},
    f"/staff/indicators?court={OTHER}": {"office": 200},
    "/staff/notices": dict.fromkeys(("office", "own", "head", "judge"), 200),
    "/staff/judges/j_0": {"office": 200, "own": 200, "head": 200, "judge": 200},
    "/staff/judges/j_0/csv": {"office": 200, "own": 200, "head": 200, "judge": 200},
    "/staff/judges/j_2": {"office": 200, "own": 200},
    "/staff/judges/j_far": {"office": 200},
}
"""What each role gets of each page; everything not named is 403. A head asking for another court
gets the own division, as always."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("access")
    made = World.make(folder / "data")

    def put(session: Any) -> None:
        session.add(Division(id="d_1", court_id=BASIC, name="民一庭"))
        session.flush()
        for judge in ("j_0", "j_1"):
            session.get(Judge, judge).division_id = "d_1"
        for n in range(4):
            sitting = ind.Sitting(f"h{n}", date(2026, 11, 2 + n), BASIC, CaseKind.CIVIL, "j_0")
            row = tallying.fact(sitting, ind.tally_of(sitting, ind.validity()))
            tallying.put(session, sitting.id, row)
        made._user(session, "head", StaffRole.HEAD, BASIC, "j_1")
        made._user(session, "own", StaffRole.OFFICE, BASIC)
        monthly.run(session, "2026-11", NOW)

    made.work.write(put)
    return made


@pytest.mark.parametrize("login", LOGINS)
def test_every_page_opens_for_whom_it_is_and_nobody_else(world: World, login: str) -> None:
    with site(world) as client:
        sign_in(client, login)
        for address, allowed in PAGES.items():
            assert client.get(address).status_code == allowed.get(login, 403), address


def test_nobody_without_signing_in(world: World) -> None:
    with site(world) as client:
        for address in PAGES:
            answer = client.get(address, follow_redirects=False)
            assert answer.status_code in {303, 401}, address


def test_no_address_of_a_public_page_names_a_score_or_a_rank(world: World) -> None:
    with site(world) as client:
        for address in ("/", "/?q=法官"):
            text = client.get(address).text
            assert "建议分" not in text
            assert "排名" not in text


def test_the_office_takes_a_notice_its_first_step(world: World) -> None:
    with site(world) as client:
        headers = sign_in(client, "office")
        text = client.get("/staff/notices").text
        notice = text.split("/staff/notices/")[2].split('"')[0]
        done = client.post(f"/staff/notices/{notice}", data={"act": "confirm"}, headers=headers)
        assert done.status_code == 200
        assert "已确认" in done.text
        again = client.post(f"/staff/notices/{notice}", data={"act": "confirm"}, headers=headers)
        assert again.status_code == 409


def test_a_list_comes_in_by_file_and_faults_are_named(world: World) -> None:
    rows = "编号,指标名称,权重,目标范围\nA1,直播率,10,≥90%\n"
    with site(world) as client:
        headers = sign_in(client, "own")
        good = {"act": "import", "name": "自有指标"}
        file = {"file": ("a.csv", rows.encode(), "text/csv")}
        page = client.post("/staff/indicators", data=good, files=file, headers=headers)
        assert page.status_code == 200
        assert "直播率" in page.text
        item = page.text.split('name="item" value="')[1].split('"')[0]
        proof = {"file": ("证明.pdf", b"%PDF-1", "application/pdf")}
        told = {"act": "assess", "item": item, "value": "0.95"}
        month = "/staff/indicators?month=2026-11"
        page = client.post(month, data=told, files=proof, headers=headers)
        kept = page.text.split("/staff/evidence/")[1].split('"')[0]
        assert client.get(f"/staff/evidence/{kept}").content == b"%PDF-1"
        script = {"file": ("a.html", b"<script>", "text/html")}
        assert client.post(month, data=told, files=script, headers=headers).status_code == 422
        bad = {"file": ("a.csv", rows.replace("10", "很重").encode(), "text/csv")}
        page = client.post(
            "/staff/indicators", data={**good, "name": "x"}, files=bad, headers=headers
        )
        assert page.status_code == 422
        assert "weight" in page.text
