"""Who is where at which moment, and the picture of that moment with the faces' true boxes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
from motion import FPS, envelope, ramp, swing
from people import Dress, Person, Pose, Seen
from PIL import Image, ImageDraw, ImageFont
from portraits import Look
from room import HEIGHT, WIDTH, Camera, Layer, Room
from script import COURT
from sound import RATE, Recording

OPENING = datetime(2026, 9, 14, 9, 0, 0)
"""What the clock overlay shows at time zero."""

WIDE = Camera()
BENCH = Camera(330, 128, 2.0)
PLAINTIFF = Camera(18, 252, 1.9)

ORDER = (
    "judge",
    "bench",
    "bailiff",
    "gallery_far",
    "rail",
    "witness",
    "stand",
    "clerk",
    "desk",
    "plaintiff",
    "defendant",
    "tables",
    "gallery",
)
"""From the back of the room to the front: people and furniture."""

SEATS = {
    "judge": (640.0, 188.0, 50.0),
    "clerk": (622.0, 384.0, 54.0),
    "plaintiff": (235.0, 372.0, 70.0),
    "defendant": (1050.0, 372.0, 70.0),
    "witness": (880.0, 268.0, 46.0),
    "bailiff": (318.0, 196.0, 42.0),
    "gallery_far": (66.0, 232.0, 25.0),
}
"""Face centre and face width in the wide view."""

_CAST = {
    "judge": (
        Look("hopper", (52, 50, 50), (0.97, 0.98, 0.92)),
        Dress((30, 28, 30), robe=True, legs=4.3),
    ),
    "clerk": (Look("collins", (30, 28, 28), mirror=True), Dress((58, 48, 42), tie=(40, 34, 120))),
    "plaintiff": (Look("collins", (34, 46, 66), (0.94, 0.96, 0.98)), Dress((96, 72, 58))),
    "defendant": (
        Look("hopper", (168, 172, 174), (1.0, 1.0, 0.93), True, 0.95),
        Dress((62, 64, 66), (214, 206, 190)),
    ),
    "witness": (
        Look("collins", (26, 24, 26), (0.98, 0.98, 1.0), glasses=True, stretch=1.06),
        Dress((92, 104, 70), (226, 226, 230), legs=5.5),
    ),
    "bailiff": (
        Look("hopper", (26, 26, 28), (0.84, 0.87, 0.84), stretch=1.05),
        Dress((66, 46, 34), (196, 178, 160), (40, 32, 28), legs=5.5),
    ),
    "gallery_far": (Look("collins", (60, 70, 88), (0.9, 0.9, 0.92), True), Dress((72, 84, 108))),
}


@dataclass(frozen=True)
class Face:
    """One row of the truth: pixels, and the share of the face that can be seen."""

    who: str
    x: float
    y: float
    w: float
    h: float
    vis: float


class Scene:
    """The picture at any moment of `recording`; deterministic."""

    def __init__(self, recording: Recording, font: str) -> None:
        self._people = {who: Person(*made) for who, made in _CAST.items()}
        self._room = Room()
        self._marks = {u.line.mark: u for u in recording.utterances if u.line.mark}
        self._recording = recording
        self._loud = envelope(recording.pcm)
        self._font = ImageFont.truetype(font, 20)
        self._fixed: dict[Camera, tuple[np.ndarray, dict[str, Layer]]] = {}
        self._gaze = _gazes(recording)

    def picture(self, n: int) -> tuple[np.ndarray, list[Face]]:
        """Frame `n` as BGR uint8 (720, 1280, 3) and the faces in it."""
        t = n / FPS
        camera = self._camera(t)
        wall, layers = self._furniture(camera)
        frame = wall.copy()
        seen: dict[str, Seen] = {}
        for name in ORDER:
            if name in self._people:
                pose = self._pose(name, t, n)
                face = self._people[name].draw(frame, pose, camera) if pose else None
                _hide_behind(seen, face)
                if face:
                    seen[name] = face
            else:
                layers[name].onto(frame)
                for behind in seen.values():
                    _cover(behind, layers[name].mask)
        self._gavel(frame, t, camera)
        self._overlay(frame, t)
        return frame, [_face(name, face) for name, face in seen.items()]

    def _furniture(self, camera: Camera) -> tuple[np.ndarray, dict[str, Layer]]:
        if camera not in self._fixed:
            layers = {n: self._room.layer(n, camera) for n in ORDER if n not in self._people}
            self._fixed[camera] = (self._room.wall(camera), layers)
        return self._fixed[camera]

    def _camera(self, t: float) -> Camera:
        opening, claims = self._marks["open"], self._marks["claims"]
        if opening.start - 0.4 <= t < opening.end + 0.2:
            return BENCH
        if claims.start + 0.6 <= t < claims.end - 0.8:
            return PLAINTIFF
        return WIDE

    def _pose(self, who: str, t: float, n: int) -> Pose | None:
        x, y, width = SEATS[who]
        place = self._walk(who, t)
        if place is None:
            return None
        dx, dy, walking = place
        seed = sum(map(ord, who))
        sway = math.sin(0.9 * t + seed) + 0.6 * math.sin(2.3 * t + 2 * seed)
        talk = self._talk(who, t)
        yaw = walking or self._gaze[who][min(n, len(self._gaze[who]) - 1)]
        yaw += 0.05 * math.sin(0.53 * t + seed) + 0.03 * math.sin(1.7 * t + seed / 3)
        nod = 0.12 * math.sin(0.71 * t + seed / 2) + 0.5 * talk * math.sin(5.1 * t + seed)
        if who == "clerk" and talk == 0:
            nod += 0.9 * max(0.0, math.sin(0.45 * t)) ** 3
        return Pose(
            x + dx + 0.022 * width * sway,
            y + dy + 0.012 * width * math.sin(1.3 * t + seed),
            width,
            yaw,
            0.03 * math.sin(0.8 * t + seed) + 0.03 * talk * math.sin(3.3 * t),
            nod,
            talk,
        )

    def _walk(self, who: str, t: float) -> tuple[float, float, float] | None:
        """Offset from the seat and the yaw of walking; None while out of the room."""
        rise, sit, close = self._marks["rise"], self._marks["sit"], self._marks["rise_again"]
        standing = ramp(t, rise.start + 0.3, 0.8) - ramp(t, sit.start + 0.5, 0.9)
        standing += ramp(t, close.start + 0.4, 0.8)
        if who == "judge":
            arrived = ramp(t, rise.end - 0.9, 3.4)
            left = ramp(t, close.end - 0.6, 2.4)
            away = 1 - arrived + left
            bob = 3.0 * abs(math.sin(6.0 * t)) if 0 < away < 1 else 0.0
            up = max(standing, 1.0 if away > 0 else 0.0)
            facing = -0.3 if 0 < 1 - arrived < 1 else 0.3 if 0 < left < 1 else 0.0
            return None if away >= 1 else (700.0 * away, -24.0 * up - bob, facing)
        if who == "witness":
            arrived = ramp(t, self._marks["enter"].start + 1.2, 3.6)
            left = ramp(t, self._marks["leave"].start + 0.9, 3.8)
            away = 1 - arrived + left
            bob = 2.5 * abs(math.sin(6.2 * t)) if 0 < away < 1 else 0.0
            facing = -0.3 if 0 < 1 - arrived < 1 else 0.3 if 0 < left < 1 else 0.0
            return None if away >= 1 else (440.0 * away, -bob, facing)
        if who == "bailiff":
            away = ramp(t, self._marks["claims"].end + 1.0, 4.2)
            bob = 2.5 * abs(math.sin(6.0 * t)) if 0 < away < 1 else 0.0
            return None if away >= 1 else (-370.0 * away, -bob, -0.3 if away > 0 else 0.0)
        height = {"clerk": 26.0, "plaintiff": 46.0, "defendant": 46.0, "gallery_far": 10.0}[who]
        return 0.0, -height * standing, 0.0

    def _talk(self, who: str, t: float) -> float:
        for u in self._recording.utterances:
            if u.line.who == who and u.start <= t < u.end:
                return float(self._loud[min(int(t * FPS), len(self._loud) - 1)])
        return 0.0

    def _gavel(self, frame: np.ndarray, t: float, camera: Camera) -> None:
        lift = max((swing(t - knock) for knock in self._recording.gavels), default=0.0)
        angle = -0.15 - 0.9 * lift
        tail = camera.point(542, 252)
        length = 34 * camera.zoom
        top = (tail[0] + length * math.cos(angle), tail[1] + length * math.sin(angle))
        across = (math.sin(angle) * 7 * camera.zoom, -math.cos(angle) * 7 * camera.zoom)
        thick = round(3 * camera.zoom)
        _stroke(frame, tail, top, (40, 62, 96), thick)
        _stroke(
            frame,
            (top[0] - across[0], top[1] - across[1]),
            (top[0] + across[0], top[1] + across[1]),
            (30, 46, 74),
            thick * 3,
        )

    def _overlay(self, frame: np.ndarray, t: float) -> None:
        clock = (OPENING + timedelta(seconds=t)).strftime("%Y-%m-%d  %H:%M:%S")
        strip = Image.fromarray(frame[14:50, :, ::-1].copy())
        draw = ImageDraw.Draw(strip)
        for text, x, anchor in ((clock, 20, "lm"), (f"{COURT}  第三法庭", WIDTH - 20, "rm")):
            draw.text(
                (x, 18),
                text,
                fill=(240, 240, 236),
                font=self._font,
                anchor=anchor,
                stroke_width=2,
                stroke_fill=(24, 26, 30),
            )
        frame[14:50] = np.asarray(strip)[:, :, ::-1]


def _stroke(
    frame: np.ndarray,
    a: tuple[float, float],
    b: tuple[float, float],
    colour: tuple[int, int, int],
    thick: int,
) -> None:
    cv2.line(
        frame,
        (round(a[0] * 16), round(a[1] * 16)),
        (round(b[0] * 16), round(b[1] * 16)),
        colour,
        thick,
        cv2.LINE_AA,
        4,
    )


def _gazes(recording: Recording) -> dict[str, np.ndarray]:
    """Per person and frame the yaw towards whoever speaks, eased."""
    frames = int(len(recording.pcm) / RATE * FPS) + 1
    result = {}
    for who, (x, _, _) in SEATS.items():
        target = np.zeros(frames)
        for u in recording.utterances:
            other = SEATS[u.line.who][0] if u.line.who != who else SEATS["judge"][0]
            yaw = 0.0 if abs(other - x) < 30 else 0.34 * math.copysign(1, other - x)
            yaw *= 0.75 if u.line.who == who else 1.0
            target[max(0, int((u.start - 0.2) * FPS)) :] = yaw
        kernel = np.hanning(23)
        result[who] = np.convolve(np.pad(target, 11, "edge"), kernel / kernel.sum(), "valid")
    return result


def _hide_behind(seen: dict[str, Seen], front: Seen | None) -> None:
    """Faces behind a face in front lose what it covers."""
    if front is None:
        return
    cover = np.zeros((HEIGHT, WIDTH), np.uint8)
    x, y = front.corner
    h, w = front.mask.shape
    cover[y : y + h, x : x + w] = front.mask
    for behind in seen.values():
        _cover(behind, cover)


def _cover(face: Seen, mask: np.ndarray) -> None:
    x, y = face.corner
    h, w = face.mask.shape
    face.mask[mask[y : y + h, x : x + w] > 0] = False


def _face(who: str, face: Seen) -> Face:
    vis = float(face.mask.sum()) / max(face.whole, 1.0)
    x, y, w, h = face.box
    return Face(who, x, y, w, h, round(min(1.0, vis), 3))
