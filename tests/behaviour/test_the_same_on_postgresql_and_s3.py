"""The promises hold where a province keeps things, too: on PostgreSQL and an S3 server.

A share of this very suite, in a process of its own; `make cluster` runs all of it in this way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import database

ROOT = Path(__file__).parents[2]
SHARE = ("test_media_routes_serve_released_files_only", "test_one_approval_for_all_modes")


@pytest.mark.slow
@pytest.mark.skipif(
    database.programs() is None, reason="PostgreSQL is not installed (apt-get install postgresql)"
)
@pytest.mark.skipif(database.CLUSTER, reason="all of it runs there")
def test_a_share_of_the_suite() -> None:
    files = [f"tests/behaviour/{name}.py" for name in SHARE]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", *files],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "COURTSTREAM_TEST_STORES": "cluster"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
