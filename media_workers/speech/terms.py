"""Readings with the court's terms and the names of the case put right; their times stay."""

from __future__ import annotations

from dataclasses import replace

from courtstream.rules.terms import Corrector
from media_workers.speech.hypothesis import Hypothesis


def put_right(hypothesis: Hypothesis, corrector: Corrector) -> Hypothesis:
    """`hypothesis` for people to read. Private speech is looked for in it as it was heard."""
    chars = hypothesis.chars
    texts = corrector.corrected([word.text for word in chars])
    changed = tuple(
        word if word.text == text else replace(word, text=text)
        for word, text in zip(chars, texts, strict=True)
    )
    return replace(hypothesis, chars=changed)
