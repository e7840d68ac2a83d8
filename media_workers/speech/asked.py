"""The answer to a question for something private: protected however short or garbled it is.

The bench asks (电话多少？ 邮箱呢？), somebody else answers with nothing but the number. There is no
cue in the answer, and what the recogniser makes of it may hold two digits. That it follows such a
question is evidence enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.choices import Choices
from courtstream.rules.masking.spoken import Phrase, choices, listed, phrases, said_at, table
from media_workers.speech.extent import Evidence, hidden
from media_workers.speech.heard import DIGIT, LETTERS, LIKE_DIGIT, TENS, Heard
from media_workers.speech.readings import cues_in

_BEHIND = 4
"""Signs that may follow the cue in a question: 是多少, 报一下."""

_CODE = frozenset({DIGIT, LETTERS, LIKE_DIGIT})
_LEAST, _WORDS = 3, 4
_MAIL, _MAIL_CODE = 22, 2


def answers(heard: Heard) -> Iterator[Evidence]:
    """What follows a question that ends with a cue, from the rest between them on."""
    for cue in _questions(heard):
        rest, reason = cue
        found = _mail(heard, rest) if reason == "EMAIL" else _number(heard, rest)
        if found:
            yield Evidence(
                hidden(heard, rest, found - 1, 2), Reason(reason), rest, found - 1, 0.6, True
            )


def _questions(heard: Heard) -> Iterator[tuple[int, str]]:
    """(first sign of the answer, what was asked for)."""
    for at, cue in cues_in(heard, _cues()):
        end = at + len(cue.sounds)
        if said_at(heard.sounds, at - 1, listed("public", "offices")):
            continue
        rest = next((n for n in range(end, end + _BEHIND + 1) if n in heard.rests), None)
        asked = rest == end or said_at(heard.sounds, end, listed("copula", "asked"))
        if asked and rest is not None and rest < len(heard.signs):
            yield rest, cue.reason


@cache
def _cues() -> Choices[Phrase]:
    return choices(phrases("cue") + phrases("fixed"))


def _number(heard: Heard, first: int) -> int | None:
    """One past the last digit of an answer that is a number, or None."""
    last, count, foreign = None, 0, 0
    for at in range(first, len(heard.signs)):
        if at > first and at in heard.rests:
            break
        if heard.signs[at].kind in _CODE:
            count, foreign = count + 1, 0
            last = at + 1
        elif heard.signs[at].kind != TENS:
            foreign += 1
        if foreign > 2:
            break
    counted = last is not None and heard.text[last : last + 1] in tuple(table("digits")["units"])
    return last if count >= _LEAST and not counted else None


def _mail(heard: Heard, first: int) -> int | None:
    """One past an answer that may be an address of letters: words and some sounds like digits."""
    end = first
    while end < min(len(heard.signs), first + _MAIL) and (end == first or end not in heard.rests):
        end += 1
    code = sum(sign.kind in _CODE for sign in heard.signs[first:end])
    code += any(
        said_at(heard.sounds, at, listed("copula", "mail_ends")) for at in range(first, end)
    )
    return end if end - first >= _WORDS and code >= _MAIL_CODE else None
