"""Judgments: hidden are the people and facts of arts. 8-10, kept is what art. 11 names, no more."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.trial import CaseKind, Procedure, Role
from courtstream.rules.judgment import (
    Keeps,
    Masked,
    Person,
    appeal_notice,
    mask_judgment,
    masked_names,
    unpublished,
)

SOURCE = """江州市临江区人民法院
民事判决书
（2026）江0102民初1号
原告：沈静怡，女，1990年3月7日出生，住江州市临江区槐树街12号3单元401室，公民身份号码11010519491231002X。
委托诉讼代理人：林远，江州明理律师事务所律师，电话13812345678。
被告：江州大成贸易有限公司，住所地江州市临江区滨河路8号，统一社会信用代码91350100M000100Y43。
证人方若竹到庭作证，方若竹称其看到借条。
依照《中华人民共和国民法典》第六百七十五条，判决如下：
被告于本判决生效之日起十日内返还原告沈静怡借款50000元，汇入账户6222020000000000000。
审判员 罗文清
二〇二六年十一月二十三日
书记员 苏小禾
"""
KEEPS = Keeps(
    bench=("罗文清", "苏小禾"),
    lawyers=("林远",),
    organisations=("江州大成贸易有限公司",),
    case_number="（2026）江0102民初1号",
    court="江州市临江区人民法院",
)
PEOPLE = (
    Person("沈静怡", Role.PLAINTIFF),
    Person("方若竹", Role.WITNESS, protected=True),
    Person("江州大成贸易有限公司", Role.DEFENDANT, organisation=True),
)


def made(
    source: str = SOURCE,
    cause: str = "民间借贷纠纷",
    kind: CaseKind = CaseKind.CIVIL,
    people: tuple[Person, ...] = PEOPLE,
    **more: tuple[str, ...],
) -> Masked:
    return mask_judgment(source, people, kind, cause, KEEPS, **more)


@pytest.mark.parametrize(
    "private",
    ["11010519491231002X", "13812345678", "6222020000000000000", "槐树街12号", "401室", "方若竹"],
)
def test_what_art_10_deletes_is_gone(private: str) -> None:
    assert private in SOURCE
    assert private not in made().text


@pytest.mark.parametrize(
    "kept",
    [
        *("罗文清", "苏小禾", "林远", "明理律师事务所", "江州大成贸易有限公司", "滨河路8号"),
        *("（2026）江0102民初1号", "江州市临江区人民法院", "第六百七十五条", "50000元"),
        *("1990年3月7日", "二〇二六年十一月二十三日", "91350100M000100Y43", "沈静怡", "临江区"),
    ],
)
def test_what_art_11_keeps_is_there_and_the_check_agrees(kept: str) -> None:
    masked = made()
    assert kept in masked.text
    assert masked.over == ()


def test_every_change_names_its_rule_and_its_place() -> None:
    masked = made()
    assert [h.code for h in masked.hidden] == [
        *("D-ADDR", "D-ID", "D-CONT", "N-PROT", "N-PROT", "D-BANK"),
    ]
    assert all(h.basis for h in masked.hidden)
    assert {h.shown for h in masked.hidden if h.code == "N-PROT"} == {"受保护人甲"}
    for hidden in masked.hidden:
        assert SOURCE[hidden.start : hidden.end] not in masked.text


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("张三丰", "张某"),
        ("欧阳娜娜", "欧阳某"),
        ("阿依古丽·买买提", "阿某"),
        ("玛丽亚", "玛某"),
        ("John Smith", "J"),
    ],
)
def test_names_are_hidden_by_art_9(name: str, token: str) -> None:
    assert masked_names([name]) == {name: token}


def test_those_who_would_look_alike_are_numbered_and_stay_the_same() -> None:
    found = masked_names(["王小明", "王大力", "王小明", "李四"])
    assert found == {"王小明": "王某1", "王大力": "王某2", "李四": "李某"}


@pytest.mark.parametrize(
    ("kind", "cause", "role", "hidden"),
    [
        (CaseKind.CIVIL, "继承纠纷", Role.PLAINTIFF, True),
        (CaseKind.CIVIL, "离婚纠纷", Role.DEFENDANT, True),
        (CaseKind.CIVIL, "民间借贷纠纷", Role.PLAINTIFF, False),
        (CaseKind.CIVIL, "民间借贷纠纷", Role.WITNESS, False),
        (CaseKind.CRIMINAL, "盗窃罪", Role.VICTIM, True),
        (CaseKind.CRIMINAL, "盗窃罪", Role.WITNESS, True),
        (CaseKind.CRIMINAL, "盗窃罪", Role.ACCUSED, False),
        (CaseKind.ADMINISTRATIVE, "行政处罚", Role.PLAINTIFF, False),
    ],
)
def test_whose_name_is_hidden_depends_on_the_case(
    kind: CaseKind, cause: str, role: Role, hidden: bool
) -> None:
    masked = made("周慕云到庭。周慕云陈述。", cause, kind, (Person("周慕云", role),))
    assert masked.text == ("周某到庭。周某陈述。" if hidden else "周慕云到庭。周慕云陈述。")


def test_a_minor_is_always_hidden() -> None:
    masked = made("刘小宝出庭。", people=(Person("刘小宝", Role.PLAINTIFF, minor=True),))
    assert masked.text == "刘某出庭。"


def test_an_editor_hides_and_keeps_but_never_shows_a_protected_person() -> None:
    masked = made(hide=("借条",), keep=("13812345678", "方若竹"))
    assert "借条" not in masked.text
    assert "13812345678" in masked.text
    assert "方若竹" not in masked.text


def test_a_bench_hidden_by_an_editor_is_found() -> None:
    masked = made(hide=("罗文清",))
    assert [(o.text, o.code) for o in masked.over] == [("罗文清", "KEEP-JUDGE")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("审判员 罗某某", "KEEP-JUDGE"),
        ("书记员：×××", "KEEP-JUDGE"),
        ("审判长　张某", "KEEP-JUDGE"),
        ("（2025）江0102民初××号", "KEEP-CASENO"),
    ],
)
def test_what_the_source_has_hidden_already_is_found(text: str, code: str) -> None:
    assert [o.code for o in made(text).over] == [code]


def test_a_bench_written_out_is_no_finding() -> None:
    assert made("审判长 罗文清\n人民陪审员 岳某清\n").over != ()
    assert made("审判长 罗文清\n人民陪审员 岳听澜\n").over == ()


def test_appeal_notices_and_reasons_are_data() -> None:
    assert "十五日" in appeal_notice(Procedure.CIV1_SUM)
    assert "十日" in appeal_notice(Procedure.CRI1_ORD)
    assert "终审" in appeal_notice(Procedure.CIV2)
    assert all(appeal_notice(p) for p in Procedure)
    assert not unpublished()["STATE_SECRET"].listed
    assert unpublished()["MEDIATION"].listed


@given(st.text(alphabet="沈静怡方若竹甲罗文清0123456789，。\n住街号电话", max_size=60))
def test_any_text_can_be_masked_and_never_shows_the_protected(text: str) -> None:
    masked = made(text)
    assert "方若竹" not in masked.text
    spans = [(h.start, h.end) for h in masked.hidden]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
