"""The recordings that rules are judged by: sound and truth belong together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import pytest

UNSEEN = Path(__file__).parents[3] / "sample_media" / "unseen"


@pytest.mark.parametrize("media", sorted(UNSEEN.glob("*.ogg")), ids=lambda path: path.stem)
def test_private_stretches_lie_in_their_utterances_and_in_the_sound(media: Path) -> None:
    facts: dict[str, Any] = json.loads(media.with_suffix(".json").read_text(encoding="utf-8"))
    container: Any = av.open(str(media))
    length = container.duration / 1_000_000
    spoken = {u["id"]: u for u in facts["utterances"]}
    assert len(facts["pii"]) > 10 and len(facts["public"]) > 5
    for stretch in facts["pii"] + facts["public"]:
        utterance = spoken[stretch["utt"]]
        assert utterance["start"] <= stretch["start"] < stretch["end"] <= utterance["end"] < length
        said = "".join(c for c, _, _ in stretch["chars"])
        assert said == stretch["text"].replace("，", "")
