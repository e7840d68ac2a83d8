"""What is left after a kill: does every file open, and how much is missing."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import to_seconds
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key, verify
from media_workers.runtime.journal import read_rows


@dataclass(frozen=True)
class Aftermath:
    """Figures in seconds. `sealed_gaps`, `public_gaps`: stretches missing; `closed`: card time."""

    faults: list[str]
    sealed_gaps: list[float]
    public_gaps: list[float]
    closed: float
    records: int
    segments: int
    runs: int

    def line(self) -> str:
        worst = max(self.sealed_gaps, default=0.0), max(self.public_gaps, default=0.0)
        return (
            f"runs {self.runs}, records {self.records}, segments {self.segments}; "
            f"sealed: {len(self.sealed_gaps)} gaps, worst {worst[0]:.2f} s; "
            f"public: {len(self.public_gaps)} gaps, worst {worst[1]:.1f} s, "
            f"closed {self.closed:.0f} s; faults: {self.faults or 'none'}"
        )


def look(hearing: Path, public: Path, master: Path) -> Aftermath:
    """Open everything a hearing has left."""
    rows = list(read_rows(hearing / "journal.jsonl"))
    faults = [f"journal: {a.seq} then {b.seq}" for a, b in pairwise(rows) if b.seq != a.seq + 1]
    sealed = sorted(p for p in hearing.glob("sealed*") if p.is_dir())
    gaps: list[float] = []
    records = 0
    for folder in sealed:
        key = hearing_key(folder, load_or_create_master_key(master))
        report = verify(folder, key)
        if not report.ok:
            faults.append(f"{folder.name}: {report.first_broken}")
        records += report.records
        gaps += [to_seconds(g.span.length) for g in report.gaps]
        faults += _plays(SealReader(folder, key))
    segments = [r for r in rows if r.kind is RowKind.SEGMENT]
    faults += _published(public / "live", segments)
    told = {str(r.body["sha256"]) for r in rows if r.kind is RowKind.SEALED}
    have = {
        str(json.loads(line)["chain"])
        for folder in sealed
        for line in (folder / "chain.jsonl").read_bytes().splitlines()
    }
    if told - have:
        faults.append(f"{len(told - have)} records told of are not there")
    return Aftermath(
        faults,
        gaps,
        _holes(segments),
        _closed(rows),
        records,
        len(segments),
        sum(r.kind is RowKind.STARTED for r in rows),
    )


def _plays(reader: SealReader) -> list[str]:
    """Each part of the sealed original as a player sees it."""
    faults = []
    for part in reader.parts:
        data = b"".join(reader.clear(part))
        if not data:
            continue
        try:
            with av.open(io.BytesIO(data)) as container:
                packets = sum(1 for p in container.demux() if p.size)
            if not packets:
                faults.append(f"part {part} is empty")
        except av.error.FFmpegError as error:
            faults.append(f"part {part}: {type(error).__name__}")
    return faults


def _published(live: Path, segments: list[JournalRow]) -> list[str]:
    faults = []
    for row in segments:
        path = live / row.body["uri"]
        if not path.exists() or path.stat().st_size != row.body["bytes"]:
            faults.append(f"{path.name} is not as told")
            continue
        data = (live / row.body["init"]).read_bytes() + path.read_bytes()
        try:
            with av.open(io.BytesIO(data)) as container:
                next(container.decode(video=0))
        except (av.error.FFmpegError, StopIteration) as error:
            faults.append(f"{path.name}: {type(error).__name__}")
    for name in ("index.m3u8", "captions.m3u8"):
        for line in (live / name).read_text().splitlines() if (live / name).exists() else []:
            if line and not line.startswith("#") and not (live / line).exists():
                faults.append(f"{name} lists {line}")
    return faults


def _holes(segments: list[JournalRow]) -> list[float]:
    pairs = pairwise(segments)
    holes = [to_seconds(b.body["start"] - a.body["end"]) for a, b in pairs]
    return [hole for hole in holes if hole > 1.0]


def _closed(rows: list[JournalRow]) -> float:
    return sum(
        to_seconds(r.body["end"] - r.body["start"])
        for r in rows
        if r.kind is RowKind.GUARD and not r.body["closed"]
    )
