"""The five ways to be open, in a browser, with one hearing: text while it goes on, then clips, the
verdict, and the replay beside its words. Each step stands on the one before.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from courtstream.control.protocol import RowKind
from courtstream.domain.clock import utc_now
from courtstream.domain.time import seconds
from courtstream.services.docket.lookup import user
from courtstream.services.entries import release as entry_release
from courtstream.services.publication import publishing
from courtstream.services.scoring.steps_now import StepsNow
from courtstream.store.tables import PassState, SecondPassRow
from tests.browser.conftest import DESK, PHONE, sign_in, until
from tests.browser.stage import Stage
from tests.browser.test_pages import check

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SLOW = 60_000
"""Milliseconds an expectation may take on a busy machine."""


@pytest.fixture(scope="module")
def clerk(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A clerk who has signed in, and drafts that wait for the clerk."""
    stills(stage)
    by_hand(stage)
    stage.platform.work.write(entry_release.follow, stage.seed.hearing_id, StepsNow(), utc_now())
    context = made(browser)
    page = context.new_page()
    sign_in(page, stage, "clerk")
    yield page
    context.close()


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    context = made(browser)
    yield context.new_page()
    context.close()


def made(browser: Browser) -> BrowserContext:
    context = browser.new_context(locale="zh-CN", viewport=DESK)
    context.set_default_timeout(SLOW)
    return context


def stills(stage: Stage) -> None:
    folder = stage.settings.public / stage.seed.hearing_id / "stills"
    folder.mkdir(parents=True)
    card = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=1:d=1", "-frames:v", "1"]
    command = [get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", *card]
    subprocess.run([*command, str(folder / "000000.jpg")], check=True, timeout=60)
    stage.say(RowKind.STILL, 0.0, uri="000000.jpg", start=0, end=seconds(10))


def by_hand(stage: Stage) -> None:
    """The demonstration releases by itself; here a clerk does."""
    database = stage.platform.work
    person = database.read(user, "clerk")
    database.write(entry_release.set_policy, person, stage.seed.hearing_id, "person", utc_now())


def work(stage: Stage, part: str) -> str:
    return f"{stage.base}/staff/hearings/{stage.seed.hearing_id}/{part}"


def public(stage: Stage, part: str) -> str:
    return f"{stage.base}/{part}/{stage.seed.hearing_id}"


def test_a_clerk_releases_by_keyboard_and_readers_get_it_without_reloading(
    stage: Stage, clerk: Page, reader: Page
) -> None:
    clerk.goto(work(stage, "entries"))
    drafts = clerk.locator("[data-draft]")
    count = drafts.count()
    assert count >= 3
    expect(drafts.first).to_be_focused()
    clerk.keyboard.press("Enter")
    expect(drafts).to_have_count(count - 1, timeout=SLOW)
    reader.goto(public(stage, "text"))
    shown = reader.locator("[data-entry]")
    expect(shown).to_have_count(1, timeout=SLOW)
    until(reader, "document.querySelector('[data-entry] img')?.naturalWidth > 0", 60)
    expect(drafts.first).to_be_focused(timeout=SLOW)
    clerk.keyboard.press("j")
    clerk.keyboard.press("e")
    clerk.keyboard.type("（更正）")
    clerk.keyboard.press("Control+Enter")
    expect(shown).to_have_count(2, timeout=SLOW)  # the reader's page was never loaded again
    expect(shown.first).to_contain_text("（更正）", timeout=SLOW)


def test_what_a_clerk_takes_back_leaves_the_readers_page(
    stage: Stage, clerk: Page, reader: Page
) -> None:
    clerk.goto(work(stage, "entries"))
    clerk.locator("details:has(textarea) summary").first.click()
    clerk.locator("details[open] button[value=drop]").first.click()
    expect(reader.locator("[data-entry]")).to_have_count(1, timeout=SLOW)


def test_the_hearing_ends_and_its_clips_are_proposed_cut_and_released(
    stage: Stage, clerk: Page, reader: Page
) -> None:
    stage.close()
    stage.platform.work.write(settle, stage.seed.hearing_id)
    person = stage.platform.work.read(user, "clerk")
    release = publishing.release_replay
    stage.platform.work.write(release, person, stage.seed.hearing_id, utc_now())
    clerk.goto(work(stage, "clips"))
    clerk.click("button[value=propose]")
    passage = clerk.locator(".passages.edit > li").first
    passage.locator("[name=chosen]").check()
    passage.locator("[name=title]").fill("庭审开始")
    passage.locator("button[value=save]").click()
    clerk.click("button[value=films]")
    expect(clerk.locator(".passages.edit video").first).to_be_visible(timeout=SLOW)
    clerk.click("button[value=release]:not([disabled])")
    expect(clerk.locator(".notice.good")).to_be_visible(timeout=SLOW)
    reader.goto(public(stage, "clips"))
    expect(reader.locator(".passages h2").first).to_have_text("庭审开始")
    plays(reader)
    assert reader.evaluate("document.querySelector('track').src").endswith(".vtt")


def settle(session: object, hearing: str) -> None:
    row = session.get(SecondPassRow, hearing)  # type: ignore[attr-defined]
    if row is not None:
        row.state = PassState.WAIVED


def plays(page: Page) -> None:
    """The first film shows pictures, and not all of one colour."""
    page.evaluate("document.querySelector('video').muted = true")
    page.evaluate("document.querySelector('video').play()")
    until(page, "document.querySelector('video').currentTime > 0.4", 60)
    spread = page.evaluate(
        """() => {
          const video = document.querySelector('video');
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [32, 18];
          const context = canvas.getContext('2d');
          context.drawImage(video, 0, 0, 32, 18);
          const data = context.getImageData(0, 0, 32, 18).data;
          const green = [...data].filter((_, n) => n % 4 === 1);
          return Math.max(...green) - Math.min(...green);
        }"""
    )
    assert spread > 60, "the picture is one colour"


def test_clips_play_in_another_sites_frame(stage: Stage, reader: Page) -> None:
    reader.goto(public(stage, "embed"))
    plays(reader)
    assert reader.locator("header, nav").count() == 0


def test_a_verdict_is_masked_checked_and_published(stage: Stage, clerk: Page, reader: Page) -> None:
    clerk.goto(work(stage, "verdict"))
    clerk.fill("#v-op", "被告于十日内返还原告50000元，电话13812345678。")
    clerk.fill("#v-src", "原告沈静怡，公民身份号码11010519491231002X。\n审判员 罗文清")
    clerk.fill("#v-hide", "罗文清")
    clerk.click("button[value=save]")
    expect(clerk.locator(".notice.bad")).to_contain_text("罗文清", timeout=SLOW)
    clerk.fill("#v-hide", "")
    clerk.click("button[value=save]")
    expect(clerk.locator(".notice.bad")).to_have_count(0, timeout=SLOW)
    clerk.click("button[value=publish]")
    expect(clerk.locator(".notice.good").first).to_be_visible(timeout=SLOW)
    reader.goto(public(stage, "verdict"))
    text = reader.locator("main").inner_text()
    assert "罗文清" in text and "50000元" in text
    assert "13812345678" not in text and "11010519491231002X" not in text


def test_words_beside_the_replay_are_found_and_a_moment_is_shared(
    stage: Stage, reader: Page
) -> None:
    reader.goto(public(stage, "watch"))
    lines = reader.locator(".transcript > li:visible")
    whole = lines.count()
    reader.fill("#find", "回避")
    expect(lines).to_have_count(1, timeout=SLOW)
    reader.fill("#find", "")
    expect(lines).to_have_count(whole, timeout=SLOW)
    assert reader.locator("[data-share]").is_visible()
    short = reader.locator(".share a").get_attribute("href")
    reader.goto(f"{stage.base}{short}?t=11")
    assert reader.url.endswith(f"/watch/{stage.seed.hearing_id}?t=11")
    assert reader.locator(".tabs a").count() == 4  # replay, text, clips, verdict


@pytest.mark.parametrize("part", ["text", "clips", "verdict", "watch"])
def test_every_mode_fits_a_phone_reads_without_script_and_speaks_english(
    stage: Stage, browser: Browser, part: str
) -> None:
    context = browser.new_context(locale="en-GB", viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(public(stage, part), timeout=SLOW)
    assert page.locator("html").get_attribute("lang") == "en"
    assert stage_case(page)
    context.close()
    scripted = browser.new_context(locale="en-GB", viewport=PHONE)
    page = scripted.new_page()
    page.goto(public(stage, part), timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    scripted.close()


def stage_case(page: Page) -> bool:
    return "民初" in page.locator("main").inner_text()


def test_the_publication_work_is_accessible(stage: Stage, clerk: Page) -> None:
    for part in ("gate", "notice", "entries", "clips", "verdict"):
        clerk.goto(work(stage, part))
        check(clerk)
    clerk.goto(f"{stage.base}/staff/publication")
    check(clerk)


def test_what_the_public_reads_is_accessible_in_the_dark_on_a_phone(
    stage: Stage, browser: Browser
) -> None:
    context = browser.new_context(locale="en-GB", viewport=PHONE, color_scheme="dark")
    context.set_default_timeout(SLOW)
    page = context.new_page()
    for part in ("text", "clips", "verdict", "embed", "watch"):
        page.goto(public(stage, part))
        check(page)
    for path in ("/judgments", "/courts", "/calendar", "/accessibility", "/?mode=replay"):
        page.goto(stage.base + path)
        check(page)
    page.goto(f"{stage.base}/courts")
    page.locator(".tree a").last.click()
    expect(page.locator("h1")).not_to_be_empty(timeout=SLOW)
    check(page)
    context.close()
