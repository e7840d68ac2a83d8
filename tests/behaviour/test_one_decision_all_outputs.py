"""Promise 2: one redaction record, and every output follows it.

A real recording goes through the whole graph. A number is hidden by the machine, a street by a
clerk before it airs, a building by a person after the hearing; then two persons open the street
again. After each step the same is asked of sound, captions, transcript, files, recording, and
clips: what the record hides is in none of them, what it does not hide is in all.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from courtstream.control.protocol import (
    Command,
    JournalRow,
    Reply,
    RowKind,
    SecondPassSpec,
    Verb,
)
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span, seconds
from courtstream.domain.transcript import Word
from courtstream.domain.zones import ZoneMap
from courtstream.reports.transcripts import FORMATS
from courtstream.services.nodes import journal
from courtstream.services.public import transcript as public_transcript
from courtstream.services.transcripts import corrections, listening
from courtstream.services.transcripts import editing as transcript_editing
from courtstream.services.transcripts import pages as transcript_pages
from courtstream.services.transcripts import signing as transcript_signing
from courtstream.services.transcripts.corrections import Stretch
from courtstream.store.tables import RedactionRow
from media_workers.desk import Desk
from media_workers.pipelines import GraphParts
from media_workers.recheck.job import SecondPass
from media_workers.runtime.items import PrivateSpan, Sound, SpeechPassed
from media_workers.runtime.journal import Journal, read_rows
from media_workers.runtime.zones import LiveZones
from tests.support.ended import Ended
from tests.support.platform import NOW, World
from tests.support.published import Published, likeness, listed
from tests.support.rig import SHORT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SHORT.exists(), reason="no sample media")]

AIRED = 0.85
"""From this likeness of 0.3 s of sound on it is the same sound."""

LATER = NOW + timedelta(hours=1)
TRUTH = json.loads(SHORT.with_suffix(".json").read_text()) if SHORT.exists() else {"pii": []}
CHARS = [tuple(c) for item in TRUTH["pii"] for c in item["chars"]]
OPENING = [("现", 0.7, 0.8), ("在", 0.8, 0.9), ("开", 0.9, 1.0), ("庭", 1.0, 1.2)]
"""Words of no weight, for people to correct."""

NUMBER, STREET, BUILDING = (2.65, 6.225), (7.15, 8.3), (9.05, 10.05)
OPEN = (0.9, 2.3)
"""我叫…，身份证号是: said in the open."""


class KnownSpeech:
    """Speech analysis that knows what is said in the sample, and hides its identity number."""

    def __init__(self, first: list[Command], do: object) -> None:
        self._commands, self._do, self._told = first, do, 0.0

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        while self._commands:  # the clerk speaks before anything has aired
            self._do(self._commands.pop())  # type: ignore[operator]
        upto = item.span.end / SECOND
        said = [c for c in [*OPENING, *CHARS] if self._told <= c[1] < upto]
        self._told = upto
        words = tuple(Word(text, Span.of_seconds(a, b), 0.9) for text, a, b in said)
        private = PrivateSpan(Span.of_seconds(*NUMBER), Reason.ID)
        yield SpeechPassed(item.span.end, (private,), words)

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


@dataclass
class Heard(Ended):
    """`replies`: what the desk said to the clerk's `hide`."""

    replies: list[Reply] = field(default_factory=list)

    def _parts(self, journal: Journal, live: LiveZones) -> GraphParts:
        parts = super()._parts(journal, live)
        hide = Command(verb=Verb.HIDE, by="u_clerk", start=STREET[0], end=STREET[1])

        def do(command: Command) -> None:
            desk = Desk(self._graph, journal, lambda: seconds(12.0), lambda: None)
            self.replies.append(desk.handle(command))

        speech = lambda: KnownSpeech([hide], do)  # noqa: E731
        return dataclasses.replace(parts, speech=speech)


@dataclass
class Court:
    """The ended hearing in the media plane and in the platform's database."""

    ended: Heard
    world: World
    hearing_id: str
    taken: int = 0

    def take(self) -> None:
        """The platform reads what is new in the journal."""
        rows = list(read_rows(self.ended.folder / "journal.jsonl"))[self.taken :]
        self.taken += len(rows)
        shifted = [_of(row, self.hearing_id) for row in rows]
        self.world.work.write(journal.apply_rows, shifted)

    def carry_out(self) -> None:
        """What the platform's errand does on the node."""
        orders = self.world.work.read(corrections.orders, self.hearing_id)
        text = self.world.work.read(listening.caption_order, self.hearing_id)
        assert orders or text, "there is something to carry out"
        ended = self.ended
        spec = SecondPassSpec(
            hearing_id=ended.hearing_id,
            folder=ended.folder,
            public=ended.public,
            master_key_file=ended.master,
            sound=orders,
            text=text,
            look=False,
        )
        SecondPass(spec).run()
        self.take()
        assert not self.world.work.read(corrections.unmade, self.hearing_id)
        assert self.world.work.read(listening.caption_order, self.hearing_id) is None


def _of(row: JournalRow, hearing_id: str) -> JournalRow:
    return row.model_copy(update={"hearing_id": hearing_id})


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Court:
    folder = tmp_path_factory.mktemp("one_decision")
    ended = Heard(folder / "hearing", zones=ZoneMap())
    ended.run()
    world = World.make(folder / "data")
    hearing_id = world.hearing()
    world.admit()
    made = Court(ended, world, hearing_id)
    made.take()
    return made


def words_in(stretch: tuple[float, float]) -> str:
    return "".join(c for c, a, b in CHARS if stretch[0] <= (a + b) / 2 < stretch[1])


def pieces(stretch: tuple[float, float]) -> list[tuple[float, float]]:
    """The stretch in pieces of 0.3 s, its borders left out."""
    at = np.arange(stretch[0] + 0.05, stretch[1] - 0.34, 0.3)
    return [(float(a), float(a) + 0.3) for a in at]


def assert_outputs(
    court: Court, hidden: list[tuple[float, float]], heard: tuple[float, float]
) -> None:
    """Every output, asked about the same stretches."""
    published = court.ended.published()
    for stretch in hidden:
        aired = [x for x in likeness(published, SHORT, pieces(stretch)) if x > AIRED]
        assert not aired, f"{stretch} can be heard"
        in_recording = likeness(recording(court.ended.public), SHORT, pieces(stretch))
        assert max(in_recording) <= AIRED, f"{stretch} can be heard in the recording"
    alike = likeness(published, SHORT, pieces(heard))
    assert min(alike) > AIRED, f"{heard} is as it was said: {alike}"
    texts = {"captions": captions(court.ended.public), **files(court), "page": page(court)}
    for name, text in texts.items():
        for stretch in hidden:
            private = words_in(stretch)
            assert not any(private[n : n + 3] in text for n in range(len(private) - 2)), name


def recording(public: Path) -> Published:
    with av.open(str(public / "recording.mp4")) as container:
        frames = [f.to_ndarray().reshape(-1) for f in container.decode(audio=0)]
    return Published([], np.concatenate(frames).astype(np.float32), 0.0, 48_000, "")


def captions(public: Path) -> str:
    playlist = (public / "live" / "captions.m3u8").read_text(encoding="utf-8")
    texts = [(public / "live" / name).read_text("utf-8") for _, name in listed(playlist)]
    said = [line for text in texts for line in text.split("\n") if "-->" not in line]
    return "".join("".join(said).split())


def files(court: Court) -> dict[str, str]:
    view = court.world.work.read(transcript_pages.staff_file, None, court.hearing_id)
    return {n: make(view).decode("utf-8") for n, (_, make) in FORMATS.items() if n != "docx"}


def page(court: Court) -> str:
    lines = court.world.work.read(public_transcript.transcript, court.hearing_id, LATER)
    return "".join(line.text for line in lines)


def test_the_machine_s_and_the_clerk_s_decision_reach_every_output(court: Court) -> None:
    assert [reply.ok for reply in court.ended.replies] == [True]
    assert_outputs(court, [NUMBER, STREET], OPEN)
    assert "二单元" in captions(court.ended.public), "what nobody hides is there to be read"
    record = [r.body for r in court.ended.rows(RowKind.REDACTION) if r.body["kind"] == "speech"]
    assert {(b["reason"], b["by"]) for b in record} == {("ID", "machine"), ("PERSON", "u_clerk")}


def test_what_a_person_hides_later_reaches_every_output(court: Court) -> None:
    world, hearing_id = court.world, court.hearing_id
    before = {name for _, name in listed(court.ended.published().playlist)}
    what = Stretch(Span.of_seconds(*BUILDING))
    world.work.write(corrections.hide, world.users["clerk"], hearing_id, what, LATER)
    for text in files(court).values():
        assert words_in(BUILDING)[:3] not in text, "texts follow before anything is made again"
    court.carry_out()
    assert_outputs(court, [NUMBER, STREET, BUILDING], OPEN)
    after = {name for _, name in listed(court.ended.published().playlist)}
    gone = before - after
    assert gone and not any((court.ended.public / "live" / name).exists() for name in gone)
    assert len(court.ended.published().frames) > 250, "the picture is all there"
    later = world.work.read(_speech_rows, hearing_id)
    assert [(r.decided_by, r.body["why"]) for r in later if r.body.get("why")] == [
        (world.users["clerk"].id, "correction")
    ]


def _speech_rows(session, hearing_id: str) -> list[RedactionRow]:  # type: ignore[no-untyped-def]
    query = session.query(RedactionRow).filter_by(hearing_id=hearing_id, kind="speech")
    return list(query.order_by(RedactionRow.seq))


def test_what_two_persons_open_is_heard_again_and_nothing_else(court: Court) -> None:
    world, hearing_id = court.world, court.hearing_id
    what = Stretch(Span.of_seconds(STREET[0], STREET[1]))
    row = world.work.write(
        lambda s: corrections.ask_to_open(s, world.users["judge"], hearing_id, what, LATER).id
    )
    assert not world.work.read(corrections.orders, hearing_id), "one person is not enough"
    world.work.write(corrections.decide, world.users["office"], row, True, LATER)
    court.carry_out()
    assert_outputs(court, [NUMBER, BUILDING], (STREET[0] + 0.05, STREET[1] - 0.05))


def test_a_checked_text_reaches_the_captions_and_opens_nothing(court: Court) -> None:
    world, hearing_id, clerk = court.world, court.hearing_id, court.world.users["clerk"]
    turns = world.work.read(transcript_pages.text_page, clerk, hearing_id, LATER).turns
    (turn,) = [t for t in turns if "现在开庭" in t.text]
    wanted = transcript_editing.Edit(turn.text.replace("现在开庭", "现在正式开庭"))
    world.work.write(transcript_editing.edit, clerk, hearing_id, turn.id, wanted, LATER)
    assert world.work.read(listening.caption_order, hearing_id) is None, "drafts change nothing"
    world.work.write(transcript_signing.check, clerk, hearing_id, LATER)
    court.carry_out()
    said = captions(court.ended.public)
    assert "现在正式开庭" in said and "现在开庭" not in said
    assert_outputs(court, [NUMBER, BUILDING], OPEN)
