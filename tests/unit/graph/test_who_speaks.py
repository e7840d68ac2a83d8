"""The speaker of a turn, while the hearing runs: the seat's microphone, else the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from courtstream.control.protocol import RowKind, SeatChannel
from courtstream.domain.time import SECOND, Span
from courtstream.domain.transcript import Word
from courtstream.domain.trial import MinuteState, Role
from media_workers.graph.diary import Diary
from media_workers.redact.delay import Held
from media_workers.redact.guard import Verdict
from media_workers.runtime.items import SAMPLE_RATE, Sound
from media_workers.runtime.journal import MemoryRows

OPEN = Verdict(MinuteState.LIVE, None)
SEATS = (
    SeatChannel(channel=1, role=Role.JUDGE, label="审判长"),
    SeatChannel(channel=2, role=Role.DEFENDANT, label="被告"),
)


def rows_of(turns: Sequence[tuple[str, int]], seats: Sequence[SeatChannel] = ()) -> list[Any]:
    """Turns of two seconds with a pause between; each is (words, channel that leads, 0 none)."""
    rows = MemoryRows()
    diary = Diary(rows, seats=seats)
    for n, (text, channel) in enumerate(turns):
        start = 4 * n * SECOND
        span = Span(start, start + 4 * SECOND)
        for step in range(20):
            powers = tuple(0.02 if channel == c else 1e-6 for c in (1, 2))
            diary.seats.push(start + step * SECOND // 10, powers)
        sound = Sound(start, np.zeros(4 * SAMPLE_RATE, np.int16))
        held = Held(span, (), sound, True, span, None)
        diary.aired(held, OPEN, (), (Word(text, Span(start, start + 2 * SECOND), 0.9),))
    diary.flush(4 * len(turns) * SECOND)
    return [body for kind, _, body in rows.rows if kind is RowKind.WORDS]


def speakers(rows: list[Any]) -> list[tuple[str, str, str]]:
    return [(row["role"], row["speaker"], row["by"]) for row in rows]


def test_the_words_tell_who_speaks_and_who_was_asked() -> None:
    said = [("现在开庭。核对当事人身份，被告？", 0), ("我叫路平。", 0), ("嗯那个。", 0)]
    assert speakers(rows_of(said)) == [
        ("J", "审判长", "words"),
        ("D", "被告方", "guess"),
        ("?", "", ""),
    ]


def test_a_seats_microphone_goes_before_the_words() -> None:
    said = [("嗯，继续说。", 1), ("我同意。", 2), ("现在开庭。", 2)]
    assert speakers(rows_of(said, SEATS)) == [
        ("J", "审判长", "channel"),
        ("D", "被告", "channel"),
        ("D", "被告", "channel"),
    ]


def test_a_seat_nobody_listed_leaves_it_to_the_words() -> None:
    assert speakers(rows_of([("现在开庭。", 1)])) == [("J", "审判长", "words")]
