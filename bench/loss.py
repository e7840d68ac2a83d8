"""WHIP over a network that loses packets: Chromium in a network namespace, losses by nftables.

`python -m bench.loss [PERCENT …]`; needs root, `ip` and `nft`, and Chromium. For each loss it tells
how many pictures a second came through, the longest stand-still, and how much of the sound.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from playwright.async_api import async_playwright

from courtstream.settings import Settings
from tests.support.ways import Site, site, until
from tests.ways.test_whip import CHROMIUM, FLAGS, PUBLISH, page_of

SPACE, OUTSIDE, INSIDE = "csloss", "csloss0", "csloss1"
HERE, THERE = "10.213.7.1", "10.213.7.2"
SECONDS = 20.0


def missing() -> str:
    """What is needed and not there; empty when all is."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "nft", CHROMIUM):
        if not shutil.which(program):
            return f"{program} is not installed"
    return ""


def run(*words: str, check: bool = True) -> None:
    subprocess.run(words, check=check, capture_output=not check)


@contextmanager
def namespace() -> Iterator[None]:
    """A namespace with one cable to it."""
    run("ip", "netns", "del", SPACE, check=False)
    run("ip", "netns", "add", SPACE)
    try:
        run("ip", "link", "add", OUTSIDE, "type", "veth", "peer", "name", INSIDE)
        run("ip", "link", "set", INSIDE, "netns", SPACE)
        run("ip", "addr", "add", f"{HERE}/30", "dev", OUTSIDE)
        run("ip", "link", "set", OUTSIDE, "up")
        within = ("ip", "netns", "exec", SPACE, "ip")
        run(*within, "addr", "add", f"{THERE}/30", "dev", INSIDE)
        run(*within, "link", "set", INSIDE, "up")
        run(*within, "link", "set", "lo", "up")
        yield
    finally:
        run("ip", "link", "del", OUTSIDE, check=False)
        run("ip", "netns", "del", SPACE, check=False)


@contextmanager
def losing(percent: int) -> Iterator[None]:
    """UDP both ways loses `percent` of its packets."""
    table = "inet csloss"
    lose = f"meta l4proto udp numgen random mod 100 < {percent} drop"
    rules = f"""
        table {table} {{
          chain in {{ type filter hook input priority 0; iifname "{OUTSIDE}" {lose}; }}
          chain out {{ type filter hook output priority 0; oifname "{OUTSIDE}" {lose}; }}
        }}"""
    run("nft", "delete", "table", *table.split(), check=False)
    subprocess.run(["nft", "-f", "-"], input=rules.encode(), check=True)
    try:
        yield
    finally:
        run("nft", "delete", "table", *table.split(), check=False)


def browser_in_space(folder: Path) -> Path:
    """A program that starts Chromium inside."""
    script = folder / "chromium-inside"
    script.write_text(f'#!/bin/sh\nexec ip netns exec {SPACE} {CHROMIUM} "$@"\n')
    script.chmod(0o755)
    return script


def offered(settings: Settings) -> Settings:
    ingest = settings.ingest.model_copy(update={"webrtc_addresses": (HERE,)})
    return settings.model_copy(update={"ingest": ingest})


async def measured(percent: int, folder: Path) -> dict[str, float]:
    """One publication of `SECONDS` under the loss."""
    async with site(folder, change=offered, host=HERE) as ways, async_playwright() as playwright:
        inside = str(browser_in_space(folder))
        browser = await playwright.chromium.launch(executable_path=inside, args=FLAGS)
        page = await page_of(browser)
        asked = {"url": f"{ways.base}/whip", "key": ways.key, "codec": "video/H264"}
        reply = await page.evaluate(PUBLISH, asked)
        assert reply["status"] == 201, reply
        await until(lambda: ways.files() and ways.files()[-1].stat().st_size > 20_000, 60)
        with losing(percent):
            await asyncio.sleep(SECONDS)
            await browser.close()
        return figures(ways)


def figures(ways: Site) -> dict[str, float]:
    got = ways.received()
    video = sorted(p.dts or 0 for p in got.of("video"))
    audio = sorted(p.dts or 0 for p in got.of("audio"))
    span = (video[-1] - video[0]) / 1e9
    steps = [b - a for a, b in pairwise(video)]
    return {
        "pictures_per_s": len(video) / span,
        "longest_stall_s": max(steps) / 1e9,
        "sound_came": len(audio) * 0.02 / ((audio[-1] - audio[0]) / 1e9),
        "sessions": len(ways.files()),
    }


def main(argv: list[str]) -> int:
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
        return 0
    with namespace():
        for percent in [int(word) for word in argv] or [0, 5, 20]:
            with tempfile.TemporaryDirectory() as folder:
                found = asyncio.run(measured(percent, Path(folder)))
            told = "  ".join(f"{name} {value:.2f}" for name, value in found.items())
            print(f"loss {percent:2d} %  {told}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
