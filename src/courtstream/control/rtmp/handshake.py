"""The handshake of RTMP 1.0 §5.2, in its simple form: no digests, which every encoder accepts."""

from __future__ import annotations

from courtstream.control.rtmp.errors import RtmpError

VERSION = 3
BLOCK = 1536
HELLO = 1 + BLOCK  # C0 and C1
_HEAD = 8  # time, then four zero bytes: "no digest here"


def answer(hello: bytes, milliseconds: int, noise: bytes) -> bytes:
    """S0, S1 and S2 for a client's C0 and C1.

    `noise`: 1528 bytes for S1. S2 echoes C1 with the time at which it was read (§5.2.4).
    Raises RtmpError when this is not RTMP in the clear.
    """
    if len(hello) != HELLO or hello[0] != VERSION:
        raise RtmpError("not RTMP version 3")
    if len(noise) != BLOCK - _HEAD:
        raise ValueError("noise must fill the block")
    now = (milliseconds & 0xFFFFFFFF).to_bytes(4, "big")
    first = hello[1:]
    return bytes([VERSION]) + now + bytes(4) + noise + first[:4] + now + first[_HEAD:]
