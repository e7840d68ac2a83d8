from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.platform import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")
