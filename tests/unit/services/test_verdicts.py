from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from courtstream.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from courtstream.services import publishing, verdicts
from courtstream.services.verdicts import VerdictForm
from tests.support.platform import NOW, World, sign_in, site

SOURCE = (
    "临江法院\n（2026）江0102民初1号\n原告沈静怡，住江州市临江区槐树街12号，"
    "公民身份号码11010519491231002X。证人方若竹到庭。\n审判员 罗文清\n"
)
OPERATIVE = "被告贺明远于十日内返还原告沈静怡50000元，电话13812345678。"
HTML = {"accept": "text/html"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


def form(**changes: Any) -> VerdictForm:
    given: dict[str, Any] = {
        "title": "", "announced_at": NOW, "operative": OPERATIVE, "appeal": "", "source": SOURCE,
        "keep": (), "hide": (), "clip_id": "",
    }  # fmt: skip
    return VerdictForm(**{**given, **changes})


def save(world: World, hearing: str, **changes: Any) -> None:
    world.work.write(verdicts.save, world.users["clerk"], hearing, form(**changes), NOW)


def publish(world: World, hearing: str, *, accepted: bool = False) -> None:
    clerk = world.users["clerk"]
    world.work.write(verdicts.publish, clerk, hearing, NOW, accepted=accepted)


def test_the_public_reads_the_masked_verdict_with_bench_and_case_number(world: World) -> None:
    hearing = world.hearing()
    save(world, hearing)
    with pytest.raises(NotFound):
        world.work.read(verdicts.page, hearing)
    publish(world, hearing)
    page = world.work.read(verdicts.page, hearing)
    whole = page.document + page.operative
    for private in ("11010519491231002X", "槐树街12号", "方若竹", "13812345678"):
        assert private not in whole
    for kept in ("罗文清", "（2026）江0102民初1号", "沈静怡", "50000元", "临江法院"):
        assert kept in whole
    assert "十五日" in page.appeal
    with site(world) as client:
        shown = client.get(f"/verdict/{hearing}", headers=HTML).text
        assert "13812345678" not in shown and "罗文清" in shown
        assert hearing in client.get("/judgments", headers=HTML).text


def test_a_verdict_is_public_even_after_a_closed_hearing(world: World) -> None:
    hearing = world.hearing(public=False)
    save(world, hearing)
    publish(world, hearing)
    with site(world) as client:
        assert client.get(f"/watch/{hearing}", headers=HTML).status_code == 404
        assert client.get(f"/verdict/{hearing}", headers=HTML).status_code == 200


def test_what_bars_even_the_verdict_bars_it(world: World) -> None:
    hearing = world.hearing(closure_codes=("STATE_SECRET_CIV",))
    save(world, hearing)
    with pytest.raises(Conflict):
        publish(world, hearing)


def test_a_hidden_bench_cannot_be_published_other_findings_ask_once(world: World) -> None:
    hearing = world.hearing()
    save(world, hearing, hide=("罗文清",))
    over = world.work.read(verdicts.desk, world.users["clerk"], hearing).over
    assert [o.code for o in over] == ["KEEP-JUDGE"]
    with pytest.raises(Conflict):
        publish(world, hearing, accepted=True)
    save(world, hearing, hide=("临江法院",))
    with pytest.raises(Conflict):
        publish(world, hearing)
    publish(world, hearing, accepted=True)


def test_a_published_verdict_is_corrected_at_once_and_gone_when_withdrawn(world: World) -> None:
    hearing = world.hearing()
    save(world, hearing)
    publish(world, hearing)
    save(world, hearing, hide=("沈静怡",))
    page = world.work.read(verdicts.page, hearing)
    assert "沈静怡" not in page.document + page.operative
    world.work.write(publishing.withdraw, world.users["clerk"], hearing, "申请", NOW)
    with site(world) as client:
        assert client.get(f"/verdict/{hearing}", headers=HTML).status_code == 410
        assert hearing not in client.get("/judgments", headers=HTML).text


def test_what_is_not_published_is_listed_with_its_reason_unless_that_tells_a_secret(
    world: World,
) -> None:
    listed, secret = (
        world.hearing(),
        world.hearing(
            case_number="（2026）江0102民初99号", courtroom="第一法庭", start=NOW.replace(day=24)
        ),
    )
    clerk = world.users["clerk"]
    with pytest.raises(InvalidInput):
        world.work.write(verdicts.do_not_publish, clerk, listed, "OTHER", " ", NOW)
    with pytest.raises(Forbidden):
        far = world.users["far"]
        world.work.write(verdicts.do_not_publish, far, listed, "MEDIATION", "", NOW)
    world.work.write(verdicts.do_not_publish, clerk, listed, "MEDIATION", "", NOW)
    world.work.write(verdicts.do_not_publish, clerk, secret, "STATE_SECRET", "", NOW)
    found = world.work.read(verdicts.listing)
    assert [(i.case_number, i.published) for i in found.items] == [("（2026）江0102民初1号", False)]
    assert "调解" in found.items[0].reason_zh
    assert (found.published, found.not_published) == (0, 2)
    assert found.items[0].court_name == "临江法院"


def test_the_editor_sees_each_change_with_its_basis(world: World) -> None:
    hearing = world.hearing()
    path = f"/staff/hearings/{hearing}/verdict"
    with site(world) as client:
        token = sign_in(client, "clerk")["X-CSRF-Token"]
        sent = {"csrf": token, "act": "save", "operative": OPERATIVE, "source": SOURCE}
        page = client.post(path, data=sent, headers=HTML)
        assert "未发现过度隐去" in page.text
        assert "<del>11010519491231002X</del>" in page.text
        assert "受保护人甲" in page.text
        done = client.post(path, data={"csrf": token, "act": "publish"}, headers=HTML)
        assert "已公布" in done.text
        wrong = {"csrf": token, "act": "save", "announced_at": "never"}
        assert client.post(path, data=wrong, headers=HTML).status_code == 422
