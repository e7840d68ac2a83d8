"""What all messages share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1


class Message(BaseModel):
    """Base of all messages: unknown fields are kept out, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(Message):
    """The answer to any request. `code` is an error's stable code when not ok."""

    ok: bool
    code: str = ""
    message: str = ""
    data: dict[str, Any] = Field(default_factory=dict)
