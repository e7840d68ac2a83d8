"""The second listening proposes what is open and private, masks its words, decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from courtstream.domain.time import SECOND, Span
from courtstream.domain.transcript import Word
from media_workers.recheck.listen import listen
from media_workers.runtime.items import Sound
from media_workers.speech.captions import MASK
from media_workers.speech.spot import PrivateSpeechSpotter

SAID = "我的手机号是幺三八四四三幺零零零九。案号是二零二四吉零一民初幺二三号。"
STEP = SECOND // 4


class Reads:
    """An archive reader that has read `text`, a character every quarter of a second."""

    def __init__(self, text: str) -> None:
        self._text = text

    def push(self, item: Sound) -> list[Word]:
        return []

    def flush(self) -> list[Word]:
        words: list[Word] = []
        for char in self._text:
            at = len(words) * STEP
            if char in "。，":
                words[-1] = Word(words[-1].text + char, words[-1].span)
            else:
                words.append(Word(char, Span(at, at + STEP), 0.9))
        return words


def heard(hidden: Sequence[Span] = ()) -> tuple[list[Span], str]:
    sounds = [Sound(0, np.zeros(16_000, np.int16), 16_000)]
    result = listen(sounds, Reads(SAID), PrivateSpeechSpotter(), hidden)  # type: ignore[arg-type]
    return [p.span for p in result.found], "".join(turn.text for turn in result.turns)


NUMBER = Span(6 * STEP, 17 * STEP)


def test_an_open_number_is_proposed_and_masked() -> None:
    found, text = heard()
    assert found and all(span.overlaps(NUMBER) for span in found)
    assert min(s.start for s in found) <= NUMBER.start and max(s.end for s in found) >= NUMBER.end
    assert MASK in text and "四四三" not in text
    assert "民初" in text, "a case number is nobody's"


def test_what_the_record_hides_is_not_proposed_again() -> None:
    found, text = heard([NUMBER.padded(SECOND, SECOND)])
    assert found == []
    assert "四四三" not in text


def test_a_record_that_hides_half_of_it_is_told() -> None:
    found, _ = heard([Span(NUMBER.start, NUMBER.start + NUMBER.length // 2)])
    assert len(found) == 1
