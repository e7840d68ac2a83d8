"""What all messages share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1


class Message(BaseModel):
    """Base of all messages; their values do not change.

    As it is, an order: a field its reader does not know may be the one that hides somebody, so
    that an older reader refuses the whole.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class Report(Message):
    """What somebody says of themselves, asks or answers: a newer neighbour may say more.

    So nodes are upgraded first, one after the other, and the pages last.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)


class Reply(Report):
    """The answer to any request. `code` is an error's stable code when not ok."""

    ok: bool
    code: str = ""
    message: str = ""
    data: dict[str, Any] = Field(default_factory=dict)
