"""Judges say the same in other words: a step is found by its meaning, in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from courtstream.domain.scoring import Outcome
from courtstream.domain.time import to_seconds
from courtstream.rules.procedure import assess
from courtstream.rules.procedure.transcripts import read_file

DATA = Path(__file__).parents[3] / "data" / "procedure"
NEAR = 25.0

SAID = {
    "dev_civ1_ord_01": {
        "P01": ("下面先点一下名，原告来了没有，被告来了没有。", "原告方在吗，被告方在吗，请应答。"),
        "P02": (
            "手机调静音，不许拍照录像，没有准许不要说话。",
            "请遵守秩序，不要鼓掌喧哗，不得随意走动。",
        ),
        "P03": ("请大家站起来，请审判长和两位审判员就位。", "请起立。合议庭入席。"),
        "P04": (
            "审判长，各方都到了，庭前工作做好了，可以开始。",
            "各方人员已经到齐，请审判长主持开庭。",
        ),
        "P05": ("今天的庭审现在正式开始。", "好，我们开始开庭。"),
        "P08": ("本案由我和另外两位法官一起审理，我是审判长，书记员是小王。",),
        "P09": ("发给你们的权利义务告知书看过了吧，有没有不清楚的。",),
        "P10": ("对合议庭这几个人，要不要申请换人。原告？", "需不需要我们哪位法官回避？"),
        "C03": ("下面开始调查事实。", "现在我们进入事实调查环节。"),
        "C07": (
            "我归纳一下，本案双方争的主要是两个问题，双方看看有没有补充。",
            "根据双方的诉辩，法庭认为需要查清的问题有以下几点。",
        ),
        "C12": ("事实部分就查到这里。", "法庭调查阶段告一段落。"),
        "C13": ("接下来双方进行辩论，原告先说。", "现在开始辩论。"),
        "C14": ("辩论就到这里。", "双方没有新的辩论意见，辩论终结。"),
        "C15": ("最后，双方各自说一下总的意见。", "请双方陈述最终意见，原告。"),
        "C17": ("今天先到这，合议庭回去评议后再宣判。", "休庭，等合议庭讨论。"),
        "C20": ("请双方看一下笔录，没有问题就签字。", "庭后把笔录核对一下签个名。"),
        "C21": ("今天的庭就开到这里。", "闭庭，各方可以离开了。"),
    },
    "dev_cri1_ord_01": {
        "K12": ("被告人，你要不要申请我们回避？", "被告人对上述人员申请回避吗？"),
        "K14": ("请公诉人念一下起诉书。", "下面由公诉机关宣读起诉书。"),
        "K15": ("被告人，起诉书说的这些事，你认不认。", "你对指控的犯罪事实承认吗？"),
        "K27": ("辩论结束。", "控辩双方意见都听清楚了，法庭辩论到此为止。"),
        "K28": ("被告人，你最后还想对法庭说点什么？", "现在由被告人作最后的陈述。"),
        "K29": ("现在休庭二十分钟，合议庭评议。", "先休息一下，合议庭去评议。"),
    },
}
CASES = [(name, code) for name, codes in SAID.items() for code in codes]


@pytest.mark.parametrize(("name", "code"), CASES)
def test_a_step_in_other_words_is_found_where_it_was_said(name: str, code: str) -> None:
    hearing = read_file(DATA / f"{name}.json")
    plain = assess(hearing.transcript, hearing.procedure, participants=hearing.participants)[0]
    place = next(s.span for s in plain if s.code == code)
    assert place is not None
    said = hearing.transcript.utterances
    at = next(i for i, u in enumerate(said) if u.span.start <= place.start <= u.span.end)
    for words in SAID[name][code]:
        other = replace(said[at], text=words, words=())
        heard = replace(hearing.transcript, utterances=(*said[:at], other, *said[at + 1 :]))
        found = assess(heard, hearing.procedure, participants=hearing.participants)[0]
        step = next(s for s in found if s.code == code)
        assert step.outcome is Outcome.MET, words
        assert step.span is not None
        assert to_seconds(abs(step.span.start - said[at].span.start)) <= NEAR, words
        assert step.why
