"""For all tests: in CI Hypothesis draws the same examples every time, here new ones each run."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI") or os.environ.get("COURTSTREAM_REQUIRE_BROWSER"):
    settings.load_profile("ci")
