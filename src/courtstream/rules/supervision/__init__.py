"""What the monthly supervision looks for: watches as data over counted sittings."""

from courtstream.rules.supervision.watches import Noticed, Subject, Watch, noticed, watches

__all__ = ["Noticed", "Subject", "Watch", "noticed", "watches"]
