"""The real recogniser on a few seconds of the sample hearing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from courtstream.domain.errors import LyingAnalysis, ModelMissing
from courtstream.domain.time import SECOND, Span, seconds, to_seconds
from media_workers.models import whisper_folder
from media_workers.speech.archive import ArchiveReader
from media_workers.speech.asr import PROMPT, Stretch, Wave, WhisperTranscriber
from media_workers.speech.commands import as_vtt, sounds, transcribe
from media_workers.speech.vad import VoiceDetector
from tests.unit.speech.saying import sounds as pieces

SAMPLES = Path(__file__).parents[3] / "sample_media"
HEARING = SAMPLES / "hearing.mp4"
pytestmark = pytest.mark.skipif(
    not HEARING.exists(), reason="sample_media/hearing.mp4 is absent: run sample_media/make.py"
)


@pytest.fixture(scope="module")
def whisper() -> WhisperTranscriber:
    return WhisperTranscriber(whisper_folder())


@pytest.fixture(scope="module")
def first_seconds() -> Wave:
    """The first ten seconds of the sample hearing."""
    taken: list[np.ndarray] = []
    for sound in sounds(HEARING):
        taken.append(sound.pcm)
        if sound.t >= 10 * SECOND:
            break
    pcm = np.concatenate(taken)[:160_000]
    return pcm.astype(np.float32) / np.float32(32768)


@pytest.fixture(scope="module")
def truth() -> Iterator[list[tuple[str, float, float]]]:
    told = json.loads((SAMPLES / "hearing.speech.json").read_text(encoding="utf-8"))
    yield [
        (char, start, end)
        for said in told["utterances"]
        for char, start, end in said["chars"]
        if end < 9.9 and char.isalnum()
    ]


def test_a_reading_may_use_all_its_room(whisper: WhisperTranscriber, first_seconds: Wave) -> None:
    """As many tokens as fast speech needs, with a prompt before them; then it is not believed."""
    encoded = whisper._encode([Stretch(first_seconds, 0)], 1.0)
    end = whisper._vocabulary.known([whisper._tokenizer.eot])
    for room in (20, 80, 200):
        said = whisper._generate(encoded, whisper._start_tokens(PROMPT), room, 1, *end)
        assert len(said[0].sequences_ids[0]) == room


def _likeness(heard: str, wanted: str) -> float:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_similarity(heard, wanted)


def test_mandarin_is_read_with_times(
    whisper: WhisperTranscriber, first_seconds: Wave, truth: list[tuple[str, float, float]]
) -> None:
    t0 = 100 * SECOND
    found = whisper.transcribe(first_seconds, t0)
    assert found.ok
    assert found.window == Span(t0, t0 + 10 * SECOND)
    assert _likeness(found.text, "".join(c for c, _, _ in truth)) > 0.7
    assert len(found.after) == len(found.chars)
    at = {c: start for c, start, _ in truth if sum(c == other for other, _, _ in truth) == 1}
    apart = [to_seconds(w.span.start - t0) - at[w.text] for w in found.chars if w.text in at]
    assert len(apart) > 8
    assert abs(float(np.median(apart))) < 0.3


def test_silence_is_read_as_nothing(whisper: WhisperTranscriber) -> None:
    rng = np.random.default_rng(1)
    quiet = (rng.normal(0, 0.0005, 5 * 16_000)).astype(np.float32)
    found = whisper.transcribe(quiet, 0)
    assert len(found.text) <= 2


def test_sound_that_is_no_number_is_refused(whisper: WhisperTranscriber) -> None:
    with pytest.raises(LyingAnalysis):
        whisper.transcribe(np.full(16_000, np.nan, dtype=np.float32), 0)
    with pytest.raises(ValueError, match="30 s"):
        whisper.transcribe(np.zeros(31 * 16_000, dtype=np.float32), 0)
    assert whisper.transcribe(np.zeros(10, dtype=np.float32), 0).chars == ()


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelMissing):
        WhisperTranscriber(whisper_folder(str(tmp_path)))


def test_the_voice_detector_finds_speech_piece_by_piece(
    first_seconds: Wave, truth: list[tuple[str, float, float]]
) -> None:
    voice = VoiceDetector(SECOND)
    for at in range(0, len(first_seconds), 1000):
        voice.push(first_seconds[at : at + 1000])
    assert voice.upto >= 10 * SECOND
    known = voice.spans(Span(SECOND, voice.upto))
    for _, start, end in truth:
        middle = SECOND + seconds((start + end) / 2)
        assert any(span.contains(middle) for span in known)
    first = SECOND + seconds(truth[0][1])
    assert not voice.spans(Span(SECOND, first - SECOND // 2))
    assert voice.clear(Span(SECOND, voice.upto))
    ahead = Span(voice.upto, voice.upto + SECOND)
    assert voice.spans(ahead) == (ahead,), "sound not judged yet counts as speech"


def test_the_archive_reads_the_same_words_once(
    whisper: WhisperTranscriber, first_seconds: Wave, truth: list[tuple[str, float, float]]
) -> None:
    reader = ArchiveReader(whisper)
    words = [w for sound in pieces(first_seconds) for w in reader.push(sound)] + reader.flush()
    plain = "".join(c for w in words for c in w.text if c.isalnum())
    assert _likeness(plain, "".join(c for c, _, _ in truth)) > 0.7
    starts = [w.span.start for w in words]
    assert starts == sorted(starts)


def test_the_command_writes_json_captions_and_text(tmp_path: Path, first_seconds: Wave) -> None:
    import av

    source = tmp_path / "court.wav"
    with av.open(str(source), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=16_000, layout="mono")
        pcm = (first_seconds[: 6 * 16_000] * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    result, captions, plain = (tmp_path / f"t.{kind}" for kind in ("json", "vtt", "txt"))
    options = [str(source), "--out", str(result), "--streaming"]
    options += ["--vtt", str(captions), "--txt", str(plain)]
    assert transcribe(options) == 0
    told = json.loads(result.read_text(encoding="utf-8"))
    assert told["duration"] == pytest.approx(6.0)
    assert told["mode"] == "streaming"
    assert told["text"] == "".join(w["text"] for w in told["words"])
    assert all(w["start"] <= w["end"] <= w["commit"] + 0.001 for w in told["words"])
    assert captions.read_text(encoding="utf-8").startswith("WEBVTT\n")
    assert " --> " in captions.read_text(encoding="utf-8")
    assert "".join(plain.read_text(encoding="utf-8").splitlines()) == told["text"]


def test_the_command_names_a_file_that_is_no_media(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"no media")
    assert transcribe([str(tmp_path / "x.mp4"), "--out", str(tmp_path / "t.json")]) == 2
    assert not (tmp_path / "t.json").exists()


def test_webvtt_without_captions_is_still_webvtt() -> None:
    assert as_vtt([]) == "WEBVTT\n"
