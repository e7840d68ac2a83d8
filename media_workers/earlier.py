"""What earlier runs of a hearing have left, by their journal; the rows need not be kept for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import MediaTime
from media_workers.timeline.fit import public_size


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """How far they got, in nanoseconds of media time; 0 throughout where there was none.

    `aired`: all before it was published. `last_instant`: nothing was published or sealed after it,
    and nothing new may lie before it. `told`: up to where (measures, words) are written down.
    `came`: the courtroom had sent something. `begun`: something was published. `low`: whether 360
    lines were made, None when nothing was. `form`: width, height and pictures a second of what was
    published last, None when no picture had come.
    """

    aired: MediaTime
    last_instant: MediaTime
    told: tuple[MediaTime, MediaTime]
    came: bool
    begun: bool
    low: bool | None
    form: tuple[int, int, float] | None = None

    @classmethod
    def of(cls, rows: Sequence[JournalRow]) -> EarlierRuns:
        """Those that wrote `rows`."""
        segments = [row.body for row in rows if row.kind is RowKind.SEGMENT]
        newest = segments[-1] if segments else None
        return cls(
            # `end` is where the last picture ends; whole chunks were published.
            aired=int(newest.get("upto", newest["end"])) if newest else 0,
            last_instant=_end(rows, RowKind.SEGMENT, RowKind.SEALED),
            told=(_end(rows, RowKind.MEASURE), _end(rows, RowKind.WORDS)),
            came=any(row.kind is RowKind.SOURCE for row in rows),
            begun=newest is not None,
            low="low" in newest.get("also", {}) if newest else None,
            form=_form(rows),
        )


def _form(rows: Sequence[JournalRow]) -> tuple[int, int, float] | None:
    """The first picture's size stays the public one; its latest rate is the rate."""
    told = [r.body for r in rows if r.kind is RowKind.SOURCE and "fps" in r.body]
    if not told:
        return None
    size = public_size(int(told[0]["width"]), int(told[0]["height"]))
    return (*size, min(60.0, max(1.0, float(told[-1]["fps"]))))


def _end(rows: Sequence[JournalRow], *kinds: RowKind) -> MediaTime:
    return max((int(row.body["end"]) for row in rows if row.kind in kinds), default=0)
