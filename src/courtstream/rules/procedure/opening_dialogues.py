"""Exchanges at the opening: who comes in, is called, is asked who it is."""

from __future__ import annotations

import re
from itertools import pairwise

from courtstream.domain.time import seconds
from courtstream.domain.transcript import EventKind
from courtstream.domain.trial import Role
from courtstream.rules.procedure.landmarks import COURT, PARTIES, line_of, opening, taken
from courtstream.rules.procedure.reading import Reading
from courtstream.rules.procedure.sound import compile_cue
from courtstream.rules.procedure.stream import Line

RISEN = seconds(8)
_SEATS = ("原告", "被告", "第三人", "上诉人", "公诉人", "检察员", "辩护人", "被告人", "代理人")
_JUDGE = compile_cue("(审判长|审判员|法官|开庭|报告)")
_DETAIL = compile_cue(
    "(岁|出生|年生|月生|生人|族|文化|小学|初中|高中|中专|大专|大学|本科|务农|农民|工人|个体|职工|"
    "员工|职员|经理|律师|律所|代理|授权|法定代表人|负责人|住|退休|无业|开店|没有工作)",
    written=1,
)
_YES = compile_cue("^(是|对|没错|属实|嗯|不错)")


def rise(reading: Reading) -> Line | None:
    """The clerk's words just before everybody rose, ahead of the opening."""
    begins = reading.stream.lines[opening(reading)].span.start if reading.stream.lines else 0
    used = taken(reading)
    for t in reading.stream.events(EventKind.ALL_RISE):
        if t > begins:
            break
        near = [
            line
            for line in reading.stream.lines
            if line.role is Role.CLERK
            and line.span.start <= t <= line.span.end + RISEN
            and line.index not in used
        ]
        if near:
            return near[-1]
    return None


def attendance(reading: Reading) -> Line | None:
    """The clerk calls two seats or more before anything else of the hearing."""
    rules = line_of(reading, "P02", "K03", "P03", "K04")
    last = rules if rules is not None else opening(reading)
    used = taken(reading)
    for line in reading.lines_in(0, last - 1):
        seats = sum(seat in line.utterance.text for seat in _SEATS)
        if line.role is Role.CLERK and seats >= 2 and line.index not in used:
            return line
    return None


def ready(reading: Reading) -> Line | None:
    """The clerk speaks to the bench between the judges' entry and the opening."""
    entered = line_of(reading, "P03", "K04")
    if entered is None:
        return None
    for line in reading.lines_in(entered + 1, opening(reading) - 1):
        if line.role is Role.CLERK and reading.stream.says(line, _JUDGE):
            return line
    return None


def identity(reading: Reading) -> Line | None:
    """The court asks, and a party says who it is, before the claims."""
    claims = line_of(reading, "C03", "D03", "K14", "A03", "C04", "D04")
    last = claims if claims is not None else len(reading.stream.lines) // 3
    for asked, answer in pairwise(reading.lines_in(opening(reading), last)):
        asks = asked.role is Role.JUDGE and answer.role in PARTIES
        if asks and (_introduces(reading, answer) or _confirms(reading, asked, answer)):
            return asked
    return None


def _confirms(reading: Reading, asked: Line, answer: Line) -> bool:
    """Whether the court reads the particulars out and the party says yes."""
    return _particulars(reading, asked) >= 2 and reading.stream.says(answer, _YES)


def _particulars(reading: Reading, line: Line) -> int:
    return len({start for start, _ in reading.stream.matches(_DETAIL, line.start, line.end)})


def _introduces(reading: Reading, line: Line) -> bool:
    """Whether a turn holds two particulars of a person, or a name and one."""
    named = any(
        reading.stream.says(line, _name(p.name))
        for p in reading.stream.participants
        if p.side == line.side and _speakable(p.name)
    )
    return _particulars(reading, line) + named >= 2


def names(reading: Reading) -> Line | None:
    """The presiding judge names two or more of the court's own people."""
    people = [
        p.name
        for p in reading.stream.participants
        if p.role in COURT and _speakable(p.name) and p.name != p.label
    ]
    for line in reading.lines_in(opening(reading), len(reading.stream.lines) // 2):
        named = sum(reading.stream.says(line, _name(name)) for name in people)
        if line.role is Role.JUDGE and named >= 2:
            return line
    return None


def _speakable(name: str) -> bool:
    return len(name) >= 2 and all("\u4e00" <= char <= "\u9fff" for char in name)


def _name(name: str) -> re.Pattern[str]:
    return compile_cue(name)
