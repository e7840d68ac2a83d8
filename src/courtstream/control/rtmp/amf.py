"""AMF0 values (Adobe AMF0, 2006): numbers, booleans, strings, objects, arrays, null, dates."""

from __future__ import annotations

import struct
from typing import Any, TypeAlias

from courtstream.control.rtmp.errors import AmfError

AmfValue: TypeAlias = Any
"""float, bool, str, dict of str to values, list of values, or None."""

DEEPEST = 12
MOST_ITEMS = 4096
_NUMBER, _BOOLEAN, _STRING, _OBJECT = 0x00, 0x01, 0x02, 0x03
_NULL, _UNDEFINED, _ECMA_ARRAY, _OBJECT_END = 0x05, 0x06, 0x08, 0x09
_STRICT_ARRAY, _DATE, _LONG_STRING = 0x0A, 0x0B, 0x0C


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.items = 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise AmfError("a value is cut short")
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def text(self, count: int) -> str:
        return self.take(count).decode("utf-8", "replace")


def decode(data: bytes) -> list[AmfValue]:
    """All values in `data`. Raises AmfError for anything that is not AMF0 within bounds."""
    cursor = _Cursor(data)
    values = []
    while cursor.at < len(data):
        values.append(_value(cursor, 0))
    return values


def decode_first(data: bytes) -> tuple[AmfValue, int]:
    """The first value and the offset behind it."""
    cursor = _Cursor(data)
    return _value(cursor, 0), cursor.at


def _value(cursor: _Cursor, depth: int) -> AmfValue:
    cursor.items += 1
    if depth > DEEPEST or cursor.items > MOST_ITEMS:
        raise AmfError("too deep or too many values")
    kind = cursor.number(1)
    if kind == _NUMBER:
        return struct.unpack(">d", cursor.take(8))[0]
    if kind == _BOOLEAN:
        return cursor.number(1) != 0
    if kind in (_STRING, _LONG_STRING):
        return cursor.text(cursor.number(2 if kind == _STRING else 4))
    if kind in (_NULL, _UNDEFINED):
        return None
    if kind == _DATE:
        moment = struct.unpack(">d", cursor.take(8))[0]
        cursor.take(2)  # a time zone, reserved
        return moment
    return _compound(cursor, kind, depth)


def _compound(cursor: _Cursor, kind: int, depth: int) -> AmfValue:
    if kind == _ECMA_ARRAY:
        cursor.take(4)  # a count that many writers get wrong; the end marker counts
    if kind in (_OBJECT, _ECMA_ARRAY):
        return _pairs(cursor, depth)
    if kind == _STRICT_ARRAY:
        return [_value(cursor, depth + 1) for _ in range(min(cursor.number(4), MOST_ITEMS + 1))]
    raise AmfError("an unknown kind of value")


def _pairs(cursor: _Cursor, depth: int) -> dict[str, AmfValue]:
    found: dict[str, AmfValue] = {}
    while True:
        name = cursor.text(cursor.number(2))
        if not name and cursor.data[cursor.at : cursor.at + 1] == bytes([_OBJECT_END]):
            cursor.at += 1
            return found
        found[name] = _value(cursor, depth + 1)


def encode(*values: AmfValue) -> bytes:
    """The values in AMF0. Raises TypeError for what it has no kind for."""
    return b"".join(_encoded(value) for value in values)


def _encoded(value: AmfValue) -> bytes:
    if value is None:
        return bytes([_NULL])
    if isinstance(value, bool):
        return bytes([_BOOLEAN, value])
    if isinstance(value, int | float):
        return bytes([_NUMBER]) + struct.pack(">d", value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        pairs = b"".join(_name(k) + _encoded(v) for k, v in value.items())
        return bytes([_OBJECT]) + pairs + _name("") + bytes([_OBJECT_END])
    if isinstance(value, list):
        items = b"".join(_encoded(item) for item in value)
        return bytes([_STRICT_ARRAY]) + len(value).to_bytes(4, "big") + items
    raise TypeError(type(value).__name__)


def _string(value: str) -> bytes:
    raw = value.encode()
    if len(raw) > 0xFFFF:
        return bytes([_LONG_STRING]) + len(raw).to_bytes(4, "big") + raw
    return bytes([_STRING]) + len(raw).to_bytes(2, "big") + raw


def _name(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw
