"""A speech service reads many hearings at once, and none hears anything of another."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from courtstream.control.nats_server import EmbeddedServer, free_port
from courtstream.domain.time import SECOND
from media_workers.models import whisper_folder
from media_workers.recognition.line import Line
from media_workers.recognition.service import SpeechService
from media_workers.recognition.shared import SharedTranscriber
from media_workers.speech.asr import Wave, WhisperTranscriber
from media_workers.speech.commands import sounds

HEARING = Path(__file__).parents[2] / "sample_media" / "hearing.mp4"
HEARINGS, WINDOW = 4, 6


class Never:
    """A hearing's own model that may not be needed."""

    hurried = False

    def transcribe(self, *_: object) -> None:  # type: ignore[override]
        raise AssertionError("the service was there")


@pytest.fixture(scope="module")
def whisper() -> WhisperTranscriber:
    return WhisperTranscriber(whisper_folder(), threads=2)


@pytest.fixture(scope="module")
def windows() -> list[Wave]:
    """Six seconds for each hearing, all from different minutes of the sample."""
    taken, wanted = [], HEARINGS * 20 * SECOND
    for sound in sounds(HEARING):
        taken.append(sound.pcm)
        if sound.t >= wanted:
            break
    pcm = np.concatenate(taken).astype(np.float32) / np.float32(32768)
    return [pcm[n * 20 * 16_000 :][: WINDOW * 16_000] for n in range(HEARINGS)]


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[str]:
    server = EmbeddedServer(tmp_path, free_port())
    running = subprocess.Popen(server.arguments(), stdout=subprocess.DEVNULL)
    try:
        asyncio.run(server.ready())
        yield server.url
    finally:
        running.terminate()
        running.wait(10)


@contextmanager
def serving(service: SpeechService, url: str) -> Iterator[None]:
    """The service in a thread of its own, until the block is left."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(service.run(url, stop)), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


def wait_for(service: SpeechService, line: Line, pcm: Wave) -> None:
    """Until the service answers."""
    knocking = SharedTranscriber("h_knock", line, Silent, patience=10.0)
    for _ in range(50):
        knocking._not_before = 0.0
        knocking.transcribe(pcm[:4000], 0)
        if service.read:
            return
        time.sleep(0.1)
    raise AssertionError("the service does not answer")


class Silent:
    hurried = False

    def transcribe(self, *_: object) -> None:  # type: ignore[override]
        return None


def test_many_hearings_at_once_hear_what_each_hears_alone(
    whisper: WhisperTranscriber, windows: list[Wave], nats: str
) -> None:
    alone = [whisper.transcribe(pcm, n * SECOND) for n, pcm in enumerate(windows)]
    assert len({heard.text for heard in alone}) == HEARINGS
    service, line = SpeechService(whisper), Line(nats)
    try:
        with serving(service, nats), ThreadPoolExecutor(HEARINGS) as pool:
            wait_for(service, line, windows[0])
            batches, read = service.batches, service.read
            hearings = [
                SharedTranscriber(f"h_{n}", line, Never, patience=60.0) for n in range(HEARINGS)
            ]
            for _ in range(2):
                together = list(
                    pool.map(
                        lambda n: hearings[n].transcribe(windows[n], n * SECOND), range(HEARINGS)
                    )
                )
                assert [heard.text for heard in together] == [heard.text for heard in alone]
                assert [heard.window for heard in together] == [heard.window for heard in alone]
            assert service.read - read == 2 * HEARINGS
            assert service.batches - batches < 2 * HEARINGS, "they were read together"
        # the service is gone: the same stretch is read by the hearing's own model
        left = SharedTranscriber("h_0", line, lambda: whisper)
        assert left.transcribe(windows[0], 0) == alone[0]
        assert (left.shared, left.alone) == (0, 1)
    finally:
        line.close()
