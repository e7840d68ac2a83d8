"""Exchanges of the inquiry: questions to the accused, witnesses, evidence."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from courtstream.domain.trial import Role
from courtstream.rules.procedure.landmarks import COURT, PROSECUTION, line_of
from courtstream.rules.procedure.reading import Reading
from courtstream.rules.procedure.sound import compile_cue
from courtstream.rules.procedure.stream import Line

_QUESTION = compile_cue(
    "(吗|么|什么|谁|哪|几|多少|多长|多久|怎么|为什么|有没有|是不是|是否|有无|能不能|呢|何时|如何|没有)"
)
_SHOWS = compile_cue(
    "(出示|提交|宣读|提供|举示|播放|证据(一|二|三)|第(一|二|三)(组|份)|这是|(一|两|三|四|五|几|这)(份|张|组|段|本|页)|"
    "(有|带)…(证明|记录|凭证|录音|照片|收条|笔录|材料))",
    written=2,
)
_CALLS_WITNESS = compile_cue("证人")
_CHALLENGE = compile_cue("(异议|没有意见|没意见|认可|属实|真实性|质证|证明不了|不能证明)")


def witness(reading: Reading) -> Line | None:
    """The court's call before a witness first speaks."""
    spoken = [line for line in reading.stream.lines if line.role is Role.WITNESS]
    if not spoken:
        return None
    before = reading.lines_in(spoken[0].index - 6, spoken[0].index - 1)
    calls = [n for n in before if n.role in COURT and reading.stream.says(n, _CALLS_WITNESS)]
    return calls[0] if calls else next((n for n in reversed(before) if n.role in COURT), spoken[0])


def questions_by(role: Role, least: int) -> Callable[[Reading], Line | None]:
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


def shown_by(roles: frozenset[Role], *, alone: bool = True) -> Callable[[Reading], Line | None]:
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
        new = line_of(reading, "R05")
        return reading.stream.lines[new] if new is not None and roles == PROSECUTION else None

    return tell


def _answers_evidence(reading: Reading, line: Line) -> bool:
    return reading.stream.says(line, _CHALLENGE)
