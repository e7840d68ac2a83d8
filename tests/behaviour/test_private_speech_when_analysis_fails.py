"""Promise 1, the sound: ASR stalled for a minute, wrong or crashed lets nothing out, then recovers.

The whole graph runs by a clock that the test moves, with the real analyser behind a recogniser
that can be broken; what is published is decoded and listened to, and its captions are read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from courtstream.control.protocol import ModelSpec, PolicySpec, RowKind
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime, Span, seconds
from courtstream.domain.transcript import Word
from media_workers.assemble import speech_factory
from media_workers.graph.paced_speech import PacedSpeech
from media_workers.runtime.items import SPEECH_RATE, PrivateSpan, Sound, SpeechPassed
from media_workers.runtime.stage import Stage
from media_workers.speech import stretch
from media_workers.speech.analyser import SpeechAnalyser
from media_workers.speech.asr import PROMPT, Wave
from media_workers.speech.dial import SpeechDial
from media_workers.speech.effort import Effort
from media_workers.speech.hypothesis import Hypothesis
from tests.support.stepped import Stepped

pytestmark = pytest.mark.slow

SILENCE, SPEECH = 0.002, 0.02
FAULT = 20
"""When the recogniser breaks, in seconds of the test's clock."""


WINDOW = 10
"""A window read after the fault reaches back so far; what it hears well is in time to air."""


class AlwaysVoice:
    """Stands for the voice detector: all sound is speech."""

    def __init__(self, t0: MediaTime) -> None:
        self.upto = t0

    def push(self, pcm: Wave) -> None:
        self.upto += len(pcm) * SECOND // SPEECH_RATE

    def spans(self, bounds: Span) -> tuple[Span, ...]:
        return (bounds,) if bounds.length else ()

    def clear(self, bounds: Span) -> tuple[Span, ...]:
        return ()

    def forget(self, before: MediaTime) -> None: ...


@pytest.fixture(autouse=True)
def _all_is_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretch, "VoiceDetector", AlwaysVoice)


@dataclass
class Recogniser:
    """Hears 好 twice a second; from `FAULT` on it is broken for `lasts` seconds."""

    how: str
    lasts: int = 0
    now: Callable[[], float] = lambda: 0.0
    go_on: threading.Event = field(default_factory=threading.Event)
    hurried: bool = False
    cost: float = 0.0

    @property
    def broken(self) -> bool:
        return FAULT <= self.now() < FAULT + self.lasts

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        window = Span(t0, t0 + len(pcm) * SECOND // SPEECH_RATE)
        if self.broken and self.how == "stalled":
            self.go_on.wait(120)
        if self.broken and self.how == "crashed":
            raise RuntimeError("crashed")
        first = -(-window.start * 2 // SECOND)
        chars = [
            Word("错" if self.broken else "好", Span(n * SECOND // 2, (n + 1) * SECOND // 2))
            for n in range(first, window.end * 2 // SECOND)
        ]
        if self.broken and self.how == "backwards":
            chars.reverse()
        return Hypothesis(window, tuple(chars))


class NobodyPrivate:
    def push(self, hypothesis: Hypothesis) -> tuple[PrivateSpan, ...]:
        return ()

    def settled(self, upto: MediaTime) -> MediaTime:
        return upto


def _hearing(folder: Path, recogniser: Recogniser, length: int) -> Stepped:
    dial = SpeechDial(10.0)

    def speech() -> Stage[Sound, SpeechPassed]:
        analyser = SpeechAnalyser(recogniser, NobodyPrivate())
        return PacedSpeech(analyser, dial, clock=lambda: 0.0)

    hearing = Stepped(folder, speech, length, dial=dial)
    recogniser.now = lambda: hearing.now
    return hearing


def _captions(folder: Path) -> str:
    files = sorted((folder / "public" / "live").glob("*.vtt"))
    return "".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize(("how", "lasts"), [("stalled", 60), ("backwards", 15), ("crashed", 15)])
def test_nothing_leaves_while_speech_cannot_be_read_and_it_recovers_by_itself(
    tmp_path: Path, how: str, lasts: int
) -> None:
    over = FAULT + lasts
    recogniser = Recogniser(how, lasts)
    hearing = _hearing(tmp_path, recogniser, over + 30)
    hearing.stuck = lambda: recogniser.broken and how == "stalled"
    hearing.at = {over: recogniser.go_on.set}
    published = hearing.run()
    assert published.rms(2.0, 10.0) > SPEECH, "before the fault all is heard"
    for second in range(FAULT, over - WINDOW):
        assert published.rms(second + 0.1, second + 0.9) < SILENCE, f"sound at {second} s"
    assert published.rms(over + 18, over + 28) > SPEECH, "it goes on without a restart"
    assert hearing.graph.threads_left_behind < 3, "a stall of a minute needs no new process"
    text = _captions(tmp_path)
    assert "好" in text
    assert "错" not in text
    said = [row.body for row in hearing.rows(RowKind.WORDS)]
    assert not any("错" in row["text"] for row in said)
    starts = [w[1] / SECOND for row in said for w in row["words"]]
    inside = [t for t in starts if FAULT + 1 <= t < over - WINDOW]
    assert inside == [], "no word that nobody could check"
    told = [row.body["closed"] for row in hearing.rows(RowKind.GUARD)]
    assert told[:2] == [True, False], "the closure is told, and its end"


def test_a_hearing_that_begins_in_mid_speech_begins_silent_but_not_dark(tmp_path: Path) -> None:
    hearing = _hearing(tmp_path, Recogniser("well"), length=25)
    hearing.graph.sound._first = True  # what `wary` sets; the factory above is shared
    published = hearing.run()
    assert published.rms(0.1, 5.9) < SILENCE
    assert published.rms(6.2, 20.0) > SPEECH
    assert hearing.rows(RowKind.GUARD) == [], "nothing failed: the picture is shown"
    rows = [row.body for row in hearing.rows(RowKind.REDACTION)]
    assert [(r["reason"], r["start"]) for r in rows] == [(Reason.UNHEARD.value, 0)]


def test_the_delay_goes_up_and_down_while_the_hearing_runs(tmp_path: Path) -> None:
    hearing = _hearing(tmp_path, Recogniser("well"), length=60)
    lags: dict[int, float] = {}

    def note(second: int) -> Callable[[], None]:
        return lambda: lags.__setitem__(second, hearing.lag)

    def to(value: float) -> Callable[[], None]:
        return lambda: hearing.graph.set_delay(seconds(value))

    hearing.at = {18: note(18), 19: to(15.0), 34: note(34), 35: to(6.0), 55: note(55)}
    published = hearing.run()
    assert 10 <= lags[18] <= 12
    assert 15 <= lags[34] <= 17
    assert 6 <= lags[55] <= 8, "the shorter delay is reached"
    assert hearing.rows(RowKind.GUARD) == [], "and nothing was closed on the way"
    for second in range(2, 50):
        assert published.rms(second, second + 1) > SPEECH, f"sound lost at {second} s"


def test_what_the_machine_cannot_afford_is_given_up_by_rule_and_told(tmp_path: Path) -> None:
    """Each reading costs more and more of the hearing's time; the journal tells every step."""
    recogniser, dial = Recogniser("well"), SpeechDial(10.0)
    spent = 0.0

    def clock() -> float:
        return spent

    class Dear:
        """Each window costs 3 s of a clock, after half a minute 0.5 s."""

        hurried = False

        def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
            nonlocal spent
            spent += 3.0 if t0 < 30 * SECOND else 0.5
            return recogniser.transcribe(pcm, t0, prompt)

    def speech() -> Stage[Sound, SpeechPassed]:
        return PacedSpeech(SpeechAnalyser(Dear(), NobodyPrivate()), dial, clock=clock)

    hearing = Stepped(tmp_path, speech, 80, dial=dial)
    published = hearing.run()
    told = [row.body["effort"] for row in hearing.rows(RowKind.EFFORT)]
    assert told == ["wider_hop", "full"], "wider while it is dear, back when it is not"
    assert dial.effort is Effort.FULL
    assert hearing.rows(RowKind.GUARD) == []
    assert published.rms(10, 70) > SPEECH


def test_a_language_without_rules_airs_its_picture_and_no_sound(tmp_path: Path) -> None:
    speech = speech_factory(ModelSpec(), PolicySpec(), (), language="bo")
    hearing = Stepped(tmp_path, speech, 20)
    published = hearing.run()
    assert published.rms(0.0, 18.0) < SILENCE
    assert hearing.rows(RowKind.GUARD) == [], "the picture is shown"
    assert "好" not in _captions(tmp_path)
    assert hearing.rows(RowKind.WORDS) == []
