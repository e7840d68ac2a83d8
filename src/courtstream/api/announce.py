"""What viewers are told: the state when it changes, captions once their picture has aired."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from courtstream.api.context import Context
from courtstream.api.events import Event
from courtstream.control.protocol import RowKind
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import NotFound
from courtstream.domain.time import seconds
from courtstream.services.public import transcript as public_transcript
from courtstream.services.public import watch
from courtstream.services.publication import heard
from courtstream.services.scoring.steps_now import live_chapters

RECENT = 45.0
"""Captions of this many last seconds are sent with each segment; pages know what they have."""

_STATE = frozenset({RowKind.STATE, RowKind.SOURCE, RowKind.GUARD, RowKind.STARTED})


async def announce(platform: Context, hearing_id: str, kinds: set[RowKind]) -> None:
    """Tell the viewers of a hearing what rows of these kinds mean. No kinds: the state."""
    if not platform.hub.viewers(hearing_id):
        return
    try:
        if not kinds or kinds & _STATE or RowKind.ENDED in kinds:
            platform.hub.publish(hearing_id, await state_event(platform, hearing_id))
        if RowKind.SEGMENT in kinds:
            event = await captions_event(platform, hearing_id)
            if event.data["lines"] or event.data["chapters"]:
                platform.hub.publish(hearing_id, event)
    except NotFound:
        return


async def state_event(platform: Context, hearing_id: str) -> Event:
    """What the public gets now, and why."""
    now = utc_now()
    view = await platform.work.reading(watch.hearing_page, hearing_id, now)
    status = platform.board.status(hearing_id, now)
    data: dict[str, Any] = {
        "state": view.card.state.value,
        "minute": view.minute_state.value,
        "by": view.minute_by,
        "why": view.minute_why,
        "live": view.card.live,
        "replay": view.card.replay,
        "media": view.media,
        "worker_gone": view.worker_gone,
        "withdrawn": view.withdrawn,
        "delay": status.delay if status else view.policy.delay,
        "guard_open": status.guard_open if status else None,
    }
    return Event("ended" if view.card.state.value == "ended" else "state", data)


async def captions_event(platform: Context, hearing_id: str) -> Event:
    """The lines of the last seconds that have aired, and the steps recognised so far."""
    now = utc_now()
    aired = await platform.work.reading(heard.aired, hearing_id)
    start = seconds(max(0.0, aired - RECENT))
    lines = await platform.work.reading(public_transcript.transcript, hearing_id, now, start=start)
    steps = await platform.work.reading(live_chapters, hearing_id, platform.steps)
    data = {"aired": aired, "lines": [asdict(line) for line in lines]}
    return Event("captions", data | {"chapters": [asdict(step) for step in steps]})
