"""The network that finds faces: its file, checked, and the session that runs it.

YuNet (libfacedetection, 3-clause BSD; licence beside the file).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from courtstream.domain.errors import ModelMissing

if TYPE_CHECKING:
    import onnxruntime

YUNET_SHA256 = "8538957bf914dd57e097f0f2c29d09cd10e44dc9a06828449178a83d70c4ac70"
STRIDES = (8, 16, 32)
"""Pixels of the canvas a cell of each level covers."""

_OUTPUTS = tuple(f"{kind}_{stride}" for stride in STRIDES for kind in ("score", "box"))


def network(
    path: str | Path | None, threads: int
) -> Callable[[npt.NDArray[np.uint8]], list[npt.NDArray[np.float32]]]:
    """From planes, uint8 (1, 3, H, W), sides multiples of 32, to each level's scores and boxes.

    float32 (1, 1, rows, columns) and (1, 4, rows, columns) in turn. Raises ModelMissing when the
    file is absent, is not the pinned one, or does not load.
    """
    session = _session(_checked(path), threads)
    return lambda canvas: session.run(_OUTPUTS, {"planes": canvas})


def _checked(path: str | Path | None) -> bytes:
    """The model's bytes; the packaged file must be the pinned one, a path from settings may differ.

    A replaced model is the operator's own choice, so only its presence is asked for here.
    """
    file = Path(path) if path else Path(__file__).with_name("model") / "yunet.onnx"
    try:
        data = file.read_bytes()
    except OSError:
        raise _missing() from None
    if not path and hashlib.sha256(data).hexdigest() != YUNET_SHA256:
        raise _missing()
    return data


def _missing() -> ModelMissing:
    return ModelMissing(
        "人脸检测模型 / face model: 请运行 courtstream doctor / run `courtstream doctor`"
    )


def _session(data: bytes, threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime  # starts a thread: a worker is bound before it has any

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # parts of a picture are of ever new sizes: a plan of memory made for one is seldom used again
    options.enable_mem_pattern = False
    # a spinning idle thread would take the encoder's core
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        names = {output.name for output in session.get_outputs()}
    except Exception as error:  # onnxruntime has no common base class
        raise _missing() from error
    if not names.issuperset(_OUTPUTS) or session.get_inputs()[0].name != "planes":
        raise _missing()
    return session
