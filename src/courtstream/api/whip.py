"""WHIP (RFC 9725): a courtroom's encoder or browser publishes over WebRTC.

The platform speaks HTTP and nothing else: the offer goes to the node's WebRTC process, which asks
the door for admission like every other way in. Nobody signs in here; the courtroom's key is the
Bearer token of every request.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import context
from courtstream.api.problems import problem
from courtstream.control.protocol import RtcReply, RtcRequest, RtcVerb
from courtstream.domain import errors
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, NodeAway
from courtstream.services.nodes.placing import choose

LARGEST_BODY = 65_536
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
ALLOW_OTHERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Location, ETag, Link, Accept-Patch, Access-Control-Allow-Methods"
    ),
}
_PREFLIGHT = {
    **ALLOW_OTHERS,
    "Access-Control-Allow-Methods": "POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, ETag",
    "Access-Control-Max-Age": "86400",
    "Accept-Post": SDP,
}
_STATUS: Mapping[str, int] = {
    error.code: error.status
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, CourtstreamError)
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
    headers = {
        **ALLOW_OTHERS,
        "Location": f"/whip/{node}/{reply.session}",
        "ETag": reply.etag,
        "Accept-Patch": FRAGMENT,
        "Cache-Control": "no-store",
    }
    return Response(reply.sdp, 201, headers, SDP)


async def trickle(request: Request) -> Response:
    """PATCH /whip/{node}/{session}: more candidates, under the session's entity tag."""
    body = await checked(request, FRAGMENT)
    if isinstance(body, Response):
        return body
    # clients written to the drafts name the session's tag in `ETag`
    etag = request.headers.get("if-match", "") or request.headers.get("etag", "")
    if not etag:
        return _problem(428, "etag_needed", "缺少 If-Match", "If-Match is needed.")
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
        return _unauthorised()
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


async def checked(request: Request, kind: str) -> str | Response:
    """The body when the request has a key, the right type and a fitting size."""
    if not bearer(request):
        return _unauthorised()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        return _problem(415, "media_type", f"内容类型须为 {kind}", f"The type must be {kind}.")
    body = await bounded(request)
    if body is None:
        return _problem(413, "too_large", "内容过大", "The body is too large.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return _problem(400, "sdp_malformed", "SDP 无法解析", "The SDP cannot be parsed.")


async def bounded(request: Request, limit: int = LARGEST_BODY) -> bytes | None:
    """The whole body, None when it is larger than `limit`; the rest is not read."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > limit:
            return None
    return b"".join(parts)


def bearer(request: Request) -> str:
    """The Bearer token (RFC 6750 §2.1), empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and len(token) <= 512 else ""


def refused(reply: RtcReply) -> Response:
    """A refusal of the node or the door as a problem document."""
    status = reply.status or _STATUS.get(reply.code, 403)
    zh, _, en = reply.message.partition(" / ")
    if status == 401:
        return _unauthorised(reply.code, zh, en)
    return _problem(status, reply.code, zh, en or zh)


async def ask(request: Request, node: str, asked: RtcRequest) -> RtcReply:
    """Ask a node's WebRTC side; one that does not answer is an answer of its own."""
    platform = context(request)
    known = {beat.node for beat in platform.board.nodes(utc_now())} | {platform.settings.node}
    if platform.bus is None or node not in known:
        return _away(NodeAway())
    try:
        return await platform.bus.request_rtc(node, asked)
    except NodeAway as error:
        return _away(error)


def _away(error: NodeAway) -> RtcReply:
    return RtcReply(status=error.status, code=error.code, message=f"{error.zh} / {error.message}")


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


def _unauthorised(code: str = "key_needed", zh: str = "", en: str = "") -> Response:
    response = _problem(
        401, code, zh or "缺少推流密钥", en or "The ingest key is needed as Bearer token."
    )
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _problem(status: int, code: str, zh: str, en: str) -> Response:
    response = problem(status, code, zh, en)
    response.headers.update(ALLOW_OTHERS)
    return response
