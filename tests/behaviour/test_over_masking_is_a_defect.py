"""Hiding what must stay public is a defect like a leak: bench, counsel, case, law, date, sum."""

from __future__ import annotations

import pytest

from courtstream.rules.masking import mask_text, spot

PROTECTED = ("欧阳慧敏", "刘雨桐")

OPENING = (
    "现在开庭。吉林省长春市南关区人民法院依法公开开庭审理（2024）吉0102民初12345号，"
    "原告周建华诉被告刘志强民间借贷纠纷一案。本庭由审判长赵国平、审判员孙丽、人民陪审员马超"
    "组成合议庭，法官助理李想协助，书记员何静担任法庭记录。"
)
SPOKEN_OPENING = (
    "审理二零二四吉零一零二民初一二三四五号一案，审判长赵国平，书记员何静，"
    "原告代理人北京明正律师事务所律师林雪。"
)
KEPT = [
    OPENING,
    SPOKEN_OPENING,
    "根据民法典第六百七十五条、民事诉讼法第一百四十七条第二款的规定，判决如下。",
    "《中华人民共和国刑法》第264条，最高人民法院法释〔2016〕19号第十条。",
    "双方于二零二一年九月六日签订合同，2022年3月1日到期，借款本金人民币二十三万六千元。",
    "请求判令被告支付236000元及利息，年利率百分之十五点四，诉讼费4840元由被告负担。",
    "本院诉讼服务热线12368，立案庭电话0431-88556677，紧急情况拨打110。",
    "补充材料请在七日内寄到本院，地址是长春市南关区人民大街1号，联系电话零四三一八八五五六六七七。",
    "被告某某公司，统一社会信用代码91350100M000100Y43，住所地长春市朝阳区红旗街100号。",
    "律师执业证号12201201910123456，合同编号20210906001，发票号码03918827。",
    "请原告陈述姓名、身份证号码和住址。身份证号码已经提交，这里不再宣读。",
    "证据三第十二页到第二十五页，卷宗第一册第138页，一共十八期，每期三千五百二十块。",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_the_law_keeps_public_passes_unchanged(text: str) -> None:
    assert mask_text(text, spot(text, PROTECTED)) == text


def test_only_the_private_part_of_a_sentence_is_hidden() -> None:
    text = (
        "原告周建华，1987年4月12日出生，身份证号220102198704123025，"
        "住长春市南关区人民大街48号6号楼，起诉被告刘志强，要求返还236000元。"
    )
    masked = mask_text(text, spot(text, PROTECTED))
    assert masked == (
        "原告周建华，1987年4月12日出生，身份证号××××××××××××××××××，"
        "住长春市南关区××××××××××，起诉被告刘志强，要求返还236000元。"
    )


def test_a_bench_name_that_sounds_like_a_protected_one_stays_when_it_is_on_the_keep_list() -> None:
    text = "审判员刘雨彤询问证人刘雨桐。"
    spans = spot(text, ("刘雨桐",), keep=("审判员刘雨彤",))
    assert [text[span.start : span.end] for span in spans] == ["刘雨桐"]
