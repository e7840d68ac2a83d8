"""Released files to the public: only names of the known shapes, only below the public folder, and
only while the hearing's publication allows it.

The newest segments and all playlists are answered from memory (`media_memory`). Caches on the way
carry an audience, yet nobody can call a file back from them when a hearing is withdrawn: they may
give anything out for one second without asking again, and an answer to that is mostly a 304.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from courtstream.api.context import context
from courtstream.api.media_memory import Kept, MediaCache, kept_of
from courtstream.api.parts import asked_part
from courtstream.api.released import elsewhere, measured, newest, whole
from courtstream.domain.errors import NotFound, Withdrawn
from courtstream.services.publication.media import MediaGrant

TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "m4s": "video/iso.segment",
    "mp4": "video/mp4",
    "vtt": "text/vtt; charset=utf-8",
    "jpg": "image/jpeg",
    "json": "application/json",
}

LIVE_NAME = re.compile(
    r"(?:master|listen|index|low|sound|captions)\.m3u8"
    r"|(?:seg|low|snd|cap|init|initlow|initsnd)-[0-9-]{1,40}\.(?:m4s|vtt|mp4)"
)
STILL_NAME = re.compile(r"[0-9]{1,12}\.jpg")
TEXT_NAME = re.compile(r"(?:latest|page-[0-9]{1,6})\.json")
CLIP_NAME = re.compile(r"[a-z0-9_-]{4,60}\.(?:mp4|jpg|vtt)")
HEARING_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")

SHORT = "public, max-age=1"
"""Of files that never change (RFC 9111: after a second a cache asks again, by ETag)."""

FRESH = "public, max-age=0, s-maxage=1"
"""Of what changes: a browser asks each time, a cache for many once a second."""


async def live(request: Request) -> Response:
    """GET /media/{hearing_id}/live/{name}: the stream, and later the replay."""
    folder = await _open(request, "live")
    name = _name(request, LIVE_NAME)
    if name.endswith(".m3u8"):
        return await _playlist(request, folder / name)
    if name in (await _grant(request)).replaced:
        raise NotFound  # made anew after the second pass; memory may still have the old one
    return await _immutable(request, folder / name)


async def still(request: Request) -> Response:
    """GET /media/{hearing_id}/stills/{name}: a picture with faces already hidden.

    Where only text with pictures is open, those pictures alone.
    """
    name, grant = _name(request, STILL_NAME), await _grant(request)
    if not (grant.live or grant.replay or name in grant.stills):
        raise NotFound
    # a still may be made anew after the second pass
    path = _folder(request, "stills") / name
    try:
        return await _changing(request, path, SHORT)
    except NotFound:
        data = await whole(context(request), request.path_params["hearing_id"], f"stills/{name}")
        return _answer(request, kept_of(data, path.suffix), TYPES["jpg"], SHORT)


async def storyboard(request: Request) -> Response:
    """GET /media/{hearing_id}/storyboard.vtt: the stills along the replay, for previews."""
    folder = await _open(request, "stills", replay_only=True)
    names = await run_in_threadpool(_stills_in, folder)
    ends = [*names[1:], names[-1] + 10] if names else []
    cues = [
        f"{_clock(at)} --> {_clock(end)}\nstills/{at:06}.jpg#xywh=0,0,640,360\n"
        for at, end in zip(names, ends, strict=True)
    ]
    data = "\n".join(["WEBVTT\n", *cues]).encode()
    tag = hashlib.sha256(data).hexdigest()[:24]
    return _answer(request, Kept((0, 0, 0), data, b"", tag), TYPES["vtt"], FRESH)


def _stills_in(folder: Path) -> list[int]:
    """The seconds of which there are stills, in order."""
    found = (p.stem for p in folder.glob("*.jpg") if STILL_NAME.fullmatch(p.name))
    return sorted(int(stem) for stem in found)


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000"


async def text(request: Request) -> Response:
    """GET /media/{hearing_id}/text/{name}: released entries as files."""
    name = _name(request, TEXT_NAME)
    if not (await _grant(request)).text:
        raise NotFound
    return await _changing(request, _folder(request, "text") / name)


async def clip(request: Request) -> Response:
    """GET /media/{hearing_id}/clips/{name}: a released film or its poster."""
    name = _name(request, CLIP_NAME)
    grant = await _grant(request, beaten=False)
    if f"{name.partition('.')[0]}.mp4" not in grant.clips:
        if grant.withdrawn:
            raise Withdrawn
        raise NotFound
    path = _folder(request, "clips") / name
    if path.is_symlink() or not await run_in_threadpool(path.is_file):
        raise NotFound
    return await _film(request, path, SHORT)


async def recording(request: Request) -> Response:
    """GET /media/{hearing_id}/recording.mp4: the public recording, once the replay is released."""
    folder = await _open(request, "", replay_only=True)
    path = folder / "recording.mp4"
    if path.is_symlink() or not await run_in_threadpool(path.is_file):
        return await _far_film(request, path.name)
    return await _film(request, path, FRESH)


async def _far_film(request: Request, name: str) -> Response:
    """A film that is not on this machine, or the part of it that a player asks for."""
    platform, hearing_id = context(request), request.path_params["hearing_id"]
    known = await measured(platform, hearing_id, name)
    headers = {"Cache-Control": FRESH, "Accept-Ranges": "bytes"}
    if known.tag:
        headers["ETag"] = known.tag
        if request.headers.get("if-none-match") == known.tag:
            return Response(status_code=304, headers=headers)
    part = asked_part(request, known.size, headers)
    if not part.length:
        return Response(status_code=part.status, headers=part.headers)
    pieces = await elsewhere(platform, hearing_id, name, part.start, part.end)
    more = {**part.headers, "Content-Length": str(part.length)}
    return StreamingResponse(pieces, part.status, media_type=TYPES["mp4"], headers=more)


async def _open(request: Request, part: str, replay_only: bool = False) -> Path:
    """The public folder, when the hearing's grant allows. Raises NotFound, Withdrawn."""
    grant = await _grant(request)
    if not (grant.replay or (grant.live and not replay_only)):
        raise NotFound
    return _folder(request, part)


async def _grant(request: Request, *, beaten: bool = True) -> MediaGrant:
    """What may be served of this hearing. Raises NotFound, Withdrawn where that beats all."""
    hearing_id = request.path_params["hearing_id"]
    if not HEARING_ID.fullmatch(hearing_id):
        raise NotFound
    grant = await cache_of(request).grant(context(request), hearing_id)
    if grant.withdrawn and beaten:
        raise Withdrawn
    return grant


def _folder(request: Request, part: str) -> Path:
    return Path(context(request).settings.public, request.path_params["hearing_id"], part)


def cache_of(request: Request) -> MediaCache:
    """The application's media cache."""
    found = request.app.state.media
    assert isinstance(found, MediaCache)
    return found


def _name(request: Request, shape: re.Pattern[str]) -> str:
    name: str = request.path_params["name"]
    if not shape.fullmatch(name):
        raise NotFound
    return name


async def _playlist(request: Request, path: Path) -> Response:
    """A playlist from whoever writes it: this machine, or the node that has the hearing."""
    platform, hearing_id = context(request), request.path_params["hearing_id"]
    node = (await _grant(request)).node
    if platform.bus is None or node in ("", platform.settings.node):
        return await _changing(request, path)

    async def read() -> bytes:
        return await newest(platform, hearing_id, f"live/{path.name}")

    kept = await cache_of(request).remote(f"{hearing_id}/{path.name}", read, path.suffix)
    return _answer(request, kept, TYPES["m3u8"], FRESH)


async def _changing(request: Request, path: Path, keep: str = FRESH) -> Response:
    """A file that changes: every reader asks again, and mostly hears that nothing is new."""
    kept = await cache_of(request).changing.get(path)
    return _answer(request, kept, TYPES[path.suffix[1:]], keep)


def _answer(request: Request, kept: Kept, kind: str, keep: str) -> Response:
    packed = bool(kept.packed) and "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{kept.tag}-gz"' if packed else f'"{kept.tag}"'
    headers = {"Cache-Control": keep, "ETag": etag}
    if kept.packed:
        headers["Vary"] = "Accept-Encoding"
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(kept.packed if packed else kept.plain, media_type=kind, headers=headers)


async def _film(request: Request, path: Path, keep: str) -> Response:
    """A file too long for memory, or that nothing is new of it."""
    answer = FileResponse(
        path,
        media_type=TYPES[path.suffix[1:]],
        headers={"Cache-Control": keep},
        stat_result=await run_in_threadpool(path.stat),
    )
    etag = answer.headers["etag"]
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"Cache-Control": keep, "ETag": etag})
    return answer


async def _immutable(request: Request, path: Path) -> Response:
    platform, hearing_id = context(request), request.path_params["hearing_id"]

    async def remote() -> bytes:
        return await whole(platform, hearing_id, f"live/{path.name}")

    data = await cache_of(request).file(path, remote)
    etag = f'"{path.stem}-{len(data):x}"'
    headers = {"Cache-Control": SHORT, "ETag": etag, "Accept-Ranges": "bytes"}
    kind = TYPES[path.suffix[1:]]
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    part = asked_part(request, len(data), headers)
    if not part.length:
        return Response(status_code=part.status, headers=part.headers)
    body = data[part.start : part.end]
    return Response(body, part.status, media_type=kind, headers=part.headers)
