from __future__ import annotations

import pytest

from courtstream.domain.errors import NotFound
from courtstream.services.publication import publishing
from courtstream.services.verdicts import page as verdict_page
from tests.support.platform import NOW, World, site
from tests.support.verdicts import publish, save

HTML = {"accept": "text/html"}


def test_the_public_reads_the_masked_verdict_with_bench_and_case_number(world: World) -> None:
    hearing = world.hearing()
    save(world, hearing)
    with pytest.raises(NotFound):
        world.work.read(verdict_page.page, hearing)
    publish(world, hearing)
    page = world.work.read(verdict_page.page, hearing)
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


def test_a_published_verdict_is_corrected_at_once_and_gone_when_withdrawn(world: World) -> None:
    hearing = world.hearing()
    save(world, hearing)
    publish(world, hearing)
    save(world, hearing, hide=("沈静怡",))
    page = world.work.read(verdict_page.page, hearing)
    assert "沈静怡" not in page.document + page.operative
    world.work.write(publishing.withdraw, world.users["clerk"], hearing, "申请", NOW)
    with site(world) as client:
        assert client.get(f"/verdict/{hearing}", headers=HTML).status_code == 410
        assert hearing not in client.get("/judgments", headers=HTML).text
