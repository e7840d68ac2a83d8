"""Judgments for the public: names by arts. 8-9, deletions by art. 10, what stays by art. 11."""

from courtstream.rules.judgment.engine import Hidden, Keeps, Masked, OverMasked, mask_judgment
from courtstream.rules.judgment.names import Person, hidden_names, masked_names
from courtstream.rules.judgment.tables import Unpublished, appeal_notice, unpublished, version

__all__ = [
    "Hidden",
    "Keeps",
    "Masked",
    "OverMasked",
    "Person",
    "Unpublished",
    "appeal_notice",
    "hidden_names",
    "mask_judgment",
    "masked_names",
    "unpublished",
    "version",
]
