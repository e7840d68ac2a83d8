"""WebRTC in and out: the only code that knows aiortc."""
