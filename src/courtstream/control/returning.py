"""Encoders that were let in and come back while the platform cannot be asked.

A key's yes belongs to the platform. But when its process is away, an encoder whose connection
breaks would stay outside until it is back, and the courtroom would be recorded by nobody. So a node
notes the digest of the key that each of its running hearings was begun with, and lets that key
in again for that hearing only; the door asks the platform as soon as it answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from courtstream.control.journal import safe_id
from courtstream.control.process import write_atomically
from courtstream.control.protocol import AdmitReply, AdmitRequest
from courtstream.control.workers import read_spec
from courtstream.settings import Settings

NOTE = ".publisher"

Running = Callable[[str], bool]
"""Whether this node has a worker for a hearing."""


def key_digest(key: str) -> str:
    """SHA-256 in hex, as keys are compared and kept; nothing of no key."""
    return hashlib.sha256(key.encode()).hexdigest() if key else ""


class Returning(Protocol):
    """Who may come back unasked."""

    def admitted(self, knock: AdmitRequest, reply: AdmitReply) -> None:
        """The platform said yes."""

    def revoked(self, digests: Iterable[str]) -> None:
        """These keys may not come back."""

    def reply(self, knock: AdmitRequest) -> AdmitReply | None:
        """The yes that still stands for a running hearing, or None."""


class Nobody:
    """For a door that always needs the platform."""

    def admitted(self, knock: AdmitRequest, reply: AdmitReply) -> None:
        """Nothing is noted."""

    def revoked(self, digests: Iterable[str]) -> None:
        """Nothing was noted."""

    def reply(self, knock: AdmitRequest) -> None:
        """No."""


class KnownPublishers:
    """Notes in the folder for running things, so that a node that was killed knows them, too.

    SRT callers are not noted: what they encrypt with comes from the platform alone.
    """

    def __init__(self, settings: Settings, running: Running) -> None:
        self._notes, self._hearings = settings.data / "run", settings.hearings
        self._running = running

    def admitted(self, knock: AdmitRequest, reply: AdmitReply) -> None:
        """Note the key's digest for its hearing; notes of hearings that are over go."""
        if reply.spec is None or knock.protocol == "srt" or not knock.key:
            return
        for hearing, note in self._all():
            if not self._running(hearing):
                note.unlink(missing_ok=True)
        self._notes.mkdir(parents=True, exist_ok=True, mode=0o700)
        note = self._notes / f"{reply.spec.hearing_id}{NOTE}"
        write_atomically(note, key_digest(knock.key).encode())

    def revoked(self, digests: Iterable[str]) -> None:
        """Forget them."""
        gone = frozenset(digests)
        for _, note in self._all():
            if _read(note) in gone:
                note.unlink(missing_ok=True)

    def reply(self, knock: AdmitRequest) -> AdmitReply | None:
        """With the order that the hearing's worker was started with."""
        digest = key_digest(knock.key)
        if not digest or knock.protocol == "srt":
            return None
        for hearing, note in self._all():
            if _read(note) == digest and self._running(hearing):
                spec = read_spec(self._hearings / hearing)
                return None if spec is None else AdmitReply(ok=True, spec=spec)
        return None

    def _all(self) -> Iterator[tuple[str, Path]]:
        for note in sorted(self._notes.glob(f"*{NOTE}")):
            if safe_id(hearing := note.name.removesuffix(NOTE)):
                yield hearing, note


def _read(note: Path) -> str:
    try:
        return note.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
