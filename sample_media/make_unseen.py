"""Record the hearings of `unseen/`: `python sample_media/make_unseen.py [NAME ...]`.

Sound only, for judging the speech side with words, numbers, voices and rooms that no rule was
written for. `unseen/NAME.toml` becomes `unseen/NAME.ogg` (16 kHz, Opus) and `unseen/NAME.json`.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import av
import numpy as np
from scipy.signal import resample_poly

sys.path.insert(0, str(Path(__file__).parent))

import truth
from script import Line
from sound import RATE, Recording, Room, record
from voices import Voices

HERE = Path(__file__).parent
FOLDER = HERE / "unseen"
CACHE = HERE.parent / ".cache" / "sample_media"
HEARD_RATE = 16_000
LEVEL = 0.17
BIT_RATE = 24_000
SAID_BY = {
    "judge": ("J", "审判员"),
    "clerk": ("K", "书记员"),
    "prosecutor": ("X", "公诉人"),
    "plaintiff": ("P", "原告"),
    "counsel": ("L", "代理人"),
    "defendant": ("D", "被告"),
    "accused": ("D", "被告人"),
    "insurer": ("D", "保险公司"),
    "victim": ("V", "被害人"),
    "witness": ("W", "证人"),
}


def main() -> None:
    """Speak, put into a room, encode, write the truth."""
    voices = Voices(CACHE)
    for name in sys.argv[1:] or sorted(path.stem for path in FOLDER.glob("*.toml")):
        spec = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        lines = [
            Line(who, text, pause=round(0.3 + 0.07 * (n * 5 % 7), 2))
            for n, row in enumerate(spec["line"])
            for who, text in row.items()
        ]
        room = Room(spec["rt60"], seed=len(lines))
        cast = {who: tuple(voice) for who, voice in spec["cast"].items()}
        recording = record(voices, lines, cast, room)
        _encode(FOLDER / f"{name}.ogg", _noisy(recording.pcm, spec["snr"], room.seed))
        _truth(FOLDER / f"{name}.json", recording, spec["protected"])
        print(f"{name}: {len(recording.pcm) / RATE:.1f} s", file=sys.stderr)


def _noisy(pcm: np.ndarray, snr: float, seed: int) -> np.ndarray:
    """16 kHz with hiss `snr` dB below speech."""
    low = resample_poly(pcm, HEARD_RATE, RATE)
    hiss = np.random.default_rng(seed).standard_normal(len(low)) * LEVEL * 10 ** (-snr / 20)
    return np.clip(low + hiss, -1.0, 1.0).astype(np.float32)


def _encode(path: Path, pcm: np.ndarray) -> None:
    with av.open(str(path), "w", format="ogg") as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono", bit_rate=BIT_RATE)
        sound = resample_poly(pcm, 48_000, HEARD_RATE)
        whole = np.clip(sound * 32767, -32768, 32767).astype(np.int16)
        for at in range(0, len(whole), 960):
            frame = av.AudioFrame.from_ndarray(whole[None, at : at + 960], "s16", "mono")
            frame.sample_rate, frame.pts = 48_000, at
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def _truth(path: Path, recording: Recording, protected: list[str]) -> None:
    rows = truth.speech(recording, said_by=lambda who: SAID_BY.get(who, ("O", "")))
    truth.write(path, rows | {"sample_rate": HEARD_RATE, "protected_names": protected})


if __name__ == "__main__":
    main()
