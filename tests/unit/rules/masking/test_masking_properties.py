"""Identifiers in every written and spoken form are found; sums, dates and case numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.rules.masking import spot
from courtstream.rules.masking.checksums import id_checksum, luhn

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PLAIN = "零一二三四五六七八九"
RADIO = "洞幺两三四五六拐八九"
PHONE = "零幺二三四五六七八九"
FORMS = st.sampled_from(["written", "plain", "radio", "phone"])
DIGITS = st.integers(0, 9)


def id_number(area: str, year: int, month: int, day: int, serial: int) -> str:
    body = f"{area}{year:04d}{month:02d}{day:02d}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def bank_card(body: str) -> str:
    return next(body + str(check) for check in range(10) if luhn(body + str(check)))


IDS = st.builds(
    id_number,
    st.sampled_from(["220102", "110105", "370102", "440304", "650103"]),
    st.integers(1940, 2015),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 999),
)
MOBILES = st.builds(
    lambda second, rest: f"1{second}{rest:09d}", st.integers(3, 9), st.integers(0, 999_999_999)
)
CARDS = st.builds(lambda rest: bank_card(f"6222{rest:014d}"), st.integers(0, 10**14 - 1))
LANDLINES = st.builds(
    lambda area, first, rest: f"{area}{first}{rest:07d}",
    st.sampled_from(["0431", "0432", "010", "0312"]),
    st.integers(2, 8),
    st.integers(0, 9_999_999),
)


def spoken(number: str, form: str) -> str:
    words = {"written": "0123456789", "plain": PLAIN, "radio": RADIO, "phone": PHONE}[form]
    return "".join(words[int(char)] if char.isdigit() else char for char in number)


def grouped(number: str, sizes: tuple[int, ...], joiner: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    parts.append(number[at:])
    return joiner.join(part for part in parts if part)


GROUPS = st.sampled_from([(), (3, 4), (4, 4, 4, 4), (6, 8), (3, 3, 3), (6, 4, 4)])
JOINERS = st.sampled_from(["，", " ", "、", "-", "，嗯，", "，那个，"])


def hidden_share(text: str, start: int, length: int) -> float:
    covered = {at for span in spot(text) for at in range(span.start, span.end)}
    wanted = [at for at in range(start, start + length) if text[at].isalnum()]
    return sum(at in covered for at in wanted) / len(wanted)


def assert_hidden(before: str, said: str, after: str) -> None:
    text = before + said + after
    covered = {at for span in spot(text) for at in range(span.start, span.end)}
    shown = [
        text[at]
        for at in range(len(before), len(before) + len(said))
        if (text[at].isdigit() or text[at] in PLAIN + RADIO + "Xx") and at not in covered
    ]
    assert not shown, (text, shown)


@settings(max_examples=150, deadline=None)
@given(IDS, FORMS, GROUPS, JOINERS, st.sampled_from(["我的身份证号是", "身份证", "证件号码是", ""]))
def test_identity_numbers(
    number: str, form: str, sizes: tuple[int, ...], joiner: str, cue: str
) -> None:
    assert id_checksum(number)
    assert_hidden(f"审判长，{cue}", grouped(spoken(number, form), sizes, joiner), "，请核对。")


@settings(max_examples=150, deadline=None)
@given(MOBILES, FORMS, GROUPS, JOINERS, st.sampled_from(["手机号", "电话是", "联系方式是", ""]))
def test_mobile_numbers(
    number: str, form: str, sizes: tuple[int, ...], joiner: str, cue: str
) -> None:
    assert_hidden(cue, grouped(spoken(number, form), sizes, joiner), "，打得通。")


@settings(max_examples=100, deadline=None)
@given(CARDS, FORMS, GROUPS, JOINERS, st.sampled_from(["卡号是", "账号", "打到我的卡上，", ""]))
def test_bank_cards(number: str, form: str, sizes: tuple[int, ...], joiner: str, cue: str) -> None:
    assert_hidden(cue, grouped(spoken(number, form), sizes, joiner), "。")


@settings(max_examples=60, deadline=None)
@given(LANDLINES, FORMS)
def test_private_landlines(number: str, form: str) -> None:
    assert_hidden("我家里的电话是", spoken(number, form), "。")


@settings(max_examples=60, deadline=None)
@given(MOBILES, st.integers(2, 9), st.sampled_from("两三四五六"))
def test_repeats_such_as_three_eights(number: str, digit: int, times: str) -> None:
    count = " 一两三四五六".index(times)
    said = spoken(number, "phone")[: 11 - count] + f"{times}个{PLAIN[digit]}"
    text = f"手机号是{said}。"
    assert hidden_share(text, 4, len(said)) == 1.0


@settings(max_examples=60, deadline=None)
@given(MOBILES, MOBILES, st.integers(4, 10))
def test_a_restart_hides_both_attempts(number: str, other: str, size: int) -> None:
    first, second = spoken(number, "phone")[:size], spoken(other, "phone")
    text = f"手机号是{first}，不对，是{second}。"
    assert hidden_share(text, 4, len(first)) == 1.0
    assert hidden_share(text, text.index("不对") + 4, len(second)) == 1.0


LETTERS = st.sampled_from("ABCDEFGH")
SERIAL = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=5, max_size=5).filter(
    lambda serial: any(char.isdigit() for char in serial)
)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from("吉京冀辽黑沪粤"), LETTERS, SERIAL, FORMS, st.booleans())
def test_plates(province: str, letter: str, serial: str, form: str, spaced: bool) -> None:
    said = spoken(serial, form)
    plate = f"{province}{letter}{said}"
    plate = " ".join(plate) if spaced else plate
    text = f"肇事车辆车牌号是{plate}，当时停在路边。"
    assert hidden_share(text, 8, len(plate)) == 1.0


ROADS = st.sampled_from(["人民大街", "解放大路", "桃源街", "望京西路", "云景东路", "红旗胡同"])
PLACES = st.sampled_from(
    ["吉林省长春市南关区", "长春市朝阳区", "朝阳区", "农安县", "吉林市船营区", "北京市海淀区"]
)
NUMBERS = st.sampled_from(["48号", "四十八号", "一百零五号", "16号院", "甲六号"])
ROOMS = st.sampled_from(
    ["", "2号楼503", "六号楼三单元一千二百零二室", "3单元1202室", "四号楼九零一"]
)
HOMES = st.sampled_from(["我住在", "现住", "户籍地是", "家庭住址，", "送达地址确认为", "租住在"])


@settings(max_examples=120, deadline=None)
@given(HOMES, PLACES, ROADS, NUMBERS, ROOMS)
def test_home_addresses(cue: str, place: str, road: str, number: str, room: str) -> None:
    address = place + road + number + room
    text = f"{cue}{address}，一直没有搬过。"
    assert hidden_share(text, len(cue), len(address)) >= 0.99, text
    covered = sum(span.end - span.start for span in spot(text))
    assert covered <= len(address) + 1, text


YEARS = st.integers(1980, 2025)
MONTHS, DAYS = st.integers(1, 12), st.integers(1, 31)
COUNTING = ["", *"一二三四五六七八九"]


def counted(number: int) -> str:
    """A whole number below ten thousand in words."""
    words, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            words += ("零" if zero and words else "") + PLAIN[digit] + name
            zero = False
        else:
            zero = True
    return words


SENTENCES = st.sampled_from(["", "另查明，", "原告称，", "审判长，", "经审理查明，"])


@settings(max_examples=80, deadline=None)
@given(SENTENCES, YEARS, MONTHS, DAYS, st.booleans())
def test_dates_stay(before: str, year: int, month: int, day: int, said: bool) -> None:
    years = spoken(str(year), "plain") if said else str(year)
    months, days = (counted(month), counted(day)) if said else (str(month), str(day))
    assert spot(f"{before}{years}年{months}月{days}日，双方签订了合同。") == []


@settings(max_examples=80, deadline=None)
@given(SENTENCES, st.integers(1, 99_999_999), st.booleans())
def test_sums_stay(before: str, amount: int, said: bool) -> None:
    words = f"{counted(amount % 9999 + 1)}万" if said else str(amount)
    assert spot(f"{before}被告应当支付货款{words}元。") == []
    assert spot(f"{before}被告通过银行转账{words}元。") == []


@settings(max_examples=80, deadline=None)
@given(
    YEARS,
    st.sampled_from(["京0105民初", "吉01民终", "吉0102刑初", "辽02行终", "最高法民再"]),
    st.integers(1, 99999),
    FORMS,
)
def test_case_numbers_stay(year: int, court: str, number: int, form: str) -> None:
    text = f"({year}){court}{number}号" if form == "written" else f"{year}{court}{number}号"
    assert spot(f"本院受理的{spoken(text, form)}一案，现在开庭。") == []


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 1260), st.sampled_from(["民法典", "《刑法》", "民事诉讼法"]), st.booleans())
def test_statutes_stay(article: int, law: str, said: bool) -> None:
    number = counted(article) if said else str(article)
    assert spot(f"依照{law}第{number}条、第{number}条第二款的规定，判决如下。") == []


@pytest.mark.parametrize(
    "text",
    [
        "有问题请拨打12368诉讼服务热线。",
        "遇到危险请拨打110，火警119，急救120。",
        "消费者投诉一二三一五。",
        "法院电话0431-88556677，工作日可以打。",
        "统一社会信用代码91350100M000100Y43。",
        "银行客服95588告诉我余额不足。",
        "厂家的客服热线是4008123456。",
        "材料请寄到长春市南关区人民大街1号长春市南关区人民法院。",
        "证据目录第三组第十二页到第二十五页。",
    ],
)
def test_what_belongs_to_the_public_stays(text: str) -> None:
    assert spot(text) == []
