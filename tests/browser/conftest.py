"""The browser tests' stage. They need Chromium and the built web pages, and say so when absent."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from courtstream.api.pages.assets import web_folder
from tests.browser.stage import Stage, running

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
]
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}


def _missing() -> str:
    if not Path(CHROMIUM).exists():
        return "Chromium is not installed: apt-get install chromium"
    if not (web_folder() / "dist" / "manifest.json").exists():
        return "the web pages are not built: make web"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = _missing()
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if reason and not os.environ.get("COURTSTREAM_REQUIRE_BROWSER"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A platform of this module's own, with a hearing on air."""
    with running(tmp_path_factory.mktemp("platform")) as found:
        found.open()
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="zh-CN", viewport=DESK)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(page: Page, stage: Stage, login: str) -> None:
    """Through the form, as a person does."""
    page.goto(f"{stage.base}/sign-in")
    page.fill("#login", login)
    page.fill("#password", stage.passwords[login])
    page.press("#password", "Enter")
    page.wait_for_url("**/staff*")


def until(page: Page, expression: str, within: float = 15.0) -> None:
    """Waits until a script expression is true; works under the pages' own strict policy."""
    deadline = time.monotonic() + within
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < deadline, f"never became true: {expression}"
        page.wait_for_timeout(100)
