"""Changing a courtroom's keys: what is revoked opens no door and holds none open."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request

from courtstream.api.context import actor, context
from courtstream.domain.clock import utc_now
from courtstream.services.courtroom import keys
from courtstream.services.views import KeyView


async def rotate(request: Request) -> tuple[KeyView, str]:
    """Revoke all and make a new key; the second value is the only time it is seen whole."""
    room_id, now = request.path_params["courtroom_id"], utc_now()
    made = await context(request).work.writing(keys.rotate, actor(request), room_id, now)
    await tell_doors(request, room_id, now)
    return made


async def revoke(request: Request) -> KeyView:
    """Revoke one key."""
    room_id, key_id = request.path_params["courtroom_id"], request.path_params["key_id"]
    now = utc_now()
    view = await context(request).work.writing(keys.revoke, actor(request), room_id, key_id, now)
    await tell_doors(request, room_id, now)
    return view


async def tell_doors(request: Request, room_id: str, now: datetime) -> None:
    """Have the publishers of keys that were revoked at `now` put out."""
    platform = context(request)
    digests = await platform.work.reading(keys.revoked_at, room_id, now)
    if digests and platform.bus is not None:
        await platform.bus.keys_revoked(digests)
