"""Sentences of kinds that leaked from scripts no rule had seen, by class; all is invented."""

from __future__ import annotations

import pytest

from courtstream.rules.masking import spot

NAMES = ["贺兰心怡", "澹台若曦"]


@pytest.mark.parametrize(
    ("text", "kind", "private"),
    [
        ("抵账的货车车牌号是浙地六八七开三，没有过户。", "PLATE", "浙地六八七开三"),
        ("出租车的牌子我记得，鄂诶幺西九三零。", "PLATE", "鄂诶幺西九三零"),
        ("我开我的面包车，鲁诶三八恩零六，早上七点走。", "PLATE", "鲁诶三八恩零六"),
        ("微信号老邱汽修幺零幺，给我转过钱。", "WECHAT", "老邱汽修幺零幺"),
        ("抖音号是衡阳辣妹子九九，在上面卖货。", "WECHAT", "衡阳辣妹子九九"),
        ("护照号码是伊幺零零七七三五四九。", "PASSPORT", "伊幺零零七七三五四九"),
        ("检查结果是乙肝携带者，单位就不要他了。", "HEALTH", "乙肝携带者"),
        ("大夫说是慢性鼻窦炎，还要手术。", "HEALTH", "慢性鼻窦炎"),
        ("因为心房颤动住过院。", "HEALTH", "心房颤动"),
        ("今年小孩上长郡双语初三十二班，要中考。", "MINOR", "长郡双语初三十二班"),
        ("你们问一下心怡，她最清楚。", "NAME", "心怡"),
        ("给若曦的补偿是五千块。", "NAME", "若曦"),
    ],
)
def test_is_hidden(text: str, kind: str, private: str) -> None:
    start = text.index(private)
    found = [s for s in spot(text, NAMES) if s.start <= start and start + len(private) <= s.end]
    assert [span.type for span in found] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "他开车去了陕西三次，一共五百公里。",
        "微信号和手机号都是他自己填的。",
        "车是从新西兰运来的，二零二二年到港。",
        "当时大家都在初三那天吃饭，后来十二点班车走了。",
    ],
)
def test_stays(text: str) -> None:
    assert spot(text, NAMES) == []


@pytest.mark.parametrize(
    "text",
    [
        "材料请寄到长沙市芙蓉区晚报大道三百九十号，注明案号。",
        "被告区人民政府，地址沈阳市大东区东顺城街一百零六号。",
        "公司座机零七三一八八一二三四五六，找财务。",
    ],
)
def test_an_office_stays(text: str) -> None:
    assert spot(text) == []


def test_an_old_home_is_no_building_site() -> None:
    text = "老家是四川省营山县骆市镇东岳村七组二十三号，现在住在工地附近。"
    assert [span.type for span in spot(text)] == ["ADDR"]
