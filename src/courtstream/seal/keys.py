"""Keys: a master key of the site, and a key of its own for every hearing, wrapped by it.

The wrapped key is part of a recording's chain, so it is never written again. A site that exchanges
its master key therefore keeps the former ones, on further lines of the same file, to open with.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from courtstream.domain.errors import SealKeyUnusable

KEY_BYTES = 32
WRAPPED_NAME = "key.wrapped"
_SCHEME = "xsalsa20poly1305"

MasterKey = tuple[bytes, ...]
"""The key in force, which wraps new hearings' keys, then former ones, which only open."""


def load_or_create_master_key(path: Path) -> MasterKey:
    """The 32-byte master keys, one a line; one is made when absent (file 0600 in a folder 0700).

    Raises SealKeyUnusable when the file holds anything else or others may read it.
    """
    if not path.exists():
        _create_private(path, _line(secrets.token_bytes(KEY_BYTES)))
    if path.stat().st_mode & 0o077:
        raise SealKeyUnusable("other users can read the master key; chmod 600")
    try:
        keys = tuple(bytes.fromhex(line) for line in path.read_text("ascii").split())
    except ValueError as error:
        raise SealKeyUnusable("the master key file is not hexadecimal") from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise SealKeyUnusable("the master key is not 32 bytes long")
    return keys


def exchange_master_key(path: Path) -> MasterKey:
    """Put a new master key in force; the former ones stay to open what they wrapped.

    The file is replaced whole. Raises SealKeyUnusable like `load_or_create_master_key`.
    """
    keys = (secrets.token_bytes(KEY_BYTES), *load_or_create_master_key(path))
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    _create_private(beside, b"".join(_line(key) for key in keys))
    beside.replace(path)
    sync_folder(path.parent)
    return keys


def seal_mark(path: Path) -> str:
    """Which master key a machine has, without saying it; empty when it has none.

    Nodes of one cluster must agree, or an original sealed on one could not be opened by others.
    """
    return next(iter(seal_marks(path)), "")


def seal_marks(path: Path) -> tuple[str, ...]:
    """The same for the key in force and the former ones, in the file's order."""
    try:
        keys = [bytes.fromhex(line) for line in path.read_text("ascii").split()]
    except (OSError, ValueError):
        return ()
    marks = (hashlib.blake2b(key, digest_size=6, person=b"courtstream.node") for key in keys)
    return tuple(mark.hexdigest() for mark in marks)


def hearing_key(folder: Path, master: MasterKey, create: bool = False) -> bytes:
    """The hearing's own key out of `key.wrapped`; with `create` it is made when absent.

    Raises SealKeyUnusable when the file is missing or was wrapped by another master key.
    """
    path = folder / WRAPPED_NAME
    if create and not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wrapped = bytes(SecretBox(master[0]).encrypt(secrets.token_bytes(KEY_BYTES)))
        row = {"v": 1, "scheme": _SCHEME, "wrapped": base64.b64encode(wrapped).decode()}
        _create_private(path, json.dumps(row).encode() + b"\n")
    try:
        wrapped = base64.b64decode(json.loads(path.read_bytes())["wrapped"])
    except FileNotFoundError as error:
        raise SealKeyUnusable("the sealed folder has no key file") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SealKeyUnusable("the hearing's key file is damaged") from error
    for key in master:
        with suppress(CryptoError, ValueError):
            return bytes(SecretBox(key).decrypt(wrapped))
    raise SealKeyUnusable("this master key does not open the hearing's key")


def _line(key: bytes) -> bytes:
    return key.hex().encode() + b"\n"


def _create_private(path: Path, data: bytes) -> None:
    """Write once, whole or not at all; if two processes try, the first one's bytes stay."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        beside.unlink()


def sync_folder(folder: Path) -> None:
    """Make names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
