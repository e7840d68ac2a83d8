"""Hearing transcripts as JSON files, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courtstream.domain.errors import InvalidInput
from courtstream.domain.scoring import Outcome, RuleFinding, StepFinding
from courtstream.domain.time import MediaTime, Span, seconds, to_seconds
from courtstream.domain.transcript import EventKind, HearingEvent, Transcript, Utterance
from courtstream.domain.trial import MinuteState, Participant, Procedure, Role
from courtstream.rules.procedure.engine import assess

_STATES = {"PAUSED": MinuteState.RECESS}
_STATUS = {Outcome.NOT_FOUND: "missing"}


@dataclass(frozen=True, slots=True)
class HearingFile:
    """A transcript file: the hearing's name and everything the engine wants to know."""

    id: str
    procedure: Procedure
    transcript: Transcript
    participants: tuple[Participant, ...]
    sole_judge: bool
    public: bool
    states: tuple[tuple[MediaTime, MinuteState], ...]


def read_folder(folder: Path) -> Iterator[HearingFile]:
    """All `*.json` transcripts of a folder, by name. Raises InvalidInput naming the file."""
    for path in sorted(folder.glob("*.json")):
        yield read_file(path)


def read_file(path: Path) -> HearingFile:
    """One transcript file. Raises InvalidInput naming the file, never its text."""
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"{path.name}: {type(error).__name__}") from error


def parse(data: Mapping[str, Any]) -> HearingFile:
    """A transcript as decoded JSON; times in seconds from the start of the recording."""
    utterances = sorted(data["utterances"], key=lambda u: (u["t0"], u["t1"]))
    return HearingFile(
        id=str(data["id"]),
        procedure=Procedure(data["procedure"]),
        transcript=Transcript(
            tuple(_utterance(u) for u in utterances),
            tuple(
                HearingEvent(seconds(e["t"]), EventKind(e["kind"])) for e in data.get("events", ())
            ),
        ),
        participants=tuple(_participant(p) for p in data.get("participants", ())),
        sole_judge=bool(data.get("sole_judge", False)),
        public=bool(data.get("public", True)),
        states=tuple(
            (seconds(s["t"]), _state(s["state"])) for s in data.get("stream_state_timeline", ())
        ),
    )


def _state(name: str) -> MinuteState:
    return _STATES.get(name) or MinuteState(name)


def _utterance(row: Mapping[str, Any]) -> Utterance:
    return Utterance(
        span=Span.of_seconds(row["t0"], max(row["t0"], row["t1"])),
        text=row["text"],
        role=Role(row.get("role") or "?"),
        speaker=row.get("speaker", ""),
        confidence=float(row.get("confidence", 1.0)),
    )


def _participant(row: Mapping[str, Any]) -> Participant:
    return Participant(
        role=Role(row["role"]),
        name=row.get("name", ""),
        label=row.get("label", ""),
        side=row.get("side", ""),
        present=bool(row.get("present", True)),
    )


def findings(file: HearingFile) -> tuple[list[StepFinding], list[RuleFinding]]:
    """The engine's findings on a transcript file: its steps and its rules."""
    return assess(
        file.transcript,
        file.procedure,
        sole_judge=file.sole_judge,
        public=file.public,
        participants=file.participants,
        states=file.states,
    )


def prediction(
    steps: Sequence[StepFinding], rules: Sequence[RuleFinding]
) -> dict[str, list[dict[str, Any]]]:
    """Findings as the JSON other tools read: `missing` is our `not_found`; times in seconds."""
    return {
        "steps": [
            {
                "code": step.code,
                "status": _STATUS.get(step.outcome, step.outcome.value),
                "t0": round(to_seconds(step.span.start), 2) if step.span else None,
                "t1": round(to_seconds(step.span.end), 2) if step.span else None,
                "confidence": step.confidence,
            }
            for step in steps
        ],
        "rules": [
            {
                "code": rule.code,
                "violated": rule.violated,
                "t": round(to_seconds(rule.t), 2) if rule.t is not None else None,
                "why": rule.why,
            }
            for rule in rules
        ],
    }
