"""What is done to an ended hearing's recording: the second pass and people's corrections."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from courtstream.control.protocol.base import Message
from courtstream.control.protocol.order import ModelSpec, WorkerSpec
from courtstream.domain.time import MediaTime


class HideOrder(Message):
    """A person's word that moment `n` of the second pass must be hidden in the replay."""

    n: int
    by: str


class SoundOrder(Message):
    """What people decided about sound after the hearing. `start` and `end` in ns.

    `hide` makes it inaudible in what was published; `open` takes it from the sealed original.
    """

    id: str
    op: Literal["hide", "open"]
    start: MediaTime
    end: MediaTime
    reason: str = ""
    by: str = ""


class TurnText(Message):
    """A turn that people corrected: its words as [text, start, end] in ns, masked."""

    start: MediaTime
    end: MediaTime
    words: tuple[tuple[str, MediaTime, MediaTime], ...]


class TextOrder(Message):
    """Captions are to follow a checked revision of the transcript: its corrected turns."""

    revision: int
    turns: tuple[TurnText, ...] = ()


def late_file(hearing_folder: Path, upload_id: str) -> Path:
    """Where the bytes of an upload wait until they are sealed."""
    return hearing_folder / "late" / f"{upload_id}.bin"


class LateSpec(Message):
    """A recording that was brought after the hearing (补录), as `late_file` in its folder.

    `began`: the wall time of its first instant, ISO. `open`: whether the law lets it be shown; else
    it is sealed and nothing more. `worker`: policy, names and language, as a live worker gets them.
    """

    id: str
    began: str
    open: bool = True
    worker: WorkerSpec


class SecondPassSpec(Message):
    """What the second pass of one ended hearing needs; the node puts in its own paths.

    `hide`: moments to be hidden in what was published, `sound` the same for sound. `again`: look
    anew though it was done; `listen`: read the sealed original's speech once more, with care;
    `look` False: leave the picture alone; `text`: what captions are to follow. `late`: seal and
    work through an uploaded recording, and nothing else this time.
    """

    hearing_id: str
    folder: Path
    public: Path
    master_key_file: Path
    models: ModelSpec = ModelSpec()
    hide: tuple[HideOrder, ...] = ()
    sound: tuple[SoundOrder, ...] = ()
    again: bool = False
    listen: bool = False
    look: bool = True
    text: TextOrder | None = None
    late: LateSpec | None = None
