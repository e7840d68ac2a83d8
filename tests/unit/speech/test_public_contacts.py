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
