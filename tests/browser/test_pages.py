"""Every page: both languages, phone and desk, accessible, within its own strict policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, sign_in, until
from tests.browser.stage import Stage

PUBLIC = ("/", "/?q=纠纷", "/watch/{hearing}", "/sign-in", "/nowhere")
STAFF = (
    ("admin", "/staff/me"),
    ("admin", "/staff/users"),
    ("admin", "/staff/audit?action=sign_in"),
    ("clerk", "/staff"),
    ("clerk", "/staff/hearings"),
    ("clerk", "/staff/courtrooms/{room}"),
    ("office", "/staff"),
    ("office", "/staff/hearings/{scored}"),
    ("office", "/staff/coverage"),
    ("office", "/staff/indicators"),
    ("office", "/staff/notices"),
    ("office", "/staff/standards"),
    ("office", "/staff/standards/2026.2"),
    ("judge", "/staff/hearings/{hearing}/view"),
    ("judge", "/staff/judges/{judge}"),
)
SERIOUS = {"serious", "critical"}
NEWER_THAN_AXE = ("aria-valid-attr", "<media-time-display")
"""It carries aria-description (ARIA 1.3), which the packaged axe does not know yet."""
VIEWS = {"zh-desk": ("zh-CN", DESK), "en-phone": ("en-US", PHONE), "zh-phone": ("zh-CN", PHONE)}


def address(stage: Stage, pattern: str) -> str:
    return stage.base + pattern.format(
        hearing=stage.seed.hearing_id,
        room=stage.seed.courtroom_id,
        scored=stage.scored_hearing(),
        judge=stage.judge_of("judge"),
    )


@pytest.fixture(params=sorted(VIEWS))
def view(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    locale, size = VIEWS[request.param]
    context = browser.new_context(locale=locale, viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield page
    context.close()
    assert complaints == []


def check(page: Page) -> None:
    language = page.get_attribute("html", "lang")
    wished = page.evaluate("navigator.language")
    assert (language == "en") == wished.startswith("en")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("innerWidth"), "the page scrolls sideways"
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    bad = [
        (v["id"], node["html"][:160])
        for v in found["violations"]
        if v["impact"] in SERIOUS
        for node in v["nodes"]
        if (v["id"], node["html"].split()[0]) != NEWER_THAN_AXE
    ]
    assert bad == []


@pytest.mark.parametrize("pattern", PUBLIC)
def test_public_pages(view: Page, stage: Stage, pattern: str) -> None:
    view.goto(address(stage, pattern))
    expect(view.locator("h1")).to_be_visible()
    check(view)


def test_staff_pages(view: Page, stage: Stage) -> None:
    who = ""
    for login, pattern in STAFF:
        if login != who:
            view.context.clear_cookies()
            sign_in(view, stage, login)
            who = login
        view.goto(address(stage, pattern))
        expect(view.locator("h1")).to_be_visible()
        check(view)


def test_dark_pages_keep_their_contrast(browser: Browser, stage: Stage) -> None:
    context = browser.new_context(locale="zh-CN", viewport=DESK, color_scheme="dark")
    page = context.new_page()
    for pattern in ("/", "/watch/{hearing}"):
        page.goto(address(stage, pattern))
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
        check(page)
    context.close()


def test_the_theme_is_kept_by_the_server(page: Page, stage: Stage) -> None:
    page.goto(stage.base)
    page.locator("[data-theme-switch]").click()
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"


def test_one_switch_changes_the_language_and_it_stays(page: Page, stage: Stage) -> None:
    page.goto(stage.watch)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    page.goto(stage.base)
    expect(page.locator("h1")).to_have_text("Hearings open to the public")


def test_the_keyboard_reaches_the_player_and_plays(page: Page, stage: Stage) -> None:
    page.goto(stage.watch)
    until(page, "document.querySelector('video').readyState >= 2")
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.localName"))
    for control in ("media-play-button", "media-mute-button", "media-captions-button"):
        assert control in seen
    page.locator("media-play-button").focus()
    page.keyboard.press("Enter")
    until(page, "!document.querySelector('video').paused")


def test_controls_speak_the_language_of_the_page(page: Page, stage: Stage) -> None:
    page.goto(stage.watch)
    button = page.locator("media-captions-button")
    expect(button).to_have_attribute("aria-label", "隐藏式辅助字幕")
