"""How far the live lanes lie behind the delay line, on a whole running system.

The demonstration pushes the sample hearing; a member of staff looks at the three-dimensional view.
Each time news comes, the newest measured second is held against what the public could have got by
then (the wall clock less the hearing's delay) and against what had been published. Run it alone:
`python -m bench lanes`.
"""

from __future__ import annotations

import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx2 as httpx

from tests.support.demo import DemoRun

WATCHED = 45.0
"""Seconds of news that are looked at."""

WARM = 25.0
"""Seconds of the hearing that pass first: the models load, the delay line fills."""


@dataclass(frozen=True, slots=True)
class Look:
    """One piece of news: seconds behind the delay line, and behind what was published."""

    line: float
    published: float


def main() -> str:
    """The figures of one run, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        run = DemoRun(Path(folder))
        try:
            run.says("/watch/h_", 120)
            looks = list(_looks(run))
        finally:
            run.process.terminate()
            run.process.wait(60)
    if not looks:
        return "no news of the lanes came"
    line, published = ([getattr(look, name) for look in looks] for name in ("line", "published"))
    return (
        f"live lanes, {len(looks)} pieces of news: behind the delay line "
        f"median {statistics.median(line):.2f} s, worst {max(line):.2f} s (bar 2 s); "
        f"behind what is published median {statistics.median(published):.2f} s, "
        f"worst {max(published):.2f} s"
    )


def _looks(run: DemoRun) -> Iterator[Look]:
    base = run.address().split("/watch/")[0]
    hearing = run.hearing()
    with httpx.Client(base_url=base, timeout=30, follow_redirects=True) as client:
        _sign_in(client, run.text())
        data = f"/staff/hearings/{hearing}/view/data"
        zero = _zero(client, data)
        delay = _delay(client, data)
        began = time.time()
        with client.stream("GET", f"/staff/hearings/{hearing}/view/events") as reply:
            for line in reply.iter_lines():
                if time.time() - began > WATCHED:
                    return
                news = json.loads(line[6:]) if line.startswith("data: ") else {}
                if news.get("t"):
                    newest = news["t"][-1] + 1.0
                    edge = _published(base, hearing, zero)
                    yield Look(time.time() - zero - delay - newest, edge - newest)


def _sign_in(client: httpx.Client, said: str) -> None:
    login, password = re.findall(r"(\w+) · (\S+) · judge", said)[0]
    page = client.get("/sign-in").text
    csrf = re.findall(r'name="csrf" value="([^"]*)"', page)[0]
    client.post("/sign-in", data={"csrf": csrf, "login": login, "password": password})


def _zero(client: httpx.Client, data: str) -> float:
    """Wall-clock seconds of the hearing's media time 0, once the hearing is well under way."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        news = client.get(data).json()
        if news.get("wallZero") and time.time() - news["wallZero"] / 1000 > WARM and news["t"]:
            return float(news["wallZero"]) / 1000
        time.sleep(1)
    raise RuntimeError("the demonstration did not go on air")


def _delay(client: httpx.Client, data: str) -> float:
    return float(client.get(data).json()["delay"][-1][1])


def _published(base: str, hearing: str, zero: float) -> float:
    """Media seconds up to which the live playlist reaches."""
    text = httpx.get(f"{base}/media/{hearing}/live/index.m3u8", timeout=10).text
    at, rest = text.rsplit("#EXT-X-PROGRAM-DATE-TIME:", 1)[1].split("\n", 1)
    lengths = [float(d) for d in re.findall(r"#EXTINF:([\d.]+)", rest)]
    parts = re.findall(r"#EXT-X-PART:[^\n]*DURATION=([\d.]+)", rest.rsplit("#EXTINF", 1)[-1])
    return datetime.fromisoformat(at).timestamp() - zero + sum(lengths) + sum(map(float, parts))


if __name__ == "__main__":
    print(main())
