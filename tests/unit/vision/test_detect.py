"""The packaged detector: it is the pinned file, and it finds faces from planes alone."""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from courtstream.domain.errors import ModelMissing
from media_workers.redact.hide import hide, hide_all
from media_workers.runtime.items import Picture, Planes
from media_workers.vision import detect, network
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.detect import Part, YuNetFinder, merged
from media_workers.vision.network import YUNET_SHA256
from media_workers.vision.track import SHOW, START

from .scripted import Scripted

MODEL = Path(detect.__file__).with_name("model")
SAMPLE = Path(__file__).resolve().parents[3] / "sample_media" / "hearing.mp4"
FACE = (51, 48, 89, 111)


def portrait(width: int = 640, height: int = 360, at: tuple[int, int] = (200, 80)) -> Planes:
    """A grey packed picture with the canary's portrait at (x, y)."""
    image = np.full((height, width, 3), 128, np.uint8)
    small = cv2.imread(str(MODEL / "canary.jpg"))
    assert small is not None
    image[at[1] : at[1] + small.shape[0], at[0] : at[0] + small.shape[1]] = small
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)


@pytest.fixture(scope="module")
def finder() -> YuNetFinder:
    return YuNetFinder()


def test_the_packaged_file_is_the_pinned_one_and_its_licence_is_beside_it() -> None:
    assert hashlib.sha256((MODEL / "yunet.onnx").read_bytes()).hexdigest() == YUNET_SHA256
    assert "3-clause BSD" in (MODEL / "NOTICE").read_text()


@pytest.mark.parametrize(("width", "height"), [(640, 360), (638, 366), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("look", [640, 960])
def test_the_portrait_is_found_in_source_pixels(
    finder: YuNetFinder, width: int, height: int, look: int
) -> None:
    at = (width // 3, height // 4)
    found = finder.find(portrait(width, height, at), look)
    assert found.dtype == np.float32 and found.shape == (1, 5)
    expected = np.array([FACE[0] + at[0], FACE[1] + at[1], FACE[2], FACE[3]])
    assert np.abs(found[0, :4] - expected).max() < 10
    assert found[0, 4] > 0.8


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (1278, 726)])
@pytest.mark.parametrize("look", [512, 640, 960])
def test_a_look_at_a_part_finds_there_what_a_look_at_all_finds(
    finder: YuNetFinder, width: int, height: int, look: int
) -> None:
    at = (width - 220, height - 220)
    whole = finder.find(portrait(width, height, at), look)
    around = Part(at[0] - 20, at[1] - 20, width, height)
    part = finder.find(portrait(width, height, at), look, around)
    assert whole.shape == part.shape == (1, 5)
    assert np.abs(whole - part).max() < 3
    elsewhere = finder.find(portrait(width, height, at), look, Part(0, 0, 300, height))
    assert elsewhere.shape == (0, 5)


def test_an_empty_picture_has_no_face(finder: YuNetFinder) -> None:
    assert finder.find(np.full((540, 640), 128, np.uint8), 640).shape == (0, 5)


def test_looking_writes_nothing_into_the_picture(finder: YuNetFinder) -> None:
    i420 = portrait()
    before = i420.copy()
    finder.find(i420, 640)
    finder.find(i420, 960)
    assert (i420 == before).all()


@pytest.mark.parametrize("soft", [True, False])
@pytest.mark.parametrize("look", [320, 640, 960])
def test_a_hidden_face_is_not_found_again(finder: YuNetFinder, soft: bool, look: int) -> None:
    i420 = portrait()
    analyser = FaceAnalyser(Scripted(lambda _: finder.find(i420, 640).tolist()))
    answers = [*analyser.push(Picture(0, i420, 0)), *analyser.flush()]
    boxes = [face.box for face in answers[0].faces]
    assert len(boxes) == 1
    assert len(finder.find(hide(i420, boxes, soft=soft), look)) == 0
    assert (finder.find(hide_all(i420), look)[:, 4] < START).all()


def test_a_file_that_is_absent_or_wrong_names_the_doctor(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.onnx"
    wrong.write_bytes(b"not a model")
    for path in (tmp_path / "absent.onnx", wrong):
        with pytest.raises(ModelMissing, match="courtstream doctor"):
            YuNetFinder(path)


def test_a_changed_packaged_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "YUNET_SHA256", "0" * 64)
    with pytest.raises(ModelMissing, match="courtstream doctor"):
        YuNetFinder()


def test_a_path_replaces_the_packaged_file(tmp_path: Path) -> None:
    copy = tmp_path / "mine.onnx"
    copy.write_bytes((MODEL / "yunet.onnx").read_bytes())
    assert len(YuNetFinder(copy).find(portrait(), 640)) == 1


def test_overlapping_boxes_become_the_surest() -> None:
    found = np.array([[0, 0, 10, 10, 0.5], [1, 1, 10, 10, 0.9], [50, 50, 10, 10, 0.4]], np.float32)
    assert detect._best(found)[:, 4].tolist() == pytest.approx([0.9, 0.4])


@pytest.mark.skipif(not SAMPLE.exists(), reason="sample_media/hearing.mp4 is not made yet")
def test_the_faces_of_the_sample_hearing_are_found(finder: YuNetFinder) -> None:
    truth = json.loads(SAMPLE.with_suffix(".faces.json").read_text())
    faces = [f for f in truth["faces"] if f["t"] == 0 and f["vis"] >= 0.6]
    with av.open(str(SAMPLE)) as container:
        frame = next(islice(container.decode(video=0), 0, 1))
    found = finder.find(frame.to_ndarray(format="yuv420p"), 1280)
    centres = found[:, :2] + found[:, 2:4] / 2
    for face in faces:
        middle = np.array([face["x"] + face["w"] / 2, face["y"] + face["h"] / 2])
        assert np.hypot(*(centres - middle).T).min() < face["w"] * 0.5


def at_the_edge(share: float, size: tuple[int, int] = (640, 360), *, right: bool = False) -> Planes:
    """The portrait standing at an edge that leaves so much of its face in the picture."""
    width, height = size
    wide = np.full((height, width, 3), 128, np.uint8)
    face = cv2.imread(str(MODEL / "canary.jpg"))
    assert face is not None
    left_of_it = FACE[0] + round(FACE[2] * (1 - share))
    half = face[:, left_of_it:]
    wide[80 : 80 + half.shape[0], : half.shape[1]] = half
    shown = np.ascontiguousarray(wide[:, ::-1]) if right else wide
    return np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2YUV_I420), np.uint8)


@pytest.mark.parametrize("right", [False, True])
def test_half_a_face_at_the_edge_of_the_picture_is_found_closely(
    finder: YuNetFinder, right: bool
) -> None:
    """Beside its mirror image it is whole."""
    packed = at_the_edge(0.5, right=right)
    found = finder.near(packed, 630.0 if right else 10.0, 184.0, 80.0)
    assert len(found) and found[0, 4] >= SHOW
    assert abs(found[0, 0] + found[0, 2] / 2 - (640 if right else 0)) < 30


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("size", [(320, 300), (640, 360), (1278, 726), (1920, 1080)])
@pytest.mark.parametrize("share", [0.4, 0.5, 0.6])
def test_nobody_has_to_be_known_for_half_a_face_at_an_edge_to_be_found(
    finder: YuNetFinder, right: bool, size: tuple[int, int], share: float
) -> None:
    width = size[0]
    found = finder.edges(at_the_edge(share, size, right=right))
    assert found.shape == (1, 5) and found[0, 4] >= SHOW
    x, y, w, h, _ = found[0]
    assert abs(x + w / 2 - (width if right else 0)) <= 0.2 * w
    assert abs(w / 2 - share * FACE[2]) < 16 and abs(y + h / 2 - (80 + FACE[1] + FACE[3] / 2)) < 16


def test_a_look_at_the_edges_tells_each_face_once(finder: YuNetFinder) -> None:
    """Whole faces are the usual look's, and their mirror images nobody's."""
    assert finder.edges(portrait()).shape == (0, 5)
    nearly = at_the_edge(0.9)
    assert finder.edges(nearly).shape == (0, 5) and len(finder.find(nearly, 640)) == 1
    half = at_the_edge(0.6)
    assert len(merged(finder.find(half, 640), finder.edges(half))) == 1
    assert finder.edges(half, Part(100, 0, 640, 360)).shape == (0, 5)
    assert finder.edges(half, Part(0, 0, 100, 360)).shape == (1, 5)
