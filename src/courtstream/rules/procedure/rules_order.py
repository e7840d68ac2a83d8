"""Rules about marks and order: the gavel, and which step comes first."""

from __future__ import annotations

from collections.abc import Iterator

from courtstream.domain.scoring import RuleFinding
from courtstream.domain.time import MediaTime, seconds
from courtstream.domain.transcript import EventKind
from courtstream.domain.trial import Role
from courtstream.rules.procedure.conditions import MET
from courtstream.rules.procedure.merging import merged_line
from courtstream.rules.procedure.reading import Placed, Reading
from courtstream.rules.procedure.sound import compile_barrier, compile_cue
from courtstream.rules.procedure.stream import Line

NEAR = seconds(10)
SLACK = seconds(0.8)
"""The place of a word inside an utterance is interpolated, so an instant is this uncertain."""

APART = 4
"""Characters two steps must lie apart before their order is called wrong."""

_OPENS = compile_cue(
    "(现在|宣布|下面|正式|本庭|法庭)(现在|宣布|正式|)(继续|恢复|)开庭|(现在|宣布|下面|法庭)(现在|宣布|)"
    "(继续|恢复)(开庭|审理|庭审|法庭调查)|^继续开庭|^恢复开庭"
)
_NOT_OPENS = compile_barrier(["可以", "请$", "请审判长$", "请审判员$", "待", "再$"])
_CLOSES = compile_cue(
    "(现在|暂时|宣布|先|暂)(宣布|暂时|)休庭|^休庭|(现在|宣布|今天)‥闭庭|^闭庭|休庭(十|二|三|五|一|半|1|2|3|5)"
)
_NOT_CLOSES = compile_barrier(
    ["休庭后", "闭庭后", "休庭以后", "闭庭以后", "休庭之后", "休庭期间", "闭庭之后"]
)


def gavel_open(reading: Reading) -> RuleFinding | None:
    """X-GAVEL-OPEN: a stroke within ten seconds before every opening or resuming phrase."""
    strokes = _strokes(reading)
    if strokes is None:
        return None
    for position, _ in _phrases(reading, opening=True):
        t = reading.stream.time(position)
        slack = SLACK + _vague(reading, position)
        if not any(t - NEAR <= g <= t + slack for g in strokes):
            return RuleFinding("X-GAVEL-OPEN", True, t, "宣布开庭或继续开庭前十秒内没有槌声")
    return RuleFinding("X-GAVEL-OPEN", False)


def _vague(reading: Reading, position: int) -> MediaTime:
    """How far off the time of words inside a long utterance may be; nothing at its start."""
    line = reading.stream.line_at(position)
    return 0 if position <= line.start + 1 else line.span.length // 10


def gavel_recess(reading: Reading) -> RuleFinding | None:
    """X-GAVEL-REC: a stroke within ten seconds after every recess, closing and judgment."""
    strokes = _strokes(reading)
    if strokes is None:
        return None
    for position, line in _phrases(reading, opening=False):
        start, end = reading.stream.time(position), line.span.end
        if not any(start <= g <= end + NEAR for g in strokes):
            return RuleFinding("X-GAVEL-REC", True, start, "宣布休庭或闭庭后十秒内没有槌声")
    span = _judgment(reading)
    if span is not None and not any(span[0] <= g <= span[1] + NEAR for g in strokes):
        return RuleFinding("X-GAVEL-REC", True, span[1], "宣判后十秒内没有槌声")
    return RuleFinding("X-GAVEL-REC", False)


def _strokes(reading: Reading) -> list[MediaTime] | None:
    """Strokes of the gavel; None when nothing was listening for events at all."""
    if not reading.stream.transcript.events:
        return None
    return reading.stream.events(EventKind.GAVEL)


def _phrases(reading: Reading, *, opening: bool) -> Iterator[tuple[int, Line]]:
    """Where the court opens or resumes, or breaks off or closes."""
    stream = reading.stream
    pattern = _OPENS if opening else _CLOSES
    for start, end in stream.matches(pattern):
        line = stream.line_at(start)
        if line.role not in (Role.JUDGE, Role.UNKNOWN):
            continue
        if opening and stream.has(_NOT_OPENS, max(line.start, start - 4), start):
            continue
        if not opening and stream.has(_NOT_CLOSES, start, min(line.end, end + 3)):
            continue
        yield start, stream.line_at(end - 1)


def _judgment(reading: Reading) -> tuple[MediaTime, MediaTime] | None:
    """From the judgment's first word to the last line the court speaks without a break."""
    placed = _placed(reading, ("C18", "K30", "A11", "R08", "D16"))
    if placed is None:
        return None
    lines = reading.stream.lines
    last = lines[placed.line]
    for following in lines[placed.line + 1 :]:
        if following.role is not Role.JUDGE:
            break
        last = following
    return reading.stream.time(placed.start), last.span.end


def _placed(reading: Reading, codes: tuple[str, ...]) -> Placed | None:
    for code in codes:
        placed = reading.placed.get(code)
        if placed is not None and placed.score >= MET:
            return placed
    return None


def order(reading: Reading) -> RuleFinding:
    """X-ORDER: two steps that both happened, in the wrong order."""
    wrong: list[tuple[MediaTime, str]] = []
    for first, second in reading.pack.order:
        a, b = reading.placed.get(first), reading.placed.get(second)
        if a is None or b is None or min(a.score, b.score) < MET:
            continue
        if _merged(reading, first, second):
            continue
        if a.start > b.start + APART:
            t = reading.stream.time(b.start)
            wrong.append((t, f"“{b.step.zh}”先于“{a.step.zh}”"))
    if not wrong:
        return RuleFinding("X-ORDER", False)
    wrong.sort()
    return RuleFinding("X-ORDER", True, wrong[0][0], "；".join(why for _, why in wrong))


_MERGED_PAIRS = frozenset({("C12", "C13"), ("C05", "C08"), ("C13", "C14")})


def _merged(reading: Reading, first: str, second: str) -> bool:
    """A merged inquiry and debate is no case of wrong order."""
    return (first, second) in _MERGED_PAIRS and merged_line(reading) is not None


_CONSENT_ASKED = compile_cue("(同意|异议|意见|可以吗|是否可以|行不行|征求|征得)")
_CONSENTED = compile_cue("(同意|没有异议|无异议|没有意见|没意见|可以|行|好)")


def merge(reading: Reading) -> RuleFinding | None:
    """X-MERGE-OK: in the ordinary procedure only with the parties' consent."""
    line = merged_line(reading)
    if line is None:
        return None
    if reading.pack.procedure.value.endswith("_SUM"):
        return RuleFinding("X-MERGE-OK", False, line.span.start, "简易程序可以合并调查与辩论")
    says = reading.stream.says
    near = reading.lines_in(line.index - 1, line.index + 3)
    asked = any(says(n, _CONSENT_ASKED) for n in near if n.role in (Role.JUDGE, Role.UNKNOWN))
    agreed = any(says(n, _CONSENTED) for n in near if n.role not in (Role.JUDGE, Role.CLERK))
    ok = asked and agreed
    why = "征得当事人同意后合并" if ok else "合并调查与辩论未征得当事人同意"
    return RuleFinding("X-MERGE-OK", not ok, line.span.start, why)
