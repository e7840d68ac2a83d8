"""节点: an administrator's page of the machines, to close, open and empty one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page
from courtstream.control.protocol import NodeOrder
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Conflict, ControlAway, CourtstreamError, InvalidInput
from courtstream.seal import seal_mark
from courtstream.services.nodes import node_page, placing

HERE = "/staff/nodes"
_ACTS = ("cordon", "open", "drain")


async def page(request: Request) -> Response:
    """The machines."""
    return await _page(request)


async def act(request: Request) -> Response:
    """Close a node to new hearings, open it again, or give its hearings to others."""
    async with request.form(max_files=0, max_fields=6) as form:
        node, what = text_of(form, "node", 64), text_of(form, "act", 10)
    try:
        await _obey(request, node, what)
    except CourtstreamError as error:
        return await _page(request, error_text(request, error), error.status)
    return see(f"{HERE}?done={what}")


async def _obey(request: Request, node: str, what: str) -> None:
    platform, person = context(request), actor(request)
    if what not in _ACTS:
        raise InvalidInput
    now = utc_now()
    await platform.work.writing(placing.cordon, person, node, what != "open", now)
    if what == "drain":
        if platform.placer is None:
            raise ControlAway
        order = NodeOrder(node=node, act="drain", by=person.id)
        reply = await platform.placer.obey(order)
        if not reply.ok:
            raise Conflict(reply.message)


async def _page(request: Request, problem: str = "", status: int = 200) -> Response:
    platform, person = context(request), actor(request)
    board = platform.board
    workers = {beat.hearing_id: beat for beat, _ in board.beats()}
    seal = seal_mark(platform.settings.master_key)
    values: Json = {
        "here": "nodes",
        "nodes": await platform.work.reading(
            node_page.nodes, person, board.node_beats(), workers, seal, utc_now()
        ),
        "notice": done(request, "nodes.done"),
        "problem": problem,
    }
    return staff_page(request, "nodes.html", values, status)
