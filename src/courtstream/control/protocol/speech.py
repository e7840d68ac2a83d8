"""What a hearing asks a shared speech service, and what it is answered.

`SpeechAsk` travels in front of its sound, see `media_workers.recognition.wire`. Both carry what was
said before anything is masked: they cross NATS once, are kept nowhere and never logged.
"""

from __future__ import annotations

from pydantic import Field

from courtstream.control.protocol.base import Message
from courtstream.domain.time import MediaTime


class SpeechAsk(Message):
    """A stretch of a hearing's sound to be read: `samples` of 16 kHz mono, the first at `t0` (ns).

    `id` is new with every ask. `hurried`: beam 1, and what loops is not heard again.
    """

    hearing_id: str
    id: str
    t0: MediaTime
    samples: int = Field(ge=0, le=480_000)
    prompt: str = ""
    hurried: bool = False


class SpeechAnswer(Message):
    """A reading of the window `start` to `end` (ns): `chars` as [text, start, end, confidence].

    `hearing_id` and `id` are the ask's: an answer that says others is not believed. `after`: what
    was written after each character. `ok`: False when the text cannot be trusted. No report: what
    privacy rests on is understood whole, or the hearing reads by itself.
    """

    hearing_id: str
    id: str
    start: MediaTime
    end: MediaTime
    chars: tuple[tuple[str, MediaTime, MediaTime, float], ...] = ()
    after: tuple[str, ...] = ()
    ok: bool = True
