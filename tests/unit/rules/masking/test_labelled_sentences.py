"""Sentences of courtrooms, labelled by hand: what is private is found, nothing else is.

Most rules were written before these sentences were. The bars are those that an outsider's
sentences are held to; a miss names its sentence.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from courtstream.rules.masking import spot

SENTENCES = Path(__file__).parents[3] / "data" / "private_speech" / "sentences.jsonl"


@cache
def read() -> tuple[tuple[dict[str, Any], frozenset[int], frozenset[int]], ...]:
    """Each sentence with the letters and digits that are private, and those that were found."""
    head, *lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    names = json.loads(head)["protected_names"]
    rows = [json.loads(line) for line in lines]
    return tuple(
        (
            row,
            _letters(row["text"], [(start, end) for start, end, _ in row["spans"]]),
            _letters(row["text"], [(s.start, s.end) for s in spot(row["text"], names)]),
        )
        for row in rows
    )


def _letters(text: str, spans: list[tuple[int, int]]) -> frozenset[int]:
    inside = {at for start, end in spans for at in range(start, end)}
    return frozenset(at for at in inside if text[at].isalnum())


def test_what_is_private_is_found() -> None:
    wanted = sum(len(private) for _, private, _ in read())
    hit = sum(len(private & found) for _, private, found in read())
    missed = [row["text"] for row, private, found in read() if private - found]
    assert hit / wanted >= 0.97, missed


def test_whole_spans_are_found() -> None:
    """A span counts when nine in ten of its characters are hidden."""
    whole = [
        len(part & found) >= 0.9 * len(part)
        for row, _, found in read()
        for start, end, _ in row["spans"]
        if (part := _letters(row["text"], [(start, end)]))
    ]
    assert len(whole) > 250
    assert sum(whole) / len(whole) >= 0.97


def test_little_else_is_hidden() -> None:
    hidden = sum(len(found) for _, _, found in read())
    rightly = sum(len(private & found) for _, private, found in read())
    assert rightly / hidden >= 0.97


def test_sentences_without_anything_private_stay_whole() -> None:
    alarms = [row["text"] for row, private, found in read() if not private and found]
    assert sum(not private for _, private, _ in read()) > 250
    assert len(alarms) <= 3, alarms
