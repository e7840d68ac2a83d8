"""A number being read out, by evidence: digits in a row, or a cue with digit sounds after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, Span, seconds
from courtstream.rules.masking.choices import Choices
from courtstream.rules.masking.spoken import Phrase, listed, phrases, said_at, says, table
from media_workers.speech.extent import EDGE, PAUSE, Evidence, hidden
from media_workers.speech.heard import DIGIT, LETTERS, LIKE_DIGIT, OTHER, TENS, Heard
from media_workers.speech.papers import is_paper, is_sum, names_paper
from media_workers.speech.usage import is_other_word, is_question, otherwise, skip_copula

_SENTENCE = frozenset("。？！?!")
_LENGTHS = {Reason.ID: 18, Reason.PHONE: 11, Reason.BANK: 19}
_LEAST_ALONE, _LEAST_IDENTITY = 7, 5
_LEAST_LIKE = 5
"""So many sounds like digits in a row after a cue are a reading, though none was written as one."""

_PASSPORT, _LEAST_SCATTERED = 9, 4
"""Signs of a passport's number; so many must sound like digits when they are not in a row."""

_LEAST_NUMBER, _ITS_END = 4, "号"
"""Behind so many digits 号 ends a number: what comes then is another."""

_MANY = 7
"""So many in a row are one without any cue: in ordinary speech five did not occur (measured)."""


def _stretch(
    heard: Heard, at: int, loose: bool, enough: int = 99, others: frozenset[int] = frozenset()
) -> tuple[int, int]:
    """Signs of a reading that begins at `at`: (one past the last, number of digits).

    With `enough` digits it is over where anything else comes; behind anything else it does not go
    on with one of `others`, where a sum, a date or the like begins.

    `loose` after a cue: letters count and up to two foreign characters may come between. Sounds
    like digits belong to it once three digits are known.
    """
    end, count, gap = at, 0, 0
    for index in range(at, len(heard.signs)):
        sign = heard.signs[index]
        if (gap and index in others) or (count >= _LEAST_NUMBER and sign.char == _ITS_END):
            break
        if index > at and heard.start(index) - heard.end(index - 1) > PAUSE:
            break
        if sign.kind != DIGIT and names_paper(heard, index):
            break
        if sign.kind == DIGIT or (loose and sign.kind in {LETTERS, TENS}):
            end, count, gap = index + 1, count + 1, 0
        elif sign.kind == LIKE_DIGIT and (count >= 3 or gap == 0):
            if count >= 3 and gap == 0:
                end = index + 1
            gap += 0 if count >= 3 or loose else 1
        else:
            gap += 1
        if gap > (0 if count >= enough else 2 if loose else 1 if count >= 3 else 0):
            break
    return end, count


def reading_end(heard: Heard, at: int) -> int:
    """One past the digits, and sounds like digits, that begin at sign `at`; `at` when none do."""
    return max(at, _stretch(heard, at, loose=True)[0])


def _left(heard: Heard, at: int) -> int:
    """Sounds like digits right before a reading are its first digits."""
    while (
        at > 0
        and heard.signs[at - 1].kind == LIKE_DIGIT
        and heard.start(at) - heard.end(at - 1) < seconds(0.3)
    ):
        at -= 1
    return at


def _counts(heard: Heard, end: int) -> bool:
    """Whether the characters after a reading make it a count or a sum."""
    return heard.text[end : end + 1] in tuple(table("digits")["units"])


def _inside(first: int, last: int, kept: list[tuple[int, int]]) -> bool:
    held = sum(1 for at in range(first, last + 1) if any(a <= at < b for a, b in kept))
    return held >= 0.6 * (last + 1 - first)


def alone(heard: Heard, kept: list[tuple[int, int]], identity: bool) -> Iterator[Evidence]:
    """Many digits in a row, whatever was said before."""
    at, least = 0, _LEAST_IDENTITY if identity else _LEAST_ALONE
    others = frozenset(first for first, _ in kept)
    while at < len(heard.signs):
        if heard.signs[at].kind != DIGIT:
            at += 1
            continue
        end, count = _stretch(heard, at, False, _LENGTHS[Reason.ID], others)
        last = end - 1
        if (
            count >= least
            and not _inside(at, last, kept)
            and not (count < 9 and _counts(heard, end))
            and not (count < 9 and re.match(r"(?:19|20)\d\d", heard.text[at:end]))
            and heard.end(last) - heard.start(at) < count * seconds(0.6) + seconds(1.5)
            and not is_paper(heard, at)
            and not is_sum(heard, at)
            and not (heard.end(last) > heard.window.end - EDGE and count < 12)
        ):
            first, missing = _left(heard, at), max(0, 11 - count) if count < 11 else 18 - count
            span = hidden(heard, first, last, max(0, missing))
            yield Evidence(span, Reason.NUMBER_BEING_READ, first, last, 0.8)
        at = end


def _first_digit(heard: Heard, at: int, reach: int) -> int | None:
    """The first digit or letter soon after `at`, or where sounds like digits follow each other."""
    for index in range(at, min(len(heard.signs), at + reach + 1)):
        if heard.signs[index].kind in {DIGIT, LETTERS} or _row(heard, index) >= _LEAST_LIKE:
            return index
    return None


def scattered(heard: Heard) -> Iterator[Evidence]:
    """After the cue of a passport, sounds like digits among others: nothing else follows it."""
    for at, cue in cues_in(heard, phrases("cue")):
        begin = skip_copula(heard, at + len(cue.sounds))
        if cue.reason != "PASSPORT" or is_question(heard, begin):
            continue
        near = range(begin, min(len(heard.signs), begin + _PASSPORT))
        like = [n for n in near if heard.signs[n].kind in {DIGIT, LIKE_DIGIT, LETTERS}]
        if len(like) >= _LEAST_SCATTERED:
            span = hidden(heard, begin, like[-1], 2)
            yield Evidence(span, Reason.PASSPORT, begin, like[-1], 0.6, True)


def _row(heard: Heard, at: int) -> int:
    """How many digits, and sounds like digits, follow each other from `at` on."""
    end = at
    while end < len(heard.signs) and heard.signs[end].kind in {DIGIT, LIKE_DIGIT}:
        end += 1
    return end - at


def number_cue(heard: Heard, first: int, end: int) -> int:
    """The first sign of `first..end` at which a number is announced; `end` when none is."""
    return next((at for at in range(first, end) if _is_cue(heard, at)), end)


def _is_cue(heard: Heard, at: int) -> bool:
    near = phrases("cue").near(heard.sounds, at)
    return any(says(heard.sounds, at, cue.sounds) for cue in near)


def _after_cue(heard: Heard, cue: Phrase, cue_end: int, others: frozenset[int]) -> Evidence | None:
    if cue.reason == "ID":
        cue_end += said_at(heard.sounds, cue_end, listed("copula", "tail"))
    begin = skip_copula(heard, cue_end)
    if is_question(heard, cue_end) or is_question(heard, begin):
        return None
    if otherwise(heard, cue_end, "copula", "used"):
        return None
    first = _first_digit(heard, begin, cue.reach)
    if first is None or number_cue(heard, begin, first) < first:
        return None
    reason = Reason(cue.reason)
    end, count = _stretch(heard, first, loose=True, enough=_LENGTHS.get(reason, 99), others=others)
    row = _row(heard, first)
    if row >= _LEAST_LIKE:
        end, count = max(end, first + row), max(count, row)
    if count < cue.least or (count < 8 and _counts(heard, end)):
        return None
    if count < 5 and first - begin > 3:
        return None
    # digits dropped at the start: what lies between the cue and the first digit is the number's
    start = begin if first - begin <= 3 or cue.reason in {"ACCOUNT", "CERT"} else first
    span = hidden(heard, start, end - 1, max(0, _LENGTHS.get(reason, 0) - count))
    return Evidence(span, reason, start, end - 1, 0.9, True)


def cued(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[Evidence]:
    """A cue and digits, or sounds like digits, after it."""
    others = frozenset(first for first, _ in kept)
    for at, cue in cues_in(heard, phrases("cue")):
        if is_other_word(heard, at, len(cue.sounds)):
            continue
        found = _after_cue(heard, cue, at + len(cue.sounds), others)
        if found and not _inside(found.first, found.last, kept):
            yield found


def cues_in(heard: Heard, options: Choices[Phrase]) -> Iterator[tuple[int, Phrase]]:
    """Every cue with its place: the longest that sounds the same, else the longest alike."""
    at = 0
    while at < len(heard.signs):
        near = options.near(heard.sounds, at)
        same = (cue for cue in near if heard.sounds[at : at + len(cue.sounds)] == cue.sounds)
        alike = (cue for cue in near if says(heard.sounds, at, cue.sounds))
        cue = next(same, None) or next(alike, None)
        if cue is None:
            at += 1
            continue
        yield at, cue
        at += len(cue.sounds)


def sounding(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[Evidence]:
    """So many sounds like digits in a row, few of them written as digits: nobody talks like it."""
    at = 0
    while at < len(heard.signs):
        end = at
        while end < len(heard.signs) and heard.signs[end].kind in {DIGIT, LIKE_DIGIT, TENS}:
            end += 1
        kinds = [heard.signs[index].kind for index in range(at, end)]
        mostly = kinds.count(LIKE_DIGIT) * 2 > len(kinds) and TENS not in kinds
        many = end - at >= _MANY if mostly else end - at >= 10 and kinds.count(DIGIT) >= 3
        public = _inside(at, end - 1, kept) or _counts(heard, end) or is_paper(heard, at)
        public = public or is_sum(heard, at)
        # at the edge of a window 元 or 号 may be about to come: the next window has it all
        public = public or (end - at < 14 and heard.end(end - 1) > heard.window.end - EDGE)
        if many and not public:
            span = hidden(heard, at, end - 1, max(0, 18 - (end - at)))
            yield Evidence(span, Reason.NUMBER_BEING_READ, at, end - 1, 0.6)
        at = max(end, at + 1)


def fixed(heard: Heard) -> Iterator[Evidence]:
    """After the cue of a plate or a mail address the next characters, recognised or not."""
    for at, cue in cues_in(heard, phrases("fixed")):
        cue_end = at + len(cue.sounds)
        begin = skip_copula(heard, cue_end)
        shown = heard.signs[begin : begin + 6]
        marked = any(sign.kind in {DIGIT, LETTERS} for sign in shown) or _mail(heard, begin, cue)
        if not shown or is_question(heard, begin) or not (begin > cue_end or marked):
            continue
        last = _fixed_end(heard, begin, cue)
        yield Evidence(hidden(heard, begin, last), Reason(cue.reason), begin, last, 0.7, True)


def _fixed_end(heard: Heard, begin: int, cue: Phrase) -> int:
    limit: MediaTime = heard.start(begin) + seconds(cue.seconds)
    last, over = begin, listed("copula", "mail_ends")
    while (  # a long gap ends it: the recogniser has gone on to something else
        last + 1 < len(heard.signs)
        and last + 1 - begin < cue.chars
        and heard.start(last + 1) < limit
        and heard.start(last + 1) - heard.end(last) < seconds(0.6)
        and not (cue.reason == "EMAIL" and _over(heard, last))
    ):
        last += 1
        if cue.reason == "EMAIL" and (size := said_at(heard.sounds, last, over)):
            return min(last + size, len(heard.signs)) - 1
    return last


def _mail(heard: Heard, begin: int, cue: Phrase) -> bool:
    """Whether an address of mail follows its cue: 艾特 or the like is said soon."""
    signs = listed("copula", "mail_signs")
    near = range(begin + 1, min(len(heard.signs), begin + cue.chars))
    return cue.reason == "EMAIL" and any(said_at(heard.sounds, at, signs) for at in near)


def _over(heard: Heard, last: int) -> bool:
    """Whether a sentence ends with sign `last` and words follow that are no part of a code."""
    after = heard.signs[last + 1 : last + 4]
    ended = bool(heard.marks) and not _SENTENCE.isdisjoint(heard.marks[last])
    return ended and len(after) == 3 and all(sign.kind == OTHER for sign in after)


def dropped(heard: Heard) -> Iterator[Evidence]:
    """A cue with its copula, then speech in which the recogniser wrote nothing at all."""
    for at, cue in cues_in(heard, phrases("cue")):
        cue_end = at + len(cue.sounds)
        begin = skip_copula(heard, cue_end)
        if begin == cue_end or begin >= len(heard.signs) or is_question(heard, begin):
            continue
        start, end = heard.end(begin - 1), heard.start(begin)
        if end - start > seconds(1.2) and heard.voiced_share(start, end) > 0.7:
            yield Evidence(Span(start, end), Reason(cue.reason), begin - 1, begin - 1, 0.5, True)
