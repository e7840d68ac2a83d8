"""A person's order to a hearing, from the API or from a page."""

from __future__ import annotations

from contextlib import suppress

from courtstream.api.announce import announce
from courtstream.api.context import Context
from courtstream.control.protocol import Command, Reply, RowKind, Verb
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import WorkerAway
from courtstream.services.courtroom import commands
from courtstream.services.docket import schedule
from courtstream.services.gate import orders as gate_orders
from courtstream.services.publication import publishing
from courtstream.services.views import HearingCard, UserView


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


async def cancel(platform: Context, person: UserView, hearing_id: str) -> HearingCard:
    """Cancel a hearing that is not on air; a worker that already waits for it is sent away.

    Raises Conflict, Forbidden, NotFound.
    """
    card = await platform.work.writing(schedule.cancel, person, hearing_id, utc_now())
    if platform.bus is not None:
        with suppress(WorkerAway):  # mostly there is none: the encoder has not come yet
            order = Command(verb=Verb.END, by=person.id, reason="cancelled")
            await platform.bus.request_worker(hearing_id, order)
    await announce(platform, hearing_id, {RowKind.STATE})
    return card


async def follow_gate(platform: Context, hearing_id: str, *, found: bool = False) -> None:
    """After the gate has decided anew: the worker on air follows, and viewers hear of it.

    The public routes follow the database by themselves; a worker that does not answer has
    nothing to air.
    """
    order = await platform.work.reading(gate_orders.order_for, hearing_id, found=found)
    if order is not None and platform.bus is not None:
        with suppress(WorkerAway):
            await platform.bus.request_worker(hearing_id, order)
    await announce(platform, hearing_id, {RowKind.STATE})


async def withdraw(platform: Context, person: UserView, hearing_id: str, reason: str) -> None:
    """Take everything of a hearing back; whoever watches is told at once.

    Raises InvalidInput, Forbidden, NotFound.
    """
    await platform.work.writing(publishing.withdraw, person, hearing_id, reason, utc_now())
    await announce(platform, hearing_id, {RowKind.STATE})
