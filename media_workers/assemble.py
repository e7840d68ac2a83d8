"""Real models and rules put together for a hearing: what a graph's factories make.

Speech and sealing are imported where they are made: a silent file needs neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from courtstream.control.protocol import ModelSpec, PolicySpec, SpokenParticipant
from courtstream.domain.time import seconds
from media_workers.graph.paced_speech import PacedSpeech
from media_workers.graph.picture_line import FacesFactory
from media_workers.graph.seated_faces import SeatedFaces
from media_workers.graph.sound_line import SpeechFactory
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.models import whisper_folder
from media_workers.runtime.items import FacesAt, Picture, Sound, SpeechPassed
from media_workers.runtime.machine import Cores
from media_workers.runtime.stage import Stage
from media_workers.runtime.zones import LiveZones
from media_workers.speech.dial import LADDER, SpeechDial
from media_workers.speech.effort import Effort
from media_workers.speech.unruled import RULED, WithoutRules
from media_workers.vision.detect import YuNetFinder

if TYPE_CHECKING:
    from media_workers.outputs.sealed import SealedRecorder
    from media_workers.speech.readers import Hurriable

Share = Callable[[Callable[[], "Hurriable"]], "Hurriable"]
"""Puts something before a hearing's own recogniser, which it makes only when it needs it."""


def faces_factory(models: ModelSpec, zones: LiveZones | None = None) -> FacesFactory:
    """Makes face analysis; the model file is checked at each making. May raise ModelMissing.

    With `zones` the seats decide who is hidden, else every face is.
    """
    path = Path(models.faces) if models.faces else None

    def make() -> Stage[Picture, FacesAt]:
        watched = WatchedFaces(YuNetFinder(path, threads=1))
        return watched if zones is None else SeatedFaces(watched, zones)

    return make


def speech_factory(
    models: ModelSpec,
    policy: PolicySpec,
    participants: Sequence[SpokenParticipant],
    dial: SpeechDial | None = None,
    language: str = "zh",
    share: Share | None = None,
) -> SpeechFactory:
    """Makes speech analysis. Loads the model once; a fallen analyser gets a fresh transcriber.

    `share` puts a shared service before the hearing's own model, which is then loaded when first
    needed. With `dial` (live) it follows the delay and the effort in force, else it does its best.
    In a language without rules all sound stays silent.
    """
    if language not in RULED:
        return WithoutRules
    from media_workers.speech.analyser import SpeechAnalyser
    from media_workers.speech.asr import WhisperTranscriber
    from media_workers.speech.readers import Readers
    from media_workers.speech.spot import PrivateSpeechSpotter
    from media_workers.speech.windows import WindowPolicy

    folder = whisper_folder(models.whisper)
    small = whisper_folder(models.whisper_small) if models.whisper_small else None
    protected = tuple(p.name for p in participants if p.protected)
    keep = tuple(p.name for p in participants if not p.protected)
    # over a file reading costs no time: nothing is set aside for it
    window = WindowPolicy(delay=seconds(policy.delay), reserve=0)

    def model(place: Path) -> WhisperTranscriber:
        return WhisperTranscriber(
            place, models.compute_type, models.threads, models.beam, device=models.device
        )

    def make() -> Stage[Sound, SpeechPassed]:
        usual = share(lambda: model(folder)) if share else model(folder)
        readers = Readers(usual, (lambda: model(small)) if small else None)
        spotter = PrivateSpeechSpotter(protected, keep, policy.identity_window)
        analyser = SpeechAnalyser(readers, spotter, window, names=keep)
        if dial is None:
            return analyser

        def ease(effort: Effort) -> None:
            readers.ease(effort)
            analyser.second_looks = effort < Effort.NARROW_BEAM

        return PacedSpeech(analyser, dial, ease)

    return make


def sharing(hearing_id: str, url: str) -> Share:
    """Puts the speech services on NATS before a hearing's own model."""
    from media_workers.recognition.line import Line
    from media_workers.recognition.shared import SharedTranscriber

    line = Line(url)
    return lambda own: SharedTranscriber(hearing_id, line, own)


def speech_dial(models: ModelSpec, policy: PolicySpec) -> SpeechDial:
    """What is set in a live hearing's speech analysis while it runs."""
    ladder = LADDER if not models.whisper_small else tuple(Effort)
    return SpeechDial(policy.delay, policy.delay_min, policy.delay_max, ladder, Cores().share)


def sealed_recorder(folder: Path, master_key_file: Path) -> Callable[[], SealedRecorder]:
    """Makes the recorder of a hearing's sealed original."""
    from media_workers.outputs.sealed import SealedRecorder

    return lambda: SealedRecorder(folder, master_key_file)
