"""Pages over HTTP without a browser: status, language, policy, refusals a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from courtstream.api.app import create_app
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.demo import DemoSeed, seed_demo
from courtstream.services.publication import publishing
from courtstream.services.work import Work
from courtstream.settings import Settings, WebSettings
from courtstream.store.migrate import upgrade
from courtstream.store.tables import Hearing, PublicationState
from courtstream.store.unit import Store

CASE = Path(__file__).parents[4] / "sample_media" / "case.json"
HTML = {"accept": "text/html"}


class Site:
    def __init__(self, client: TestClient, work: Work, seed: DemoSeed) -> None:
        self.client, self.work, self.seed = client, work, seed
        self._sessions: dict[str, str] = {}

    def sign_in(self, login: str) -> str:
        """Through the form, once each; the answer is the token that forms must carry."""
        self.client.cookies.clear()
        if login not in self._sessions:
            password = next(a.password for a in self.seed.accounts if a.login == login)
            form = {"login": login, "password": password, "next": "/staff"}
            answer = self.client.post("/sign-in", data=form, follow_redirects=False)
            assert answer.status_code == 303
            self._sessions[login] = answer.cookies["cs_session"]
        self.client.cookies.set("cs_session", self._sessions[login])
        page = self.client.get("/staff", headers=HTML).text
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found
        return found[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    web = WebSettings(allowed_hosts=("court.test",))
    settings = Settings(data=tmp_path_factory.mktemp("site"), demo=True, web=web)
    upgrade(settings.database)
    work = Work(Store(settings.database))
    seed = work.write(seed_demo, settings, utc_now(), CASE)
    with TestClient(create_app(settings), base_url="http://court.test") as client:
        yield Site(client, work, seed)
    work.store.close()


@pytest.fixture(autouse=True)
def nobody(site: Site) -> None:
    site.client.cookies.clear()


def test_the_front_page_is_chinese_and_english_on_request(site: Site) -> None:
    chinese = site.client.get("/", headers=HTML)
    assert chinese.headers["content-language"] == "zh-CN"
    assert '<html lang="zh-CN"' in chinese.text
    english = site.client.get("/", headers={**HTML, "accept-language": "en-GB"})
    assert '<html lang="en"' in english.text
    kept = site.client.get("/?lang=en", headers=HTML)
    assert kept.cookies["cs_lang"] == "en"


def test_pages_forbid_inline_script_and_style(site: Site) -> None:
    page = site.client.get("/", headers=HTML)
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy and "script-src 'self'" in policy
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page.text)
    assert " style=" not in page.text and " onclick" not in page.text
    again = site.client.get("/", headers=HTML).headers["content-security-policy"]
    assert policy != again, "the nonce must be new each time"


def test_a_watch_page_carries_facts_and_sharing_words(site: Site) -> None:
    page = site.client.get(f"/watch/{site.seed.hearing_id}", headers=HTML)
    assert page.status_code == 200
    for part in ('property="og:title"', "案号", "尚未开庭", "application/json"):
        assert part in page.text


@pytest.mark.parametrize("path", ["/watch/nothing", "/nowhere", "/watch/%00", "/staff/../etc"])
def test_what_is_not_there_is_said_in_words(site: Site, path: str) -> None:
    page = site.client.get(path, headers=HTML)
    assert page.status_code == 404
    assert "没有找到该页面" in page.text


def test_a_program_gets_a_problem_document_instead(site: Site) -> None:
    answer = site.client.get("/watch/nothing", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_withdrawn_hearing_is_gone_and_says_so(site: Site) -> None:
    def withdraw(session, hearing_id):  # type: ignore[no-untyped-def]
        hearing = session.get(Hearing, hearing_id)
        state = PublicationState.WITHDRAWN
        publishing.put(session, hearing, PublicationMode.REPLAY, state, "test", utc_now(), "x")

    def ended(session):  # type: ignore[no-untyped-def]
        query = session.query(Hearing).filter_by(state=HearingState.ENDED, public=True)
        return query.first().id

    hearing_id = site.work.read(ended)
    site.work.write(withdraw, hearing_id)
    page = site.client.get(f"/watch/{hearing_id}", headers=HTML)
    assert page.status_code == 410
    assert "该庭审已撤回公开" in page.text or "撤回" in page.text


@pytest.mark.parametrize("path", ["/staff", "/staff/hearings", "/staff/courtrooms/x"])
def test_the_workplace_asks_for_a_sign_in(site: Site, path: str) -> None:
    answer = site.client.get(path, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test/", "/\\evil.test", "evil"])
def test_signing_in_never_leads_to_another_site(site: Site, target: str) -> None:
    account = site.seed.accounts[0]
    form = {"login": account.login, "password": account.password, "next": target}
    answer = site.client.post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/staff"


def test_a_form_without_its_token_changes_nothing(site: Site) -> None:
    site.sign_in("clerk")
    room = site.seed.courtroom_id
    before = site.client.get(f"/staff/courtrooms/{room}", headers=HTML).text.count("<td")
    refused = site.client.post(f"/staff/courtrooms/{room}/keys", data={"csrf": "x"}, headers=HTML)
    assert refused.status_code == 403
    after = site.client.get(f"/staff/courtrooms/{room}", headers=HTML).text.count("<td")
    assert before == after


def test_keys_are_whole_in_one_answer_only(site: Site) -> None:
    csrf = site.sign_in("clerk")
    room = f"/staff/courtrooms/{site.seed.courtroom_id}"
    made = site.client.post(f"{room}/keys", data={"csrf": csrf}, headers=HTML)
    found = re.search(r'id="paste-key"[^>]*>([^<]+)<', made.text)
    assert found and len(found[1]) >= 24
    assert made.headers["cache-control"] == "no-store"
    assert found[1] not in site.client.get(room, headers=HTML).text


def test_a_faulty_form_comes_back_filled_with_its_faults(site: Site) -> None:
    csrf = site.sign_in("clerk")
    form = {"csrf": csrf, "case_number": "", "cause": "买卖合同纠纷", "scheduled_start": "soon"}
    answer = site.client.post("/staff/hearings", data=form, headers=HTML)
    assert answer.status_code == 422
    assert 'value="买卖合同纠纷"' in answer.text
    assert 'id="e-case_number"' in answer.text and 'id="e-scheduled_start"' in answer.text


def test_a_hearing_is_scheduled_by_the_form(site: Site) -> None:
    csrf = site.sign_in("clerk")
    page = site.client.get("/staff/hearings", headers=HTML).text
    room = re.search(r'<option value="(cr_[^"]+)"', page)
    judge = re.search(r'<option value="(j_[^"]+)"', page)
    assert room and judge
    form = {
        "csrf": csrf,
        "case_number": "（2027）江0102民初7号",
        "cause": "买卖合同纠纷",
        "title": "",
        "courtroom_id": room[1],
        "procedure": "CIV1_SUM",
        "scheduled_start": "2027-03-01T09:30",
        "judge_id": judge[1],
        "plaintiff": "张三",
        "defendant": "",
        "delay": "12",
        "closure_codes": "",
    }
    answer = site.client.post("/staff/hearings", data=form, headers=HTML)
    assert answer.status_code == 200, re.findall(r'error-text"[^>]*>([^<]+)', answer.text)
    assert "已保存排期" in answer.text and "（2027）江0102民初7号" in answer.text
    found = site.client.get("/", params={"q": "江0102民初7号"}, headers=HTML).text
    assert "买卖合同纠纷" in found and "张三" not in found

    def checked(start: str, codes: str) -> list[str] | None:
        again = {**form, "scheduled_start": start, "closure_codes": codes}
        site.client.post("/staff/hearings", data=again, headers=HTML)
        latest = site.work.read(
            lambda s: s.query(Hearing).order_by(Hearing.scheduled_start.desc()).first()
        )
        codes_found: list[str] | None = latest.closure_codes
        return codes_found

    # a field left empty is not a word that somebody has looked: unknown stays closed
    assert checked("2027-03-02T09:30", "") is None
    assert checked("2027-03-03T09:30", "无") == []
    two = ["PRIVACY_CIV", "DIVORCE"]
    assert checked("2027-03-04T09:30", "PRIVACY_CIV divorce") == two


def test_an_empty_or_hostile_file_is_refused_in_words(site: Site) -> None:
    csrf = site.sign_in("clerk")
    for data in (b"", b"\x00\xff\xfe", b"a,b\n=cmd|' /C calc'!A0,<script>\n"):
        files = {"file": ("<script>.csv", data, "text/csv")}
        answer = site.client.post(
            "/staff/hearings/import", data={"csrf": csrf}, files=files, headers=HTML
        )
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text and "<script>" not in answer.text


def test_a_command_without_a_worker_is_refused_in_words(site: Site) -> None:
    csrf = site.sign_in("clerk")
    form = {"csrf": csrf, "hearing_id": site.seed.hearing_id, "verb": "cut"}
    room = f"/staff/courtrooms/{site.seed.courtroom_id}"
    answer = site.client.post(f"{room}/command", data=form, headers=HTML)
    assert answer.status_code in {409, 503}
    assert 'role="alert"' in answer.text
    nonsense = site.client.post(f"{room}/command", data={**form, "verb": "x"}, headers=HTML)
    assert nonsense.status_code == 422


def test_scores_are_for_the_judge_and_the_office(site: Site) -> None:
    site.sign_in("judge")
    desk = site.client.get("/staff", headers=HTML).text
    own = re.search(r'href="(/staff/judges/[^"]+)"', desk)
    assert own
    mine = site.client.get(own[1], headers=HTML)
    assert mine.status_code == 200
    hearing = re.search(r'href="(/staff/hearings/h_[^"?]+)"', mine.text)
    assert hearing and 'class="findings"' in site.client.get(hearing[1], headers=HTML).text
    site.sign_in("clerk")
    assert site.client.get(own[1], headers=HTML).status_code == 403
    seen = site.client.get(hearing[1], headers=HTML)
    assert seen.status_code == 200 and 'class="findings"' not in seen.text


def test_a_week_of_the_trend_opens_its_hearings(site: Site) -> None:
    site.sign_in("judge")
    desk = site.client.get("/staff", headers=HTML).text
    own = re.search(r'href="(/staff/judges/[^"]+)"', desk)
    assert own
    page = site.client.get(own[1], headers=HTML).text
    weeks = re.findall(r'href="(\?week=[\d-]+)#hearings"', page)
    assert weeks
    narrowed = site.client.get(own[1] + weeks[0], headers=HTML).text
    assert 0 < narrowed.count('data-label="建议分"') < page.count('data-label="建议分"')


def test_a_judges_hearings_come_a_page_at_a_time_and_every_one_is_reached(site: Site) -> None:
    site.sign_in("judge")
    desk = site.client.get("/staff", headers=HTML).text
    own = re.search(r'href="(/staff/judges/[^"]+)"', desk)
    assert own
    seen: list[str] = []
    address = own[1]
    for _ in range(20):
        page = site.client.get(address, headers=HTML).text
        rows = re.findall(r'<th scope="row"[^>]*><span><a href="/staff/hearings/(h_[^"]+)"', page)
        assert 0 < len(rows) <= 20
        seen += rows
        following = re.search(r'rel="next" href="([^"#]+)#hearings"', page)
        if not following:
            break
        address = own[1] + following[1]
    told = re.search(r'id="hearings">.*?<span class="count">[^0-9]*(\d+)', page)
    assert told and len(seen) == len(set(seen)) == int(told[1]) > 20


def test_what_changed_between_editions_is_said_in_words(site: Site) -> None:
    site.sign_in("office")
    page = site.client.get("/staff/standards/2026.2", headers=HTML).text
    changes = page[page.index('id="changes"') : page.index('id="trial"')]
    assert "清晰度下限" in changes and "画面" in changes
    cells = set(re.findall(r'data-label="(?:内容|原|新)">([^<]*)</td>', changes))
    assert not cells & {"zh", "en", "channel", "method", "items", "value", "HU", "VI"}


def test_a_live_hearing_can_be_withdrawn_from_its_page(site: Site) -> None:
    site.sign_in("clerk")

    def put(state: HearingState) -> None:
        site.work.write(lambda s: setattr(s.get(Hearing, site.seed.hearing_id), "state", state))

    before = site.work.read(lambda s: s.get(Hearing, site.seed.hearing_id).state)
    put(HearingState.LIVE)
    try:
        page = site.client.get(f"/staff/hearings/{site.seed.hearing_id}", headers=HTML).text
    finally:
        put(before)
    assert 'value="withdraw"' in page
    assert 'value="release"' not in page
