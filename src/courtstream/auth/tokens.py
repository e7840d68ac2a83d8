"""Random secrets handed to people and encoders; the database keeps only their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from pathlib import Path

TOKEN_MARK = "cst_"
"""How every API token begins, so that scanners of leaked secrets know one."""

_KEY_BYTES = 20  # 160 bits


def new_ingest_key() -> str:
    """A 160-bit ingest key as 32 lower-case letters and digits: safe in any RTMP URL."""
    return _readable(secrets.token_bytes(_KEY_BYTES))


def new_session_token() -> str:
    """A 256-bit token for a cookie."""
    return secrets.token_urlsafe(32)


def new_api_token() -> str:
    """A 256-bit token for a program."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the database keeps of a secret with full entropy."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(a: str, b: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(a.encode(), b.encode())


def derived(secret: bytes, purpose: str) -> str:
    """A stable secret of this installation for one purpose, 160 bits."""
    return _readable(hmac.new(secret, purpose.encode(), hashlib.sha256).digest()[:_KEY_BYTES])


def site_secret(path: Path) -> bytes:
    """The installation's own secret, made at first use with mode 0600."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(secrets.token_bytes(32))
    except FileExistsError:  # another process was faster
        pass
    return path.read_bytes()


def _readable(raw: bytes) -> str:
    return b32encode(raw).decode().lower().rstrip("=")
