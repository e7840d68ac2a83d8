"""HLS playlists (RFC 8216) of what has been published, with capture time and rewind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from courtstream.domain.time import Span, seconds, to_seconds

SEGMENT_SECONDS = 2
_SPARE_S = 60.0
"""What is kept beyond a window, so that letting go costs little."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed media segment or caption file. `init` is the name of its EXT-X-MAP, if any."""

    n: int
    uri: str
    span: Span
    init: str = ""
    discontinuity: bool = False


@dataclass(slots=True)
class Listing:
    """What a live playlist may still list. What went before stands in the journal alone: a hearing
    of a day would hold tens of thousands.

    `gone`: the discontinuities among those let go.
    """

    segments: list[Segment] = field(default_factory=list)
    gone: int = 0

    def add(self, entry: Segment, window: float) -> None:
        """The next one; now and then those are let go that lie before the last `window` seconds."""
        self.segments.append(entry)
        oldest = entry.span.end - seconds(window + _SPARE_S)
        if self.segments[0].span.end < oldest - seconds(_SPARE_S):
            old = sum(1 for s in self.segments if s.span.end < oldest)
            self.gone += sum(s.discontinuity for s in self.segments[:old])
            del self.segments[:old]


def media_playlist(
    segments: Sequence[Segment], *, wall_zero: datetime, window: float, ended: bool, gone: int = 0
) -> str:
    """A media playlist. While live only the last `window` seconds; once ended all of them.

    `gone`: how many discontinuities lay before the first of `segments`. `wall_zero` is the wall
    time of media time 0: every PROGRAM-DATE-TIME is a time of capture.
    """
    shown = list(segments) if ended else _tail(segments, window)
    longest = max((to_seconds(s.span.length) for s in shown), default=float(SEGMENT_SECONDS))
    first = shown[0].n if shown else 0
    passed = gone + sum(s.discontinuity for s in segments[: len(segments) - len(shown)])
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(SEGMENT_SECONDS, math.ceil(longest - 0.25))}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{passed}",
        *(["#EXT-X-PLAYLIST-TYPE:VOD"] if ended else []),
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *_entries(shown, wall_zero),
        *(["#EXT-X-ENDLIST"] if ended else []),
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Variant:
    """One line of a multivariant playlist. Bits a second; `height` 0: sound alone.

    `codecs` as in RFC 6381. `average` 0: not known yet.
    """

    uri: str
    peak: int
    codecs: str
    width: int = 0
    height: int = 0
    fps: float = 0.0
    average: int = 0


def master_playlist(variants: Iterable[Variant]) -> str:
    """The ways to have one hearing, each with its Chinese captions."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="中文字幕",LANGUAGE="zh",'
        'DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,URI="captions.m3u8"',
    ]
    for variant in variants:
        lines += [f"#EXT-X-STREAM-INF:{_attributes(variant)}", variant.uri]
    return "\n".join(lines) + "\n"


def _attributes(variant: Variant) -> str:
    said = [f"BANDWIDTH={variant.peak}"]
    said += [f"AVERAGE-BANDWIDTH={variant.average}"] if variant.average else []
    if variant.height:
        said += [f"RESOLUTION={variant.width}x{variant.height}", f"FRAME-RATE={variant.fps:.3f}"]
    return ",".join([*said, f'CODECS="{variant.codecs}"', 'SUBTITLES="subs"'])


def _tail(segments: Sequence[Segment], window: float) -> list[Segment]:
    if not segments:
        return []
    limit = to_seconds(segments[-1].span.end) - window
    return [s for s in segments if to_seconds(s.span.end) > limit]


def _entries(segments: Iterable[Segment], wall_zero: datetime) -> Iterable[str]:
    init = ""
    for position, entry in enumerate(segments):
        if entry.discontinuity and position:
            yield "#EXT-X-DISCONTINUITY"
        if entry.init and (entry.init != init or entry.discontinuity):
            init = entry.init
            yield f'#EXT-X-MAP:URI="{init}"'
        at = wall_zero + timedelta(seconds=to_seconds(entry.span.start))
        yield f"#EXT-X-PROGRAM-DATE-TIME:{at.isoformat(timespec='milliseconds')}"
        yield f"#EXTINF:{to_seconds(entry.span.length):.6f},"
        yield entry.uri
