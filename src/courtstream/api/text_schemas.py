"""What the API takes and gives about transcripts and later decisions. Places are seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from courtstream.api.schemas import Body, View
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import Role


class TurnOut(View):
    """One speaker's turn; `id` stays the same through all revisions."""

    id: str
    start: float
    end: float
    role: Role
    speaker: str
    text: str
    confidence: float


class SignatureOut(View):
    """Who signed, as what, and when."""

    by: str
    capacity: str
    at: datetime


class RevisionOut(View):
    """A revision; number 0 is the machine's words that nobody has touched."""

    number: int
    state: TranscriptState
    source: str
    created_at: datetime | None
    created_by: str
    checked_at: datetime | None
    checked_by: str
    signatures: tuple[SignatureOut, ...]
    sha256: str


class RequestOut(View):
    """A request to correct; `outcome` empty while it waits."""

    id: str
    turn_id: str
    asked_by: str
    why: str
    wanted: str
    filed_at: datetime
    outcome: str
    answer: str
    decided_at: datetime | None


class SpeechOut(View):
    """A later decision about sound; `making`: the public recording is being made again."""

    id: str
    op: str
    start: float
    end: float
    reason: str
    note: str
    state: str
    at: datetime
    by: str
    decided_by: str
    making: bool


class TextOut(View):
    """Everything a reviewer works with."""

    revision: RevisionOut
    revisions: tuple[RevisionOut, ...]
    turns: tuple[TurnOut, ...]
    requests: tuple[RequestOut, ...]
    speech: tuple[SpeechOut, ...]
    listening: str
    found: int


class ChangeOut(View):
    """How a turn differs; pieces of [`same`, `gone` or `new`, text]."""

    id: str
    start: float
    pieces: tuple[tuple[str, str], ...]


class ChangesOut(View):
    """The turns in which two revisions differ."""

    changes: tuple[ChangeOut, ...]


class ChangesQuery(Body):
    """Two revisions by number."""

    old: int = Field(ge=0)
    new: int = Field(ge=0)


class FileQuery(Body):
    """`revision` is for staff; without it the newest that the reader may have."""

    revision: int | None = Field(None, ge=0)


class EditBody(Body):
    """A corrected turn; what is left out stays."""

    text: str | None = Field(None, max_length=4000)
    role: Role | None = None
    speaker: str | None = Field(None, max_length=64)


class StateBody(Body):
    """`check` a revision, `sign` it in a capacity, or have the original listened to again."""

    act: Literal["check", "sign", "listen"]
    capacity: str = Field("", max_length=20)


class SpeechBody(Body):
    """Hide sound of the public recording, or ask that it be heard again."""

    op: Literal["hide", "open"]
    start: float = Field(ge=0)
    end: float = Field(gt=0)
    note: str = Field("", max_length=500)


class RulingBody(Body):
    """Yes or no."""

    yes: bool
    answer: str = Field("", max_length=1000)


class RequestBody(Body):
    """What a party says is wrong in a turn."""

    turn_id: str = Field(max_length=24)
    asked_by: str = Field(max_length=64)
    why: str = Field(max_length=1000)
    wanted: str = Field("", max_length=2000)
