"""The public page of a hearing: live, with captions and words, then the replay at its address."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from courtstream.control.protocol import RowKind
from tests.browser.conftest import until
from tests.browser.stage import LENGTH, SEGMENT, Stage

CAPTIONED = """[...document.querySelector('video').textTracks].some(
  track => track.kind === 'subtitles' && track.mode === 'showing' && track.cues?.length > 0)"""
DECODED = "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 20"


def play(page: Page) -> None:
    until(page, "document.querySelector('video').readyState >= 2")
    page.evaluate("document.querySelector('video').muted = true")
    page.locator("media-play-button").click()


def test_a_viewer_sees_the_live_picture_captions_and_words(page: Page, stage: Stage) -> None:
    page.goto(stage.watch)
    play(page)
    until(page, DECODED)
    until(page, CAPTIONED)
    expect(page.locator("[data-strip-name]")).to_have_text("延时直播中")
    expect(page.locator(".transcript li")).to_have_count(6)
    assert page.evaluate("document.querySelector('video').duration") == float("inf")


def test_no_script_still_gives_facts_and_words(stage: Stage, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(stage.watch)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".transcript li")).to_have_count(6)
    expect(page.locator("noscript, .stage .card b").first).to_be_attached()
    assert "index.m3u8" not in page.content()
    context.close()


def test_new_words_arrive_by_themselves_once_their_sound_has_aired(
    page: Page, stage: Stage
) -> None:
    page.goto(stage.watch)
    expect(page.locator(".transcript li")).to_have_count(6)
    stage.speak(LENGTH + 0.5, "P", "原告", "不申请。")
    page.wait_for_timeout(500)
    expect(page.locator(".transcript li")).to_have_count(6)
    stage.air(LENGTH // SEGMENT)
    expect(page.locator(".transcript li")).to_have_count(7)
    expect(page.locator(".transcript li").last).to_contain_text("原告")


def test_the_strip_follows_what_the_court_orders(page: Page, stage: Stage) -> None:
    page.goto(stage.watch)
    play(page)
    until(page, DECODED)
    stage.say(RowKind.STATE, LENGTH, state="RECESS", by="clerk", why="RECESS")
    expect(page.locator("[data-strip-name]")).to_have_text("休庭")
    stage.say(RowKind.STATE, LENGTH, state="DELAYED", by="clerk", why="")
    expect(page.locator("[data-strip-name]")).to_have_text("延时直播中")


def test_a_click_on_a_line_plays_that_moment(page: Page, stage: Stage) -> None:
    page.goto(stage.watch)
    play(page)
    until(page, DECODED)
    page.locator(".transcript a.t").nth(2).click()
    until(page, "Math.abs(document.querySelector('video').currentTime - 6.6) < 2.5")
    expect(page.locator(".transcript li[aria-current]")).to_contain_text("核对当事人身份")


def test_the_player_comes_back_when_the_server_does(page: Page, stage: Stage) -> None:
    page.route("**/media/**", lambda route: route.abort())
    page.goto(stage.watch)
    expect(page.locator("[data-card] b")).to_have_text("正在重新连接")
    page.unroute("**/media/**")
    until(page, "document.querySelector('video').readyState >= 2", 20)
    expect(page.locator("[data-card]")).to_be_hidden()


def test_the_reason_is_told_while_a_held_back_stretch_plays(page: Page, stage: Stage) -> None:
    stage.close()
    page.goto(f"{stage.watch}?t=12.2")
    play(page)
    expect(page.locator("[data-strip-name]")).to_have_text("画面与声音已遮挡")
    expect(page.locator("[data-strip-why]")).to_have_text("隐私分析滞后")


def test_after_the_end_the_same_address_is_the_replay(page: Page, stage: Stage) -> None:
    page.goto(stage.watch)
    until(page, f"Math.abs(document.querySelector('video').duration - {LENGTH}) < 1")
    play(page)
    until(page, DECODED)
    expect(page.locator("[data-strip-name]")).to_have_text("回放")
    expect(page.locator("media-playback-rate-button")).to_be_visible()


def test_a_viewer_chooses_a_smaller_picture_and_the_sound_alone_by_keyboard(
    page: Page, stage: Stage
) -> None:
    page.goto(stage.watch)
    play(page)
    until(page, DECODED)
    button = page.locator("media-chrome-menu-button")
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    items = page.locator("media-chrome-menu-item")
    expect(items).to_contain_text(["自动", "360p", "180p", "仅声音"])
    items.nth(2).focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('video').videoHeight === 180", 20)
    button.focus()
    page.keyboard.press("Enter")
    before = page.evaluate("document.querySelector('video').currentTime")
    items.nth(3).focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('video').videoHeight === 0", 20)
    until(page, f"document.querySelector('video').currentTime > {before}", 20)
    until(page, CAPTIONED)
    expect(page.locator("[data-sound-note]")).to_be_visible()
    assert "仅声音" in (button.get_attribute("aria-label") or "")
    button.focus()
    page.keyboard.press("Enter")
    items.nth(0).focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('video').videoHeight > 0", 20)
    expect(page.locator("[data-sound-note]")).to_be_hidden()


def test_a_recording_of_one_rendition_plays_and_offers_no_choice(page: Page, stage: Stage) -> None:
    master = stage.settings.public / stage.seed.hearing_id / "live" / "master.m3u8"
    text = master.read_text()
    master.write_text(text[: text.index("#EXT-X-STREAM-INF:BANDWIDTH=200000")])
    try:
        page.goto(stage.watch)
        play(page)
        until(page, DECODED)
        expect(page.locator("media-chrome-menu-button")).to_be_hidden()
    finally:
        master.write_text(text)
