"""The steps of a hearing, each with its place in the recording, or why it was not found."""

from __future__ import annotations

from collections.abc import Sequence

from courtstream.domain.scoring import Outcome, RuleFinding, StepFinding
from courtstream.domain.time import Span, to_seconds
from courtstream.domain.transcript import Transcript
from courtstream.domain.trial import Participant, Procedure, Role
from courtstream.rules.procedure.checks import rules_of
from courtstream.rules.procedure.conditions import MET, UNCLEAR, conversion, is_due
from courtstream.rules.procedure.dialogues import exchanges
from courtstream.rules.procedure.pack import Step
from courtstream.rules.procedure.reading import Placed, Reading, States, read
from courtstream.rules.procedure.special import refine

MAX_QUOTE = 60
MAX_MATCH = 24
MAX_ANSWERS = 4


def assess(
    transcript: Transcript,
    procedure: Procedure,
    *,
    sole_judge: bool = False,
    public: bool = True,
    participants: Sequence[Participant] = (),
    states: States = (),
) -> tuple[list[StepFinding], list[RuleFinding]]:
    """Steps and rules from one reading of the transcript.

    One finding a step of the procedure, in the pack's order, and one a rule (X-…) that can arise
    in this hearing. A step is `not_found` only when it was due; that is a question to a person,
    never a deduction. Raises PackInvalid when the procedure's pack cannot be read.
    """
    reading = read(
        transcript,
        procedure,
        sole_judge=sole_judge,
        public=public,
        participants=participants,
        states=states,
    )
    exchanges(reading)
    refine(reading)
    return steps_of(reading), rules_of(reading)


def steps_of(reading: Reading) -> list[StepFinding]:
    """The findings of a reading whose special steps were refined."""
    return [_finding(reading, step) for step in reading.pack.steps]


def _finding(reading: Reading, step: Step) -> StepFinding:
    """Met, unclear, not found or not applicable."""
    placed = reading.placed.get(step.code)
    due = is_due(reading, step)
    if placed is not None and step.needs == "defendant" and not due and not _own(reading, step):
        placed = None
    if placed is not None and placed.score >= MET:
        return _located(reading, placed, Outcome.MET)
    maybe = placed is not None and placed.score >= UNCLEAR
    if placed is not None and maybe and (due or step.special):
        return _located(reading, placed, Outcome.UNCLEAR)
    if due and _converted_away(reading, step):
        why = "程序已转换，本环节待重新开庭时进行"
        return StepFinding(step.code, Outcome.NOT_APPLICABLE, None, "", heard(reading), why)
    if due:
        where = "、".join(_PHASE_ZH.get(name, name) for name in step.phases)
        why = f"在{where}阶段没有听到“{step.zh}”，请人工核对"
        return StepFinding(step.code, Outcome.NOT_FOUND, None, "", heard(reading), why)
    why = "条件未出现" if step.code in reading.pack.conditional else "可选环节，未进行"
    return StepFinding(step.code, Outcome.NOT_APPLICABLE, None, "", heard(reading), why)


def _own(reading: Reading, step: Step) -> bool:
    """Whether the party whose step it is speaks at all."""
    role = step.turn.role if step.turn else None
    return any(line.role is role for line in reading.stream.lines)


def _converted_away(reading: Reading, step: Step) -> bool:
    """Whether the hearing went over to another procedure before the step's turn came."""
    line = conversion(reading)
    if line is None:
        return False
    index = {name: i for i, name in enumerate(reading.pack.phases)}
    turn = max((index[name] for name in step.phases if name in index), default=0)
    return turn > reading.path[line] or (turn == reading.path[line] == index.get("plea"))


def _located(reading: Reading, placed: Placed, outcome: Outcome) -> StepFinding:
    """A finding with the moment, the words and why they count."""
    stream = reading.stream
    start = stream.time(placed.start)
    end = max(start, _end_line_time(reading, placed))
    quote = stream.quote(placed.start, stream.lines[placed.line].end)[:MAX_QUOTE]
    confidence = min(1.0, placed.score) * stream.lines[placed.line].utterance.confidence
    why = _explained(reading, placed, outcome)
    return StepFinding(
        placed.step.code, outcome, Span(start, end), quote, round(confidence, 3), why
    )


def _explained(reading: Reading, placed: Placed, outcome: Outcome) -> str:
    """Why these words count as this step: the words, who said them, where they stand."""
    stream, step = reading.stream, placed.step
    line = stream.lines[placed.line]
    minutes, second = divmod(int(to_seconds(stream.time(placed.start))), 60)
    matched = stream.quote(placed.start, placed.end)[:MAX_MATCH]
    phase = _PHASE_ZH.get(reading.phase(placed.line), "")
    reasons = [f"{_HOW[placed.how]}“{matched}”" if matched else _HOW[placed.how]]
    if line.role is Role.UNKNOWN:
        reasons.append("发言人不明，由用语和位置认定")
    elif line.role in step.who:
        reasons.append("由应当发言的人说出")
    else:
        reasons.append("发言人与该环节不符，可能标注有误")
    if phase:
        reasons.append(f"处于{phase}阶段")
    why = f"{minutes:02d}:{second:02d} " + "，".join(reasons)
    if outcome is Outcome.UNCLEAR:
        why += "；依据不足，请人工确认"
    return why


def _end_line_time(reading: Reading, placed: Placed) -> int:
    """The end of the step: its line, and the answers that follow a question of the court."""
    lines = reading.stream.lines
    line = reading.stream.line_at(max(placed.start, placed.end - 1))
    end = line.span.end
    if line.role in (Role.JUDGE, Role.CLERK):
        for following in lines[line.index + 1 : line.index + 1 + MAX_ANSWERS]:
            if following.role in (Role.JUDGE, Role.CLERK, Role.UNKNOWN):
                break
            end = following.span.end
    return end


def heard(reading: Reading) -> float:
    """How well the hearing was recognised: mean confidence of its utterances, by length."""
    total = sum(line.length for line in reading.stream.lines)
    if not total:
        return 0.0
    said = sum(line.length * line.utterance.confidence for line in reading.stream.lines)
    return round(said / total, 3)


_HOW = {"cue": "听到", "answer": "当事人应答", "turn": "由发言顺序认定", "dialogue": "由问答认定"}
_PHASE_ZH = {
    "arrive": "入庭",
    "open": "开庭",
    "claims": "诉辩",
    "evidence": "调查",
    "debate": "辩论",
    "final": "最后陈述",
    "recess": "休庭",
    "verdict": "宣判",
    "close": "闭庭",
    "plea": "认罪认罚审查",
}
