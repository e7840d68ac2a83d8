"""Exchanges after the debate: final statements and the last word of the accused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from courtstream.domain.trial import Role
from courtstream.rules.procedure.landmarks import PARTIES, line_of
from courtstream.rules.procedure.reading import Reading
from courtstream.rules.procedure.sound import compile_cue
from courtstream.rules.procedure.stream import Line

_LAST = compile_cue("(最后|还有|还想|要说|想说|说的|话|陈述|讲|末了|临了)")
_NOT_LAST = compile_cue(
    "(新的|补充|辩论|上诉|听清|清楚|明白|自愿|赔|调解|和解|商量|协商|笔录|签|回避|证据|质证|程序)"
)
_FINAL = compile_cue("(最后|末了|坚持|请求|要求|表态|总结|意见|还有什么|想说|要说|态度)")


def _after_debate(reading: Reading) -> Iterator[tuple[Line, Line]]:
    """The court's turns and their answers from the end of the debate to the recess."""
    since = line_of(reading, "C14", "K27", "A09", "C13", "D12", "K25")
    if since is None:
        return
    for asked, answer in pairwise(reading.stream.lines[since:]):
        if reading.phase(asked.index) in ("verdict", "close", "recess"):
            return
        if asked.role is Role.JUDGE and answer.role in PARTIES | {Role.COUNSEL}:
            yield asked, answer


def final(reading: Reading) -> Line | None:
    """The court asks each side what it asks for in the end."""
    if line_of(reading, "C14", "K27") is None:
        return None
    for asked, answer in _after_debate(reading):
        if answer.role is Role.COUNSEL:
            continue
        says = reading.stream.says
        if says(asked, _FINAL) and not says(asked, _NOT_LAST):
            return asked
    return None


def last_word(reading: Reading) -> Line | None:
    """The court gives the accused the floor once more, and the accused speaks."""
    for asked, answer in _after_debate(reading):
        says = reading.stream.says
        if (
            answer.role is Role.ACCUSED
            and answer.length >= 4
            and says(asked, _LAST)
            and not says(asked, _NOT_LAST)
        ):
            return asked
    return None
