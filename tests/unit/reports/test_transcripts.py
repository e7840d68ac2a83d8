"""A transcript in every format says the same words, and hostile ones break none of them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.timed_text import MASK
from courtstream.reports.transcripts import FORMATS, FileTurn, TranscriptFile, as_srt, as_vtt

LONG = "首先说明借款的经过，" * 6 + f"电话是{MASK}，" + "其余没有异议。" * 3


def file(*texts: str) -> TranscriptFile:
    turns = tuple(
        FileTurn(f"t{n:06}", n * 10.0, n * 10.0 + 9, "P", "原告", text)
        for n, text in enumerate(texts)
    )
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    return TranscriptFile(
        "h1", "沈静怡诉贺明远", "（2026）江0102民初1号", "临江法院", "第一法庭", at, 2,
        "已签署 / signed", "ab" * 32, ("审判员 2026-11-23 u1",), turns,
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_holds_every_word_and_the_marks(name: str) -> None:
    data = FORMATS[name][1](file("请坐。", LONG))
    if name == "docx":
        said = "".join(p.text for p in Document(io.BytesIO(data)).paragraphs)
    else:
        said = data.decode("utf-8-sig")
    joined = "".join(said.split())
    assert "请坐。" in joined and MASK in joined
    assert joined.count("其余没有异议。") == 3


@given(st.text(min_size=1, max_size=120))
@settings(max_examples=40, deadline=None)
def test_hostile_words_break_no_subtitle(text: str) -> None:
    vtt = as_vtt(file(text, "完。")).decode()
    assert vtt.count(" --> ") == vtt.count("<v ") >= 1
    blocks = [b for b in vtt.split("\n\n") if " --> " in b]
    assert all(len(b.strip("\n").split("\n")) == 2 for b in blocks)
    srt = as_srt(file(text, "完。")).decode("utf-8-sig")
    assert srt.split("\n")[0] == "1"
    assert json.loads(FORMATS["json"][1](file(text)))["turns"][0]["text"] == text


@given(st.text(min_size=1, max_size=120))
@settings(max_examples=6, deadline=None)
def test_word_takes_hostile_words(text: str) -> None:
    Document(io.BytesIO(FORMATS["docx"][1](file(text))))


def test_the_mark_of_a_hidden_stretch_is_never_cut_in_two() -> None:
    text = as_vtt(file("一" * 30 + MASK + "二" * 30)).decode()
    assert MASK in text


def test_subtitles_of_a_turn_follow_each_other_within_it() -> None:
    cues = [line for line in as_srt(file(LONG)).decode().split("\n") if " --> " in line]
    assert len(cues) > 2
    assert cues[0].startswith("00:00:00,000") and cues == sorted(cues)
    assert max(cue.split(" --> ")[1] for cue in cues) <= "00:00:09,100"
