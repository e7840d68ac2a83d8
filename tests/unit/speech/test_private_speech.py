"""The spotter on synthetic readings: what is said, garbled and dropped as recognisers do."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span, seconds
from courtstream.domain.transcript import Word
from media_workers.runtime.items import PrivateSpan
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.spot import PrivateSpeechSpotter

STEP = 0.2
PAUSES = {"，": 0.3, "。": 0.8, " ": 0.1, "…": 2.5}


def words(text: str, start: float = 1.0) -> list[Word]:
    """Each character 0.2 s, punctuation a silence."""
    said, at = [], start
    for char in text:
        if char in PAUSES:
            at += PAUSES[char]
            continue
        said.append(Word(char, Span.of_seconds(at, at + STEP)))
        at += STEP
    return said


def readings(said: list[Word], window: float = 10.0, hop: float = 2.5) -> list[Hypothesis]:
    """What a recogniser gives of it, window by window."""
    voiced = tuple(word.span for word in said)
    last, end, found = said[-1].span.end, hop, []
    while end < last / SECOND + hop:
        bounds = Span.of_seconds(max(0.0, end - window), end)
        inside = tuple(w for w in said if bounds.start <= w.span.start and w.span.end <= bounds.end)
        clips = tuple(clip for span in voiced if (clip := span.clipped(bounds)))
        found.append(Hypothesis(bounds, inside, clips))
        end += hop
    return found


def spotted(said: list[Word], *names: str, keep: tuple[str, ...] = ()) -> list[PrivateSpan]:
    spotter = PrivateSpeechSpotter(names, keep)
    return [span for hypothesis in readings(said) for span in spotter.push(hypothesis)]


def share(said: list[Word], spans: list[PrivateSpan], part: str, text: str) -> float:
    """How much of the time of `part` (without pauses) is hidden."""
    spoken = "".join(char for char in text if char not in PAUSES)
    wanted = "".join(char for char in part if char not in PAUSES)
    first = spoken.index(wanted)
    area = Span(said[first].span.start, said[first + len(wanted) - 1].span.end)
    ticks = range(area.start, area.end, SECOND // 50)
    return sum(any(s.span.contains(t) for s in spans) for t in ticks) / len(ticks)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        (
            "我叫周建华，身份证号是二二零幺零二，幺九八七零四幺二，三零二五，没有错。",
            "二二零幺零二，幺九八七零四幺二，三零二五",
        ),
        ("我的手机号是幺三九，幺幺七二，五六三八，随时能打。", "幺三九，幺幺七二，五六三八"),
        (
            "十分正一三零六零二一九八五零七一八零六三九，户籍在河北。",
            "一三零六零二一九八五零七一八零六三九",
        ),
        (
            "收款账号是六二幺七，零零零零，幺零零四，四幺八七，三六零，户名是他。",
            "六二幺七，零零零零，幺零零四，四幺八七，三六零",
        ),
        ("身份正号码三二零药零二要救起救零酒二三，加住在这里。", "三二零药零二要救起救零酒二三"),
        (
            "现住北京市朝阳区望京西路四十八号院六号楼三单元一千二百零二室。我说完了。",
            "北京市朝阳区望京西路四十八号院六号楼三单元一千二百零二室",
        ),
        ("他的车牌号是京N五K七二九，白色的。", "京N五K七二九"),
    ],
)
def test_private_speech_is_hidden_from_its_first_to_its_last_sound(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "原告，请说一下你的姓名、身份证号码和住址。好的审判长。",
        "联系电话是多少。我要想一下才能告诉你。",
        "审理二零二四京零一零五民初一二三四五号民间借贷纠纷一案。",
        "根据民法典第六百七十五条和第六百七十六条的规定应当返还借款。",
        "二零二一年九月六日双方签订了合同，借款人民币二十三万六千元。",
        "材料寄到本院，地址是朝阳区朝阳公园南路甲二号，联系电话零一零八五九九八二三四，也可以打热线一二三六八。",
        "合同编号是二零二一零九零六零零一，发票号码是零三九一八八二七。",
        "身份证号码已经提交给书记员了，这里不再宣读。",
        "微信聊天记录显示他向原告归还了三万二千元。",
    ],
)
def test_what_must_stay_is_not_hidden(text: str) -> None:
    assert spotted(words(text)) == []


def test_a_pause_between_cue_and_number_does_not_lose_the_number() -> None:
    text = "身份证号码是…三二零幺零二幺九七九零九二三四五幺七。"
    said = words(text)
    assert share(said, spotted(said), "三二零幺零二幺九七九零九二三四五幺七", text) == 1.0


def test_a_dropped_number_is_hidden_while_somebody_speaks() -> None:
    """The recogniser wrote nothing between the cue and the next words, but a voice was heard."""
    before, after = words("我的身份证号是"), words("我是原告的同事", 6.0)
    gap = Span(before[-1].span.end, after[0].span.start)
    voiced = (Span(before[0].span.start, after[-1].span.end),)
    hypothesis = Hypothesis(Span.of_seconds(0, 10), (*before, *after), voiced)
    spans = PrivateSpeechSpotter().push(hypothesis)
    assert any(s.span.start <= gap.start and gap.end <= s.span.end for s in spans)


@pytest.mark.parametrize("heard", ["欧阳慧敏", "欧阳会宁", "欧阳惠民", "奥阳慧敏"])
def test_a_protected_name_is_known_by_its_sound(heard: str) -> None:
    text = f"证人{heard}到庭作证。"
    said = words(text)
    spans = spotted(said, "欧阳慧敏")
    assert share(said, spans, heard, text) == 1.0
    assert {span.reason for span in spans} == {Reason.NAME}


def test_names_of_the_bench_are_not_hidden() -> None:
    said = words("审判长赵国平，审判员孙丽，书记员何静，原告周建华，被告刘志强。")
    assert spotted(said, "欧阳慧敏", "刘雨桐") == []


def test_a_kept_telephone_stays_even_after_a_private_cue() -> None:
    said = words("我的电话就是零一零八五九九八二三四。")
    assert spotted(said) != []
    assert spotted(said, keep=("零一零八五九九八二三四", "010-85998234")) == []


def test_spans_only_grow_and_are_given_once() -> None:
    said = words("手机号是幺三九，幺幺七二，五六三八，随时能打通，找我就可以了。")
    spotter = PrivateSpeechSpotter()
    first = [span for hypothesis in readings(said) for span in spotter.push(hypothesis)]
    assert first
    again = [span for hypothesis in readings(said) for span in spotter.push(hypothesis)]
    assert again == []
    assert spotter.settled(seconds(4)) == seconds(4)


DIGITS = st.text("零一二三四五六七八九幺", min_size=11, max_size=18)
BEFORE = st.sampled_from(["我的身份证号是", "我的手机号是", "收款账号是", "他说是"])


@settings(max_examples=60, deadline=None)
@given(BEFORE, DIGITS, st.floats(0.0, 12.0))
@example("我的手机号是", "一九一三一一一一一一一", 0.0)  # a year, then digits that sound like 执异
@example("他说是", "一九一一一一一一一一一", 4.7)
def test_any_long_number_is_hidden_wherever_the_windows_fall(
    before: str, digits: str, offset: float
) -> None:
    text = f"{before}{digits}，我说完了就是这样。"
    said = words(text, 1.0 + offset)
    assert share(said, spotted(said), digits, text) == 1.0
