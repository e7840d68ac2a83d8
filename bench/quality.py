"""Scoring a three-hour hearing, and the lanes of one in a browser. Prints figures; asserts none."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from courtstream.domain.scoring import HearingFacts, MediaMeasures, MediaSecond
from courtstream.domain.time import SECOND, Span
from courtstream.domain.transcript import Transcript, Utterance
from courtstream.domain.trial import CaseKind, Procedure
from courtstream.rules.scoring import score_hearing
from courtstream.rules.scoring.synthetic import synthetic_facts

HOURS = 3
SECONDS = HOURS * 3600


def long_facts() -> HearingFacts:
    """An invented hearing whose evidence part goes on for three hours, measured every second."""
    facts = synthetic_facts(7, kind=CaseKind.CIVIL, procedure=Procedure.CIV1_ORD, judge_quality=0.8)
    said = list(facts.transcript.utterances)
    middle = said[len(said) // 2]
    filler: list[Utterance] = []
    t = middle.span.end
    talk = "对该份证据的真实性认可，证明目的不认可，付款时间与合同约定不一致。"
    while t < SECONDS * SECOND:
        filler.append(replace(middle, span=Span(t, t + 7 * SECOND), text=talk))
        t += 8 * SECOND
    shift = t - middle.span.end
    later = [
        replace(u, span=Span(u.span.start + shift, u.span.end + shift))
        for u in said[len(said) // 2 + 1 :]
    ]
    measures = tuple(
        MediaSecond(
            Span(n * SECOND, (n + 1) * SECOND),
            frozen=n % 977 < 5,
            lufs=-23.0 - n % 7,
            snr_db=20.0,
            hum_db=-15.0,
            sharpness=0.7,
            tilt=0.3,
            bright=0.0,
            dark=0.1,
            missing=0.0,
            clock=True,
            bench_empty=False,
        )
        for n in range(SECONDS)
    )
    utterances = (*said[: len(said) // 2 + 1], *filler, *later)
    return replace(
        facts,
        transcript=Transcript(utterances, facts.transcript.events),
        media=MediaMeasures(seconds=measures, loudness_lufs=-23.0),
    )


def scored() -> str:
    """Seconds to score three hours (bar: below 5)."""
    facts = long_facts()
    began, cpu = time.monotonic(), time.process_time()
    card = score_hearing(facts)
    wall, used = time.monotonic() - began, time.process_time() - cpu
    turns = len(facts.transcript.utterances)
    return (
        f"score a {HOURS} h hearing ({turns} turns, {SECONDS} measured seconds): "
        f"{wall:.2f} s, {used:.2f} CPU-s (bar 5 s); total {card.total}"
    )


def lanes() -> str:
    """Frame times while three hours of lanes are zoomed and dragged (bar: 60 Hz, 16.7 ms)."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, DESK, FLAGS, sign_in
    from tests.browser.stage import running

    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as stage:
        stage.open()
        stage.close()
        made = _three_hours()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_context(locale="zh-CN", viewport=DESK).new_page()
            page.route("**/view/data*", lambda route: route.fulfill(json=made))
            sign_in(page, stage, "judge")
            page.goto(f"{stage.base}/staff/hearings/{stage.seed.hearing_id}/view")
            page.wait_for_function("() => window.courtstreamLanes")
            times: list[float] = page.evaluate(_TRACE)
            browser.close()
    times.sort()
    return (
        f"lanes of {HOURS} h, drawing while zooming from hours to frames and back: "
        f"{len(times)} draws, middle {times[len(times) // 2]:.2f} ms, "
        f"p95 {times[int(len(times) * 0.95)]:.2f} ms, worst {times[-1]:.2f} ms (60 Hz: 16.7 ms)"
    )


_TRACE = """async () => {
  const lanes = window.courtstreamLanes, times = [];
  const frame = () => new Promise((on) => requestAnimationFrame(on));
  for (let n = 0; n < 240; n += 1) {
    const began = performance.now();
    lanes.zoom(n % 80 < 40 ? 1.3 : 1 / 1.3, (n * 45) % 10800);
    lanes.draw();
    times.push(performance.now() - began);
    await frame();
  }
  return times;
}"""


def _three_hours() -> dict[str, Any]:
    def block(start: float, length: float, kind: str, text: str = "") -> dict[str, Any]:
        return {"start": start, "end": start + length, "kind": kind, "text": text}

    return {
        "since": 0,
        "duration": SECONDS,
        "live": False,
        "t": list(range(SECONDS)),
        "lufs": [-23 - n % 17 for n in range(SECONDS)],
        "faces": [n % 9 for n in range(SECONDS)],
        "skew": [0] * SECONDS,
        "faults": [block(n, 6, "frozen") for n in range(30, SECONDS, 97)],
        "sealed": [block(0, SECONDS, "")],
        "gaps": [],
        "public": [block(n * 600, 598, "") for n in range(18)],
        "minutes": [block(n * 1800, 300, "RECESS") for n in range(6)],
        "closures": [block(n, 3, "guard", "ANALYSIS_LATE") for n in range(200, SECONDS, 555)],
        "hidden": [],
        "speech": [block(n, 2, "private", "ID") for n in range(11, SECONDS, 13)],
        "delay": [[0, 10], [4000, 15]],
        "steps": [block(n * 300, 60, "met", "环节") for n in range(36)],
        "findings": [block(n, 20, "not_found", "疑点") for n in range(100, SECONDS, 411)],
        "transcript": [],
        "wallZero": None,
    }


def main(folder: Path) -> str:
    """Both figures."""
    return "\n".join([scored(), lanes()])


if __name__ == "__main__":
    print(json.dumps({"scored": scored(), "lanes": lanes()}, ensure_ascii=False, indent=1))
