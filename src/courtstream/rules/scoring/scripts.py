"""Scripts of invented hearings, in our own words: what each seat says at each step."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from courtstream.domain.trial import MinuteState, Procedure, Role

KEPT = frozenset({"talk", "P05", "K06", "C08", "K14", "A03", "D08"})
"""Steps no invented hearing leaves out."""

SOLE = frozenset({Procedure.CIV1_SUM, Procedure.CRI1_SUM, Procedure.CRI1_FAST})
"""Procedures these scripts play before one judge."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of speech. Turns of one `step` are left out together; `wait` is seconds after it."""

    step: str
    role: Role
    label: str
    text: str
    gavel: str = ""
    rise: bool = False
    wait: float = 0.0
    state: MinuteState | None = None


_SEATS: Mapping[str, tuple[Role, str]] = {
    "J": (Role.JUDGE, "审判长"),
    "K": (Role.CLERK, "书记员"),
    "P": (Role.PLAINTIFF, "原告代理人"),
    "D": (Role.DEFENDANT, "被告代理人"),
    "G": (Role.PROSECUTOR, "公诉人"),
    "F": (Role.ACCUSED, "被告人"),
    "L": (Role.COUNSEL, "辩护人"),
}

Line: TypeAlias = tuple[str, str, tuple[str, ...]]
"""Step, seat, and phrasings to choose from."""

_CAUSES = ("买卖合同纠纷", "民间借贷纠纷", "物业服务合同纠纷", "房屋租赁合同纠纷", "劳务合同纠纷")
_CRIMES = ("盗窃", "危险驾驶", "故意伤害", "掩饰、隐瞒犯罪所得")
_ACTS = ("土地行政登记", "道路交通行政处罚", "工伤认定", "政府信息公开")

_ARRIVE: tuple[Line, ...] = (
    ("P01", "K", ("现在核对到庭人员。原告方到庭了吗？", "先查明当事人是否到庭。原告方。")),
    ("P01", "P", ("到庭。",)),
    ("P01", "K", ("被告方到庭了吗？", "被告方是否到庭？")),
    ("P01", "D", ("到庭。",)),
    (
        "P02",
        "K",
        (
            "下面宣布法庭纪律：不得录音、录像和拍照，不得随意走动，请关闭手机，未经许可不得发言。",
            "请旁听人员保持安静，关闭通讯工具，不得喧哗，不得录音录像。以上是法庭纪律。",
        ),
    ),
    ("P03", "K", ("全体起立，请审判人员入庭。", "请全体起立，请合议庭成员入庭就座。")),
    (
        "P04",
        "K",
        ("报告审判长，庭前准备工作已经就绪，请开庭。", "报告审判长，人员到齐，可以开庭。"),
    ),
    ("P05", "J", ("现在开庭。", "请坐。现在宣布开庭。")),
)
_ARRIVE_CRIMINAL: tuple[Line, ...] = (
    ("P01", "K", ("公诉人、辩护人均已到庭，被告人已提押到候审室，旁听人员中没有本案证人。",)),
    *_ARRIVE[4:],
)
_OPEN: tuple[Line, ...] = (
    (
        "C01",
        "J",
        ("核对当事人身份，请双方说明代理人情况和代理权限。", "先核实双方身份，原告先说。"),
    ),
    ("C01", "P", ("身份与提交的材料一致，特别授权。",)),
    ("C01", "D", ("身份与提交的材料一致，一般代理。",)),
    ("C02", "J", ("双方对对方出庭人员的身份有无异议？",)),
    ("C02", "P", ("没有异议。",)),
    ("C02", "D", ("没有异议。",)),
    ("P07", "J", ("本院依法公开开庭审理原告诉被告{cause}一案。", "今天公开开庭审理{cause}一案。")),
    ("P08", "J", ("本案由三名法官组成合议庭，书记员担任记录。",)),
    ("P09", "J", ("双方享有申请回避、提供证据、进行辩论的权利，并应遵守法庭秩序，听清了吗？",)),
    ("P09", "P", ("听清了。",)),
    ("P09", "D", ("听清了。",)),
    ("P10", "J", ("原告方是否申请回避？",)),
    ("P10", "P", ("不申请。",)),
    ("P10", "J", ("被告方是否申请回避？",)),
    ("P10", "D", ("不申请。",)),
)
_INQUIRY: tuple[Line, ...] = (
    ("C03", "J", ("现在进行法庭调查。",)),
    ("C04", "J", ("原告陈述诉讼请求和事实理由。",)),
    ("C04", "P", ("请求判令被告支付尚欠款项及利息，并承担诉讼费用。事实和理由与起诉状一致。",)),
    ("C05", "J", ("被告答辩。",)),
    ("C05", "D", ("我方认可合同关系，但对数额有异议，部分款项已经结清。",)),
    ("C07", "J", ("本案争议焦点是尚欠款项的数额，双方对焦点有无异议？",)),
    ("C07", "P", ("没有异议。",)),
    ("C07", "D", ("没有补充。",)),
    ("C08", "J", ("围绕焦点举证、质证，原告先举证。",)),
    ("C08", "P", ("证据一，合同一份，证明双方的权利义务；证据二，结算单一份，证明数额。",)),
    ("C08", "J", ("被告质证。",)),
    ("C08", "D", ("对真实性没有异议，对证明目的有异议。",)),
    ("C08", "J", ("被告举证。",)),
    ("C08", "D", ("付款回单三份，证明已付部分款项。",)),
    ("C08", "J", ("原告质证。",)),
    ("C08", "P", ("真实性认可，但这是另一笔交易的款项。",)),
    ("C12", "J", ("法庭调查结束。",)),
    ("C13", "J", ("现在进行法庭辩论，原告先发言。",)),
    ("talk", "P", ("合同和结算单能够相互印证，请求依法支持。",)),
    ("talk", "D", ("结算单没有扣除已付款项，请求依法核减。",)),
    ("C14", "J", ("法庭辩论终结。",)),
    ("C15", "J", ("请双方陈述最后意见。",)),
    ("C15", "P", ("坚持诉讼请求。",)),
    ("C15", "D", ("坚持答辩意见。",)),
)
_CLOSE: tuple[Line, ...] = (
    ("C20", "K", ("请双方核对笔录后签字。",)),
    ("C17", "J", ("现在休庭，评议后择期宣判。",)),
    ("C21", "K", ("全体起立，请审判人员退庭。",)),
)
_SUMMARY: tuple[Line, ...] = (
    ("S01", "J", ("本案适用简易程序审理，双方有无异议？",)),
    ("S01", "P", ("没有异议。",)),
    ("S01", "D", ("没有异议。",)),
    ("S02", "J", ("由本审判员独任审理，书记员担任记录。",)),
)
_CRIMINAL: tuple[Line, ...] = (
    ("K06", "J", ("现在开庭。传被告人到庭。",)),
    ("K07", "J", ("请法警解除被告人的戒具。",)),
    ("K08", "J", ("核实被告人的姓名、出生日期、民族和文化程度，是否与起诉书一致？",)),
    ("K08", "F", ("一致。",)),
    ("K09", "J", ("本院今天公开开庭审理检察院提起公诉的{crime}一案。",)),
    (
        "K10",
        "J",
        ("本案由三名法官组成合议庭，书记员担任记录，公诉人出庭支持公诉，律师担任辩护人。",),
    ),
    ("K11", "J", ("被告人享有申请回避、提出证据、自行辩护和最后陈述的权利，听清了吗？",)),
    ("K11", "F", ("听清了。",)),
    ("K12", "J", ("被告人是否申请回避？",)),
    ("K12", "F", ("不申请。",)),
    ("K14", "J", ("现在开始法庭调查，请公诉人宣读起诉书。",)),
    ("K14", "G", ("起诉书指控，被告人的行为触犯刑法，应当以{crime}罪追究刑事责任。",)),
    ("K15", "J", ("被告人对起诉书指控的事实和罪名有无异议？",)),
    ("K15", "F", ("没有异议，自愿认罪。",)),
    ("K17", "J", ("公诉人可以讯问被告人。",)),
    ("K17", "G", ("在侦查阶段的供述是否属实？",)),
    ("K17", "F", ("属实。",)),
    ("K20", "J", ("请公诉人出示证据。",)),
    ("K20", "G", ("第一组证据，受案登记表、勘验材料和监控录像。",)),
    ("K20", "J", ("被告人、辩护人质证。",)),
    ("K20", "F", ("没有意见。",)),
    ("K20", "L", ("没有异议。",)),
    ("K23", "J", ("是否申请通知新的证人到庭、调取新的物证或者重新鉴定？",)),
    ("K23", "F", ("不申请。",)),
    ("K23", "L", ("不申请。",)),
    ("K25", "J", ("法庭调查结束，现在进行法庭辩论，请公诉人发表公诉意见。",)),
    ("talk", "G", ("本案事实清楚，证据确实充分，建议依法从轻处罚。",)),
    ("talk", "L", ("对罪名没有异议，被告人如实供述，请求从轻处罚。",)),
    ("K27", "J", ("法庭辩论终结。",)),
    ("K28", "J", ("被告人作最后陈述。",)),
    ("K28", "F", ("我认罪悔罪，请求从轻处罚。",)),
    ("K32", "K", ("请被告人核对笔录后签字。",)),
    ("K29", "J", ("现在休庭，合议庭评议后择期宣判。",)),
)
_PLEA: tuple[Line, ...] = (
    ("A01", "J", ("核实被告人身份，姓名和出生日期与起诉书一致吗？",)),
    ("A01", "F", ("一致。",)),
    ("P07", "J", ("本院今天公开开庭审理检察院提起公诉的{crime}一案。",)),
    ("P08", "J", ("由本审判员独任审判，书记员担任记录。",)),
    (
        "A02",
        "J",
        ("你享有申请回避、自行辩护和最后陈述的权利，认罪认罚可以依法从宽处理，听清了吗？",),
    ),
    ("A02", "F", ("听清了。",)),
    ("P10", "J", ("是否申请回避？",)),
    ("P10", "F", ("不申请。",)),
    ("A06", "J", ("是否同意适用{fast}程序审理？",)),
    ("A06", "F", ("同意。",)),
    ("A03", "J", ("请公诉人宣读起诉书。",)),
    ("A03", "G", ("起诉书指控被告人犯{crime}罪，建议判处拘役二个月。",)),
    ("A04", "J", ("对指控的事实、罪名、证据和量刑建议有无异议？",)),
    ("A04", "F", ("没有异议。",)),
    ("A05", "J", ("签署具结书是否自愿，是否知悉法律后果？",)),
    ("A05", "F", ("自愿，知道后果。",)),
    ("A07", "J", ("本案有没有赔偿和谅解的情况？",)),
    ("A07", "F", ("已经赔偿并取得谅解。",)),
    ("A09", "J", ("请辩护人发表辩护意见。",)),
    ("A09", "L", ("同意量刑建议，请求从宽。",)),
    ("A10", "J", ("被告人作最后陈述。",)),
    ("A10", "F", ("我认罪认罚。",)),
    ("A11", "J", ("现在当庭宣判：被告人犯{crime}罪，判处拘役二个月。",)),
    ("A12", "J", ("如不服本判决，可在接到判决书的第二日起十日内提出上诉。",)),
)
_ADMIN: tuple[Line, ...] = (
    ("D01", "J", ("核对当事人和代理人身份。",)),
    ("D01", "P", ("身份与材料一致。",)),
    ("D01", "D", ("身份与材料一致。",)),
    ("D02", "J", ("行政机关负责人是否出庭？",)),
    ("D02", "D", ("负责人副局长到庭。",)),
    *_OPEN[6:],
    ("D03", "J", ("现在进行法庭调查。",)),
    ("D04", "J", ("原告陈述诉讼请求和理由。",)),
    ("D04", "P", ("请求撤销被诉行政行为，事实和理由与起诉状一致。",)),
    ("D05", "J", ("被告答辩。",)),
    ("D05", "D", ("被诉行政行为认定事实清楚，程序合法，请求驳回。",)),
    ("D07", "J", ("本庭对被诉行政行为的合法性进行审查。",)),
    ("D11", "J", ("本案审查重点是被诉行为的程序是否合法，双方有无异议？",)),
    ("D11", "P", ("没有异议。",)),
    ("D11", "D", ("没有异议。",)),
    ("D08", "J", ("由被告举证，说明职权依据、事实依据和法律依据。",)),
    ("D08", "D", ("证据一，调查笔录；证据二，处理决定及送达回证。",)),
    ("D09", "J", ("原告质证，并可以举证。",)),
    ("D09", "P", ("对调查笔录的程序有异议，其他没有异议。",)),
    ("D12", "J", ("现在进行法庭辩论。",)),
    ("talk", "P", ("被告程序违法，应予撤销。",)),
    ("talk", "D", ("程序合法，应予维持。",)),
    ("D13", "J", ("法庭辩论结束，双方陈述最后意见。",)),
    ("D13", "P", ("坚持诉讼请求。",)),
    ("D13", "D", ("坚持答辩意见。",)),
    ("D15", "J", ("现在休庭，合议庭评议后择期宣判。",)),
)

_BEFORE, _AFTER = frozenset({"P05", "K06"}), frozenset({"C17", "D15", "K29", "A11"})


def script_for(procedure: Procedure, rng: random.Random) -> list[Turn]:
    """The turns of a complete hearing of this procedure; appeals use the first-instance script."""
    cause, crime, act = rng.choice(_CAUSES), rng.choice(_CRIMES), rng.choice(_ACTS)
    fast = "速裁" if procedure is Procedure.CRI1_FAST else "简易"
    words = {"cause": cause, "crime": crime, "fast": fast}
    if procedure in (Procedure.ADM1, Procedure.ADM2):
        words["cause"] = act
    sole = procedure in SOLE
    return [_turn(line, rng, words, sole) for line in _lines(procedure)]


def _lines(procedure: Procedure) -> Sequence[Line]:
    if procedure in (Procedure.CRI1_ORD, Procedure.CRI2):
        arrive = [(_criminal_code(s), seat, text) for s, seat, text in _ARRIVE_CRIMINAL[:-1]]
        seated: Line = ("K02", "K", ("请公诉人、辩护人入庭就座。",))
        return [arrive[0], seated, *arrive[1:], *_CRIMINAL]
    if procedure in (Procedure.CRI1_SUM, Procedure.CRI1_FAST):
        return [*_ARRIVE_CRIMINAL, *_PLEA]
    if procedure in (Procedure.ADM1, Procedure.ADM2):
        return [*_ARRIVE, *_ADMIN]
    if procedure is Procedure.CIV1_SUM:
        opening = [line for line in _OPEN if line[0] != "P08"]
        return [*_ARRIVE, *opening[:7], *_SUMMARY, *opening[7:], *_INQUIRY, *_CLOSE]
    return [*_ARRIVE, *_OPEN, *_INQUIRY, *_CLOSE]


def _criminal_code(code: str) -> str:
    """The criminal numbering of the shared opening."""
    return {"P01": "K01", "P02": "K03", "P03": "K04", "P04": "K05"}[code]


def _turn(line: Line, rng: random.Random, words: Mapping[str, str], sole: bool) -> Turn:
    step, seat, phrasings = line
    role, label = _SEATS[seat]
    text = rng.choice(phrasings).format(**words)
    if sole:
        label = "审判员" if label == "审判长" else label
        text = text.replace("审判长", "审判员").replace("合议庭成员", "审判员")
    gavel = "before" if step in _BEFORE else "after" if step in _AFTER else ""
    return Turn(step, role, label, text, gavel, rise=step in ("P03", "K04"))
