"""A model without other languages' tokens says what the whole one says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from courtstream.control import memory
from courtstream.domain.errors import ModelMissing
from courtstream.domain.time import SECOND
from media_workers.models import whisper_folder
from media_workers.speech import whisper_files
from media_workers.speech.asr import Stretch, WhisperTranscriber
from media_workers.speech.commands import sounds
from media_workers.speech.lean import Vocabulary, lean

HEARING = Path(__file__).parents[3] / "sample_media" / "hearing.mp4"


def in_use() -> int:
    used = memory.in_use()
    if used is None:
        pytest.skip("no glibc that tells what is in use")
    return used


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    made = lean(whisper_folder())
    assert made is not None
    return made[1]


@pytest.mark.skipif(not HEARING.exists(), reason="sample_media/hearing.mp4 is absent")
def test_the_text_is_the_whole_models(monkeypatch: pytest.MonkeyPatch) -> None:
    pcm = np.concatenate([s.pcm for s in sounds(HEARING) if s.t < 30 * SECOND]) / np.float32(32768)
    windows = [pcm[at : at + 160_000].astype(np.float32) for at in (80_000, 240_000)]
    ours = WhisperTranscriber(whisper_folder())
    monkeypatch.setattr(whisper_files, "lean", lambda folder: None)
    theirs = WhisperTranscriber(whisper_folder())
    assert len(ours._vocabulary.kept) < len(theirs._vocabulary.kept) / 5
    for window in windows:
        heard, wanted = ours.transcribe(window, 0), theirs.transcribe(window, 0)
        assert len(wanted.text) > 10
        assert heard.text == wanted.text
        assert [w.span for w in heard.chars] == [w.span for w in wanted.chars]


@pytest.mark.parametrize("text", ["审判长请原告陈述。", "Schrödinger 申请 naïve", "Привет", "🙂"])
def test_whatever_is_written_can_be_put_to_it(vocabulary: Vocabulary, text: str) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(whisper_folder() / "tokenizer.json"))
    tokens = tokenizer.encode(text, add_special_tokens=False).ids
    assert tokenizer.decode(vocabulary.read(vocabulary.spelled(tokens))) == text


def test_windows_of_ever_other_lengths_leave_nothing_behind() -> None:
    """A worker kept half a megabyte for each window it had read."""
    whisper = WhisperTranscriber(whisper_folder())
    chance = np.random.default_rng(7)
    lengths = chance.choice(np.arange(16_000, 160_000, 160), 48, replace=False)
    sizes = []
    for samples in lengths:
        noise = (chance.standard_normal(samples) * 0.05).astype(np.float32)
        whisper._encode([Stretch(noise, 0)], 1.0)
        sizes.append(in_use())
    assert sizes[-1] - sizes[8] < 8_000_000


def test_free_memory_goes_back_before_a_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Or it settles on what its forerunner wrote, and a worker grows with each one that fell."""
    order: list[str] = []
    monkeypatch.setattr(whisper_files, "hand_back", lambda: order.append("handed back"))
    monkeypatch.setattr(whisper_files, "lean", lambda folder: order.append("read"))
    with pytest.raises(ModelMissing):
        whisper_files.load(tmp_path, "int8", 1, "cpu")
    assert order == ["handed back", "read"]


def test_special_tokens_and_digits_stay(vocabulary: Vocabulary) -> None:
    kept = set(vocabulary.kept)
    assert set(range(50257, 51865)) <= kept  # ends, languages, tasks, time marks
    assert set(range(256)) <= kept  # every byte


def test_a_file_that_is_not_understood_is_left_to_the_loader(tmp_path: Path) -> None:
    for name in ("vocabulary.json", "config.json"):
        (tmp_path / name).write_bytes((whisper_folder() / name).read_bytes())
    (tmp_path / "model.bin").write_bytes(b"\x06\x00\x00\x00\xff\xff not a model")
    assert lean(tmp_path) is None
