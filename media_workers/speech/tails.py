"""The last digits of an identity number: with the birthday and the district they are all of it."""

from __future__ import annotations

from collections.abc import Iterator

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.spoken import listed, phrases, said_at, table
from media_workers.speech.extent import Evidence, hidden
from media_workers.speech.heard import DIGIT, LETTERS, LIKE_DIGIT, Heard
from media_workers.speech.readings import cues_in
from media_workers.speech.usage import skip_copula

_BACK, _AHEAD = 16, 2
"""Signs between 身份证 and 最后四位, and between that and its first digit."""

_LEAST, _MOST = 3, 8
_ROW = frozenset({DIGIT, LETTERS, LIKE_DIGIT})


def last_digits(heard: Heard) -> Iterator[Evidence]:
    """Few digits behind 最后四位 when the last number that was named is an identity's."""
    cues = list(cues_in(heard, phrases("cue")))
    for at in range(len(heard.signs)):
        size = said_at(heard.sounds, at, listed("copula", "last_digits"))
        before = [cue for place, cue in cues if at - _BACK <= place < at]
        if not size or not before or before[-1].reason != "ID":
            continue
        first = _first(heard, skip_copula(heard, at + size))
        end = first
        while end < min(len(heard.signs), first + _MOST) and heard.signs[end].kind in _ROW:
            end += 1
        counted = heard.text[end : end + 1] in tuple(table("digits")["units"])
        if end - first >= _LEAST and heard.signs[first].kind == DIGIT and not counted:
            yield Evidence(hidden(heard, first, end - 1), Reason.ID, first, end - 1, 0.7, True)


def _first(heard: Heard, begin: int) -> int:
    """The first digit within reach of `begin`; `begin` when there is none."""
    near = range(begin, min(len(heard.signs), begin + _AHEAD + 1))
    return next((n for n in near if heard.signs[n].kind == DIGIT), begin)
