"""Real models and rules put together for a hearing: what a graph's factories make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from courtstream.control.protocol import ModelSpec, PolicySpec, SpokenParticipant
from courtstream.domain.time import seconds
from media_workers.graph.picture_line import FacesFactory
from media_workers.graph.sound_line import SpeechFactory
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.models import whisper_folder
from media_workers.outputs.sealed import SealedRecorder
from media_workers.speech.analyser import SpeechAnalyser, WindowPolicy
from media_workers.speech.asr import WhisperTranscriber
from media_workers.speech.spot import PrivateSpeechSpotter
from media_workers.vision.detect import YuNetFinder


def faces_factory(models: ModelSpec) -> FacesFactory:
    """Makes face analysis; the model file is checked at each making. May raise ModelMissing."""
    path = Path(models.faces) if models.faces else None
    return lambda: WatchedFaces(YuNetFinder(path, threads=1))


def speech_factory(
    models: ModelSpec, policy: PolicySpec, participants: Sequence[SpokenParticipant]
) -> SpeechFactory:
    """Makes speech analysis. Loads the model once; a fallen analyser gets a fresh transcriber."""
    folder = whisper_folder(models.whisper)
    protected = tuple(p.name for p in participants if p.protected)
    keep = tuple(p.name for p in participants if not p.protected)
    window = WindowPolicy(delay=seconds(policy.delay))

    def make() -> SpeechAnalyser:
        transcriber = WhisperTranscriber(
            folder, threads=models.threads, compute_type=models.compute_type
        )
        spotter = PrivateSpeechSpotter(protected, keep, policy.identity_window)
        return SpeechAnalyser(transcriber, spotter, window)

    return make


def sealed_recorder(folder: Path, master_key_file: Path) -> Callable[[], SealedRecorder]:
    """Makes the recorder of a hearing's sealed original."""
    return lambda: SealedRecorder(folder, master_key_file)
