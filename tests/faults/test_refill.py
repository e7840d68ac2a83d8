"""A killed worker costs the public nothing: what had not aired is read back and airs, once.

The real worker (speech analysis apart), the door's own relay, an encoder in real time.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND
from media_workers.runtime.journal import read_rows
from tests.support.aftermath import look
from tests.support.court import FPS, Court, small_clip
from tests.support.feeding import Feeder
from tests.support.published import likeness, read


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


def test_what_had_not_aired_airs_once_and_what_people_closed_stays_closed(
    tmp_path: Path, clip: Path
) -> None:
    court = Court(tmp_path)
    court.start()
    with Feeder(clip, court.socket) as encoder:
        court.until(lambda: court.aired() >= 2)
        court.kill()
        lost, recorded = encoder.sent, court.sealed()
        court.start()
        court.until(lambda: court.aired() > lost + 3)
        court.kill()
        closed = court.aired() + 4  # a clerk's order for what has not aired, on record
        write_order(court, closed)
        court.start()
        court.until(lambda: court.aired() >= closed + 4)
        court.leave()
    assert recorded < lost, "the kill came between two records"
    after = look(court.hearing, court.public, tmp_path / "master.key")
    print(after.line())
    assert after.faults == []
    assert after.runs == 3 and after.sealed_gaps == [] and after.public_gaps == []
    segments = [r.body for r in court.rows(RowKind.SEGMENT)]
    assert all(b["start"] - a["upto"] < SECOND // FPS for a, b in pairwise(segments))
    assert all(b["start"] >= a["upto"] for a, b in pairwise(segments))
    published = read(court.public / "live")
    shown = [t for t, _ in published.frames if t < closed]
    steps = np.diff([t for t in shown if t > 1])
    assert abs(steps - 1 / FPS).max() < 0.02, "a picture is missing, or shown twice"
    spoken = [(7.5, 8.5), (lost - 1.5, lost - 0.5), (lost - 0.5, lost + 0.5)]
    assert min(likeness(published, clip, spoken)) > 0.9
    assert published.rms(closed + 0.1, closed + 3) < 1e-4
    states = [(r.t or 0, r.body["state"]) for r in court.rows(RowKind.STATE) if "state" in r.body]
    assert {s for t, s in states if t < closed * SECOND} == {"LIVE"}
    assert states[-1] == (closed * SECOND, "CLOSED")
    measured = [r.body["start"] for r in court.rows(RowKind.MEASURE)]
    assert len(measured) == len(set(measured)), "a second was measured twice"


def write_order(court: Court, since: float) -> None:
    rows = list(read_rows(court.hearing / "journal.jsonl"))
    order = JournalRow(
        hearing_id="h_refill",
        seq=rows[-1].seq + 1,
        epoch=court.epoch,
        at=rows[-1].at,
        kind=RowKind.STATE,
        t=round(since * SECOND),
        body={"command": "close_segment", "by": "clerk", "why": "minor", "from": since},
    )
    with (court.hearing / "journal.jsonl").open("a") as file:
        file.write(order.model_dump_json() + "\n")
