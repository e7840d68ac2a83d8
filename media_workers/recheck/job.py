"""`secondpass`: one hearing's second pass as a process of its own, slow and out of the way."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from courtstream.control.protocol import (
    HideOrder,
    JournalRow,
    RowKind,
    SecondPassSpec,
    SoundOrder,
    TextOrder,
)
from courtstream.domain.errors import CourtstreamError, LyingAnalysis, SealBroken
from courtstream.domain.time import MediaTime, Span, to_seconds
from media_workers.late.work import LateRecording
from media_workers.recheck.captions import CaptionFiles, corrected
from media_workers.recheck.films import PublicFilm, original
from media_workers.recheck.listen import best_reader, listen, order_of
from media_workers.recheck.moments import Moment
from media_workers.recheck.record import Record
from media_workers.recheck.remake import Remaker, Wanted
from media_workers.recheck.resound import Places, Resounder, bleep_mode, hidden_sound
from media_workers.recheck.scan import Scan
from media_workers.recheck.voices import sealed_sound
from media_workers.runtime.items import SPEECH_RATE
from media_workers.runtime.journal import Journal, read_rows
from media_workers.speech.spot import PrivateSpeechSpotter
from media_workers.vision.canary import Canary
from media_workers.vision.detect import FaceFinder, YuNetFinder

IMAGES = "secondpass"
LOCK = "secondpass.lock"
NICE = 15
TELL_SECONDS = 5.0


class SecondPass:
    """Looks when that was not done yet, then hides what people have asked for."""

    def __init__(self, spec: SecondPassSpec, finder: FaceFinder | None = None) -> None:
        self._spec = spec
        self._path = spec.folder / "journal.jsonl"
        self._rows = list(read_rows(self._path))
        epoch = self._rows[-1].epoch if self._rows else 1
        self._journal = Journal(self._path, spec.hearing_id, epoch, lambda row: None)
        self._finder = finder
        self._told = 0.0

    def run(self) -> None:
        """All there is to do. Raises CourtstreamError, after a row that says so."""
        try:
            if self._spec.sound:
                self._resound(self._spec.sound)
            if self._spec.text is not None:
                self._recaption(self._spec.text)
            if self._spec.listen:
                self._listen_or_say()
            if self._spec.look and (self._spec.again or not _done(self._rows)):
                self._scan()
            if self._spec.hide:
                self._remake(self._spec.hide)
        except (CourtstreamError, OSError) as error:
            code = getattr(error, "code", type(error).__name__)
            self._say(state="failed", code=str(code))
            raise
        finally:
            self._journal.close()

    def _scan(self) -> None:
        record = Record.of(self._rows)
        length = max((s.span.end for s in record.order), default=0)
        finder = self._checked()
        scan = Scan(finder, record, PublicFilm(self._spec.public / "live"))
        self._say(state="running", done=0.0, of=to_seconds(length))
        for picture in original(self._spec.folder, self._spec.master_key_file):
            scan.push(picture)
            self._progress(picture.t, length)
        if not Canary().check(finder):
            raise LyingAnalysis("faces: the known face was not found")
        if record.order and not scan.seen:
            raise SealBroken("the sealed original has no picture of what was published")
        moments = scan.finish()
        numbers = self._keep(moments)
        self._say(
            state="done",
            done=to_seconds(length),
            of=to_seconds(length),
            moments=numbers,
            pictures=scan.pictures,
        )

    def _checked(self) -> FaceFinder:
        models = self._spec.models
        finder = self._finder or YuNetFinder(Path(models.faces) if models.faces else None)
        if not Canary().check(finder):
            raise LyingAnalysis("faces: the known face was not found")
        return finder

    def _keep(self, moments: list[Moment]) -> list[int]:
        folder = self._spec.folder / IMAGES
        folder.mkdir(mode=0o700, exist_ok=True)
        first = max((int(r.body["n"]) for r in self._rows if r.kind is RowKind.MOMENT), default=0)
        numbers = []
        for n, moment in enumerate(moments, start=first + 1):
            image = f"{n:05}.jpg"
            (folder / image).write_bytes(moment.jpeg)
            self._journal.write(RowKind.MOMENT, moment.span.start, **moment.as_row(n, image))
            numbers.append(n)
        return numbers

    def _remake(self, orders: tuple[HideOrder, ...]) -> None:
        self._journal.sync()
        self._rows = list(read_rows(self._path))
        bodies = {int(r.body["n"]): r.body for r in self._rows if r.kind is RowKind.MOMENT}
        done = {n for row in self._rows for n in _remade(row)}
        wanted = [Wanted.of(bodies[o.n], o) for o in orders if o.n in bodies and o.n not in done]
        if not wanted:
            return
        remaker = Remaker(self._spec.public, self._journal, Record.of(self._rows))
        old = remaker.run(wanted)
        self._say(state="remade", moments=[w.n for w in wanted], replaced=old)

    def _resound(self, orders: tuple[SoundOrder, ...]) -> None:
        """Sound that people decided about, each order once."""
        self._journal.sync()
        self._rows = list(read_rows(self._path))
        done = {str(i) for row in self._rows for i in row.body.get("sounds", ())}
        wanted = [order for order in orders if order.id not in done]
        if not wanted:
            return
        places = Places(self._spec.folder, self._spec.public, self._spec.master_key_file)
        mode = bleep_mode(self._spec.folder)
        old = Resounder(places, self._journal, self._rows, mode).run(wanted)
        self._say(state="remade", sounds=[order.id for order in wanted], replaced=old)

    def _recaption(self, order: TextOrder) -> None:
        """Captions follow what people corrected in the transcript."""
        self._journal.sync()
        self._rows = list(read_rows(self._path))
        if any(row.body.get("revision") == order.revision for row in self._rows):
            return
        turns = [turn.model_dump() for turn in order.turns]
        changed = [Span(turn.start, turn.end) for turn in order.turns]
        changed += [Span(int(t["start"]), int(t["end"])) for t in corrected(self._rows)]
        files = CaptionFiles(self._spec.public / "live", self._journal, self._rows)
        old = files.remake(changed, hidden_sound(self._rows), turns)
        for name in old:
            (self._spec.public / "live" / name).unlink(missing_ok=True)
        self._say(state="remade", revision=order.revision, texts=turns, replaced=old)

    def _listen_or_say(self) -> None:
        """What keeps a listening from being done keeps nothing else from it."""
        try:
            self._listen()
        except (CourtstreamError, OSError) as error:
            self._say(state="deaf", code=str(getattr(error, "code", type(error).__name__)))

    def _listen(self) -> None:
        """The second listening; what it finds is for people to judge."""
        own = order_of(self._spec.folder)
        people = own.participants if own is not None else ()
        protected = [p.name for p in people if p.protected]
        keep = [p.name for p in people if not p.protected]
        sounds = sealed_sound(self._spec.folder, self._spec.master_key_file, SPEECH_RATE)
        length = max((s.span.end for s in Record.of(self._rows).order), default=0)
        heard = listen(
            sounds,
            best_reader(self._spec.models),
            PrivateSpeechSpotter(protected, keep),
            hidden_sound(self._rows),
            protected,
            keep,
            lambda t: self._tell_listening(t, length),
        )
        for turn in heard.turns:
            words = [[w.text, w.span.start, w.span.end] for w in turn.words]
            self._say(
                state="line",
                start=turn.span.start,
                end=turn.span.end,
                text=turn.text,
                confidence=round(turn.confidence, 3),
                words=words,
            )
        found = [[p.span.start, p.span.end, p.reason.value] for p in heard.found]
        self._say(state="heard", found=found)

    def _tell_listening(self, t: MediaTime, length: MediaTime) -> None:
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._say(state="listening", done=to_seconds(t), of=to_seconds(length))

    def _progress(self, t: MediaTime, length: MediaTime) -> None:
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._say(state="running", done=to_seconds(t), of=to_seconds(length))

    def _say(self, **body: Any) -> None:
        self._told = time.monotonic()
        self._journal.write(RowKind.SECOND_PASS, None, **body)
        if sys.stderr.isatty():
            sys.stderr.write(json.dumps(body, ensure_ascii=False) + "\n")


def _done(rows: list[JournalRow]) -> bool:
    return any(r.kind is RowKind.SECOND_PASS and r.body.get("state") == "done" for r in rows)


def _remade(row: JournalRow) -> list[int]:
    if row.kind is not RowKind.SECOND_PASS or row.body.get("state") != "remade":
        return []
    return [int(n) for n in row.body.get("moments", ())]


def secondpass(argv: list[str]) -> int:
    """`secondpass --spec FILE`; gives the exit code. 75: another one of this hearing runs."""
    parser = argparse.ArgumentParser("media_workers secondpass")
    parser.add_argument("--spec", type=Path, required=True)
    options = parser.parse_args(argv)
    try:
        spec = SecondPassSpec.model_validate_json(options.spec.read_bytes())
    except (OSError, ValidationError) as error:
        sys.stderr.write(f"second pass order unreadable: {type(error).__name__}\n")
        return 2
    os.nice(NICE)
    with (spec.folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return os.EX_TEMPFAIL
        try:
            if spec.late is not None:
                LateRecording(spec, spec.late).run()
            else:
                SecondPass(spec).run()
        except (CourtstreamError, OSError) as error:
            sys.stderr.write(
                f"second pass failed: {getattr(error, 'code', type(error).__name__)}\n"
            )
            return 3
    return 0
