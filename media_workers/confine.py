"""Before a worker reads a stranger's stream: limits that hold whatever the stream does to it.

No new privileges, no core dumps (they would hold faces and voices), bounded memory and files; and
by Landlock (Linux 5.13 and later, landlock(7)) it writes only below the hearing's own folders and
reaches TCP only where the message server is. The ffmpeg children it starts inherit all of it.

Landlock binds the calling thread and what it starts, so this runs first, before any library that
starts threads is loaded. UDP and reading are not bound; SECURITY.md says what follows.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import struct
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from media_workers.models import cache_folder

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _BELOW_PATH, _TCP_PORT = 1, 1, 2
_SET_NO_NEW_PRIVS = 38

_WRITE_FILE = 1 << 1
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))  # remove, make …, of ABI 1
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # ABI 2 and 3
_BIND, _CONNECT = 1, 2  # ABI 4

FILES = 4096
NATS_PORT = 4222


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a worker may do. `writes`: folders; `ports`: TCP ports it may reach."""

    writes: tuple[Path, ...]
    ports: tuple[int, ...]
    memory: int


def bounds_of(spec_file: Path, memory: int) -> Bounds:
    """From the worker's order. Its folders are made here, for a rule needs something to name."""
    spec = json.loads(spec_file.read_bytes())
    folders = [Path(spec["folder"]), Path(spec["public"])]
    source = spec.get("source") or {}
    if source.get("kind") == "socket":
        folders.append(Path(source["path"]).parent)
    key = spec.get("master_key_file")
    if key and not Path(key).exists():
        folders.append(Path(key).parent)
    if not any(cache_folder().glob("whisper-*")):
        folders.append(cache_folder())  # the packaged model is put together at first use
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    addresses = [a.strip() for a in str(spec.get("nats_url") or "").split(",") if a.strip()]
    ports = {urlsplit(address).port or NATS_PORT for address in addresses}
    return Bounds((*folders, Path(tempfile.gettempdir())), tuple(sorted(ports)), memory)


def confine(bounds: Bounds) -> int:
    """Bind this process for good. The kernel's Landlock version, 0 where it has none."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, FILES)
    _limit(resource.RLIMIT_DATA, bounds.memory)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    version = max(0, int(libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)))
    if version:
        _landlock(libc, version, bounds)
    return version


def confine_worker(argv: Sequence[str], memory: int) -> None:
    """`confine` by the order that stands in the worker's own arguments."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--spec", type=Path)
    known, _ = parser.parse_known_args(argv)
    if known.spec is None or not known.spec.is_file():
        return  # the worker says it better
    if confine(bounds_of(known.spec, memory)) < 4:
        sys.stderr.write("landlock: this kernel cannot bind files and network of a worker\n")


def _landlock(libc: ctypes.CDLL, version: int, bounds: Bounds) -> None:
    changes = _CHANGES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    net = _BIND | _CONNECT if version >= 4 else 0
    handled = struct.pack("QQ", changes, net) if version >= 4 else struct.pack("Q", changes)
    ruleset = _done(libc.syscall(_CREATE_RULESET, handled, len(handled), 0))
    for folder in _present(bounds.writes):
        _allow_below(libc, ruleset, folder, changes)
    _allow_below(libc, ruleset, Path("/dev"), _WRITE_FILE)
    _allow_below(libc, ruleset, Path("/dev/shm"), changes)
    for port in bounds.ports if net else ():
        rule = struct.pack("QQ", _CONNECT, port)
        _done(libc.syscall(_ADD_RULE, ruleset, _TCP_PORT, rule, 0))
    _done(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _allow_below(libc: ctypes.CDLL, ruleset: int, folder: Path, what: int) -> None:
    if not folder.is_dir():
        return
    place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", what, place)
        _done(libc.syscall(_ADD_RULE, ruleset, _BELOW_PATH, rule, 0))
    finally:
        os.close(place)


def _present(folders: Iterable[Path]) -> Iterable[Path]:
    return (folder for folder in folders if folder.is_dir())


def _limit(kind: int, most: int) -> None:
    """Lower a limit, never above what is allowed already."""
    hard = resource.getrlimit(kind)[1]
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (bound, bound))


def _done(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return int(result)
