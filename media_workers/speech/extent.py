"""What is hidden of signs that are private: from where to where in time, with pads."""

from __future__ import annotations

import re
from dataclasses import dataclass

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, Span, seconds
from media_workers.speech.heard import OTHER, Heard

PAUSE = seconds(2.0)
"""Silence that ends a number, whatever was missing of it."""

EDGE = seconds(1.0)
"""What lies this near to the end of a window is heard again in the next."""

PUBLIC = re.compile("[0-9十百千]{1,7}[元块万]|(?:19|20)[0-9]{2}年")
"""A sum or a year: no part of a number that is being read, nor of an address."""

_BEFORE, _AFTER, _AFTER_WORD = seconds(0.25), seconds(0.35), seconds(0.25)
_A_DIGIT, _TAIL, _LONG, _BREATH = seconds(0.2), seconds(1.0), seconds(0.45), seconds(0.5)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Signs `first..last` (inclusive) are private; `span` is what to hide, padded."""

    span: Span
    reason: Reason
    first: int
    last: int
    confidence: float
    cued: bool = False


def hidden(heard: Heard, first: int, last: int, missing: int = 0) -> Span:
    """The time of signs `first..last` with pads, up to the next word when that comes soon.

    The recogniser drops digits, so the time between the last digit and the next word belongs to
    the number when someone is speaking in it; `missing` digits are waited for until a pause.
    """
    end, onset = heard.end(last), heard.onset(last + 1)
    more = last + 1 < len(heard.signs)
    if end < onset < end + PAUSE and heard.voiced_share(end, onset) > 0.5:
        end = onset
    wait = end + min(missing, 10) * _A_DIGIT
    end = max(end, min(wait, _ends(heard, last, end)))
    if more and end >= onset - _A_DIGIT:
        stop = end + _AFTER_WORD
    else:
        stop = heard.pause_after(end, end + _TAIL) + _AFTER
        # a short pause is not seen as one; what was recognised behind it is not the number's
        stop = min(stop, onset + _AFTER_WORD) if more else stop
    stop = max(stop, heard.breath_after(last, end))
    return Span(_begins(heard, first), min(stop, _known(heard, last)))


def _known(heard: Heard, last: int) -> MediaTime:
    """How far a number that ends with sign `last` may be waited for.

    At its end a window is read badly, and the next one hears that part again before it passes:
    what is hidden now could not be shown then. Where no window follows all of it is waited for.
    """
    end = heard.window.end
    return end if heard.closing else max(heard.end(last) + _AFTER, end - EDGE)


def _begins(heard: Heard, first: int) -> MediaTime:
    """Before the first digit; a long character before it may hide digits that were dropped."""
    start = heard.start(first)
    if first > 0:
        known = heard.start(first - 1) + _LONG
        if known < start < known + PAUSE and heard.voiced_share(known, start) > 0.5:
            start = known
    return max(0, start - _BEFORE)


def spoken(heard: Heard, first: int, last: int) -> Span:
    """The time of signs `first..last` as recognised, with pads."""
    start, end = heard.start(first), heard.end(last)
    # the first word of a window is often stretched back over the silence before it
    start = max(start, end - (last + 1 - first) * _LONG)
    return Span(max(0, start - _BEFORE), end + _AFTER)


def _ends(heard: Heard, last: int, after: MediaTime) -> MediaTime:
    """When a reading must be over: at a pause, where three foreign signs follow, or a sum or a
    year behind foreign ones (余额十二万元).
    """
    foreign, limit = 0, after + seconds(3)
    for index in range(last + 1, len(heard.signs)):
        if foreign and PUBLIC.match(heard.text, index):
            limit = max(after, heard.start(index - foreign))
            break
        foreign = foreign + 1 if heard.signs[index].kind == OTHER else 0
        if foreign == 3:
            limit = max(after, heard.start(index - 2))
            break
    return heard.pause_after(after, limit, _BREATH)
