"""How the documentation site is built: `make docs` writes it to `docs/_build/html`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

project = "courtstream 庭审公开平台"
author = "courtstream"
release = version = "0.1.0"
language = "zh_CN"

extensions = ["myst_parser", "openapi_pages"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

root_doc = "index"
exclude_patterns = ["_build", "deploy/Containerfile"]
html_theme = "furo"
html_title = "庭审公开平台 courtstream"
html_static_path: list[str] = []
html_extra_path = ["benchmarks.svg"]
