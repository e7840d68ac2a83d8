"""The rest of something private whose beginning was never heard: sound that starts in mid speech.

A recording cut out of a hearing, a microphone opened late: the cue that would have given a number
or an address away lies before the first sample. So less is needed here than anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, Span, seconds
from courtstream.rules.masking.spoken import table
from media_workers.speech.extent import Evidence, hidden
from media_workers.speech.heard import DIGIT, LETTERS, LIKE_DIGIT, Heard
from media_workers.speech.places import house_numbers
from media_workers.speech.readings import reading_end

_REACH: MediaTime = seconds(6.0)
_SOME: MediaTime = seconds(0.5)
_LEAST = 2


def unheard_beginnings(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[Evidence]:
    """Digits that the sound begins with, and house numbers in its first seconds."""
    if not heard.opening or not heard.signs:
        return
    yield from _digits(heard, kept)
    yield from _left_out(heard)
    yield from _addresses(heard, kept)


def _digits(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[Evidence]:
    """A number begins with the first or second sign; what looks like a sum or a date stays."""
    row = {DIGIT, LIKE_DIGIT, LETTERS}
    first = next((at for at in (0, 1) if at < len(heard.signs) and _is_row(heard, at, row)), None)
    if first is None:
        return
    end = reading_end(heard, first)
    digits = sum(heard.signs[at].kind == DIGIT for at in range(first, end))
    counted = heard.text[end : end + 1] in tuple(table("digits")["units"])
    public = any(a < end and first < b for a, b in kept)
    if end - first < _LEAST or not digits or counted or public:
        return
    span = hidden(heard, first, end - 1, 2)
    whole = Span(heard.window.start, span.end)
    yield Evidence(whole, Reason.NUMBER_BEING_READ, first, end - 1, 0.6, True)


def _left_out(heard: Heard) -> Iterator[Evidence]:
    """Voice before the first sign, of which the recogniser made nothing."""
    begin, onset = heard.window.start, heard.onset(0)
    if onset - begin > _SOME and heard.voiced_share(begin, onset) > 0.5:
        yield Evidence(Span(begin, onset), Reason.NUMBER_BEING_READ, 0, 0, 0.5, True)


def _is_row(heard: Heard, at: int, row: set[str]) -> bool:
    return heard.signs[at].kind in row


def _addresses(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[Evidence]:
    """Everything from the first sample to the last house number, when one comes soon."""
    limit = heard.window.start + _REACH
    ends = [end for start, end in house_numbers(heard, kept) if heard.start(start) < limit]
    if ends:
        last = max(ends) - 1
        whole = Span(heard.window.start, hidden(heard, 0, last, 2).end)
        yield Evidence(whole, Reason.ADDRESS, 0, last, 0.6, True)
