"""Parts of a file, as players ask for them: one range at a time (RFC 9110, chapter 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start` up to `end` (exclusive), and how the answer says so."""

    start: int
    end: int
    status: int
    headers: dict[str, str]

    @property
    def length(self) -> int:
        """Bytes; 0 where there are none to send."""
        return max(0, self.end - self.start)


def asked_part(request: Request, size: int, headers: dict[str, str]) -> Part:
    """What of a file of `size` bytes a request asks for; `headers` are the whole file's.

    A range of a version that is no longer there (`If-Range`) asks for the whole file.
    """
    found = _range(request.headers.get("range", ""), size)
    version = request.headers.get("if-range")
    if found is None or (version is not None and version != headers.get("ETag")):
        return Part(0, size, 200, headers)
    start, end = found
    if start >= end:
        return Part(0, 0, 416, {"Content-Range": f"bytes */{size}"})
    return Part(start, end, 206, {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"})


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
