"""Durable files: nothing is named in public before its bytes are closed on disk."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Write beside `path`, fsync, then take its name in one step."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file in one step; it need not outlive a power loss."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    beside.replace(path)


def replace(path: Path, text: str) -> None:
    """Replace a small text file in one step. Readers see the old or the new one, never half."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
