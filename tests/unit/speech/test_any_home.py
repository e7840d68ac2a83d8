"""A home is hidden wherever it lies and however it is announced: by sound while live, and as text.

珠海 and 诸暨 begin like 住, 和平区 and 呼和浩特 hold 和, 五百二十号 looks like a sum: all were once
taken for something else.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.rules.masking import spot
from tests.unit.speech.test_private_speech import share, spotted, words

PLACES = tomllib.loads((Path(__file__).parents[2] / "data" / "places.toml").read_text("utf-8"))
DIGITS = "零一二三四五六七八九"
CUES = [
    "我住", "住在", "户口在", "户籍地是", "家住", "现住", "住址是", "我家在", "租住在", "老家在",
    "送达地址是", "搬到了", "现在住",
]  # fmt: skip
BEFORE = ["", "我叫李明，", "被告，", "证人，", "然后，"]
AFTER = ["", "，电话记不清了", "，一直没搬过", "，跟父母一起"]
city, district, road = (st.sampled_from(PLACES[key]) for key in ("cities", "districts", "roads"))


@st.composite
def number(draw: st.DrawFn) -> str:
    """Digit by digit, or as a count in tens and hundreds."""
    tens, ones = (draw(st.sampled_from(DIGITS[1:])) for _ in range(2))
    rest = draw(st.text(DIGITS, max_size=3))
    by_digits = (tens + rest).replace("一", "幺") if len(rest) > 1 else tens + rest
    return draw(
        st.sampled_from(
            [by_digits, f"{tens}百{ones}十{tens}", f"{tens}百{ones}十", f"{tens}十{ones}"]
        )
    )


@st.composite
def house(draw: st.DrawFn) -> str:
    """Everything behind the road."""
    a, b, c = (draw(number()) for _ in range(3))
    one = draw(st.sampled_from(DIGITS[1:]))
    estate = draw(st.sampled_from(["幸福小区", "阳光花园", "锦绣家园", "紫竹苑"]))
    return draw(
        st.sampled_from(
            [
                f"{a}号", f"{a}号{b}号楼{one}单元{c}", f"{a}号院{b}栋{c}室", f"{estate}{b}栋{one}",
                f"{a}弄{b}号",
            ]
        )
    )  # fmt: skip


@st.composite
def home(draw: st.DrawFn) -> tuple[str, str]:
    """(what may stay, what must be hidden) of an address."""
    where = draw(st.sampled_from(["", f"{draw(city)}市"]))
    if draw(st.integers(0, 5)) == 0:
        place = draw(st.sampled_from(["镇", "乡"]))
        end = draw(st.sampled_from(["", f"{draw(number())}组"]))
        return f"{draw(city)}市{draw(district)}县", f"{draw(road)}{place}{draw(road)}村{end}"
    office = draw(st.sampled_from(["", f"{draw(road)}街道"]))
    kind = draw(st.sampled_from(["路", "街", "巷", "大街", "大道"]))
    return f"{where}{draw(district)}区", f"{office}{draw(road)}{kind}{draw(house())}"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BEFORE), st.sampled_from(CUES), home(), st.sampled_from(AFTER))
def test_a_home_is_hidden_wherever_it_lies(
    before: str, cue: str, address: tuple[str, str], after: str
) -> None:
    region, exact = address
    text = f"{before}{cue}{region}{exact}{after}。"
    said = words(text)
    assert share(said, spotted(said), exact, text) == 1.0, text
    begin = text.index(exact)
    spans = spot(text)
    bare = [
        text[at]
        for at in range(begin, begin + len(exact))
        if not any(span.start <= at < span.end for span in spans)
    ]
    assert not bare, text
