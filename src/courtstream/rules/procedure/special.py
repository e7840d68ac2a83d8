"""Steps that are dialogues rather than phrases: the court's questions, mediation."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from courtstream.domain.trial import Role
from courtstream.rules.procedure.reading import Placed, Reading
from courtstream.rules.procedure.sound import compile_cue
from courtstream.rules.procedure.stream import Line, Stream

_QUESTION = compile_cue(
    "(吗|么|什么|谁|哪|几|多少|多长|多久|多远|多大|怎么|为什么|有没有|是不是|是否|有无|能不能|呢|何时|何处|如何)"
)
_ABOUT_EVIDENCE = compile_cue(
    "(证据|质证|举证|异议|补充|焦点|答辩|意见|回避|调解|清楚|听清|明白|同意|提交|看一下|看看|身份|要交|出示|认不认|要补|要问)"
)
_BARGAIN = compile_cue(
    "(方案|让步|一次性|分期|各让|少要|少给|最多|最少|最低|再加|让一点|降到|折中|先还|给到|能给|愿意给|愿意出|"
    "愿意支付|愿意赔|接受|退一步|减免|免除|优惠|达成|付清|我出|我给|我要)",
    written=2,
)
_AMOUNT = re.compile(
    "[0-9０-９零一二三四五六七八九十两几][万千百]|[0-9０-９零一二三四五六七八九十]+(元|块)"
)
_HELD = compile_cue(
    "(调解方案|达成(调解|)协议|调解不成|未能达成|无法达成|调解意见是|差距较大|主持下进行了调解)"
)
_REFUSED = compile_cue("(不同意|不愿意|不接受|不想|不调解|拒绝|不再(组织|主持|进行|调解)|没有必要)")
_PARTIES = frozenset({Role.PLAINTIFF, Role.DEFENDANT, Role.THIRD_PARTY, Role.ACCUSED})


def refine(reading: Reading) -> None:
    """Judge the special steps of a reading by the dialogue around them."""
    for step in reading.pack.steps:
        placed = reading.placed.get(step.code)
        if step.answered and placed is not None and _declined(reading, placed):
            del reading.placed[step.code]
        if step.special == "questions":
            _questions(reading, step.code)
        elif step.special == "mediation":
            _mediation(reading, step.code)


_NONE = compile_cue("^(没有|没|无|不|暂时没有|暂无)")
_SHORT_NO = 8


def _declined(reading: Reading, placed: Placed) -> bool:
    """Whether the court only asked, and everybody who was asked had nothing."""
    stream = reading.stream
    line = stream.lines[placed.line]
    if line.role is not Role.JUDGE:
        return False
    answers: list[Line] = []
    for following in stream.lines[line.index + 1 : line.index + 5]:
        if following.role is Role.JUDGE:
            break
        answers.append(following)
    return bool(answers) and all(
        stream.says(answer, _NONE) and answer.length <= _SHORT_NO for answer in answers
    )


def is_question(stream: Stream, line: Line) -> bool:
    """Whether the line asks about the facts (not about evidence, rights or readiness)."""
    return stream.says(line, _QUESTION) and not stream.says(line, _ABOUT_EVIDENCE)


def _questions(reading: Reading, code: str) -> None:
    """The court questions a party on the facts, at least twice, once the evidence was shown."""
    placed = reading.placed.get(code)
    if placed is not None and placed.score >= 0.6:
        return
    lines = reading.stream.lines
    asked: list[Line] = []
    for line, answer in pairwise(lines):
        inside = reading.phase(line.index) in reading.pack.step(code).phases
        if inside and line.role is Role.JUDGE and answer.role in _PARTIES:
            if is_question(reading.stream, line):
                asked.append(line)
                continue
            asked = [] if _opens_evidence(reading, line) else asked
    if len(asked) >= 2:
        first = asked[0]
        step = reading.pack.step(code)
        reading.placed[code] = Placed(step, first.start, first.end, 0.7, first.index, "dialogue")


def _opens_evidence(reading: Reading, line: Line) -> bool:
    """Whether the court calls for evidence again: questions before it belong to the evidence."""
    return reading.stream.says(line, _ABOUT_EVIDENCE)


def _mediation(reading: Reading, code: str) -> None:
    """Asked only: unclear. Offers or a result: held."""
    placed = reading.placed.get(code)
    if placed is None or placed.score < 0.35:
        return
    held = bool(bargaining(reading)) or any(
        reading.stream.says(line, _HELD) for line in mediation_lines(reading)
    )
    reading.placed[code] = replace(placed, score=1.0 if held else 0.5)


def mediation_lines(reading: Reading) -> list[Line]:
    """Lines from the first word of mediation on, until the court goes on to something else."""
    placed = next((p for p in reading.placed.values() if p.step.special == "mediation"), None)
    if placed is None or placed.score < 0.35:
        return []
    out: list[Line] = []
    for line in reading.stream.lines[placed.line :]:
        if line.index > placed.line and _moves_on(reading, line):
            break
        out.append(line)
    return out


_MOVES_ON = compile_cue(
    "(休庭|闭庭|评议|笔录|宣判|判决|最后意见|最后陈述|辩论|不再(组织|主持|进行)|签字|签名|结束|继续审理)"
)


def _moves_on(reading: Reading, line: Line) -> bool:
    """Whether the court leaves mediation with this line."""
    court = line.role in (Role.JUDGE, Role.CLERK)
    return court and reading.stream.says(line, _MOVES_ON)


def bargaining(reading: Reading) -> list[Line]:
    """Lines of mediation that name an offer or bargain over one."""
    lines = mediation_lines(reading)
    says = reading.stream.says
    return [
        line
        for line in lines[1:]
        if (says(line, _BARGAIN) or _AMOUNT.search(line.utterance.text))
        and not says(line, _REFUSED)
    ]
