"""WHIP (RFC 9725): a courtroom's encoder or browser publishes over WebRTC.

The platform speaks HTTP and nothing else: the offer goes to the node's WebRTC process, which asks
the door for admission like every other way in. Nobody signs in here; the courtroom's key is the
Bearer token of every request.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import context
from courtstream.api.offers import (
    ALLOW_OTHERS,
    FRAGMENT,
    SDP,
    ask,
    bearer,
    checked,
    created,
    problem_of,
    refused,
    unauthorised,
)
from courtstream.control.protocol import RtcRequest, RtcVerb
from courtstream.domain.clock import utc_now
from courtstream.services.nodes.placing import choose

_PREFLIGHT = {
    **ALLOW_OTHERS,
    "Access-Control-Allow-Methods": "POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, ETag",
    "Access-Control-Max-Age": "86400",
    "Accept-Post": SDP,
}


async def preflight(request: Request) -> Response:
    """OPTIONS: what may be sent here, also from pages of other origins."""
    return Response(status_code=204, headers=_PREFLIGHT)


async def publish(request: Request) -> Response:
    """POST /whip: an SDP offer; 201 with the answer, the session's address and its entity tag."""
    body = await checked(request, SDP)
    if isinstance(body, Response):
        return body
    node = _node(request)
    asked = RtcRequest(
        kind="whip", verb=RtcVerb.OFFER, key=bearer(request), sdp=body, remote=_remote(request)
    )
    reply = await ask(request, node, asked)
    if reply.status != 201:
        return refused(reply)
    return created(reply, f"/whip/{node}")


async def trickle(request: Request) -> Response:
    """PATCH /whip/{node}/{session}: more candidates, under the session's entity tag."""
    body = await checked(request, FRAGMENT)
    if isinstance(body, Response):
        return body
    # clients written to the drafts name the session's tag in `ETag`
    etag = request.headers.get("if-match", "") or request.headers.get("etag", "")
    if not etag:
        return problem_of(428, "etag_needed", "缺少 If-Match", "If-Match is needed.")
    asked = RtcRequest(
        kind="whip",
        verb=RtcVerb.CANDIDATES,
        session=request.path_params["session"][:64],
        key=bearer(request),
        sdp=body,
        etag=etag[:128],
    )
    reply = await ask(request, request.path_params["node"], asked)
    if reply.status != 204:
        return refused(reply)
    return Response(status_code=204, headers={**ALLOW_OTHERS, "ETag": reply.etag})


async def leave(request: Request) -> Response:
    """DELETE /whip/{node}/{session}: the publisher stops."""
    if not bearer(request):
        return unauthorised()
    asked = RtcRequest(
        kind="whip",
        verb=RtcVerb.CLOSE,
        session=request.path_params["session"][:64],
        key=bearer(request),
    )
    reply = await ask(request, request.path_params["node"], asked)
    return (
        refused(reply) if reply.status != 200 else Response(status_code=200, headers=ALLOW_OTHERS)
    )


def _node(request: Request) -> str:
    """The node that takes new publishers: this machine's own, else the one with most room."""
    platform = context(request)
    beats = platform.board.nodes(utc_now())
    own = platform.settings.node
    if any(beat.node == own and not beat.leaving for beat in beats):
        return own
    return choose(beats, (), platform.settings.admission) or own


def _remote(request: Request) -> str:
    client = request.client
    return f"{client.host}:{client.port}" if client else ""
