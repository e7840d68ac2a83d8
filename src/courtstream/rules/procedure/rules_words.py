"""Rules about words: panel, reasons, appeal, witnesses, mediation, officials, private numbers."""

from __future__ import annotations

from collections.abc import Iterable

from courtstream.domain.scoring import RuleFinding
from courtstream.domain.trial import MinuteState, Role
from courtstream.rules.procedure.conditions import (
    MET,
    appeal_lies,
    conversion,
    has_judgment,
    witness_lines,
)
from courtstream.rules.procedure.reading import Reading
from courtstream.rules.procedure.sound import compile_barrier, compile_cue
from courtstream.rules.procedure.special import bargaining
from courtstream.rules.procedure.stream import Line

_COURT = frozenset({Role.JUDGE, Role.CLERK})
_ON_AIR = frozenset({MinuteState.LIVE, MinuteState.DELAYED})

_PANEL = compile_cue("合议庭")
_SOLE = compile_cue("独任(审判|审理|审|法官)|一(名|个|)(审判员|人)独任")
_LATER = compile_barrier(
    [
        "转为",
        "转换",
        "变更",
        "另行组成",
        "普通程序",
        "不组成",
        "依法组成合议庭后",
        "不适用独任",
        "改为",
        "重新组成",
        "转入",
    ]
)


def panel(reading: Reading) -> RuleFinding:
    """X-PANEL-CONTRA: a panel spoken of before a sole judge, or the reverse."""
    pattern = _PANEL if reading.sole_judge else _SOLE
    why = "独任审理的案件称“合议庭”" if reading.sole_judge else "合议庭审理的案件称“独任”"
    stream = reading.stream
    for start, end in stream.matches(pattern):
        line = stream.line_at(start)
        if line.role not in _COURT and line.role is not Role.UNKNOWN:
            continue
        if stream.has(_LATER, max(line.start, start - 16), min(line.end, end + 10)):
            continue
        if _converted_before(reading, line):
            continue
        return RuleFinding("X-PANEL-CONTRA", True, stream.time(start), why)
    return RuleFinding("X-PANEL-CONTRA", False)


def _converted_before(reading: Reading, line: Line) -> bool:
    """Whether the hearing was converted to another procedure before this line."""
    converted = conversion(reading)
    return converted is not None and converted <= line.index


_REASON = compile_cue(
    "因(为|)…(涉及|涉|属于|是|系|申请|隐私|秘密|未成年|未满)|涉及…(隐私|秘密|未成年)|(隐私|国家秘密|商业秘密|未成年人|未满十八|离婚案件)|"
    "(根据|依据|依照)…申请|(当事人|原告|被告|双方)…申请…不公开"
)
_CLOSED = compile_cue("不公开(开庭|)(进行|)(审理|开庭|审判|)")


def close_reason(reading: Reading) -> RuleFinding | None:
    """X-CLOSE-REASON: a closed hearing says why."""
    if reading.public:
        return None
    stream = reading.stream
    told = [stream.line_at(start) for start, _ in stream.matches(_CLOSED)]
    told = [line for line in told if line.role in _COURT or line.role is Role.UNKNOWN]
    for line in told:
        for near in reading.lines_in(line.index - 1, line.index + 1):
            if near.role in (*_COURT, Role.UNKNOWN) and stream.says(near, _REASON):
                return RuleFinding("X-CLOSE-REASON", False)
    t = told[0].span.start if told else None
    return RuleFinding("X-CLOSE-REASON", True, t, "不公开审理没有说明理由")


_NOTICE = compile_cue(
    "(如果|如|若|要是|对)…(不服|有意见|有异议|不同意)…(上诉)|(提起|可以|有权|可以向|提出)…上诉|(日|天)(之|)(内|以内)…上诉|不服…上诉|上诉于…法院|上诉(期限|状)"
)
_NO_APPEAL = compile_barrier(
    [
        "驳回",
        "提出的上诉",
        "不得上诉",
        "不能上诉",
        "终审",
        "不准上诉",
        "无权上诉",
        "不可上诉",
        "没有上诉",
    ]
)


def appeal(reading: Reading) -> RuleFinding | None:
    """X-APPEAL: the notice is given exactly when an appeal lies."""
    if not has_judgment(reading):
        return None
    judged = min(
        p.line
        for p in reading.placed.values()
        if p.step.code in ("C18", "K30", "A11", "R08", "D16") and p.score >= MET
    )
    stream = reading.stream
    notice: Line | None = None
    for start, end in stream.matches(_NOTICE):
        line = stream.line_at(start)
        barred = stream.has(_NO_APPEAL, max(line.start, start - 6), min(line.end, end + 6))
        if line.index >= judged and line.role not in _PARTIES and not barred:
            notice = line
            break
    final = not appeal_lies(reading)
    if final and notice is not None:
        return RuleFinding("X-APPEAL", True, notice.span.start, "终审裁判不应告知上诉")
    if not final and notice is None:
        t = stream.lines[judged].span.end
        return RuleFinding("X-APPEAL", True, t, "当庭宣判后没有告知上诉权利")
    return RuleFinding("X-APPEAL", False)


_PARTIES = frozenset(
    {Role.PLAINTIFF, Role.DEFENDANT, Role.THIRD_PARTY, Role.ACCUSED, Role.COUNSEL, Role.WITNESS}
)

_OATH = compile_cue(
    "(如实(作证|陈述|回答|提供|说|讲)|伪证|保证书|宣誓|虚假(证言|陈述)|法律责任|隐匿罪证|如实地)"
)
_GALLERY = compile_cue(
    "(旁听席|旁听|在下面听|在后面听|坐在下面|坐在后面|一直在听|在法庭里听|都听到了|听了半天|坐在那边听)"
)
_NO_GALLERY = compile_barrier(
    [
        "没有旁听",
        "不得旁听",
        "不能旁听",
        "没旁听",
        "未旁听",
        "不准旁听",
        "不可以旁听",
        "不要旁听",
        "没有在",
        "没在",
        "不得",
        "没有",
        "不能",
    ]
)
BEFORE_WITNESS = 4
"""Lines before a witness speaks in which the court may have told it its duties."""

_CALL_WITNESS = compile_cue("(传|请|通知|有请|带)…(证人|鉴定人)|证人…(到庭|出庭|入庭)")


def witness(reading: Reading) -> Iterable[RuleFinding]:
    """X-WIT-OATH and X-WIT-GALLERY, where a witness testifies."""
    spoken = witness_lines(reading)
    if not spoken:
        return
    stream = reading.stream
    first = spoken[0]
    for line in reversed(stream.lines[max(0, first - 8) : first]):
        if line.role in _COURT and stream.says(line, _CALL_WITNESS):
            first = line.index
            break
    block = reading.lines_in(min(first, spoken[0] - BEFORE_WITNESS), spoken[-1] + 2)
    sworn = any(stream.says(line, _OATH) for line in block)
    t = stream.lines[first].span.start
    why = "" if sworn else "没有告知证人如实作证的义务和法律责任"
    yield RuleFinding("X-WIT-OATH", not sworn, None if sworn else t, why)
    seen = _in_gallery(reading, first, spoken[-1])
    why = "证人作证前在旁听席，请人工核实" if seen is not None else ""
    yield RuleFinding("X-WIT-GALLERY", seen is not None, seen.span.start if seen else None, why)


def _in_gallery(reading: Reading, first: int, last: int) -> Line | None:
    """Where somebody says that the witness sat in the gallery."""
    stream = reading.stream
    for line in reading.lines_in(first - 2, last + 3):
        for start, end in stream.matches(_GALLERY, line.start, line.end):
            denied = stream.has(_NO_GALLERY, max(line.start, start - 5), end)
            asked = line.role in _COURT and _answered_no(reading, line)
            leaving = "退" in line.utterance.text or "到旁听席" in line.utterance.text
            if not denied and not asked and not leaving:
                return line
    return None


_NO = compile_cue("^(没有|没|不是|否|无)")


def _answered_no(reading: Reading, line: Line) -> bool:
    """Whether the line after a question denies it."""
    after = reading.lines_in(line.index + 1, line.index + 1)
    return any(reading.stream.says(n, _NO) for n in after)


def mediation(reading: Reading) -> RuleFinding:
    """X-MEDIATION-STREAM: no offers and no bargaining while the public hears it."""
    for line in bargaining(reading):
        if reading.state_at(line.span.start) in _ON_AIR:
            why = "调解中的让步、报价在直播状态下播出"
            return RuleFinding("X-MEDIATION-STREAM", True, line.span.start, why)
    return RuleFinding("X-MEDIATION-STREAM", False)


_OFFICIAL = (
    "(副|)(局长|县长|镇长|乡长|区长|市长|主任|主席|处长|科长|所长|大队长|支队长|厅长|队长|股长|书记|"
    "科员|主管)"
)
_IS_HERE = compile_cue(
    f"(负责人|{_OFFICIAL}|工作人员|干部|法制科|法规科)…(到庭|出庭|在庭|来了|参加|应诉|到了|在)|"
    f"(我是|本人是|本人系|我系|我叫)…({_OFFICIAL}|工作人员|干部|法规科|法制科|执法人员)|"
    f"(由|委派|指派|委托|派)…({_OFFICIAL}|工作人员|干部)"
)
_NOT_HERE = compile_cue(
    "(没有|没|未|不能|无法|不)(到庭|出庭|来|到|参加|派)|(没有|没)…(到庭|出庭|来)|是否|有没有|(到庭|出庭)(了|)(吗|没有)|为什么|法定代表人"
)
_YES = compile_cue("^(到庭|到了|来了|出庭|是的|有|在|我是|本人)")


def official(reading: Reading) -> RuleFinding:
    """X-OFFICIAL: the responsible official or at least staff of the authority came."""
    if _listed_official(reading):
        return RuleFinding("X-OFFICIAL", False)
    stream = reading.stream
    placed = reading.placed.get("D02")
    asked = placed.line if placed is not None and placed.score >= MET else None
    last = (asked + 6) if asked is not None else len(stream.lines) // 3
    for line in reading.lines_in(0, last):
        if line.role in (Role.PLAINTIFF, Role.THIRD_PARTY):
            continue
        if _says_official(reading, line):
            return RuleFinding("X-OFFICIAL", False)
    if asked is not None:
        for line in reading.lines_in(asked + 1, asked + 1):
            denied = stream.says(line, _NOT_HERE)
            if line.side == "D" and stream.says(line, _YES) and not denied:
                return RuleFinding("X-OFFICIAL", False)
    t = stream.lines[asked].span.start if asked is not None else None
    return RuleFinding("X-OFFICIAL", True, t, "行政机关负责人和工作人员均未出庭")


def _listed_official(reading: Reading) -> bool:
    """Whether the list of participants names an official or staff of the authority as present."""
    words = ("负责人", "工作人员", "局长", "县长", "镇长", "主任", "科长", "所长", "队长", "区长")
    return any(
        p.role is Role.DEFENDANT and p.present and any(word in p.label for word in words)
        for p in reading.stream.participants
    )


def _says_official(reading: Reading, line: Line) -> bool:
    """Whether the line says that an official or staff is here, and does not deny or ask it."""
    stream = reading.stream
    return any(
        not stream.has(_NOT_HERE, max(line.start, start - 6), min(line.end, end + 4))
        for start, end in stream.matches(_IS_HERE, line.start, line.end)
    )
