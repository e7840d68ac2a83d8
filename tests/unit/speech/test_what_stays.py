"""Case numbers however they are recognised stay; what only looks like one does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.time import SECOND, Span
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.spot import PrivateSpeechSpotter
from tests.unit.speech.test_private_speech import share, spotted, words

CASES = [
    "审理2016将零一零二民出三三七号原告诉被告一案",
    "依法公开审理20260102民族337号民间借贷纠纷",
    "案号是而零二六江零幺零二行初一二号行政处罚一案",
    "二零二六江零一零二执三三七号执行案件",
    "关于二零二四吉零一民终五五六六号判决的意见",
    "公开开庭审理二零二六江零幺零二三三七号原告诉被告",
]


@pytest.mark.parametrize("text", CASES)
def test_a_case_number_stays_audible(text: str) -> None:
    assert spotted(words(text)) == []


DIGITS = "零一二三四五六七八九"


@settings(max_examples=60, deadline=None)
@given(
    st.text(DIGITS, min_size=2, max_size=2),
    st.text(DIGITS, min_size=4, max_size=4),
    st.sampled_from(["民初", "民出", "刑初", "行终", "民再", "执恢"]),
    st.text(DIGITS[1:], min_size=1, max_size=5),
    st.floats(0.0, 9.0),
)
def test_any_case_number_after_its_announcement_stays_wherever_the_windows_fall(
    year: str, court: str, kind: str, number: str, offset: float
) -> None:
    text = f"现在公开审理二零{year}江{court}{kind}{number}号，原告诉被告民间借贷纠纷一案。"
    assert spotted(words(text, 1.0 + offset)) == []


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("审理前他报了手机号一三八二四七二零一九八号码没错", "一三八二四七二零一九八"),
        ("我住建设街二零一二号三单元四零二室，没有变过。", "二零一二号三单元四零二室"),
        ("自三旗林有零二有旧旗要有二有二百有物林。", "自三旗林有零二有旧旗要有二有二百有物林"),
        ("出排金也八三给二六。", "金也八三给二六"),
    ],
)
def test_a_year_like_number_or_garbled_digits_are_no_excuse(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.9


@pytest.mark.parametrize(
    "text",
    ["现在公开审理二零二六江零一零二民初三三七号一案", "借款本金人民币二十三万六千元请求返还"],
)
def test_a_window_that_ends_inside_a_public_number_hides_none_of_it(text: str) -> None:
    said = words(text, 0.4)
    for end in range(8, 60):
        bounds = Span(0, end * SECOND // 5)
        inside = tuple(word for word in said if word.span.end <= bounds.end)
        hypothesis = Hypothesis(bounds, inside, (bounds,))
        assert PrivateSpeechSpotter().push(hypothesis) == (), inside


def test_the_end_of_a_breath_belongs_to_the_number_read_in_it() -> None:
    """The recogniser dropped the last digits: the voice goes on for 0.8 s without a character."""
    said = words("我的手机号是一三八二四七二零一")
    last = said[-1].span.end
    after = words("请问被告有什么意见", last / SECOND + 2.5)
    voiced = (
        Span(said[0].span.start, last + 8 * SECOND // 10),
        Span(after[0].span.start, 12 * SECOND),
    )
    hypothesis = Hypothesis(Span(0, 12 * SECOND), (*said, *after), voiced)
    spans = PrivateSpeechSpotter().push(hypothesis)
    assert max(span.span.end for span in spans) >= voiced[0].end + 3 * SECOND // 10
    assert all(span.span.end <= after[0].span.start for span in spans)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("他的卡号六二九九五幺二八六幺五幺四零零七四七三，余额十二万三千元。", "十二万三千元"),
        ("病历号四四七二九幺三，花了一万两千七百元。", "一万两千七百元"),
        ("住在经纬路十六号四栋二零七，邮编七三零九零零。", "七三零九零零"),
        ("我进他家四门七零二室，窃得现金一万一千三百元。", "一万一千三百元"),
        ("请求判令赔偿金额四万零九百零四元整。", "金额四万零九百零四元"),
        ("统一社会信用代码六八四九六六四零四MA四零三零三二五四。", "MA四零三零三二五四"),
        ("有收据，号码是零零三七二一，还有发票一张。", "零零三七二一"),
        ("材料请寄到人民法院南通市长安区解放路三十八号。", "解放路三十八号"),
        ("事故发生在流芳路与一环街交叉口东侧二百米处。", "一环街交叉口东侧二百米"),
    ],
)
def test_what_comes_behind_or_only_sounds_private_stays(text: str, stays: str) -> None:
    said = words(text)
    assert share(said, spotted(said), stays, text) < 0.15


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 9.0))
def test_an_office_s_telephone_stays_where_a_window_begins_inside_it(offset: float) -> None:
    """Its rest, 幺八四六六三三零零, looks like a mobile."""
    text = "应当由物业公司负责，物业的电话是零四五幺八四六六三三零零，原告可以去反映。"
    said = words(text, 1.0 + offset)
    assert share(said, spotted(said), "零四五幺八四六六三三零零", text) < 0.1
