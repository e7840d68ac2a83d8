"""What is installed is what was looked at: every package pinned by hash, the web's by integrity."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageMetadata, distributions
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

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


def test_what_is_installed_is_what_is_locked() -> None:
    """The versions that the tests run with are those whose files were looked at."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9][\w.-]*)(?:\[[^]]*\])?==([^ ;\\]+)", text, re.MULTILINE))
    found = {re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): d.version for d in distributions()}
    tools = {"pip", "setuptools", "uv", "courtstream"}
    assert {name for name in found if name not in locked} <= tools
    assert {n: v for n, v in found.items() if n in locked and locked[n] != v} == {}


def test_every_installed_package_says_its_licence_and_none_forbids_what_we_do() -> None:
    """No GPL without another choice in a Python package (for the ffmpeg program see NOTICE)."""
    unsaid, strict = [], []
    for found in distributions():
        said = licence(found.metadata)
        if not said:
            unsaid.append(found.metadata["Name"])
        elif re.search(r"\bA?GPL|Affero", said) and not re.search(r"LGPL|BSD|MIT|Apache", said):
            strict.append(f"{found.metadata['Name']}: {said[:80]}")
    assert (unsaid, strict) == ([], [])


def licence(facts: PackageMetadata) -> str:
    """An SPDX expression, the classifiers, or the first line of the text."""
    classes = [c for c in facts.get_all("Classifier") or () if c.startswith("License ::")]
    text = facts.get("License") or ""
    return str(facts.get("License-Expression") or " ".join(classes) or text.strip().split("\n")[0])


def audit() -> ModuleType:
    spec = spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    sys.modules["audit"] = made
    spec.loader.exec_module(made)
    return made


def test_what_nobody_could_look_up_is_never_called_clean() -> None:
    read = audit()
    one, other = {"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "?"}
    bad = {"name": "c", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
    codes = [
        read.python_report({"dependencies": rows}).code
        for rows in ([one], [one, other], [other], [], [one, bad, other])
    ]
    assert codes == [0, 2, 2, 2, 1]
    away = read.python_report(read._asked(["/no/such/program"], ROOT))
    assert (away.code, away.unknown) == (2, ("/no/such/program: FileNotFoundError",))
    counted = {"metadata": {"dependencies": {"total": 3}}}
    assert read.web_report({**counted, "vulnerabilities": {}}).code == 0
    assert read.web_report({"message": "405"}).code == 2
    assert read.web_report({**counted, "vulnerabilities": {"x": {"severity": "high"}}}).code == 1
