"""The truth beside the film: who is seen where, what is said when, what is private."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from motion import FPS
from scene import OPENING, Face
from script import (
    CASE_NUMBER,
    COURT,
    LABELS,
    NAMES,
    PROTECTED,
    ROLES,
)
from sound import RATE, Recording

Row = dict[str, Any]
SIDES = {"judge": "court", "clerk": "court", "plaintiff": "P", "defendant": "D", "witness": "W"}
NOTE = "synthetic; all persons, places and numbers are invented"


def _said_by(who: str) -> tuple[str, str]:
    return ROLES[who], LABELS[who]


def speech(
    recording: Recording,
    start: float = 0.0,
    end: float = 1e9,
    said_by: Callable[[str], tuple[str, str]] = _said_by,
) -> Row:
    """Utterances, private stretches and stretches that must stay, in seconds from `start`."""
    rows: Row = {
        "sample_rate": RATE,
        "note": NOTE,
        "utterances": [],
        "pii": [],
        "public": [],
        "overlaps": [],
    }
    for number, u in enumerate(recording.utterances):
        chars = _chars(((c, a, b) for _, c, a, b in u.chars), start, end)
        if not chars:
            continue
        role, label = said_by(u.line.who)
        rows["utterances"].append(
            {
                "id": number,
                "speaker": u.line.who,
                "role": role,
                "label": label,
                "start": _s(max(u.start, start) - start),
                "end": _s(min(u.end, end) - start),
                "text": u.text,
                "chars": chars,
            }
        )
        for s in u.stretches:
            inside = _chars(
                ((c, a, b) for i, c, a, b in u.chars if s.start <= i < s.end), start, end
            )
            if inside:
                rows["pii" if s.private else "public"].append(
                    {
                        "type": s.type,
                        "text": s.text,
                        "value": s.value,
                        "start": inside[0][1],
                        "end": inside[-1][2],
                        "utt": number,
                        "speaker": u.line.who,
                        "public": not s.private,
                        "chars": inside,
                    }
                )
    return rows


def _chars(chars: Iterable[tuple[str, float, float]], start: float, end: float) -> list[list[Any]]:
    return [[c, _s(a - start), _s(b - start)] for c, a, b in chars if a >= start and b <= end]


def _s(value: float) -> float:
    return round(value, 3)


def faces(seen: list[list[Face]], clip: str) -> Row:
    """Boxes per frame in the form the leak judge takes."""
    rows = [
        {"t": t, "id": f.who, "x": f.x, "y": f.y, "w": f.w, "h": f.h, "vis": f.vis}
        for t, frame in enumerate(seen)
        for f in frame
    ]
    return {
        "clip": clip,
        "width": 1280,
        "height": 720,
        "fps": FPS,
        "frames": len(seen),
        "gt": "exact",
        "stamp": False,
        "faces": rows,
    }


def hearing(
    recording: Recording, seen: list[list[Face]], clip: str, start: float = 0.0, end: float = 1e9
) -> Row:
    """Everything known about the film, in one object."""
    said, looks = speech(recording, start, end), faces(seen, clip)
    inside = [u for u in recording.utterances if start <= u.start < end]
    return {
        "video": {"width": 1280, "height": 720, "fps": FPS, "frames": len(seen)},
        "duration": len(seen) / FPS,
        "clock_at_zero": OPENING.isoformat(),
        "note": NOTE,
        "procedure": "CIV1_SUM",
        "sole_judge": True,
        "participants": participants(),
        "protected_names": [PROTECTED],
        "events": [
            {"t": _s(t - start), "kind": "gavel"} for t in recording.gavels if start <= t < end
        ],
        "steps": [
            {"code": code, "t0": _s(u.start - start)} for u in inside for code in u.line.steps
        ],
        "utterances": said["utterances"],
        "pii": said["pii"],
        "public": said["public"],
        "faces": looks["faces"],
    }


def participants() -> list[Row]:
    """The people of the hearing as the platform knows them."""
    return [
        {
            "role": ROLES[who],
            "name": name,
            "label": LABELS[who],
            "side": SIDES[who],
            "protected": False,
            "present": True,
        }
        for who, name in NAMES.items()
    ]


def case() -> Row:
    """What the court's case system would send before the hearing."""
    return {
        "court": {
            "code": "jz-lj",
            "name": COURT,
            "name_en": "Linjiang District Court (invented)",
            "level": "basic",
            "division": "民事审判庭",
        },
        "courtroom": {"name": "第三法庭", "name_en": "Courtroom 3"},
        "case": {
            "number": CASE_NUMBER,
            "cause": "民间借贷纠纷",
            "cause_en": "private lending",
            "kind": "civil",
        },
        "hearing": {
            "procedure": "CIV1_SUM",
            "sole_judge": True,
            "public": True,
            "scheduled_offset_seconds": 45.0,
            "notice_days": 5,
            "minutes": 4,
            "publication_modes": ["live", "replay"],
        },
        "judge": {"name": NAMES["judge"], "title": "审判员"},
        "clerk": {"name": NAMES["clerk"]},
        "participants": participants(),
        "protected_names": [PROTECTED],
    }


def write(path: Path, row: Row) -> None:
    """Compact JSON, one trailing newline."""
    path.write_text(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
