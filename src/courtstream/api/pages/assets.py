"""The built scripts and styles, found by Vite's manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOUNT = "/assets"


def web_folder() -> Path:
    """The folder `web/`: beside the package when installed, else in the source tree."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "web"
    return inside if inside.is_dir() else package.parents[1] / "web"


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses of built files. Empty when the web build has not run: pages work unstyled."""

    manifest: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, dist: Path) -> Assets:
        """Reads `manifest.json` of a build folder; a missing one gives no assets."""
        path = dist / "manifest.json"
        if not path.is_file():
            return cls()
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def script(self, source: str) -> str:
        """The address of a built entry, empty when it is not built."""
        entry = self.manifest.get(source)
        return f"{MOUNT}/{entry['file']}" if entry else ""

    def styles(self) -> list[str]:
        """The addresses of all style sheets."""
        files = {str(e["file"]) for e in self.manifest.values()}
        return [f"{MOUNT}/{name}" for name in sorted(files) if name.endswith(".css")]

    @property
    def icon(self) -> str:
        """The address of the site's mark."""
        return self.script("src/icons/seal.svg")
