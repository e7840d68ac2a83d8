"""A public telephone or seat clears itself and nothing of a person that is said after it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.speech.test_private_speech import share, spotted, words

DIGITS = "零一二三四五六七八九"
ANNOUNCED = [
    "有疑问请拨打一二三四八咨询。",
    "诉讼服务热线一二三六八。",
    "公司住所地在轻纺城大道一千零八十八号。",
    "有问题打法庭的电话零四三一八二五五三零六九。",
]
CUES = ["身份证号码是", "我个人的身份证是", "卡号", "打到我的账户"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ANNOUNCED),
    st.sampled_from(CUES),
    st.text(DIGITS, min_size=18, max_size=18),
    st.floats(0.0, 9.0),
)
def test_a_persons_number_right_after_a_public_contact_is_hidden(
    announced: str, cue: str, number: str, offset: float
) -> None:
    text = f"{announced}{cue}{number}，没有变过。"
    said = words(text, 1.0 + offset)
    assert share(said, spotted(said), number, text) == 1.0


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_the_contact_itself_stays(announced: str) -> None:
    said = words(f"{announced}我个人的身份证是三三零六二一一九九二零九二四四四六一，没有变过。")
    number = announced.rstrip("。")
    assert share(said, spotted(said), number, announced) < 0.1


@pytest.mark.parametrize(
    "text",
    [
        "案件材料请在四月十号之前祭道越城区洋江西路五百八十八号，电话零五七五八五幺二三四五六。",
        "有问题打我们，零二四二二八五七七幺零，民二庭，地址是沈河区彩塔街二十六号。",
        "物流公司登记在城关区庆阳路一百四十九号，法定代表人是我表哥。",
        "被告签收了快递单号三零零七二八八四幺五六，没有回复。",
        "理赔部座机，单位电话，林五七五八八三零六六零零，请记录。",
    ],
)
def test_what_the_bench_or_a_company_gives_out_stays(text: str) -> None:
    assert spotted(words(text)) == []


@pytest.mark.parametrize(
    ("text", "private"),
    [
        # 凯旋路一千五百号龙湖花苑七栋二零三，联系电话一五四…: 花苑 sounds like 法院
        ("湖发院七零三，联系电话交五四二二九七二六九九，没变。", "五四二二九七二六九九"),
        # nobody set a day: the answer to 寄到哪里
        ("送达地址是南九马路三十六号甲三门四零二，就寄到南九马路那边。", "三十六号甲三门四零二"),
        # a mobile whose first digit was lost stands behind an office's name
        ("我在本院办过案，电话八六二二九七二六九九。", "八六二二九七二六九九"),
    ],
)
def test_what_only_looks_like_an_offices_is_hidden(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.95


def test_a_number_of_a_person_ends_before_a_sum_or_a_size() -> None:
    text = "卡号六二九九五一二八六一五一四零零七四七三，余额十二万三千元，面积一零七三五平方米。"
    said = words(text)
    spans = spotted(said)
    assert share(said, spans, "六二九九五一二八六一五一四零零七四七三", text) == 1.0
    assert share(said, spans, "十二万三千元", text) == 0.0
    assert share(said, spans, "一零七三五平方米", text) == 0.0


def test_a_number_ends_with_its_mark_and_before_a_date() -> None:
    text = "证件号码九九零九零三九八三零二二七八二零五，有效七到二零三五年。"
    said = words(text)
    assert share(said, spotted(said), "零三五年", text) == 0.0
    text = "不动产权第零零七三三三一六号，二十一厅，孩子有自己的屋。"
    said = words(text)
    spans = spotted(said)
    assert share(said, spans, "零零七三三三一六号", text) > 0.85
    assert share(said, spans, "厅孩子", text) == 0.0


def test_an_address_ends_before_the_next_number_and_what_follows_it() -> None:
    text = (
        "住址天桥区无影山中路四八号院一九号楼五零六，电话一九四六六八五零五八六，微信就是手机号。"
    )
    said = words(text)
    spans = spotted(said)
    assert share(said, spans, "一九四六六八五零五八六", text) == 1.0
    assert share(said, spans, "就是手机号", text) < 0.5


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["合同编号", "发票代码", "执业证号", "资格证号"]),
    st.text(DIGITS, min_size=8, max_size=17),
    st.floats(0.0, 9.0),
)
def test_a_papers_number_stays_wherever_the_windows_fall(
    paper: str, number: str, offset: float
) -> None:
    text = f"双方签订了书面的协议，{paper}{number}，约定货到付款，双方都盖了章。"
    assert spotted(words(text, 1.0 + offset)) == []
