"""The redaction record: the one list of what is hidden, which every output follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from courtstream.domain.staff import MACHINE
from courtstream.domain.time import MediaTime, Span


class RedactionKind(StrEnum):
    """What is hidden."""

    FACE = "face"
    AREA = "area"
    SPEECH = "speech"
    VOICE = "voice"
    WHOLE_PICTURE = "whole_picture"
    WHOLE_SOUND = "whole_sound"


class Reason(StrEnum):
    """Why something is hidden. Private-speech reasons are the codes of court-rules §5."""

    FACE = "FACE"
    WITNESS = "WITNESS"
    SCREEN = "SCREEN"
    VIEW_UNKNOWN = "VIEW_UNKNOWN"
    REVIEW = "REVIEW"
    ID = "ID"
    PHONE = "PHONE"
    BANK = "BANK"
    ADDRESS = "ADDR"
    PLATE = "PLATE"
    PASSPORT = "PASSPORT"
    ACCOUNT = "ACCOUNT"
    EMAIL = "EMAIL"
    NAME = "NAME"
    HEALTH = "HEALTH"
    MINOR = "MINOR"
    CERTIFICATE = "CERT"
    NUMBER_BEING_READ = "NUMBER"
    PERSON = "PERSON"
    VOICE = "VOICE"
    UNHEARD = "UNHEARD"
    ANALYSIS_LATE = "ANALYSIS_LATE"
    ANALYSIS_DEAD = "ANALYSIS_DEAD"
    ANALYSIS_LYING = "ANALYSIS_LYING"
    CUT = "CUT"
    CLOSED = "CLOSED"
    RECESS = "RECESS"
    SIGNAL_LOST = "SIGNAL_LOST"


FAIL_CLOSED: frozenset[Reason] = frozenset(
    {Reason.ANALYSIS_LATE, Reason.ANALYSIS_DEAD, Reason.ANALYSIS_LYING}
)
"""Reasons that mean: the machine could not vouch for this instant."""

AREAS: frozenset[Reason] = frozenset({Reason.WITNESS, Reason.SCREEN, Reason.VIEW_UNKNOWN})
"""Reasons to hide a whole rectangle, to its very edge, and not a face in it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the source picture, from the top left corner."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Redaction:
    """One row of the record.

    `text_span` is the (start, end) range of characters in the utterance when the row also hides
    text; the hidden text itself is never in the record. `decided_by` is `machine` or a user id.
    `zone` is the seat zone a face belongs to, `why` the rule that hid it (`domain.zones.Why`).
    """

    id: str
    kind: RedactionKind
    reason: Reason
    span: Span
    basis: str = ""
    decided_by: str = MACHINE
    track: int | None = None
    path: tuple[tuple[MediaTime, Box], ...] = ()
    confidence: float = 1.0
    zone: str = ""
    why: str = ""
