"""The seat-zone editor with a pointer and with the keyboard alone; what is saved is what counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from courtstream.domain.zones import Treatment, ZoneMap
from courtstream.services.courtroom import zone_maps
from courtstream.store.tables import Hearing
from tests.browser.conftest import sign_in
from tests.browser.stage import Stage, running


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A platform on which nothing is on air yet."""
    with running(tmp_path_factory.mktemp("platform")) as found:
        yield found


def room(stage: Stage) -> str:
    with stage.platform.work.store.read() as session:
        hearing = session.get(Hearing, stage.seed.hearing_id)
        assert hearing is not None
        return hearing.courtroom_id


def saved(stage: Stage) -> ZoneMap:
    found = stage.platform.work.read(zone_maps.in_force, room(stage), "")
    assert found is not None
    return found


def opened(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/courtrooms/{room(stage)}/zones")
    expect(page.locator("[data-canvas]")).to_be_visible()


def save(page: Page) -> None:
    page.check("input[name=scope][value=room]")
    page.click("[data-save] button[type=submit]")
    expect(page.locator(".notice.good")).to_have_text("席位区已保存")


def test_zones_are_drawn_moved_undone_and_saved(
    page: Page, context: BrowserContext, stage: Stage
) -> None:
    opened(page, stage)
    canvas = page.locator("[data-canvas]")
    box = canvas.bounding_box()
    assert box is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    # by pointer: a rectangle where there is nothing
    page.select_option("[data-new-seat]", "bench")
    page.mouse.move(*at(0.4, 0.1))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.2))
    page.mouse.move(*at(0.6, 0.4))
    page.mouse.up()
    expect(page.locator("[data-list] li")).to_have_count(1)
    page.select_option("[data-list] li select[data-treatment]", "show")

    # by keyboard alone: another, moved, its corner moved, one taken away again
    page.select_option("[data-new-seat]", "witness")
    page.focus('[data-do="add"]')
    page.keyboard.press("Enter")
    expect(page.locator('[data-key="z1"]')).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-say]")).to_contain_text("58")
    page.locator('[data-key="c1-2"]').focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-say]")).to_have_text("已撤销")
    page.click('[data-do="redo"]')
    page.select_option("[data-new-seat]", "gallery")
    page.click('[data-do="add"]')
    expect(page.locator("[data-list] li")).to_have_count(3)
    page.keyboard.press("Delete")
    expect(page.locator("[data-list] li")).to_have_count(2)

    save(page)
    bench, witness = saved(stage).views[0].zones
    assert bench.treatment is Treatment.SHOW
    x, y, w, h = bench.bounds
    assert (x, y, w, h) == pytest.approx((0.4, 0.1, 0.2, 0.3), abs=0.02)
    assert witness.treatment is Treatment.FIGURE
    corners = [value for point in witness.points for value in point]
    wanted = [0.48, 0.35, 0.68, 0.35, 0.68, 0.69, 0.48, 0.65]
    assert corners == pytest.approx(wanted, abs=0.001)

    # and it is there again, with who made it
    expect(page.locator("[data-list] li")).to_have_count(2)
    expect(page.locator("table.stack tbody tr")).to_have_count(1)


def test_without_script_the_map_is_there_to_be_read(
    page: Page, context: BrowserContext, stage: Stage
) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(locale="zh-CN", java_script_enabled=False)
    try:
        other = plain.new_page()
        other.goto(f"{stage.base}/sign-in")
        other.fill("#login", "clerk")
        other.fill("#password", stage.passwords["clerk"])
        other.press("#password", "Enter")
        other.goto(f"{stage.base}/staff/courtrooms/{room(stage)}/zones")
        assert "证人席 · 整人保护" in other.content()
    finally:
        plain.close()
