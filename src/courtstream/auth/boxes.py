"""Short secrets the platform must read again, sealed with the installation's own secret."""

from __future__ import annotations

import base64
import hashlib

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


def seal(secret: bytes, purpose: str, text: str) -> str:
    """`text` sealed for one purpose (XSalsa20-Poly1305), as Base64."""
    return base64.b64encode(_box(secret, purpose).encrypt(text.encode())).decode()


def unseal(secret: bytes, purpose: str, sealed: str) -> str | None:
    """The text; None when the installation's secret has changed since, or it is damaged."""
    try:
        return _box(secret, purpose).decrypt(base64.b64decode(sealed)).decode()
    except (CryptoError, ValueError):
        return None


def _box(secret: bytes, purpose: str) -> SecretBox:
    return SecretBox(hashlib.sha256(b"courtstream." + purpose.encode() + secret).digest())
