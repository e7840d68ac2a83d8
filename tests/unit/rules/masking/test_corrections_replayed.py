"""What people once corrected stays corrected: every file of cases is held against the rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from courtstream.rules.masking import spot

FOLDER = Path(__file__).parents[3] / "data" / "corrections"
CASES = [
    json.loads(line)
    for path in sorted(FOLDER.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_corrected_sentence_is_right_now(case: dict[str, object]) -> None:
    text = str(case["text"])
    hidden = {at for span in spot(text) for at in range(span.start, span.end)}
    named = {at for start, end in case["spans"] for at in range(start, end)}  # type: ignore[attr-defined]
    wrong = named - hidden if case["must"] == "hide" else named & hidden
    assert not wrong, "".join(text[at] for at in sorted(wrong))
