"""WebVTT text of caption lines (W3C WebVTT; RFC 8216 §3.5 for segments)."""

from __future__ import annotations

from collections.abc import Iterable

from courtstream.domain.time import MediaTime
from media_workers.runtime.items import Caption

HEADER = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"
"""Media time zero is presentation time zero of the segments, so the map is the identity."""


def document(captions: Iterable[Caption], header: str = HEADER) -> str:
    """A whole WebVTT file; hostile text cannot end a cue or open a tag."""
    return header + "".join(
        f"\n{stamp(c.span.start)} --> {stamp(c.span.end)} line:88%\n{escape(c.text)}\n"
        for c in captions
    )


def stamp(t: MediaTime) -> str:
    """HH:MM:SS.mmm."""
    ms = t // 1_000_000
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def escape(text: str) -> str:
    """Cue text with markup characters written out and blank lines closed up."""
    lines = (line.strip() for line in text.splitlines())
    joined = "\n".join(line for line in lines if line)
    return joined.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
