"""The newest publisher wins, but two with one key do not throw each other out for ever."""

from __future__ import annotations

import time
from typing import Any

import pytest

from courtstream.control.door import Door, Publisher, Refused
from courtstream.control.policy import IngestPolicy


class Feed:
    """A connection that is gone as soon as it is closed."""

    publisher: Publisher

    def close(self) -> None:
        self.publisher.gone.set()


def door_with(age: float, silent: float, settle: float = 5.0) -> tuple[Door, Publisher]:
    """A door at which one publisher came `age` seconds ago and has said nothing for `silent`."""
    nothing: Any = None
    door, feed = Door(nothing, nothing, "n1", IngestPolicy(settle=settle, idle=10.0)), Feed()
    now = time.monotonic()
    given: Any = feed
    older = Publisher("h_1", "digest", nothing, given, heard=now - silent, since=now - age)
    feed.publisher = older
    door._publishers["h_1"] = older
    return door, older


@pytest.mark.parametrize(
    ("age", "silent", "digest", "replaced"),
    [
        (600.0, 0.0, "digest", True),  # the spare encoder takes over at once
        (1.0, 0.0, "digest", False),  # it has only just come itself
        (600.0, 0.0, "another", False),  # another key of the courtroom
        (600.0, 60.0, "another", True),  # the cable was pulled
    ],
)
async def test_who_makes_room(age: float, silent: float, digest: str, replaced: bool) -> None:
    door, older = door_with(age, silent)
    if replaced:
        await door._make_room(digest, "h_1")
    else:
        with pytest.raises(Refused):
            await door._make_room(digest, "h_1")
    assert older.replaced is replaced
