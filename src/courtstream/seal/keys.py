"""Keys: one master key of the site, and a key of its own for every hearing, wrapped by it."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from courtstream.domain.errors import SealKeyUnusable

KEY_BYTES = 32
WRAPPED_NAME = "key.wrapped"
_SCHEME = "xsalsa20poly1305"


def load_or_create_master_key(path: Path) -> bytes:
    """The 32-byte master key; made when absent (file 0600 in a folder 0700).

    Raises SealKeyUnusable when the file is not such a key or others may read it.
    """
    if not path.exists():
        _create_private(path, secrets.token_bytes(KEY_BYTES).hex().encode() + b"\n")
    if path.stat().st_mode & 0o077:
        raise SealKeyUnusable("other users can read the master key; chmod 600")
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError as error:
        raise SealKeyUnusable("the master key file is not hexadecimal") from error
    if len(key) != KEY_BYTES:
        raise SealKeyUnusable("the master key is not 32 bytes long")
    return key


def hearing_key(folder: Path, master: bytes, create: bool = False) -> bytes:
    """The hearing's own key out of `key.wrapped`; with `create` it is made when absent.

    Raises SealKeyUnusable when the file is missing or was wrapped by another master key.
    """
    path = folder / WRAPPED_NAME
    if create and not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wrapped = bytes(SecretBox(master).encrypt(secrets.token_bytes(KEY_BYTES)))
        row = {"v": 1, "scheme": _SCHEME, "wrapped": base64.b64encode(wrapped).decode()}
        _create_private(path, json.dumps(row).encode() + b"\n")
    try:
        row = json.loads(path.read_bytes())
        return bytes(SecretBox(master).decrypt(base64.b64decode(row["wrapped"])))
    except FileNotFoundError as error:
        raise SealKeyUnusable("the sealed folder has no key file") from error
    except (ValueError, KeyError, TypeError, CryptoError) as error:
        raise SealKeyUnusable("this master key does not open the hearing's key") from error


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
