"""The bytes of an upload: taken piece by piece, looked at by a bound process, thrown away."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from courtstream.domain.clock import utc_now
from courtstream.domain.errors import (
    BrokenStream,
    CourtstreamError,
    FileChanged,
    NoVideoTrack,
    UnsupportedCodec,
    UnsupportedContainer,
)
from courtstream.services.sealed import late_uploads
from courtstream.services.sealed.late_uploads import Intake, Probed
from courtstream.services.views import UserView
from courtstream.services.work import Work

PIECE = 4 << 20
"""Bytes that come at once."""

SLOWEST = 600.0
"""Seconds a look at a file may take; one without an index is read to its end."""

_REFUSALS = (BrokenStream, NoVideoTrack, UnsupportedCodec, UnsupportedContainer)
"""What no second try with the same file would change."""

_BY_CODE: dict[str, type[CourtstreamError]] = {e.code: e for e in _REFUSALS}


def have(intake: Intake) -> int:
    """How many bytes are here."""
    return intake.file.stat().st_size if intake.file.exists() else 0


def take(intake: Intake, at: int, data: bytes) -> int:
    """Put a piece at its place, durably; how many bytes are here then.

    Raises FileChanged for a piece that does not follow what is here or goes beyond the file's
    announced end. A piece that is here already changes nothing.
    """
    intake.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    here = have(intake)
    if at + len(data) <= here:
        return here
    if at != here or at + len(data) > intake.size or len(data) > PIECE:
        raise FileChanged
    handle = os.open(intake.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, here)
        raise
    finally:
        os.close(handle)
    return here + len(data)


def probed(intake: Intake) -> Probed:
    """What the whole file is.

    Raises FileChanged while bytes are missing, BrokenStream, NoVideoTrack, UnsupportedCodec,
    UnsupportedContainer.
    """
    if have(intake) != intake.size:
        raise FileChanged
    told = _told(intake.file)
    if not told.get("ok"):
        raise _BY_CODE.get(str(told.get("code")), BrokenStream)
    if not float(told["length"]) > 0:
        raise BrokenStream("no length")
    with intake.file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    clock = datetime.fromisoformat(told["clock"]) if told["clock"] else None
    return Probed(float(told["length"]), clock, str(told["clock_from"])[:40], digest)


def take_in(work: Work, actor: UserView, intake: Intake, node: str) -> Probed:
    """Look at a whole file; its recording is taken in, or what cannot be one is refused and gone.

    `node`: the machine that has the file. Raises what `probed` and `late_uploads.accept` raise.
    """
    try:
        found = probed(intake)
    except _REFUSALS as error:
        work.write(late_uploads.refuse, actor, intake.id, error.code, utc_now())
        drop(intake.file)
        raise
    work.write(
        late_uploads.accept, actor, intake.id, found, node, utc_now()
    )  # a look takes a while
    return found


def drop(file: Path) -> None:
    """Throw a file away that was not taken in."""
    file.unlink(missing_ok=True)


def _told(file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "media_workers", "probe", str(file)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SLOWEST, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError):
        raise BrokenStream("the look at it failed") from None
    return found
