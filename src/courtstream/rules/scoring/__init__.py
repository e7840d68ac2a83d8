"""Standards as data, and the engine that turns facts into a suggestion with evidence."""

from courtstream.rules.scoring.editions import Change, ChangeKind, check, diff
from courtstream.rules.scoring.engine import score_findings, score_hearing
from courtstream.rules.scoring.media_faults import media_faults
from courtstream.rules.scoring.standard import (
    LATEST,
    Item,
    Profile,
    Standard,
    StandardInvalid,
    load_standard,
    parse_standard,
    released_standards,
    standard_text,
)

__all__ = [
    "LATEST",
    "Change",
    "ChangeKind",
    "Item",
    "Profile",
    "Standard",
    "StandardInvalid",
    "check",
    "diff",
    "load_standard",
    "media_faults",
    "parse_standard",
    "released_standards",
    "score_findings",
    "score_hearing",
    "standard_text",
]
