"""Makes the pictures in docs/screens: every page, as a person sees it.

    python -m tests.browser.screens [--picture REDACTED.mp4] [--only live,judge]

The picture must already be redacted; without one a test card stands in.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from courtstream.domain.clock import utc_now
from courtstream.services.supervision import coverage, monthly
from courtstream.store.tables import Notice
from tests.browser import modes
from tests.browser.conftest import CHROMIUM, DESK, FLAGS, PHONE, sign_in, until
from tests.browser.stage import ROOT, Stage, running

OUT = ROOT / "docs" / "screens"
TALLEST = 1500
LOOKS = {
    "zh": {"locale": "zh-CN", "viewport": DESK},
    "en": {"locale": "en-GB", "viewport": DESK},
    "dark": {"locale": "zh-CN", "viewport": DESK, "color_scheme": "dark"},
    "phone": {"locale": "zh-CN", "viewport": PHONE, "device_scale_factor": 1.5},
}
PAGES = {
    "home": ("", "/"),
    "search": ("", "/?q=借贷"),
    "live": ("", "/watch/{hearing}"),
    "sign-in": ("", "/sign-in"),
    "desk": ("clerk", "/staff"),
    "courtroom": ("clerk", "/staff/courtrooms/{room}"),
    "schedule": ("clerk", "/staff/hearings"),
    "judge": ("judge", "/staff/judges/{judge}"),
    "scorecard": ("office", "/staff/hearings/{hearing}?t=6.6"),
    "text": ("", "/text/{hearing}"),
    "entries": ("clerk", "/staff/hearings/{hearing}/entries"),
    "gate": ("clerk", "/staff/hearings/{hearing}/gate"),
    "calendar": ("", "/calendar"),
    "coverage": ("office", "/staff/coverage"),
    "indicators": ("office", "/staff/indicators"),
    "notices": ("office", "/staff/notices"),
    "notice": ("office", "/staff/notices/{notice}"),
    "behind": ("office", "/staff/behind/LIVE_RATE?span=3"),
    "replay": ("", "/watch/{hearing}?t=11"),
    "clips": ("", "/clips/{hearing}"),
    "clips-desk": ("clerk", "/staff/hearings/{hearing}/clips"),
    "verdict": ("", "/verdict/{hearing}"),
    "verdict-desk": ("clerk", "/staff/hearings/{hearing}/verdict"),
}
FACES = ("home", "live", "courtroom", "judge", "scorecard", "coverage")
"""Pages shown in every look; the others in Chinese on a desk only."""

MOVING = ("live", "courtroom", "replay", "scorecard")
AFTERWARDS = ("replay", "scorecard", "clips", "clips-desk", "verdict", "verdict-desk")


def shoot(page: Page, name: str) -> None:
    """A full page, cut at `TALLEST` pixels of page, as JPEG."""
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    size = page.viewport_size or DESK
    page.set_viewport_size({"width": size["width"], "height": height})
    page.wait_for_timeout(300)
    page.screenshot(path=OUT / f"{name}.jpg", type="jpeg", quality=58)
    page.set_viewport_size(size)


def look(browser: Browser, stage: Stage, kind: str, names: list[str]) -> None:
    context = browser.new_context(**LOOKS[kind])  # type: ignore[arg-type]
    page, who = context.new_page(), ""
    page.set_default_timeout(30_000)
    for name in names:
        login, pattern = PAGES[name]
        if login != who:
            context.clear_cookies(name="cs_session")
            if login:
                sign_in(page, stage, login)
            who = login
        stage.beat()
        page.goto(stage.base + pattern.format(**places(stage)))
        if name in MOVING and page.locator("video").count():
            play(page)
        shoot(page, f"{name}-{kind}")
    context.close()


def play(page: Page) -> None:
    until(page, "document.querySelector('video').readyState >= 2", 60)
    page.evaluate("document.querySelector('video').muted = true")
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_timeout(1500)
    page.evaluate("document.querySelector('video').pause()")


def supervised(stage: Stage) -> None:
    """The latest month's supervision has run, so that there is something to look at."""
    work, now = stage.platform.work, utc_now()
    work.write(monthly.run, work.read(coverage.latest, now), now)


def places(stage: Stage) -> dict[str, str]:
    with stage.platform.work.store.read() as session:
        notice = session.scalars(select(Notice.id).order_by(Notice.id)).first()
    return {
        "notice": notice or "",
        "hearing": stage.seed.hearing_id,
        "room": stage.seed.courtroom_id,
        "judge": stage.judge_of("judge"),
    }


def looks(only: list[str]) -> Iterator[tuple[str, list[str]]]:
    for kind in LOOKS:
        shown = PAGES if kind == "zh" else FACES
        yield kind, [name for name in shown if not only or name in only]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--picture", default="", help="a redacted video for the player")
    parser.add_argument("--only", default="", help="names of pages, with commas")
    asked = parser.parse_args()
    only = [name for name in asked.only.split(",") if name]
    OUT.mkdir(parents=True, exist_ok=True)
    picture = str(Path(asked.picture).resolve()) if asked.picture else ""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), picture) as stage:
        stage.open()
        modes.text_mode(stage)
        supervised(stage)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for kind, names in looks(only):
                look(browser, stage, kind, [n for n in names if n not in AFTERWARDS])
            stage.close()
            modes.clips_and_verdict(stage)
            for kind, names in looks(only):
                look(browser, stage, kind, [n for n in names if n in AFTERWARDS])
            browser.close()
    total = sum(path.stat().st_size for path in OUT.glob("*.jpg"))
    print(f"{len(list(OUT.glob('*.jpg')))} pictures, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
