"""An uploaded file becomes the hearing's sealed original, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error

from courtstream.domain.errors import BrokenStream, SealBroken
from courtstream.domain.time import MediaTime
from courtstream.seal import hearing_key, load_or_create_master_key, sync_folder, verify
from media_workers.graph.sealed_line import PART
from media_workers.late.container import container_of
from media_workers.outputs.sealed import Row, SealedRecorder
from media_workers.sources.base import AudioTrack, RawPacket, VideoTrack
from media_workers.sources.container import ContainerSource
from media_workers.stamping import stamped
from media_workers.timeline.clock import SourceClock

DRAFT, SEALED = "late-sealing", "sealed"
Progress = Callable[[MediaTime], None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was sealed: the rows of its records, and the tracks."""

    rows: list[Row]
    video: VideoTrack | None
    audio: AudioTrack | None


def seal(file: Path, folder: Path, master_key_file: Path, progress: Progress) -> Sealed:
    """Seal `file` as `folder/sealed`.

    A draft that a crash left is begun anew: the file is still there. Raises BrokenStream,
    SealBroken, SealKeyUnusable, OSError; then there is no `sealed`.
    """
    draft = folder / DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    plain = readable(file)
    source = ContainerSource.from_file(plain, container_of(plain))
    try:
        rows = _recorded(source, SealedRecorder(draft, master_key_file), progress)
    finally:
        source.close()
        if plain != file:
            plain.unlink(missing_ok=True)
    report = verify(draft, hearing_key(draft, load_or_create_master_key(master_key_file)))
    if not report.ok or not rows:
        raise SealBroken(report.first_broken or "nothing was sealed")
    draft.rename(folder / SEALED)
    sync_folder(folder)
    return Sealed([{**row, "folder": SEALED} for row in rows], source.video, source.audio)


def _recorded(source: ContainerSource, recorder: SealedRecorder, progress: Progress) -> list[Row]:
    video, audio, clock = source.video, source.audio, SourceClock(0)
    rows: list[Row] = list(recorder.begin(video, audio))
    since: MediaTime = 0
    for item in source.packets():
        if not isinstance(item, RawPacket):
            video = item if isinstance(item, VideoTrack) else video
            audio = item if isinstance(item, AudioTrack) else audio
            rows += recorder.begin(video, audio)
            continue
        packet = stamped(clock, item)
        if packet.key and packet.kind == "video" and packet.dts - since >= PART:
            rows += recorder.begin(video, audio)
            since = packet.dts
        rows += recorder.push(packet)
        progress(packet.dts)
    return rows + list(recorder.flush())


def readable(file: Path) -> Path:
    """The file itself, or a copy in Matroska beside it where its packets only make sense to those
    who know their container: MPEG-TS keeps parameter sets and AAC headers in the packets.

    Packets are copied, never encoded. Raises BrokenStream, OSError.
    """
    if container_of(file) != "mpegts":
        return file
    try:
        copy = file.with_suffix(".mkv")
        with (
            av.open(str(file), format="mpegts") as found,
            av.open(str(copy), "w", format="matroska") as made,
        ):
            _copy(found, made)
        return copy
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise BrokenStream(type(error).__name__) from None


def _copy(found: Any, made: Any) -> None:
    chosen: Iterable[Any] = (*found.streams.video[:1], *found.streams.audio)
    made_of = {stream.index: made.add_stream_from_template(stream) for stream in chosen}
    for packet in found.demux():
        if packet.dts is not None and packet.stream.index in made_of:
            packet.stream = made_of[packet.stream.index]
            made.mux(packet)
