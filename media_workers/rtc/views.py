"""The two pictures of a hearing that WHEP shows, as packets ready to be sent.

Released: the very packets that went out, encoded once for everybody. Raw: decoded, marked with one
viewer's name and the time, and encoded for that viewer alone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from typing import Any

import av
import av.error
import cv2
import numpy as np

from courtstream.domain.clock import COURT_ZONE
from media_workers.runtime.looks import LookFrame, LookKind

NS = Fraction(1, 1_000_000_000)
VIDEO_BASE = Fraction(1, 90_000)
OPUS_BASE = Fraction(1, 48_000)
SECOND = 1_000_000_000
RAW_WIDTH = 640
RAW_FPS = 12.0

Say = Callable[[str, float, Any], None]


class ReleasedView:
    """Released pictures as they are; the sound to Opus, once for all viewers."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._opus = OpusVoice(say)
        self._held: list[tuple[float, Any]] = []

    def push(self, frame: LookFrame) -> None:
        """A frame of the worker. A group's sound comes last: then all goes out in order."""
        if frame.kind is LookKind.VIDEO:
            packet = av.Packet(frame.data)
            packet.pts = packet.dts = frame.t
            packet.time_base, packet.is_keyframe = NS, frame.key
            self._held.append((frame.t / SECOND, packet))
        elif frame.kind is LookKind.AUDIO:
            sounds = self._opus.packets(frame.t, np.frombuffer(frame.data, np.int16))
            pictures = [(t, "video", p) for t, p in self._held]
            self._held = []
            for t, kind, packet in sorted([*pictures, *sounds], key=lambda item: item[0]):
                self._say(kind, t, packet)


class OpusVoice:
    """Mono PCM at 48 kHz to Opus packets of 20 ms on media time."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._next: int | None = None
        self._open()

    def packets(
        self, t: int, pcm: np.ndarray[Any, np.dtype[np.int16]]
    ) -> list[tuple[float, str, Any]]:
        """Packets that `pcm`, whose first sample is at `t` ns, completes."""
        sample = t * 48_000 // SECOND
        if self._next is None or abs(sample - self._next) > 4_800:
            self._open()
            self._next = sample
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.time_base, frame.pts = 48_000, OPUS_BASE, self._next
        self._next += len(pcm)
        made = []
        for whole in self._resampler.resample(frame):
            for packet in self._encoder.encode(whole):
                packet.time_base, packet.is_keyframe = OPUS_BASE, True
                made.append((packet.pts / 48_000, "audio", packet))
        return made

    def _open(self) -> None:
        encoder: Any = av.CodecContext.create("libopus", "w")
        encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
        encoder.bit_rate, encoder.time_base = 64_000, OPUS_BASE
        encoder.open()
        self._encoder = encoder
        self._resampler: Any = av.AudioResampler("s16", "stereo", 48_000, frame_size=960)


class Raw:
    """The courtroom as it is, small, with the viewer's name and the time laid over it."""

    def __init__(self, say: Say, mark: str) -> None:
        self._say, self._mark = say, mark
        self._face = cv2.FontFace("uni")
        self._video: Any = None
        self._audio: Any = None
        self._encoder: Any = None
        self._resampler: Any = None
        self._voice = OpusVoice(say)
        self._shown = -1.0
        self._seen = 0

    def push(self, frame: LookFrame) -> None:
        """A frame of the worker."""
        if frame.kind is LookKind.TRACKS:
            self._tracks(json.loads(frame.data))
        elif frame.kind is LookKind.VIDEO and self._video is not None:
            self._picture(frame)
        elif frame.kind is LookKind.AUDIO and self._audio is not None:
            self._sound(frame)

    def _tracks(self, tracks: dict[str, Any]) -> None:
        self._video = _decoder(tracks["video"])
        self._audio = _decoder(tracks["audio"])
        self._resampler = av.AudioResampler("s16", "mono", 48_000)

    def _picture(self, frame: LookFrame) -> None:
        for picture in _decoded(self._video, frame):
            t = picture.pts / SECOND
            if t - self._shown < 1 / RAW_FPS and t >= self._shown:
                continue
            self._shown = t
            marked = self._marked(picture)
            for packet in self._encoded(marked, picture.pts):
                self._say("video", packet.pts / 90_000, packet)

    def _sound(self, frame: LookFrame) -> None:
        for sound in _decoded(self._audio, frame):
            sound.pts = None
            for piece in self._resampler.resample(sound):
                pcm = piece.to_ndarray().reshape(-1)
                for t, kind, packet in self._voice.packets(frame.t, pcm):
                    self._say(kind, t, packet)

    def _marked(self, picture: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """I420 with the mark: solid at the bottom, faint across the middle."""
        width = min(RAW_WIDTH, picture.width) // 4 * 4
        height = max(4, picture.height * width // picture.width // 4 * 4)
        small = picture.reformat(width, height, "yuv420p").to_ndarray()
        luma = np.ascontiguousarray(small[:height])
        stamp = datetime.now(COURT_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        text = f"{self._mark} {stamp} 未屏蔽 仅供庭审人员"
        size = max(11, height // 22)
        luma[height - size * 2 :] = luma[height - size * 2 :] // 3
        _, luma = cv2.putText(luma, text, (8, height - size // 2), (255,), self._face, size)
        faint = luma.copy()
        _, faint = cv2.putText(
            faint, text, (width // 12, height // 2), (255,), self._face, size * 3 // 2
        )
        small[:height] = cv2.addWeighted(luma, 0.75, faint, 0.25, 0)
        return np.asarray(small, np.uint8)

    def _encoded(self, i420: np.ndarray[Any, np.dtype[np.uint8]], pts: int) -> list[Any]:
        height, width = i420.shape[0] * 2 // 3, i420.shape[1]
        if self._encoder is None or (self._encoder.width, self._encoder.height) != (width, height):
            self._encoder = _h264(width, height)
        frame = av.VideoFrame.from_ndarray(i420, format="yuv420p")
        frame.pts, frame.time_base = pts * 9 // 100_000, VIDEO_BASE
        packets = list(self._encoder.encode(frame))
        for packet in packets:
            packet.time_base = VIDEO_BASE
        return packets


def _decoder(track: dict[str, Any] | None) -> Any:
    if track is None:
        return None
    context: Any = av.CodecContext.create(track["codec"], "r")
    extradata = base64.b64decode(track["extradata"])
    if extradata:
        context.extradata = extradata
    elif track.get("rate"):  # Opus and PCM do not say it themselves
        context.sample_rate = track["rate"]
        context.layout = "mono" if track["channels"] == 1 else "stereo"
    context.thread_count = 1
    return context


def _decoded(context: Any, frame: LookFrame) -> list[Any]:
    packet = av.Packet(frame.data)
    packet.pts = packet.dts = frame.t
    packet.time_base = NS
    try:
        return list(context.decode(packet))
    except (av.error.FFmpegError, ValueError):
        return []


def _h264(width: int, height: int) -> Any:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = VIDEO_BASE, Fraction(12, 1)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "g": "24",
        "crf": "26",
        "maxrate": "900k",
        "bufsize": "900k",
    }
    encoder.thread_count = 1
    return encoder
