"""Opening words gives back neither a protected voice nor what was closed as a whole."""

from __future__ import annotations

import pytest

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.redaction import RedactionKind
from courtstream.domain.time import SECOND, Span
from media_workers.recheck.resound import hidden_sound, openable


def row(kind: RedactionKind, start: float, end: float, why: str = "") -> JournalRow:
    body = {"kind": kind, "start": int(start * SECOND), "end": int(end * SECOND), "why": why}
    return JournalRow(hearing_id="h", seq=1, epoch=1, at="", kind=RowKind.REDACTION, t=0, body=body)


def span(start: float, end: float) -> Span:
    return Span(int(start * SECOND), int(end * SECOND))


@pytest.mark.parametrize("kind", [RedactionKind.VOICE, RedactionKind.WHOLE_PICTURE])
def test_what_was_shielded_stays_shielded(kind: RedactionKind) -> None:
    rows = [row(kind, 2, 4)]
    assert openable(rows, span(0, 6)) == [span(0, 2), span(4, 6)]
    assert openable(rows, span(2, 4)) == []


def test_words_alone_are_opened_whole() -> None:
    rows = [row(RedactionKind.SPEECH, 1, 5), row(RedactionKind.FACE, 0, 9)]
    assert openable(rows, span(2, 4)) == [span(2, 4)]


def test_what_was_opened_is_hidden_no_more_and_the_rest_is() -> None:
    rows = [row(RedactionKind.SPEECH, 1, 5), row(RedactionKind.SPEECH, 2, 3, "opened")]
    assert hidden_sound(rows) == [span(1, 2), span(3, 5)]
