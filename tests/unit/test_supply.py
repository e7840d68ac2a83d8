"""What is installed is what was looked at: every package pinned by hash, the web's by integrity."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_locked_package_has_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[a-z0-9][\w.\[\],-]*==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    assert "--index-url" not in text and "file://" not in text and "git+" not in text


def test_every_declared_dependency_is_in_the_lock() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = {
        line.split("==")[0].split("[")[0]
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if re.match(r"[a-z0-9]", line)
    }
    names = {re.split(r"[\[=<>~! ]", want)[0].lower().replace("_", "-") for want in wanted}
    assert names - locked == set()


def test_the_web_lock_has_integrity_everywhere() -> None:
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    inside = {name: row for name, row in packages.items() if name and not row.get("link")}
    assert inside
    assert [n for n, row in inside.items() if not row.get("integrity", "").startswith("sha")] == []


def test_no_secret_is_in_the_tree() -> None:
    """No private key and no token of ours in a committed text."""
    marks = ("-----BEGIN " + "PRIVATE KEY", "-----BEGIN RSA " + "PRIVATE KEY")
    token = re.compile(r"cst_[\w-]{43}\b")
    for folder in ("src", "media_workers", "web/src", "web/templates", "docs", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".ts", ".html", ".md", ".toml", ".json"}:
                text = path.read_text(encoding="utf-8")
                assert not any(mark in text for mark in marks), path
                assert not token.search(text), path
