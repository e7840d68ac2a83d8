"""Released files to the public: only names of the known shapes, only below the public folder, and
only while the hearing's publication allows it.

Segments never change, so the newest are answered from memory; playlists are read anew each time.
Caches on the way may keep a segment for `SHARED_SECONDS` only, because nobody can call it back
from them when a hearing is withdrawn.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from courtstream.api.context import Context, context
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import NotFound, Withdrawn
from courtstream.services.media import MediaGrant, media_grant

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

SHARED_SECONDS = 60
SHORT = f"public, max-age={SHARED_SECONDS}"
FRESH = "no-cache"
GRANT_SECONDS = 1.0
"""After a withdrawal nothing more is given out here beyond this time; what caches on the way have
is theirs for `SHARED_SECONDS` at most."""

MEMORY_BYTES = 192_000_000
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class MediaCache:
    """The newest immutable files by path, bounded in bytes, and short-lived grants."""

    def __init__(self, limit: int = MEMORY_BYTES) -> None:
        self._files: OrderedDict[Path, bytes] = OrderedDict()
        self._limit, self._size = limit, 0
        self._grants: dict[str, tuple[float, MediaGrant]] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @property
    def held(self) -> int:
        """How much is held."""
        return self._size

    async def file(self, path: Path) -> bytes:
        """The bytes of an immutable file. Raises NotFound."""
        known = self._files.get(path)
        if known is not None:
            self._files.move_to_end(path)
            return known
        data = await run_in_threadpool(read_plain, path)
        if path not in self._files:
            self._files[path] = data
            self._size += len(data)
        while self._size > self._limit and len(self._files) > 1:
            self._size -= len(self._files.popitem(last=False)[1])
        return data

    async def grant(self, platform: Context, hearing_id: str) -> MediaGrant:
        """What may be served, at most `GRANT_SECONDS` old; one question at a time."""
        lock = self._asking.setdefault(hearing_id, asyncio.Lock())
        async with lock:
            at, known = self._grants.get(hearing_id, (0.0, MediaGrant()))
            if time.monotonic() - at < GRANT_SECONDS:
                return known
            grant = await platform.work.reading(media_grant, hearing_id, utc_now())
            if len(self._grants) > 10_000:
                self._grants.clear()
                self._asking = {hearing_id: lock}
            self._grants[hearing_id] = (time.monotonic(), grant)
            return grant


def read_plain(path: Path) -> bytes:
    """A regular file's bytes; links lead nowhere. Raises NotFound."""
    try:
        if path.is_symlink():
            raise NotFound
        return path.read_bytes()
    except OSError as error:
        raise NotFound from error


async def live(request: Request) -> Response:
    """GET /media/{hearing_id}/live/{name}: the stream, and later the replay."""
    folder = await _open(request, "live")
    name = _name(request, LIVE_NAME)
    if name.endswith(".m3u8"):
        data = await run_in_threadpool(read_plain, folder / name)
        return _changing(request, data, TYPES["m3u8"])
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
    # not from memory: a still may be made anew after the second pass
    data = await run_in_threadpool(read_plain, _folder(request, "stills") / name)
    return _changing(request, data, TYPES["jpg"], SHORT)


async def storyboard(request: Request) -> Response:
    """GET /media/{hearing_id}/storyboard.vtt: the stills along the replay, for previews."""
    folder = await _open(request, "stills", replay_only=True)
    names = await run_in_threadpool(_stills_in, folder)
    ends = [*names[1:], names[-1] + 10] if names else []
    cues = [
        f"{_clock(at)} --> {_clock(end)}\nstills/{at:06}.jpg#xywh=0,0,640,360\n"
        for at, end in zip(names, ends, strict=True)
    ]
    return _changing(request, "\n".join(["WEBVTT\n", *cues]).encode(), TYPES["vtt"])


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
    data = await run_in_threadpool(read_plain, _folder(request, "text") / name)
    return _changing(request, data, TYPES["json"])


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
    return FileResponse(path, media_type=TYPES[path.suffix[1:]], headers={"Cache-Control": SHORT})


async def recording(request: Request) -> Response:
    """GET /media/{hearing_id}/recording.mp4: the public recording, once the replay is released."""
    folder = await _open(request, "", replay_only=True)
    path = folder / "recording.mp4"
    if path.is_symlink() or not await run_in_threadpool(path.is_file):
        raise NotFound
    return FileResponse(path, media_type=TYPES["mp4"], headers={"Cache-Control": FRESH})


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


def _changing(request: Request, data: bytes, kind: str, keep: str = FRESH) -> Response:
    """A file that changes: every reader asks again, and mostly hears that nothing is new."""
    etag = f'"{hashlib.sha256(data).hexdigest()[:24]}"'
    headers = {"Cache-Control": keep, "ETag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)


async def _immutable(request: Request, path: Path) -> Response:
    data = await cache_of(request).file(path)
    etag = f'"{path.stem}-{len(data):x}"'
    headers = {"Cache-Control": SHORT, "ETag": etag, "Accept-Ranges": "bytes"}
    kind = TYPES[path.suffix[1:]]
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    wanted = _range(request.headers.get("range", ""), len(data))
    if wanted is None:
        return Response(data, media_type=kind, headers=headers)
    start, end = wanted
    if start >= end:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Response(data[start:end], 206, media_type=kind, headers=headers)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Begin and end (exclusive) of a single range; None: send everything. Empty: not there."""
    match = _ONE_RANGE.fullmatch(header)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(size, int(last) + 1) if last else size
    return int(first), end
