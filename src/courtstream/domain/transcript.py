"""What was said: words with times, utterances, and the marks a hearing leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from courtstream.domain.time import MediaTime, Span
from courtstream.domain.trial import Role


class TranscriptState(StrEnum):
    """法释〔2017〕5号 art. 6: a machine draft becomes the record only once checked and signed."""

    DRAFT_ASR = "draft_asr"
    CHECKED = "checked"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised piece of text (for Chinese one or a few characters).

    `confidence` is the recogniser's probability in 0..1; `committed` the media time the pipeline
    had reached when the word became stable, None while provisional.
    """

    text: str
    span: Span
    confidence: float = 1.0
    committed: MediaTime | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of one speaker's words. `speaker` is a seat label such as 审判长, never a name."""

    span: Span
    text: str
    role: Role = Role.UNKNOWN
    speaker: str = ""
    confidence: float = 1.0
    words: tuple[Word, ...] = ()


class EventKind(StrEnum):
    """Things heard or seen that are not words."""

    GAVEL = "gavel"
    ALL_RISE = "all_rise"
    WITNESS_ENTER = "witness_enter"
    WITNESS_LEAVE = "witness_leave"
    DEFENDANT_ENTER = "defendant_enter"
    DEFENDANT_LEAVE = "defendant_leave"


@dataclass(frozen=True, slots=True)
class HearingEvent:
    """An event at an instant."""

    t: MediaTime
    kind: EventKind


@dataclass(frozen=True, slots=True)
class Transcript:
    """Utterances in order of time, without overlap."""

    utterances: tuple[Utterance, ...]
    events: tuple[HearingEvent, ...] = ()
    state: TranscriptState = TranscriptState.DRAFT_ASR
    notes: tuple[str, ...] = field(default=())
