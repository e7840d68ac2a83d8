"""The table of words and private speech in docs/benchmarks.md."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- speech -->", "<!-- /speech -->"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    recording: str
    who: str
    cer: float
    latency: tuple[float, float, float] | None
    cpu: float
    recall: float
    digits: str
    over: float
    public: float
    delay: float | None


def line(row: Row) -> str:
    """A line of the table."""
    late = " / ".join(f"{x:.1f}" for x in row.latency) + " s" if row.latency else "whole file"
    delay = "whole file" if row.delay is None else f"{row.delay:g} s"
    return (
        f"| {row.recording} | {row.who} | {row.cer:.3f} | {late} | {row.cpu:.2f} |"
        f" {row.recall:.4f} | {row.digits} | {row.over:.3f} | {row.public:.3f} | {delay} |"
    )


def write(made: list[Row], loads: tuple[float, float]) -> None:
    """The speech table of docs/benchmarks.md, the rest of which is left alone.

    `loads`: least and most runnable programs of the machine meanwhile, a minute's means.
    """
    stamp = time.strftime("%Y-%m-%d %H:%M")
    table = [
        f"{BEGIN}",
        "## Speech",
        "",
        f"`python -m bench words private`, ended {stamp}, load {loads[0]:.0f} to {loads[1]:.0f},",
        "Whisper base int8, one thread. The peers read the whole file with faster-whisper's usual",
        "settings and hide what patterns find, and with jieba what it takes for names, places and",
        "numbers. Latency is media time: reading a window comes on top, 2.5 times the cost.",
        "",
        "| recording | who | CER | commit latency mean / p90 / p99 | CPU-s per s | private time"
        " hidden | digits leaked | over-bleep | public hidden | delay |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *map(line, made),
    ]
    section = "\n".join([*table, END])
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else "# Benchmarks\n"
    if BEGIN in text and END in text:
        text = text[: text.index(BEGIN)] + section + text[text.index(END) + len(END) :]
    else:
        text = f"{text.rstrip()}\n\n{section}\n"
    DOCUMENT.write_text(text, encoding="utf-8")
