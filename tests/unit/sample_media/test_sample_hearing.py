from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from courtstream.domain.trial import Procedure, Role

FOLDER = Path(__file__).parents[3] / "sample_media"
sys.path.insert(0, str(FOLDER))

from script import ID_NUMBER, check_digit  # noqa: E402


def truth(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_the_identity_number_is_valid_but_belongs_to_nobody() -> None:
    assert check_digit(ID_NUMBER[:17]) == ID_NUMBER[17]
    assert ID_NUMBER[:2] == "99"  # no province has this code


@pytest.mark.parametrize("name", ["hearing", "short"])
def test_film_and_truth_agree(name: str) -> None:
    facts = truth(f"{name}.json")
    container: Any = av.open(str(FOLDER / f"{name}.mp4"))
    video, audio = container.streams.video[0], container.streams.audio[0]
    assert (video.width, video.height, video.average_rate) == (1280, 720, 25)
    assert (audio.rate, audio.channels) == (48_000, 1)
    packets = [p for p in container.demux(video) if p.size]
    assert len(packets) == facts["video"]["frames"]
    assert all(p.pts == p.dts for p in packets)  # no B-frames
    keys = [n for n, p in enumerate(packets) if p.is_keyframe]
    assert {b - a for a, b in pairwise(keys)} == {50}


def test_private_stretches_lie_in_their_utterances_and_say_what_they_say() -> None:
    facts = truth("hearing.json")
    spoken = {u["id"]: u for u in facts["utterances"]}
    assert {p["type"] for p in facts["pii"]} == {"ID", "ADDR", "PHONE", "NAME"}
    assert {p["type"] for p in facts["public"]} == {"CASE", "AMT", "DATE", "LAW"}
    for stretch in facts["pii"] + facts["public"]:
        utterance = spoken[stretch["utt"]]
        assert utterance["start"] <= stretch["start"] < stretch["end"] <= utterance["end"]
        assert "".join(c for c, _, _ in stretch["chars"]) == stretch["text"].replace("，", "")


def test_faces_are_inside_the_picture_and_come_and_go() -> None:
    facts = truth("hearing.faces.json")
    seen: dict[str, set[int]] = {}
    for face in facts["faces"]:
        assert face["x"] >= 0
        assert face["y"] >= 0
        assert face["x"] + face["w"] <= facts["width"]
        assert face["y"] + face["h"] <= facts["height"]
        seen.setdefault(face["id"], set()).add(face["t"])
    assert len(seen) == 7
    assert min(seen["witness"]) > 0 < facts["frames"] - max(seen["witness"])
    widths = [face["w"] for face in facts["faces"] if face["vis"] == 1.0]
    assert min(widths) < 30
    assert max(widths) > 125


def test_the_procedure_is_in_order_and_the_gavel_before_the_opening() -> None:
    facts = truth("hearing.json")
    steps = {step["code"]: step["t0"] for step in facts["steps"]}
    order = ["P01", "P02", "P03", "P04", "C01", "P05", "P08", "P10", "C03", "C04", "C05", "C08"]
    times = [steps[code] for code in [*order, "C12", "C14", "C17"]]
    assert times == sorted(times)
    assert 0 < steps["P05"] - facts["events"][0]["t"] < 10
    assert facts["procedure"] == Procedure.CIV1_SUM
    assert {p["role"] for p in facts["participants"]} <= {role.value for role in Role}


def test_the_built_files_stay_small() -> None:
    size = sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file())
    assert size < 25_000_000
    assert (FOLDER / "short.mp4").stat().st_size < 1_500_000
