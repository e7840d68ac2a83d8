"""The courtroom's page when nobody has ended a hearing, or nobody is left who could."""

from __future__ import annotations

from datetime import timedelta

from courtstream.domain.clock import utc_now
from courtstream.domain.trial import HearingState
from tests.support.platform import ROOM, MemoryBus, World, sign_in, site

HTML = {"accept": "text/html", "accept-language": "zh-CN"}
HOUR = timedelta(hours=1)


def test_the_page_asks_to_end_the_previous_hearing_and_can(world: World) -> None:
    now = utc_now()
    first = world.hearing(start=now - 2 * HOUR, end=now - HOUR)
    world.hearing(case_number="（2026）江0102民初2号", start=now)
    world.change(first, state=HearingState.INTERRUPTED, actual_start=now - 2 * HOUR)
    bus = MemoryBus()
    bus.worker = None  # gone for good
    with site(world, bus) as client:
        csrf = sign_in(client, "clerk")["X-CSRF-Token"]
        page = client.get(f"/staff/courtrooms/{ROOM}", headers=HTML).text
        assert "请先结束上一场庭审" in page and "（2026）江0102民初2号" in page
        assert "请先结束上一场" in client.get("/staff", headers=HTML).text
        buttons = {
            verb: "disabled" in page.split(f'name="verb" value="{verb}">')[1].split("</button>")[0]
            for verb in ("end", "cut")
        }
        assert buttons == {"end": False, "cut": True}
        form = {"csrf": csrf, "hearing_id": first, "verb": "end"}
        shown = client.post(f"/staff/courtrooms/{ROOM}/command", data=form, headers=HTML)
        assert "庭审已结束" in shown.text
        assert "请先结束上一场庭审" not in shown.text
    assert world.state(first) == "ended"
