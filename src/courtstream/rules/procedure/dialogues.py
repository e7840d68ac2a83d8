"""Steps told by who speaks to whom, and where, when no words of the step were heard.

A step names its exchange in `dialogue`. What is found here counts less than words do, and says
in its explanation that it comes from the exchange.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from courtstream.domain.time import seconds
from courtstream.domain.transcript import EventKind
from courtstream.domain.trial import Role
from courtstream.rules.procedure.merging import merged_line
from courtstream.rules.procedure.reading import Placed, Reading
from courtstream.rules.procedure.sound import compile_cue
from courtstream.rules.procedure.stream import Line

WEIGHT = 0.7
ENOUGH = 0.6
"""A step whose words were heard this well needs no help from the exchange."""

RISEN = seconds(8)
_COURT = frozenset({Role.JUDGE, Role.CLERK})
_PARTIES = frozenset({Role.PLAINTIFF, Role.DEFENDANT, Role.THIRD_PARTY, Role.ACCUSED})
_PROSECUTION = frozenset({Role.PROSECUTOR})
_DEFENCE = frozenset({Role.COUNSEL, Role.ACCUSED})

_JUDGE = compile_cue("(审判长|审判员|法官|开庭|报告)")
_DETAIL = compile_cue(
    "(岁|出生|年生|月生|生人|族|文化|小学|初中|高中|中专|大专|大学|本科|务农|农民|工人|个体|职工|"
    "员工|职员|经理|律师|律所|代理|授权|法定代表人|负责人|住|退休|无业|开店|没有工作)",
    written=1,
)
_YES = compile_cue("^(是|对|没错|属实|嗯|不错)")
_QUESTION = compile_cue(
    "(吗|么|什么|谁|哪|几|多少|多长|多久|怎么|为什么|有没有|是不是|是否|有无|能不能|呢|何时|如何|没有)"
)
_SHOWS = compile_cue(
    "(出示|提交|宣读|提供|举示|播放|证据(一|二|三)|第(一|二|三)(组|份)|这是|(一|两|三|四|五|几|这)(份|张|组|段|本|页)|"
    "(有|带)…(证明|记录|凭证|录音|照片|收条|笔录|材料))",
    written=2,
)
_CALLS_WITNESS = compile_cue("证人")
_LAST = compile_cue("(最后|还有|还想|要说|想说|说的|话|陈述|讲|末了|临了)")
_NOT_LAST = compile_cue(
    "(新的|补充|辩论|上诉|听清|清楚|明白|自愿|赔|调解|和解|商量|协商|笔录|签|回避|证据|质证|程序)"
)
_FINAL = compile_cue("(最后|末了|坚持|请求|要求|表态|总结|意见|还有什么|想说|要说|态度)")


def exchanges(reading: Reading) -> None:
    """Place the steps that only their exchange tells, where words did not."""
    for step in reading.pack.steps:
        tell = _TOLD.get(step.dialogue)
        heard = reading.placed.get(step.code)
        if tell is None or (heard is not None and heard.score >= ENOUGH):
            continue
        line = tell(reading)
        if line is not None:
            reading.placed[step.code] = Placed(
                step, line.start, min(line.start + 1, line.end), WEIGHT, line.index, "dialogue"
            )


def _line_of(reading: Reading, *codes: str) -> int | None:
    """The line of the first of these steps that was heard well."""
    for code in codes:
        placed = reading.placed.get(code)
        if placed is not None and placed.score >= ENOUGH:
            return placed.line
    return None


def _opening(reading: Reading) -> int:
    """The line the hearing is opened with; the end of the first fifth where nobody did."""
    line = _line_of(reading, "P05", "K06")
    return line if line is not None else len(reading.stream.lines) // 5


def _rise(reading: Reading) -> Line | None:
    """The clerk's words just before everybody rose, ahead of the opening."""
    opening = reading.stream.lines[_opening(reading)].span.start if reading.stream.lines else 0
    taken = {p.line for p in reading.placed.values() if p.score >= ENOUGH}
    for t in reading.stream.events(EventKind.ALL_RISE):
        if t > opening:
            break
        near = [
            line
            for line in reading.stream.lines
            if line.role is Role.CLERK
            and line.span.start <= t <= line.span.end + RISEN
            and line.index not in taken
        ]
        if near:
            return near[-1]
    return None


_SEATS = ("原告", "被告", "第三人", "上诉人", "公诉人", "检察员", "辩护人", "被告人", "代理人")


def _attendance(reading: Reading) -> Line | None:
    """The clerk calls two seats or more before anything else of the hearing."""
    rules = _line_of(reading, "P02", "K03", "P03", "K04")
    last = rules if rules is not None else _opening(reading)
    taken = {p.line for p in reading.placed.values() if p.score >= ENOUGH}
    for line in reading.lines_in(0, last - 1):
        seats = sum(seat in line.utterance.text for seat in _SEATS)
        if line.role is Role.CLERK and seats >= 2 and line.index not in taken:
            return line
    return None


def _ready(reading: Reading) -> Line | None:
    """The clerk speaks to the bench between the judges' entry and the opening."""
    entered = _line_of(reading, "P03", "K04")
    if entered is None:
        return None
    for line in reading.lines_in(entered + 1, _opening(reading) - 1):
        if line.role is Role.CLERK and reading.stream.says(line, _JUDGE):
            return line
    return None


def _identity(reading: Reading) -> Line | None:
    """The court asks, and a party says who it is, before the claims."""
    claims = _line_of(reading, "C03", "D03", "K14", "A03", "C04", "D04")
    last = claims if claims is not None else len(reading.stream.lines) // 3
    for asked, answer in pairwise(reading.lines_in(_opening(reading), last)):
        asks = asked.role is Role.JUDGE and answer.role in _PARTIES
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


def _speakable(name: str) -> bool:
    return len(name) >= 2 and all("\u4e00" <= char <= "\u9fff" for char in name)


def _name(name: str) -> re.Pattern[str]:
    return compile_cue(name)


def _names(reading: Reading) -> Line | None:
    """The presiding judge names two or more of the court's own people."""
    names = [
        p.name
        for p in reading.stream.participants
        if p.role in _COURT and _speakable(p.name) and p.name != p.label
    ]
    for line in reading.lines_in(_opening(reading), len(reading.stream.lines) // 2):
        named = sum(reading.stream.says(line, _name(name)) for name in names)
        if line.role is Role.JUDGE and named >= 2:
            return line
    return None


def _witness(reading: Reading) -> Line | None:
    """The court's call before a witness first speaks."""
    spoken = [line for line in reading.stream.lines if line.role is Role.WITNESS]
    if not spoken:
        return None
    before = reading.lines_in(spoken[0].index - 6, spoken[0].index - 1)
    calls = [n for n in before if n.role in _COURT and reading.stream.says(n, _CALLS_WITNESS)]
    return calls[0] if calls else next((n for n in reversed(before) if n.role in _COURT), spoken[0])


def _questions_by(role: Role, least: int) -> Callable[[Reading], Line | None]:
    """`role` questions the accused at least `least` times before the evidence."""

    def tell(reading: Reading) -> Line | None:
        asked = [
            question
            for question, answer in pairwise(reading.stream.lines)
            if question.role is role
            and answer.role is Role.ACCUSED
            and reading.phase(question.index) == "claims"
            and reading.stream.says(question, _QUESTION)
        ]
        called = bool(asked) and _calls_for(reading, asked[0])
        return _called(reading, asked[0]) if len(asked) >= least or called else None

    return tell


def _calls_for(reading: Reading, line: Line) -> bool:
    """Whether the turn before calls the speaker of this line by its seat."""
    before = reading.lines_in(line.index - 1, line.index - 1)
    return any(
        line.utterance.speaker and line.utterance.speaker in n.utterance.text for n in before
    )


def _called(reading: Reading, line: Line) -> Line:
    """The court's short call just before a turn, else the turn itself."""
    before = reading.stream.lines[line.index - 1] if line.index else line
    return before if before.role is Role.JUDGE else line


def _shown_by(roles: frozenset[Role], *, alone: bool = True) -> Callable[[Reading], Line | None]:
    """One of `roles` shows evidence and somebody else answers: of another role when `alone`.

    On appeal the question for new evidence opens the evidence, whoever has any.
    """

    def tell(reading: Reading) -> Line | None:
        for line, after in pairwise(reading.stream.lines):
            inside = reading.phase(line.index) == "evidence" and line.role in roles
            other = after.role not in roles if alone else after.side != line.side
            if inside and other and reading.stream.says(line, _SHOWS):
                if _answers_evidence(reading, line):
                    continue
                return _called(reading, line)
        new = _line_of(reading, "R05")
        return reading.stream.lines[new] if new is not None and roles == _PROSECUTION else None

    return tell


_CHALLENGE = compile_cue("(异议|没有意见|没意见|认可|属实|真实性|质证|证明不了|不能证明)")


def _answers_evidence(reading: Reading, line: Line) -> bool:
    return reading.stream.says(line, _CHALLENGE)


def _after_debate(reading: Reading) -> Iterator[tuple[Line, Line]]:
    """The court's turns and their answers from the end of the debate to the recess."""
    since = _line_of(reading, "C14", "K27", "A09", "C13", "D12", "K25")
    if since is None:
        return
    for asked, answer in pairwise(reading.stream.lines[since:]):
        if reading.phase(asked.index) in ("verdict", "close", "recess"):
            return
        if asked.role is Role.JUDGE and answer.role in _PARTIES | {Role.COUNSEL}:
            yield asked, answer


def _final(reading: Reading) -> Line | None:
    """The court asks each side what it asks for in the end."""
    if _line_of(reading, "C14", "K27") is None:
        return None
    for asked, answer in _after_debate(reading):
        if answer.role is Role.COUNSEL:
            continue
        says = reading.stream.says
        if says(asked, _FINAL) and not says(asked, _NOT_LAST):
            return asked
    return None


def _last(reading: Reading) -> Line | None:
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


_TOLD: Mapping[str, Callable[[Reading], Line | None]] = {
    "rise": _rise,
    "attendance": _attendance,
    "ready": _ready,
    "identity": _identity,
    "names": _names,
    "witness": _witness,
    "asks_PR": _questions_by(Role.PROSECUTOR, 2),
    "asks_L": _questions_by(Role.COUNSEL, 1),
    "shows_PR": _shown_by(_PROSECUTION),
    "shows_parties": _shown_by(_PARTIES, alone=False),
    "shows_L": _shown_by(_DEFENCE),
    "merged": merged_line,
    "final": _final,
    "last": _last,
}
