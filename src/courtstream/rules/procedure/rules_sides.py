"""Rules about each side: recusal, final words, evidence and its challenge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from courtstream.domain.scoring import RuleFinding
from courtstream.domain.trial import Role
from courtstream.rules.procedure.conditions import MET, conversion
from courtstream.rules.procedure.reading import Placed, Reading
from courtstream.rules.procedure.sound import compile_cue
from courtstream.rules.procedure.stream import Line

_COURT = frozenset({Role.JUDGE, Role.CLERK})


HEARD = 0.3
"""Even a step heard badly is a place to look for the sides' answers."""


def recusal(reading: Reading) -> RuleFinding:
    """X-RECUSE-EACH: every side that came was asked about recusal."""
    placed = _first(reading, ("P10", "K12"), HEARD)
    return _each(reading, "X-RECUSE-EACH", placed, 14, "未被询问是否申请回避", stop=_AFTER_RECUSAL)


def last_words(reading: Reading) -> RuleFinding:
    """X-LAST-EACH: every accused who came had the last word."""
    placed = _first(reading, ("K28", "A10", "R07"), HEARD)
    return _each(
        reading, "X-LAST-EACH", placed, 16, "没有最后陈述", stop=_AFTER_FINAL, accused=True
    )


def final_views(reading: Reading) -> RuleFinding:
    """X-FINAL-BOTH: every side that came gave its final view."""
    placed = _first(reading, ("C15", "D13", "R07"), HEARD)
    return _each(reading, "X-FINAL-BOTH", placed, 14, "没有发表最后意见", stop=_AFTER_FINAL)


_AFTER_RECUSAL = compile_cue(
    "(法庭调查|起诉书|诉讼请求|宣读|适用简易|举证责任|替代|庭前会议|程序审理)"
)
_AFTER_FINAL = compile_cue("(调解|休庭|闭庭|笔录|宣判|判决|评议|签字|签名)")


def _first(reading: Reading, codes: Sequence[str], least: float = MET) -> Placed | None:
    for code in codes:
        placed = reading.placed.get(code)
        if placed is not None and placed.score >= least:
            return placed
    return None


def _each(
    reading: Reading,
    code: str,
    placed: Placed | None,
    reach: int,
    missing: str,
    *,
    stop: re.Pattern[str],
    accused: bool = False,
) -> RuleFinding:
    """Whether every side answered, or was called and somebody answered, from there on."""
    sides = [s for s in reading.stream.sides() if not accused or s.startswith("DF")]
    if conversion(reading) is not None and (placed is None or code != "X-RECUSE-EACH"):
        return RuleFinding(code, False, None, "程序已转换，待重新开庭时进行")
    if placed is None:
        return RuleFinding(code, True, None, missing.join(("各方", "")) if sides else missing)
    block = _block(reading, placed, reach * max(1, (len(sides) + 1) // 2), stop)
    lacking = [side for side in sides if not _heard(reading, block, side)]
    stray = sum(_strayed(reading, line) for line in block[1:])
    lacking = lacking[: max(0, len(lacking) - stray)]
    if not lacking:
        return RuleFinding(code, False)
    named = "、".join(_label(reading, side) for side in lacking)
    return RuleFinding(code, True, reading.stream.time(placed.start), f"{named}{missing}")


def _block(reading: Reading, placed: Placed, reach: int, stop: re.Pattern[str]) -> list[Line]:
    """The lines of a step, until the court goes on to something else."""
    out: list[Line] = []
    begun = _begun(reading, placed)
    for line in reading.stream.lines[placed.line : placed.line + reach]:
        begin = placed.end if line.index == placed.line else line.start
        if (
            out
            and line.role in _COURT
            and (
                reading.stream.has(stop, begin, line.end)
                or _elsewhere(reading, line)
                or line.index in begun
            )
        ):
            break
        out.append(line)
    return out


def _begun(reading: Reading, placed: Placed) -> set[int]:
    """The lines in which a later step of the procedure was heard to begin."""
    order = [step.code for step in reading.pack.steps]
    later = set(order[order.index(placed.step.code) + 1 :])
    return {
        p.line
        for p in reading.placed.values()
        if p.step.code in later and p.score >= MET and p.line > placed.line
    }


SHORT_CALL = 16
"""A call of the court such as 被告呢？ is at most this long."""

_STILL = compile_cue("(回避|最后|意见|陈述|申请|要说|补充)")


def _elsewhere(reading: Reading, line: Line) -> bool:
    """Whether the court speaks at length of something else."""
    return line.length > SHORT_CALL and not reading.stream.says(line, _STILL)


_PARTY_WORDS = compile_cue(
    "^(坚持|维持我|请求(法院|法庭|依法|支持|驳回|公正)|希望(法院|法庭)|不申请|没有要求|我(方|们|)(不|坚持|请求|没有|希望))"
)


def _strayed(reading: Reading, line: Line) -> bool:
    """A party's answer that the recogniser gave to the court."""
    return line.role in _COURT and line.length <= 20 and reading.stream.says(line, _PARTY_WORDS)


def _heard(reading: Reading, block: Sequence[Line], side: str) -> bool:
    """Whether the side spoke in the block, or was called there and an answer followed."""
    if any(line.side == side and line.role not in _COURT for line in block):
        return True
    if any(line.role is Role.UNKNOWN for line in block):
        return True
    return _called(reading, block, side)


def _called(reading: Reading, block: Sequence[Line], side: str) -> bool:
    """The court names this side and the next line is an answer: its label may be wrong."""
    labels = _labels(reading, side)
    for line, following in pairwise(block):
        if line.role not in _COURT:
            continue
        said = line.utterance.text
        if any(label in said for label in labels) and following.role not in _COURT:
            others = [o for o in reading.stream.sides() if o != side]
            if not any(word in said for o in others for word in _labels(reading, o)):
                return True
    return False


def _labels(reading: Reading, side: str) -> tuple[str, ...]:
    """What a side is called: seat labels and names, without those that contain another side's."""
    out: list[str] = []
    for person in reading.stream.participants:
        if person.side == side:
            out += [word for word in (person.label, person.name) if word]
    return tuple(dict.fromkeys(out))


def _label(reading: Reading, side: str) -> str:
    for person in reading.stream.participants:
        if person.side == side and person.label:
            return person.label
    return _SIDE_ZH.get(side, side)


_SIDE_ZH = {"P": "原告", "D": "被告", "T": "第三人", "DF": "被告人"}

# --- evidence -----------------------------------------------------------------------------------

_SHOWS = compile_cue(
    "(证据(一|二|三|四|五|六|七|八|1|2|3|4|5|6|目录|如下)|第(一|二|三|四|五|六|七|八|九|1|2|3|4|5)(份|组|项|张|个)‥|"
    "(提交|出示|提供|举示|宣读|递交)…(证据|合同|借条|单据|凭证|记录|照片|证明|收据|发票|笔录|证言|材料|票据|录音|视频|清单|协议|报告)|"
    "(一份|一段|这份|这段|两份|三份|四份|五份|一张|两张|三张|一组|若干|一本|一套|几张|一页|六份|十份|各一份)|我(方|这|)(这里|手里|)有‥(证据|证明|记录|照片|收条|录音|凭证|证言))",
    written=2,
)
_CHALLENGES = compile_cue(
    "(真实性|合法性|关联性|质证|认可|异议|不认|没有意见|证明目的|不能证明|无法证明|没意见|予以承认|收到|同意扣除|是我|不是我|属实|不属实|伪造)",
    written=2,
)
_CALLS = compile_cue(
    "(举证|出示证据|出示|提交证据|提供证据|还有(没有|其他|别的|)证据|有没有证据|证据(要|需要|)(出示|提交|提供)|继续|下一(组|份)|(有没有|有无|有什么|还有什么|有)证据|证据…(提交|出示|拿)|(你|你们|你方|原告|被告|对方|辩方)的证据)"
)
_LEAVES = compile_cue(
    "(调查结束|调查终结|调查到此|法庭辩论|辩论意见|举证质证结束|举证结束|质证结束|法庭调查(阶段|)结束|法庭问|本庭问|法庭询问|发问)"
)


def evidence(reading: Reading) -> RuleFinding | None:
    """X-EVID-BOTH: every block of evidence is followed by a turn of the other side."""
    placed = _first(reading, ("C08", "D09", "D08", "K20"))
    others = [reading.placed[c] for c in ("D08", "D09") if c in reading.placed]
    if placed is None:
        return None
    if not _labelled(reading):
        return None
    first = min([placed.line, *(p.line for p in others if p.score >= MET)])
    pending: Line | None = None
    called = ""
    for line in _evidence_lines(reading, first):
        if line.role in _COURT:
            calls = reading.stream.says(line, _CALLS)
            if pending is not None and calls and not _invites(reading, line, pending.side):
                return _unchallenged(pending)
            called = _called_side(reading, line) if calls else ""
            continue
        shows = reading.stream.says(line, _SHOWS) or (called == line.side and line.length >= 6)
        if pending is not None and _bench(line.side) != _bench(pending.side):
            pending = None
        elif pending is None and shows and not _answers(reading, line):
            pending = line
        called = ""
    return _unchallenged(pending) if pending is not None else RuleFinding("X-EVID-BOTH", False)


def _labelled(reading: Reading) -> bool:
    """Whether the transcript says who speaks: without that nobody can be called silent."""
    known = sum(line.role is not Role.UNKNOWN for line in reading.stream.lines)
    return known * 2 >= len(reading.stream.lines)


def _unchallenged(line: Line) -> RuleFinding:
    return RuleFinding("X-EVID-BOTH", True, line.span.start, "举证后对方没有质证")


def _answers(reading: Reading, line: Line) -> bool:
    """A challenge that mentions a document is no evidence of its own."""
    begins = reading.stream.has(_SHOWS, line.start, min(line.end, line.start + 8))
    return reading.stream.says(line, _CHALLENGES) and not begins


def _bench(side: str) -> str:
    """Which bench a side sits on: accused and defender, prosecution and victim, are one each."""
    if side.startswith("DF"):
        return "DF"
    if side in ("PR", "V"):
        return "PR"
    return side[:1]


def _evidence_lines(reading: Reading, first: int) -> list[Line]:
    """From the first call for evidence to the close of the inquiry."""
    out: list[Line] = []
    for line in reading.stream.lines[first:]:
        debate = reading.phase(line.index) not in ("claims", "evidence", "plea")
        if (
            line.index > first
            and line.role in _COURT
            and (debate or reading.stream.says(line, _LEAVES))
        ):
            break
        out.append(line)
    return out


def _called_side(reading: Reading, line: Line) -> str:
    """Which side the court calls in this line, '' when it names none or several."""
    said = line.utterance.text
    named = [s for s in reading.stream.sides() if any(w in said for w in _labels(reading, s))]
    return named[0] if len(named) == 1 else ""


_INVITES = compile_cue("(质证|看一下|看看|意见|异议|认可|核对|对此|是否属实|有没有意见)")


_OTHERS = {"P": ("被告", "第三人"), "D": ("原告",)}
"""Words that call somebody else's evidence, by the side that has shown its own."""

_COURT_LOOKS = compile_cue("(我|法庭|本庭|合议庭)(先|来|)看", written=2)


def _invites(reading: Reading, line: Line, side: str) -> bool:
    """Whether the court invites the challenge, or lets the same side go on."""
    if reading.stream.says(line, _INVITES) and not reading.stream.says(line, _COURT_LOOKS):
        return True
    if any(word in line.utterance.text for word in _OTHERS.get(side[:1], ())):
        return False
    return _called_side(reading, line) in ("", side) and "还有" not in line.utterance.text
