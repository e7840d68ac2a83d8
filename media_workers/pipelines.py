"""The graph of one hearing on one page: stages, edges, bounds, and what happens when they fill.

    source ── clock ─┬─ sealed original                                  (blocks: evidence waits)
                     ├─ picture: decode ─ faces ─ veil ─ encode ─┐       (refuses: hidden whole)
                     └─ sound:   decode ─ speech ─ ledger        ├─ delay ─ guard ─ outputs
                                        └─ PCM ──────────────────┘       (refuses: muted)

Bounds: video packets 90 s / 96 MiB, raw pictures 4 s / 300 MB, audio packets 90 s / 16 MiB, sound
for analysis 30 s / 64 MiB, evidence 60 s / 256 MiB. A file worked through fast blocks everywhere
instead. Every edge counts what it refused (`Graph.counters`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime
from courtstream.domain.transcript import Word
from media_workers.graph.cards import Cards
from media_workers.graph.catch_up import CatchUp
from media_workers.graph.diary import Diary
from media_workers.graph.picture_line import FacesFactory, PictureLine
from media_workers.graph.rehide import LateHiding
from media_workers.graph.release_line import Output, Pace, ReleaseLine
from media_workers.graph.sealed_line import SealedLine
from media_workers.graph.sound_line import NEVER, SoundLine, SpeechFactory
from media_workers.outputs.encode import VideoEncoder
from media_workers.redact.bleep import Mode
from media_workers.redact.closures import Closures
from media_workers.redact.delay import DelayLine
from media_workers.redact.guard import Guard
from media_workers.redact.ledger import SpeechLedger
from media_workers.redact.shields import Shields
from media_workers.runtime.items import SourcePacket
from media_workers.runtime.zones import LiveZones
from media_workers.sources.base import AudioTrack, RawPacket, VideoTrack
from media_workers.speech.dial import SpeechDial
from media_workers.stamping import stamped
from media_workers.timeline.clock import SourceClock

FALLBACK_SIZE = (1280, 720)
"""Size of the cards of a hearing whose courtroom has not sent a picture yet."""


class Window(Protocol):
    """Where the court's own people look at what comes in; never waits."""

    def raw_tracks(self, video: VideoTrack | None, audio: AudioTrack | None) -> None:
        """The tracks that come next."""

    def raw(self, packet: SourcePacket) -> None:
        """A packet as it came."""


@dataclass(frozen=True, slots=True)
class GraphParts:
    """What a graph is made of. Factories are called again after a stage has fallen.

    `words` hears stable text before it airs; `seconds` is the clock by which speech analysis
    counts as hung. `sound_only`: a recording without a picture, never a hearing.
    `low`: make the rendition of 360 lines beside. `form`: what an earlier run's pictures were.
    """

    faces: FacesFactory
    speech: SpeechFactory
    output: Callable[[], Output]
    diary: Diary
    sealed: SealedLine | None = None
    heard: MediaTime = NEVER
    dial: SpeechDial | None = None
    wary: bool = False
    words: Callable[[Sequence[Word]], None] = lambda words: None
    seconds: Callable[[], float] = time.monotonic
    bleep: Mode = "tone"
    preset: str = "veryfast"
    zones: LiveZones = field(default_factory=LiveZones)
    sound_only: bool = False
    low: bool = False
    form: tuple[int, int, float] | None = None


class Graph:
    """One hearing's threads. Feed sessions of a source; the output sees only what may leave."""

    def __init__(self, pace: Pace, parts: GraphParts) -> None:
        fast = pace.now is None
        self.delay, self.ledger, self.closures = DelayLine(), SpeechLedger(), Closures()
        self.picture = PictureLine(
            self.delay, parts.faces, fast=fast, preset=parts.preset, low=parts.low
        )
        self.sound = SoundLine(
            self.delay,
            self.ledger,
            parts.speech,
            fast=fast,
            heard=parts.heard,
            dial=parts.dial,
            wary=parts.wary,
            words=parts.words,
            seats=parts.diary.seats,
            clock=parts.seconds,
        )
        self.sealed = parts.sealed
        self._preset, self._now, self._before = parts.preset, pace.now, parts.form
        cards = Cards(lambda: self.form, parts.preset)
        self.shields = Shields()
        self.guard = Guard(
            self.ledger,
            self.closures,
            cards.paint,
            cards.encoded,
            parts.bleep,
            self.shields,
            sound_only=parts.sound_only,
        )
        self.release = ReleaseLine(
            pace,
            (self.picture, self.sound),
            (self.delay, self.ledger),
            self.guard,
            parts.diary,
            parts.output(),
        )
        self.zones = parts.diary.zones = parts.zones
        self.release.amend = LateHiding(parts.zones, self._encoder)
        self.catch_up = CatchUp(self._idle, lambda: self._now() - self.newest if self._now else 0)
        for line in (self.picture, self.sound, self.release):
            line.catching_up = self.catch_up.active
        if not fast:
            self.picture.coding.sparing = self.sound.dial.spares
        self.window: Window | None = None
        self.clock: SourceClock | None = None
        self._fed_at = time.monotonic()
        self._paused = True
        self._newest_video: MediaTime = 0
        self._newest_audio: MediaTime = 0

    def start(self) -> None:
        """Start all threads."""
        for line in (self.picture, self.sound, self.release):
            line.start()
        if self.sealed is not None:
            self.sealed.start()

    @property
    def form(self) -> tuple[int, int, float]:
        """Width, height and nominal frames a second of what is published."""
        if self.picture.coding.size is None and self._before is not None:
            return self._before
        return (*(self.picture.coding.size or FALLBACK_SIZE), self.picture.coding.fps)

    def begin_session(
        self,
        anchor: MediaTime,
        video: VideoTrack | None,
        audio: AudioTrack | None,
        *,
        goes_on: bool = False,
    ) -> None:
        """A source begins (again); its first packet belongs at media time `anchor`.

        `goes_on`: it is the same stream, which overlaps what came last (`feed_again`); decoders
        go on with it.
        """
        # A session that ran ahead of the wall (a backlog sent at once) must not be overlapped.
        self.clock = SourceClock(anchor if goes_on else max(anchor, self.newest), self._now)
        if self.sealed is not None:
            self.sealed.begin(video, audio)
        if self.window is not None:
            self.window.raw_tracks(video, audio)
        if not goes_on:
            self._new_tracks(video, audio)

    def _new_tracks(self, video: VideoTrack | None, audio: AudioTrack | None) -> None:
        if video is not None:
            self.picture.edge.put(video)
        if audio is not None:
            self.sound.edge.put(audio)

    def change(
        self, video: VideoTrack | None, audio: AudioTrack | None, new: VideoTrack | AudioTrack
    ) -> None:
        """In the middle of a session a track has begun late or has got another form."""
        if self.sealed is not None:
            self.sealed.begin(video, audio)
        if self.window is not None:
            self.window.raw_tracks(video, audio)
        if isinstance(new, VideoTrack):
            self.picture.edge.put(new)
        else:
            self.sound.edge.put(new)

    def feed(self, raw: RawPacket) -> SourcePacket:
        """A packet of the present session; gives it on the hearing's clock."""
        packet = self._stamped(raw)
        if self.sealed is not None:
            self.sealed.edge.put(packet)
        if self.window is not None:
            self.window.raw(packet)
        self._analyse(packet)
        return packet

    def feed_again(self, raw: RawPacket) -> None:
        """A packet that has come before; it leads the new part of the sealed original in."""
        packet = self._stamped(raw)
        if self.sealed is not None:
            self.sealed.edge.put(packet)

    def refill(self, piece: VideoTrack | AudioTrack | SourcePacket) -> None:
        """What an earlier run recorded and did not air: recorded already, analysed now."""
        if isinstance(piece, SourcePacket):
            self._analyse(piece)
        elif isinstance(piece, VideoTrack):
            self._new_tracks(piece, None)
        else:
            self._new_tracks(None, piece)

    def _stamped(self, raw: RawPacket) -> SourcePacket:
        if self.clock is None:
            raise RuntimeError("feed before begin_session")
        return stamped(self.clock, raw)

    def _analyse(self, packet: SourcePacket) -> None:
        self._fed_at, self._paused = time.monotonic(), False
        if packet.kind == "video":
            self.delay.saw(packet.pts)
            self._newest_video = max(self._newest_video, packet.pts)
            self.picture.edge.put(packet)
        else:
            self._newest_audio = max(self._newest_audio, packet.pts)
            self.sound.edge.put(packet)

    def pause(self, after: float = 0.0) -> None:
        """The source has said nothing for `after` seconds: have all that came judged now.

        Analysis waits for what follows, seconds of it; after an abrupt loss nothing does, and what
        was captured last would air closed though it was seen and heard.
        """
        if not self._paused and time.monotonic() - self._fed_at >= after:
            self._paused = True
            self.picture.pause()
            self.sound.pause()

    def _idle(self) -> bool:
        """Whether everything that came has been worked through, as far as can be without more."""
        edges = len(self.picture.edge) + len(self.sound.edge)
        analysed = self.picture.faces.idle and self.sound.speech.idle
        return not edges and analysed and not (self._paused and self.picture.veiled)

    @property
    def newest(self) -> MediaTime:
        """Media time of the newest packet that has come."""
        return max(self._newest_video, self._newest_audio)

    @property
    def picture_lag(self) -> MediaTime:
        """Media time between the newest video packet and the newest picture ready to air."""
        return max(0, self._newest_video - self.delay.picture_upto)

    @property
    def speech_lag(self) -> MediaTime:
        """Media time between the newest audio packet and what speech analysis has passed."""
        return max(0, self._newest_audio - self.ledger.upto)

    def cut(self, reason: Reason, by: str, why: str = "") -> MediaTime:
        """Close everything that has not aired; gives the first instant that will not air.

        A chunk that has been judged and is being written at this moment counts as aired; nobody
        waits for it.
        """
        with self.release.judging:
            at = max(self.release.aired, self.release.judged)
            self.closures.close(at, reason, by, why)
        return at

    def set_delay(self, delay: MediaTime) -> None:
        """Change the privacy delay: what waits longer waits at once, what may air sooner does so
        when analysis, which learns of it here, has passed it.
        """
        self.sound.dial.set_delay(delay)
        self.release.delay = delay

    @property
    def threads_left_behind(self) -> int:
        """Analyses that hung in foreign code and were given up: each keeps its thread."""
        return self.picture.faces.left_behind + self.sound.speech.left_behind

    def end(self, at: MediaTime | None = None, *, final: bool = True) -> None:
        """No more sessions. Air what was captured before `at`, close everything."""
        self.picture.end(hurry=not final)
        self.sound.end(hurry=not final)
        if self.sealed is not None:
            self.sealed.edge.close()
        self.release.end(at, final=final)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until all has aired and all files are closed."""
        done = self.release.finished.wait(timeout)
        return done and (self.sealed is None or self.sealed.finished.wait(timeout))

    def _encoder(self) -> VideoEncoder:
        width, height, fps = self.form
        return VideoEncoder(width, height, fps, self._preset)
