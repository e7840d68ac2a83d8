"""A person's order to a hearing, from the API or from the courtroom's page."""

from __future__ import annotations

from courtstream.api.announce import announce
from courtstream.api.context import Context
from courtstream.control.protocol import Command, Reply, RowKind, Verb
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import WorkerAway
from courtstream.services import commands
from courtstream.services.views import UserView


async def give(platform: Context, person: UserView, hearing_id: str, order: Command) -> Reply:
    """Hand on the order; viewers of a hearing that is to end hear how it stands.

    Raises WorkerAway, and what `commands.permit` raises.
    """
    if platform.bus is None:
        raise WorkerAway
    reply = await commands.send(platform.work, platform.bus, person, hearing_id, order, utc_now())
    if order.verb is Verb.END:
        await announce(platform, hearing_id, {RowKind.STATE})
    return reply
