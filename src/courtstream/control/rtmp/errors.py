"""What a peer can do wrong."""

from __future__ import annotations


class RtmpError(Exception):
    """The peer does not keep to the protocol, or goes beyond a bound; the connection ends."""


class AmfError(RtmpError):
    """The bytes are no AMF0 values we take."""
