"""What is said at the sample hearing, by whom, and which stretches are private.

`[TYPE|spoken|value]` marks a private stretch, `<TYPE|spoken>` one that must stay audible; the marks
are not spoken. `steps` are the procedure steps (CIV1_SUM) that begin with the line. All persons,
places and numbers are invented: the identity number has a valid check digit but a region code that
does not exist, the mobile number a prefix that no carrier has.
"""

from __future__ import annotations

from dataclasses import dataclass

COURT = "江州市临江区人民法院"
CASE_NUMBER = "（2026）江0102民初337号"
ID_NUMBER = "990106198305170422"
PHONE = "15404315826"
PROTECTED = "沈乐瑶"

ROLES = {"clerk": "K", "judge": "J", "plaintiff": "P", "defendant": "D", "witness": "W"}
LABELS = {
    "clerk": "书记员",
    "judge": "审判员",
    "plaintiff": "原告",
    "defendant": "被告",
    "witness": "证人",
}
NAMES = {
    "judge": "罗文清",
    "clerk": "苏小禾",
    "plaintiff": "沈静怡",
    "defendant": "贺明远",
    "witness": "方若竹",
}
VOICES = {
    "clerk": ("zf_xiaoxiao", 1.22, 0.0),
    "judge": ("zm_yunjian", 1.24, 1.0),
    "plaintiff": ("zf_xiaobei", 1.18, -1.0),
    "defendant": ("zm_yunyang", 1.2, -2.0),
    "witness": ("zf_xiaoyi", 1.18, -3.0),
}
"""Kokoro style, speed and level in dB."""


@dataclass(frozen=True)
class Line:
    """One utterance. `pause`: seconds before it; `gavel`: knocks in that pause."""

    who: str
    text: str
    steps: tuple[str, ...] = ()
    pause: float = 0.35
    gavel: int = 0
    mark: str = ""


LINES: tuple[Line, ...] = (
    Line("clerk", "现在查明到庭情况，原告、被告均已到庭。", ("P01",), 1.2),
    Line("clerk", "宣布法庭纪律：请保持安静，不得录音录像，不得随意走动。", ("P02",)),
    Line("clerk", "全体起立，请审判员入庭。", ("P03",), mark="rise"),
    Line("clerk", "报告审判员，庭前准备工作就绪，可以开庭。", ("P04",), 2.6),
    Line(
        "judge",
        "请坐下。现在核对当事人身份。原告，请说姓名、身份证号码、住址和电话。",
        ("C01",),
        mark="sit",
    ),
    Line(
        "plaintiff",
        "我叫沈静怡，身份证号是[ID|九九零幺零六，幺九八三零五幺七，零四二二|"
        f"{ID_NUMBER}]，住[ADDR|江州市临江区槐树街十二号院三号楼二单元六零一室|"
        "江州市临江区槐树街12号院3号楼2单元601室]，手机号是"
        f"[PHONE|幺五四，零四三幺，五八二六|{PHONE}]。",
        mark="identity",
    ),
    Line("judge", "被告，说一下姓名和住址。"),
    Line(
        "defendant",
        "我叫贺明远，住[ADDR|临江区渡口路八十八号二单元三零四|临江区渡口路88号2单元304]。",
    ),
    Line("judge", "双方对对方出庭人员身份有无异议？", ("C02",)),
    Line("plaintiff", "没有异议。"),
    Line("defendant", "没有异议。", pause=0.25),
    Line(
        "judge",
        "现在开庭。江州市临江区人民法院今天依法公开开庭审理"
        "<CASE|二零二六江零一零二民初三三七号>，原告沈静怡诉被告贺明远民间借贷纠纷一案。",
        ("P05", "P06", "P07"),
        2.2,
        1,
        "open",
    ),
    Line(
        "judge",
        "本案适用简易程序，由审判员罗文清独任审判，书记员苏小禾担任法庭记录。",
        ("S01", "P08"),
    ),
    Line("judge", "诉讼权利义务已经书面告知，是否听清楚？原告是否申请回避？", ("P09", "P10")),
    Line("plaintiff", "听清楚了，不申请回避。"),
    Line("judge", "被告是否申请回避？"),
    Line("defendant", "不申请回避。"),
    Line("judge", "现在进行法庭调查。请原告陈述诉讼请求和事实理由。", ("C03",)),
    Line(
        "plaintiff",
        "诉讼请求：判令被告偿还借款本金<AMT|八万六千元>。事实与理由："
        "<DATE|二零二四年三月六日>，被告因装修房屋向我借款，约定半年归还，到期一直未还。",
        ("C04",),
        mark="claims",
    ),
    Line("judge", "请被告答辩。", pause=0.3),
    Line(
        "defendant",
        f"答辩意见：借款属实，但我已经还了<AMT|两万元>，是转给她女儿[NAME|沈乐瑶|{PROTECTED}]的。",
        ("C05",),
    ),
    Line("judge", "本案争议焦点是：这两万元是不是还款。双方有无补充？", ("C07",)),
    Line("plaintiff", "没有补充。", pause=0.25),
    Line("judge", "请原告举证。", ("C08",)),
    Line("plaintiff", "出示借条一张，证明借款金额和期限。"),
    Line("judge", "请被告质证。"),
    Line("defendant", "对真实性没有异议。"),
    Line("judge", "传证人到庭。证人应当如实作证。", ("C09",), mark="enter"),
    Line(
        "witness",
        f"听清楚了。我看见被告把一个信封交给[NAME|沈乐瑶|{PROTECTED}]，里面是多少钱我不知道。",
        pause=1.0,
    ),
    Line("judge", "请证人退庭。法庭调查结束。下面进行法庭辩论。", ("C12", "C13"), mark="leave"),
    Line("plaintiff", "根据<LAW|民法典第六百七十五条>，借款人应当按照约定的期限返还借款。"),
    Line("defendant", "已经还的两万元应当扣除。"),
    Line("judge", "法庭辩论结束。请双方陈述最后意见。", ("C14", "C15")),
    Line("plaintiff", "坚持诉讼请求。", pause=0.25),
    Line("defendant", "请法庭依法判决。", pause=0.25),
    Line("judge", "双方是否愿意调解？", ("C16",)),
    Line("plaintiff", "不愿意。", pause=0.25),
    Line(
        "judge",
        "今天的庭审到此结束，本案择期宣判，请当事人核对笔录后签字。现在闭庭。",
        ("C17", "C20", "C21"),
        mark="close",
    ),
    Line("clerk", "全体起立，请审判员退庭。", pause=1.6, gavel=1, mark="rise_again"),
)


def check_digit(first17: str) -> str:
    """The 18th character of an identity number (GB 11643-1999, mod 11-2)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first17, weights, strict=True))
    return "10X98765432"[total % 11]
