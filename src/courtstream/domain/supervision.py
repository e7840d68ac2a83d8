"""月度监督: the life of a notice, and who may take which step (court-rules 7, proposal)."""

from __future__ import annotations

from enum import StrEnum

from courtstream.domain.errors import Conflict, InvalidInput

OBJECTION_DAYS = 7
"""How long the one it concerns may object after a notice was sent."""

REMIND_DAYS = 3
"""A notice is brought to mind this long before its deadline."""


class NoticeState(StrEnum):
    """From what the machine noticed to what people settled."""

    DETECTED = "detected"
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"
    SENT = "sent"
    OBJECTED = "objected"
    REPLIED = "replied"
    VERIFIED = "verified"
    CLOSED = "closed"
    ESCALATED = "escalated"


class NoticeAct(StrEnum):
    """What a person does with a notice."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    SEND = "send"
    OBJECT = "object"
    UPHOLD = "uphold"
    OVERRULE = "overrule"
    REPLY = "reply"
    RETURN = "return"
    VERIFY = "verify"
    CLOSE = "close"
    ESCALATE = "escalate"


_S, _A = NoticeState, NoticeAct

STEPS: dict[tuple[NoticeState, NoticeAct], NoticeState] = {
    (_S.DETECTED, _A.CONFIRM): _S.CONFIRMED,
    (_S.DETECTED, _A.DISMISS): _S.DISMISSED,
    (_S.CONFIRMED, _A.SEND): _S.SENT,
    (_S.CONFIRMED, _A.DISMISS): _S.DISMISSED,
    (_S.SENT, _A.OBJECT): _S.OBJECTED,
    (_S.SENT, _A.REPLY): _S.REPLIED,
    (_S.SENT, _A.ESCALATE): _S.ESCALATED,
    (_S.OBJECTED, _A.UPHOLD): _S.CLOSED,
    (_S.OBJECTED, _A.OVERRULE): _S.SENT,
    (_S.REPLIED, _A.RETURN): _S.SENT,
    (_S.REPLIED, _A.VERIFY): _S.VERIFIED,
    (_S.VERIFIED, _A.CLOSE): _S.CLOSED,
    (_S.ESCALATED, _A.REPLY): _S.REPLIED,
}
"""The only steps there are; every other is a conflict."""

BY_RECIPIENT = frozenset({NoticeAct.OBJECT, NoticeAct.REPLY})
"""Steps of the one the notice concerns; the rest are the supervising office's."""

SAID = frozenset({*BY_RECIPIENT, _A.DISMISS, _A.UPHOLD, _A.OVERRULE, _A.RETURN, _A.ESCALATE})
"""Steps that need words."""

SETTLED = frozenset({_S.DISMISSED, _S.CLOSED})


def step(state: NoticeState, act: NoticeAct, note: str) -> NoticeState:
    """The state after an act. Raises Conflict for no such step, InvalidInput without words."""
    after = STEPS.get((state, act))
    if after is None:
        raise Conflict(f"{state.value} → {act.value}")
    if act in SAID and not note.strip():
        raise InvalidInput("此步须说明理由 / say why")
    return after


def acts(state: NoticeState) -> tuple[NoticeAct, ...]:
    """What can be done with a notice in a state."""
    return tuple(act for before, act in STEPS if before is state)
