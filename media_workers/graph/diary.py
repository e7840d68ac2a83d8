"""What the journal learns of every chunk that airs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from courtstream.control.protocol import RowKind, SeatChannel
from courtstream.domain.redaction import FAIL_CLOSED, Reason, Redaction, RedactionKind
from courtstream.domain.time import SECOND, MediaTime, Span, to_seconds
from courtstream.domain.transcript import Utterance, Word
from courtstream.domain.trial import MinuteState, Role
from courtstream.domain.zones import Seat, ZoneMap
from courtstream.rules.procedure.speakers import SpeakerGuesses
from media_workers.graph.seats import SeatLevels
from media_workers.graph.turns import Turns
from media_workers.redact.delay import Held
from media_workers.redact.guard import Verdict
from media_workers.redact.ledger import by_reason
from media_workers.redact.record import FaceRows, StretchRows, as_json
from media_workers.runtime.items import FacesAt, PrivateSpan, Sound
from media_workers.runtime.journal import Rows
from media_workers.runtime.zones import LiveZones
from media_workers.speech.effort import Change
from media_workers.speech.gavel import GavelFinder
from media_workers.speech.levels import SoundMeasure, SoundMeter
from media_workers.vision.meter import PictureMeasure


class Diary:
    """Turns verdicts, words and measures into journal rows and the redaction record.

    `face_step`: media time between kept points of a face's path; 0 keeps every frame. `told`: up to
    where an earlier run has written down (measures, words). `seats`: whose microphone each channel
    of the sound is.
    """

    def __init__(
        self,
        journal: Rows,
        *,
        face_step: MediaTime = SECOND // 5,
        told: tuple[MediaTime, MediaTime] = (0, 0),
        seats: Sequence[SeatChannel] = (),
    ) -> None:
        self._journal = journal
        self._measured, self._worded = told
        self._faces = FaceRows(face_step)
        self._bare = FaceRows(face_step, "b")
        self._speech = StretchRows(RedactionKind.SPEECH, "s")
        self._voice = StretchRows(RedactionKind.VOICE, "v")
        self._whole = StretchRows(RedactionKind.WHOLE_PICTURE, "w")
        self._turns = Turns()
        self.seats = SeatLevels(seats)
        self._guesses = SpeakerGuesses()
        self._meter = SoundMeter()
        self.zones: LiveZones | None = None
        self._gavel: GavelFinder | None = None
        self._gavel_end: MediaTime = -1
        self._state: tuple[MinuteState, Reason | None] | None = None
        self._guard: tuple[Reason, MediaTime] | None = None

    def aired(
        self, held: Held, verdict: Verdict, private: Iterable[PrivateSpan], words: Iterable[Word]
    ) -> None:
        """A chunk has aired under `verdict`; `words` are masked already."""
        self._note_state(held.span, verdict)
        self._note_guard(held.span, verdict.closed)
        self._record(held, verdict, private)
        fresh = [word for word in words if word.span.end > self._worded]
        self._said(self._turns.push(fresh, held.span.end))

    def measured(self, held: Held, picture: PictureMeasure | None, skew: MediaTime) -> None:
        """Numbers of a chunk as it came, before anything was hidden in it."""
        sound = self._meter.push(held.sound) if held.heard is not None else None
        if held.span.end <= self._measured:
            return
        faces = max((_people(s.faces) for s in held.pictures if s.faces), default=0)
        self._journal.write(
            RowKind.MEASURE,
            held.span.start,
            start=held.span.start,
            end=held.span.end,
            faces=faces,
            black=picture.black if picture else None,
            frozen=picture.frozen if picture else None,
            frames=picture.frames if picture else 0,
            skew=skew,
            detail=self._detail(held, picture, sound),
            **(sound.as_row() if sound else {"silent": True}),
        )
        self._knocks(held.sound)

    def _detail(
        self, held: Held, picture: PictureMeasure | None, sound: SoundMeasure | None
    ) -> dict[str, Any]:
        """Numbers the standard's thresholds are held against, by the names of `MediaSecond`, and
        how the picture moved."""
        found: dict[str, Any] = {**(picture.detail() if picture else {})}
        if picture is not None and picture.motion:
            found["motion"] = list(picture.motion)
        found |= sound.detail() if sound else {}
        empty = _bench_empty(held, self.zones.current[1] if self.zones else None)
        return found if empty is None else {**found, "bench_empty": empty}

    def failed(self, stage: str, code: str) -> None:
        """A line of the graph can go on no more."""
        self._journal.write(RowKind.ERROR, stage=stage, code=code)

    def effort(self, change: Change) -> None:
        """Speech analysis does less, or more again, and why."""
        self._journal.write(
            RowKind.EFFORT,
            change.t,
            effort=change.after.name.lower(),
            before=change.before.name.lower(),
            rtf=round(change.rtf, 2),
            waiting=round(to_seconds(change.waiting), 1),
            cores=round(change.cores, 2),
        )

    def flush(self, end: MediaTime) -> None:
        """The hearing is over at `end`."""
        self._said(self._turns.flush())
        self._note_guard(Span(end, end), None)
        for rows in (self._faces, self._speech, self._voice, self._whole):
            for row in rows.flush():
                self._write(row)
        self._left_bare(self._bare.flush())

    def _note_state(self, span: Span, verdict: Verdict) -> None:
        state = (verdict.state, verdict.closed)
        if state != self._state:
            self._state = state
            reason = verdict.closed.value if verdict.closed else ""
            self._journal.write(
                RowKind.STATE,
                span.start,
                state=verdict.state.value,
                by=verdict.by,
                why=verdict.why or reason,
                reason=reason,
            )

    def _note_guard(self, span: Span, closed: Reason | None) -> None:
        failing = closed if closed in FAIL_CLOSED else None
        if self._guard is not None and failing is not self._guard[0]:
            reason, start = self._guard
            self._journal.write(
                RowKind.GUARD,
                span.start,
                closed=False,
                reason=reason.value,
                start=start,
                end=span.start,
            )
            self._guard = None
        if failing is not None and self._guard is None:
            self._guard = (failing, span.start)
            self._journal.write(
                RowKind.GUARD, span.start, closed=True, reason=failing.value, start=span.start
            )

    def _record(self, held: Held, verdict: Verdict, private: Iterable[PrivateSpan]) -> None:
        rows: list[Redaction] = []
        whole = [(held.span, verdict.closed, verdict.by)] if verdict.closed else []
        rows += self._whole.push(whole, held.span.end)
        inside = [one for one in by_reason(list(private)) if one[0].start < held.span.end]
        rows += self._speech.push([] if whole else inside, held.span.end)
        shielded = ((s.over(held.span), Reason.VOICE, s.by) for s in verdict.shields)
        voices = [(span, reason, by) for span, reason, by in shielded if span is not None]
        rows += self._voice.push([] if whole else voices, held.span.end)
        if not whole:
            for shown in held.pictures:
                if shown.faces is not None:
                    at, lasts = shown.faces.t, shown.packet.duration
                    rows += self._faces.push(at, shown.faces.faces, lasts)
                    self._left_bare(self._bare.push(at, shown.faces.bare, lasts))
        for row in rows:
            self._write(row)

    def _left_bare(self, rows: Iterable[Redaction]) -> None:
        """Faces that a seat zone leaves visible: no redactions, but decisions all the same."""
        for row in rows:
            self._journal.write(RowKind.SHOWN, row.span.start, **as_json(row))

    def _write(self, row: Redaction) -> None:
        self._journal.write(RowKind.REDACTION, row.span.start, **as_json(row))

    def _said(self, utterances: Iterable[Utterance]) -> None:
        for said in utterances:
            role, speaker, by = self._speaker(said)
            self._journal.write(
                RowKind.WORDS,
                said.span.start,
                start=said.span.start,
                end=said.span.end,
                text=said.text,
                confidence=round(said.confidence, 3),
                role=role,
                speaker=speaker,
                by=by,
                words=[
                    [w.text, w.span.start, w.span.end, round(w.confidence, 3)] for w in said.words
                ],
            )

    def _speaker(self, said: Utterance) -> tuple[str, str, str]:
        """Role, seat label and what told it: the seat's microphone, else the words."""
        seat = self.seats.who(said.span)
        if seat is not None:
            self._guesses.told(said, Role(seat.role))
            return seat.role, seat.label, "channel"
        guess = self._guesses.push(said)
        if guess is None:
            return Role.UNKNOWN.value, "", ""
        return guess.role.value, guess.label, "words" if guess.sure else "guess"

    def _knocks(self, sound: Sound) -> None:
        if self._gavel is None or sound.t != self._gavel_end:
            self._gavel = GavelFinder(sound.rate, sound.t)
        self._gavel_end = sound.span.end
        for event in self._gavel.push(sound.pcm):
            self._journal.write(RowKind.EVENT, event.t, kind=event.kind.value)


def _bench_empty(held: Held, zones: ZoneMap | None) -> bool | None:
    """Whether no face was seen in the bench's zone all through the chunk: a place, no person.

    None where no map names a bench for the view, or the view is not known.
    """
    seen = [s.faces for s in held.pictures if s.faces is not None and s.faces.view]
    if zones is None or not seen:
        return None
    known = False
    for at in seen:
        view = zones.view(at.view)
        bench = {z.id for z in view.zones if z.seat is Seat.BENCH} if view else set()
        known = known or bool(bench)
        if any(f.zone in bench and f.track >= 0 for f in (*at.faces, *at.bare)):
            return False
    return True if known else None


def _people(seen: FacesAt) -> int:
    """How many faces a frame has, hidden or not."""
    return len(seen.bare) + sum(face.track >= 0 for face in seen.faces)
