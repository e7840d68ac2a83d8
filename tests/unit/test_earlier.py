"""A run goes on where the journal says that the earlier ones had got to."""

from __future__ import annotations

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND
from media_workers.earlier import EarlierRuns


def row(kind: RowKind, **body: object) -> JournalRow:
    return JournalRow(hearing_id="h", seq=1, epoch=1, at="", kind=kind, t=0, body=dict(body))


def test_the_first_run_has_nothing_before_it() -> None:
    assert EarlierRuns.of(()) == EarlierRuns(0, 0, (0, 0), came=False, begun=False, low=None)


def test_it_goes_on_after_whole_chunks_and_after_what_was_sealed() -> None:
    found = EarlierRuns.of(
        [
            row(RowKind.SOURCE, state="connected"),
            row(RowKind.SEALED, end=9 * SECOND),
            row(RowKind.SEGMENT, end=2 * SECOND, also={"low": {}}),
            row(RowKind.SEGMENT, end=3 * SECOND, upto=4 * SECOND, also={"low": {}}),
            row(RowKind.MEASURE, end=4 * SECOND),
            row(RowKind.WORDS, end=3 * SECOND),
        ]
    )
    assert found.aired == 4 * SECOND
    assert found.last_instant == 9 * SECOND
    assert found.told == (4 * SECOND, 3 * SECOND)
    assert found.came
    assert found.begun
    assert found.low


def test_a_hearing_that_began_without_low_lines_goes_on_without() -> None:
    found = EarlierRuns.of([row(RowKind.SEGMENT, end=2 * SECOND)])
    assert found.low is False


def test_cards_of_the_next_run_have_the_size_of_the_first_picture_and_the_latest_rate() -> None:
    found = EarlierRuns.of(
        [
            row(RowKind.SOURCE, state="connected", width=3840, height=2160, fps=25.0),
            row(RowKind.SOURCE, state="disconnected"),
            row(RowKind.SOURCE, state="connected", width=640, height=360, fps=30.0),
        ]
    )
    assert found.form == (1920, 1080, 30.0)
