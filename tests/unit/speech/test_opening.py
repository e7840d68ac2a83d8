"""Sound that begins in the middle of an utterance: the rest of what was private stays so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courtstream.domain.redaction import Reason
from courtstream.domain.time import seconds
from media_workers.runtime.items import PrivateSpan
from media_workers.speech.spot import PrivateSpeechSpotter
from tests.unit.speech.saying import reading


def _spotted(text: str, opening: bool = True, start: float = 0.1) -> list[PrivateSpan]:
    heard = reading(text, (0.0, 10.0), start)
    return list(PrivateSpeechSpotter().push(replace(heard, opening=opening)))


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("东路6号院2号楼503室我的电话没有变", 2.1),
        ("号楼二单元六零一室以上属实", 1.9),
        ("区东风中路231号现在请核对", 1.9),
        ("427以上情况属实没有变化", 0.7),
        ("九二以上情况属实没有变化", 0.5),
    ],
)
def test_the_tail_of_a_number_or_an_address_is_hidden_from_the_first_sample(
    text: str, until: float
) -> None:
    spans = _spotted(text)
    assert spans
    assert min(s.span.start for s in spans) == 0
    assert max(s.span.end for s in spans) >= seconds(until)
    assert max(s.span.end for s in spans) <= seconds(until + 2.5)


@pytest.mark.parametrize(
    "text",
    [
        "现在开庭请旁听人员遵守法庭纪律",
        "2024年3月5日原告向被告交付借款",
        "三千元利息被告表示认可",
        "第六百七十五条规定借款人应当按期返还",
        "十六条之规定请求依法判决",
    ],
)
def test_what_is_public_stays_where_sound_begins(text: str) -> None:
    assert _spotted(text) == []


def test_the_same_words_later_in_a_hearing_are_judged_as_ever() -> None:
    assert _spotted("427以上情况属实没有变化", opening=False) == []


def test_voice_that_gave_no_text_before_the_first_word_is_hidden() -> None:
    (span,) = _spotted("以上情况属实没有变化", start=1.4)
    assert span.reason is Reason.NUMBER_BEING_READ
    assert span.span.start == 0
    assert seconds(0.8) <= span.span.end <= seconds(1.7)
