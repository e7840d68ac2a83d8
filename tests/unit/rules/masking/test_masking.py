"""Text spans and masked text: types, bounds, alias consistency, and what stays readable."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from courtstream.rules.masking import mask_text, spot, spot_turns
from courtstream.rules.masking.checksums import id_checksum, luhn, mobile, uscc
from courtstream.rules.masking.names import Aliases
from courtstream.rules.masking.numbers import runs, whole_number

GOLD = Path(__file__).parents[5] / "shared" / "speech" / "pii_text.jsonl"
PROTECTED = ("欧阳慧敏", "刘雨桐")


def types(text: str, *protected: str) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in spot(text, protected)]


def test_published_check_digits() -> None:
    assert id_checksum("11010519491231002X")
    assert not id_checksum("110105194912310021")
    assert luhn("6222020000000000000")
    assert uscc("91350100M000100Y43")
    assert mobile("13800138000") and not mobile("12800138000")


@pytest.mark.parametrize(
    ("text", "value"),
    [("一百零五", 105), ("一千二百零二", 1202), ("十二", 12), ("二百三十一", 231)],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert whole_number(text) == value


def test_a_number_over_pauses_and_fillers_is_one_run() -> None:
    (run,) = runs("幺三八，嗯，二四七二 0198")
    assert run.digits == "13824720198"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("护照号码E30518872。", [("PASSPORT", "E30518872")]),
        ("微信号是zhang下划线san零零七。", [("WECHAT", "zhang下划线san零零七")]),
        ("邮箱是zhang点san艾特qq点com。", [("EMAIL", "zhang点san艾特qq点com")]),
        ("住院号三零二一五五七。", [("MEDNO", "三零二一五五七")]),
        ("他患有抑郁症。", [("HEALTH", "患有抑郁症")]),
        ("原告确诊为克罗恩病。", [("HEALTH", "确诊为克罗恩病")]),
        ("车牌号是吉诶一二三四五。", [("PLATE", "吉诶一二三四五")]),
        ("号牌吉大写B拐拐两洞五。", [("PLATE", "吉大写B拐拐两洞五")]),
        ("永居证号CHN110075010203。", [("ID", "CHN110075010203")]),
        ("军官证号军字第0012345号。", [("ID", "军字第0012345号")]),
        ("我微信是zhang三的拼音零零七。", [("WECHAT", "zhang三的拼音零零七")]),
        ("邮箱是李四一二三艾特一六三点com。", [("EMAIL", "李四一二三艾特一六三点com")]),
        ("孩子在东北师大附小三年级二班上学。", [("MINOR", "东北师大附小三年级二班")]),
        ("身份证后四位是一二三四。", [("ID_PART", "一二三四")]),
        ("现住农安县合隆镇陈家店村三组。", [("ADDR", "农安县合隆镇陈家店村三组")]),
        (
            "不动产权证号吉（2019）长春市不动产权第0012345号。",
            [("CERT", "吉（2019）长春市不动产权第0012345号")],
        ),
    ],
)
def test_kinds_of_private_text(text: str, expected: list[tuple[str, str]]) -> None:
    assert types(text) == expected


def test_a_protected_name_is_found_however_it_is_spelt() -> None:
    for text in ("证人欧阳惠敏到庭。", "欧阳会敏，请回答。", "刘羽同的抚养费", "雨桐也在场"):
        assert [kind for kind, _ in types(text, *PROTECTED)] == ["NAME"], text


def test_a_name_half_misheard_is_found_where_a_word_announces_it() -> None:
    assert types("我女儿刘宇同在旁听。", *PROTECTED) == [("NAME", "刘宇同")]
    assert types("证人欧杨会明请到庭。", *PROTECTED) == [("NAME", "欧杨会明")]
    assert types("审判员认为欧元汇率应当说明。", *PROTECTED) == []


def test_an_answer_belongs_to_the_question_before_it() -> None:
    turns = ["身份证后四位是多少？", "三零二五。", "合同编号呢？", "二零二一零九零六零零一。"]
    assert [[span.type for span in spans] for spans in spot_turns(turns)] == [
        [],
        ["ID_PART"],
        [],
        [],
    ]


def test_other_names_are_not_protected_names() -> None:
    assert types("原告周建华，被告刘志强，代理人林雪律师。", *PROTECTED) == []
    assert types("惠民政策和雨天的桐油。", *PROTECTED) == []


def test_the_same_person_is_always_the_same_token() -> None:
    aliases = Aliases(PROTECTED)
    text = "欧阳慧敏说她认识刘雨桐，欧阳惠敏还说雨桐当时在场。"
    masked = mask_text(text, spot(text, PROTECTED), aliases)
    assert masked == "受保护人甲说她认识受保护人乙，受保护人甲还说受保护人乙当时在场。"


def test_county_and_district_stay_in_a_masked_address() -> None:
    text = "我住吉林省长春市南关区人民大街48号，电话13824720198。"
    assert mask_text(text, spot(text)) == ("我住吉林省长春市南关区×××××××，电话×××××××××××。")


def test_a_district_alone_is_not_masked() -> None:
    assert spot("被告住吉林省长春市南关区。") == []


def test_the_keep_list_stays() -> None:
    text = "有问题打0431-88556677找刘雨彤法官。"
    assert spot(text, ("刘雨桐",)) != []
    assert spot("打0431-88556677找我。", (), ("0431-88556677",)) == []


def test_spans_are_in_order_and_do_not_overlap() -> None:
    text = "身份证220102198003071234，手机13824720198，车牌吉A12345，微信号abc_12345。"
    spans = spot(text)
    assert len(spans) == 4
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(span.basis and 0 < span.confidence <= 1 for span in spans)


def test_labelled_sentences() -> None:
    if not GOLD.exists():
        pytest.skip("the labelled sentences are not on this machine")
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines() if line]
    names, private, found, right, alarms = rows[0]["protected_names"], 0, 0, 0, 0
    for row in rows[1:]:
        wanted = {i for s in row["spans"] for i in range(s["start"], s["end"])}
        got = {i for s in spot(row["text"], names) for i in range(s.start, s.end)}
        private, found, right = private + len(wanted), found + len(got), right + len(wanted & got)
        alarms += bool(got) and not wanted
    assert right / private >= 0.97
    assert right / found >= 0.92
    assert alarms <= 3
