"""Identifiers however they are said, split and misheard are hidden; public numbers are kept.

The generators know nothing of the rules: digits are drawn one by one in any form people use,
groups fall anywhere, sentences and speakers change in the middle, and a recogniser's confusions
are put in as often as dialects ask for (court-rules §5.3: one in six digits).
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.rules.masking import spot_turns
from tests.unit.rules.masking.test_masking_properties import (
    CARDS,
    DAYS,
    IDS,
    LANDLINES,
    MOBILES,
    MONTHS,
    YEARS,
    counted,
    spoken,
)

SAID = [
    "零0洞〇",
    "一1幺壹",
    "二2两贰俩",
    "三3叁",
    "四4肆",
    "五5伍",
    "六6陆",
    "七7拐柒",
    "八8捌",
    "九9玖",
]
HEARD = {
    "0": "令领",
    "1": "要腰药",
    "3": "山",
    "5": "武",
    "6": "刘",
    "7": "起",
    "8": "吧",
    "9": "就",
}
BREAKS = ["，", " ", "、", "-", "，嗯，", "，那个，", "……", "。"]
NEW_TURN = "\n"
bounded = settings(max_examples=60, deadline=None)


@st.composite
def said(draw: st.DrawFn, numbers: st.SearchStrategy[str], confused: bool = False) -> str:
    """A number in mixed spoken forms, in groups of 2 to 8 digits, over sentences and turns."""
    number = draw(numbers)
    parts, at = [], 0
    while at < len(number):
        size = draw(st.integers(2, 8))
        size = size if len(number) - at - size > 1 else len(number) - at
        parts.append("".join(draw(st.sampled_from(_forms(c))) for c in number[at : at + size]))
        at += size
    if confused:
        parts = [_misheard(part, draw) for part in parts]
    breaks = [draw(st.sampled_from([*BREAKS, NEW_TURN])) for _ in parts[1:]]
    return parts[0] + "".join(a + b for a, b in zip(breaks, parts[1:], strict=True))


def _forms(char: str) -> str | list[str]:
    return SAID[int(char)] if char.isdigit() else ["X", "x", "爱克斯", "埃克斯"]


def _misheard(part: str, draw: st.DrawFn) -> str:
    """One digit in six is misheard, inside a group only."""
    chars = list(part)
    for place in range(2, len(chars) - 2, 6):
        said = next((n for n, forms in enumerate(SAID) if chars[place] in forms), None)
        wrong = HEARD.get(str(said), "")
        if wrong and draw(st.booleans()):
            chars[place] = draw(st.sampled_from(wrong))
    return "".join(chars)


def shown(before: str, number: str, after: str) -> str:
    """The digits of `number` that are still readable; turns are parted by a new line."""
    turns = (before + number + after).split(NEW_TURN)
    found, at, left = spot_turns(turns), 0, ""
    for turn, spans in zip(turns, found, strict=True):
        hidden = {i for span in spans for i in range(span.start, span.end)}
        for place, char in enumerate(turn):
            whole = at + place
            inside = len(before) <= whole < len(before) + len(number)
            digit = char.isdigit() or any(char in forms for forms in SAID)
            left += char if inside and digit and place not in hidden else ""
        at += len(turn) + 1
    return left


@bounded
@given(said(IDS), st.sampled_from(["我的身份证号是", "身份证号码：", "证件号码是", "号码是\n"]))
def test_identity_numbers_over_turns(number: str, cue: str) -> None:
    assert shown(cue, number, "，请核对。") == ""


@bounded
@given(said(MOBILES), st.sampled_from(["手机号", "我的电话是", "联系方式是", "你记一下\n"]))
def test_mobile_numbers_over_turns(number: str, cue: str) -> None:
    assert shown(cue, number, "，打得通。") == ""


@bounded
@given(said(CARDS), st.sampled_from(["卡号是", "银行账号", "打到我的卡上，"]))
def test_bank_cards_over_turns(number: str, cue: str) -> None:
    assert shown(cue, number, "。") == ""


@bounded
@given(said(LANDLINES), st.sampled_from(["我家的座机是", "家里电话"]))
def test_private_landlines_over_turns(number: str, cue: str) -> None:
    assert shown(cue, number, "，晚上打。") == ""


@bounded
@given(
    said(st.one_of(IDS, MOBILES, CARDS), confused=True),
    st.sampled_from(["身份证号是", "手机号码是", "银行卡号是"]),
)
def test_misheard_numbers_after_their_cue(number: str, cue: str) -> None:
    assert shown(cue, number, "。") == ""


@bounded
@given(MOBILES, st.booleans(), st.booleans(), st.sampled_from(["电话是", "手机号", "联系方式："]))
def test_numbers_said_as_whole_numbers(number: str, first: bool, second: bool, cue: str) -> None:
    """一百三十八，四千四百三十一，零零零九: how older people say it."""
    groups = [number[:3], number[3:7], number[7:]]
    whole = [first, second, False]
    said = [
        counted(int(group)) if said_whole and group[0] != "0" else spoken(group, "phone")
        for group, said_whole in zip(groups, whole, strict=True)
    ]
    text = "，".join(said)
    left = shown(cue, text, "。") + "".join(c for c in shown_units(cue, text) if c in "千百十")
    assert left == ""


def shown_units(before: str, number: str) -> str:
    """What can be read of a number and its units."""
    text = before + number + "。"
    hidden = {i for span in spot_turns([text])[0] for i in range(span.start, span.end)}
    return "".join(c for i, c in enumerate(text) if i >= len(before) and i not in hidden)


RESTARTS = ["不对，", "错了，", "说错了，", "不对，重新说，", "更正，", "不是，是"]


@bounded
@given(MOBILES, MOBILES, st.integers(2, 9), st.sampled_from(RESTARTS), st.booleans())
def test_a_restart_hides_what_came_before_it(
    number: str, other: str, size: int, restart: str, turned: bool
) -> None:
    broken, again = spoken(number, "phone")[:size], spoken(other, "phone")
    gap = "\n" if turned else ""
    assert shown("手机号是", f"{broken}，{gap}{restart}{again}", "，打得通。") == ""


SCHOOLS = st.sampled_from(
    [
        "实验小学",
        "第一中学",
        "东北师大附小",
        "朝阳区明德小学",
        "市第三中学",
        "新星幼儿园",
        "七中",
        "江州第六小学",
        "市第12中学",
        "第8小学",
    ]
)
CLASSES = st.sampled_from(
    ["三年级二班", "3年级2班", "初二三班", "高一（5）班", "大一班", "六年级", "二年三班", "初三"]
)


@bounded
@given(
    st.sampled_from(["孩子在", "女儿在", "儿子就读于", "未成年人在"]),
    SCHOOLS,
    CLASSES,
    st.sampled_from(["上学。", "读书。", "，班主任知道。"]),
)
def test_a_child_s_school_and_class(who: str, school: str, grade: str, after: str) -> None:
    text = f"{who}{school}{grade}{after}"
    hidden = {i for span in spot_turns([text])[0] for i in range(span.start, span.end)}
    shown_ = "".join(c for i, c in enumerate(text) if i not in hidden)
    assert school not in shown_ and grade not in shown_, shown_


LETTERS = "ABCDEFGHJK"
AS_WORDS = {"A": "诶", "B": "必", "C": "西", "D": "弟", "E": "伊", "F": "艾弗"}


@bounded
@given(
    st.sampled_from("吉黑辽京冀鲁"),
    st.sampled_from(LETTERS),
    st.integers(0, 99999),
    st.sampled_from(["", "大写", "字母", "洋文", "英文"]),
    st.booleans(),
    st.sampled_from(["车牌号是", "号牌号码", "车牌"]),
)
def test_plates_with_letters_in_words(
    province: str, letter: str, serial: int, named: str, worded: bool, cue: str
) -> None:
    said = AS_WORDS.get(letter, letter) if worded else letter
    number = spoken(f"{serial:05d}", "radio")
    assert shown(f"{cue}{province}{named}{said}", number, "，停在路边。") == ""


@bounded
@given(
    st.sampled_from(["zhang", "lihua", "wang"]),
    st.sampled_from(["点", ".", "下划线", "横杠", ""]),
    st.integers(10, 9999),
    st.sampled_from(["艾特", "@", "圈a", "at"]),
    st.sampled_from(["qq", "一六三", "163", "sina"]),
    st.sampled_from(["点com", ".com", "点cn"]),
)
def test_mail_addresses(user: str, mark: str, n: int, at: str, host: str, end: str) -> None:
    number = f"{user}{mark}{spoken(str(n), 'phone')}{at}{host}{end}"
    assert shown("我的邮箱是", number, "，可以发。") == ""


@bounded
@given(
    YEARS,
    st.sampled_from(
        ["京零一零五民初", "吉01民终", "吉零一零二刑初", "辽02行终", "吉0193执", "最高法民再"]
    ),
    st.integers(1, 99999),
    st.sampled_from(["written", "plain"]),
    st.sampled_from([("本院受理的", "一案。"), ("案号是", "。"), ("撤销", "民事判决。")]),
)
def test_case_numbers_stay(
    year: int, court: str, number: int, form: str, around: tuple[str, str]
) -> None:
    text = f"（{spoken(str(year), form)}）{court}{spoken(str(number), form)}号"
    assert spot_turns([around[0] + text + around[1]]) == [[]]


@bounded
@given(
    YEARS,
    MONTHS,
    DAYS,
    st.integers(1, 9999),
    st.sampled_from(["万元", "元", "块钱", "元整"]),
    st.sampled_from(["，", "。", "\n"]),
    st.booleans(),
)
def test_dates_next_to_sums_stay(
    year: int, month: int, day: int, amount: int, unit: str, joiner: str, in_words: bool
) -> None:
    when = f"{year}年{month}月{day}日"
    sum_ = f"{amount}{unit}"
    if in_words:
        when = f"{spoken(str(year), 'plain')}年{counted(month)}月{counted(day)}日"
        sum_ = f"{counted(amount)}{unit}"
    text = f"{when}{joiner}{sum_}{joiner}{when}，又还了{sum_}。"
    assert all(not spans for spans in spot_turns(text.split("\n"))), text


@bounded
@given(
    st.integers(1, 1260),
    st.integers(1, 9),
    st.sampled_from(["《民法典》", "刑法", "民事诉讼法", "法释〔2020〕17号"]),
    st.sampled_from(["，", "。", "\n"]),
)
def test_statutes_one_after_the_other_stay(article: int, part: int, law: str, joiner: str) -> None:
    said = joiner.join(f"{law}第{counted(article + n)}条第{counted(part)}款" for n in range(3))
    assert all(not spans for spans in spot_turns(f"依照{said}，判决如下。".split("\n")))


@bounded
@given(st.integers(1, 40), st.integers(1, 300), st.integers(1, 300), st.sampled_from(["。", "\n"]))
def test_pages_and_numbers_of_exhibits_stay(n: int, first: int, last: int, joiner: str) -> None:
    text = (
        f"证据{counted(n)}{joiner}卷宗第{first}页到第{last}页{joiner}第{counted(n)}组，共{last}页。"
    )
    assert all(not spans for spans in spot_turns(text.split("\n")))


def test_a_last_digit_with_its_check_after_a_sentence_s_end_is_hidden() -> None:
    assert shown("我的身份证号是", "三七零一零二一九，四零零一零七零零。一X", "，请核对。") == ""


def test_a_second_voice_that_repeats_the_number_is_hidden_too() -> None:
    turns = [
        "我的手机号是一三八四四三幺",
        "一三八四四三幺，后面呢？",
        "零零零九。",
        "零零零九，对吗？",
    ]
    left = [
        "".join(c for i, c in enumerate(turn) if not any(s.start <= i < s.end for s in spans))
        for turn, spans in zip(turns, spot_turns(turns), strict=True)
    ]
    assert not set("".join(left)) & set("零一二三四五六七八九幺")


def test_turns_that_are_not_one_number_stay_apart() -> None:
    turns = ["借款是二十三万。", "二零二一年。", "一共还了三期。", "十二期，每期三千。"]
    assert spot_turns(turns) == [[], [], [], []]
