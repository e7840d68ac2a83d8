"""公开审查: whether a hearing may go out, and in which modes. Unknown is closed."""

from courtstream.rules.gate.closures import Closure, Trigger, closures, version
from courtstream.rules.gate.engine import decide
from courtstream.rules.gate.facts import Approval, GateFacts, Objection, ObjectionBy

__all__ = [
    "Approval",
    "Closure",
    "GateFacts",
    "Objection",
    "ObjectionBy",
    "Trigger",
    "closures",
    "decide",
    "version",
]
