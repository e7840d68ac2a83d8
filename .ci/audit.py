"""Known vulnerabilities of what is locked: pip-audit for Python, npm for what the browser gets.

Both ask a service on the network; neither can do without (pip-audit has no offline mode). What
nobody could be asked about is said, and never taken for clean: 0 all was looked up and nothing is
known, 1 something is known, 2 not everything could be looked up. AUDIT holds further options of
pip-audit, for a closed network with a copy of OSV's service: `-s osv --osv-url http://…/v1/query`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0
"""Seconds until a service that does not answer counts as away."""
VERDICTS = (
    "audit: 全部已查，未见已知漏洞 / all was looked up, nothing is known",
    "audit: 有已知漏洞 / FAILED: vulnerabilities are known",
    "audit: 未能全部查询，结果未知 / UNKNOWN: not all could be looked up, so it does not pass",
)
"""By exit code."""


@dataclass(frozen=True)
class Found:
    """Of one side: packages looked up, those not looked up, and what is known, a line each."""

    looked_up: int
    unknown: tuple[str, ...]
    known: tuple[str, ...]

    @property
    def code(self) -> int:
        """This side's exit code."""
        return 1 if self.known else 2 if self.unknown or not self.looked_up else 0


def python_report(report: dict[str, Any]) -> Found:
    """From `pip-audit --format json`, or the message where it got no answer at all."""
    if "dependencies" not in report:
        return Found(0, (str(report.get("message", "no answer")),), ())
    rows = report["dependencies"]
    unknown = tuple(row["name"] for row in rows if "skip_reason" in row)
    known = tuple(
        f"{row['name']} {row['version']}: {bug['id']}, mended in "
        f"{', '.join(bug['fix_versions']) or 'no version yet'}"
        for row in rows
        for bug in row.get("vulns", ())
    )
    return Found(len(rows) - len(unknown), unknown, known)


def web_report(report: dict[str, Any]) -> Found:
    """From `npm audit --json`, which gives a message instead where it got no answer."""
    count = int(report.get("metadata", {}).get("dependencies", {}).get("total", 0))
    if "vulnerabilities" not in report:
        return Found(0, (str(report.get("message", "no answer")),), ())
    known = tuple(f"{name}: {row['severity']}" for name, row in report["vulnerabilities"].items())
    return Found(count, (), known)


def main() -> int:
    """Ask both; gives the exit code."""
    pip_audit = [
        str(Path(sys.executable).with_name("pip-audit")), "--require-hashes", "--disable-pip",
        "--requirement", "requirements.lock", "--format", "json", "--progress-spinner", "off",
        *shlex.split(os.environ.get("AUDIT", "")),
    ]  # fmt: skip
    npm = ["npm", "audit", "--omit", "dev", "--json"]
    sides = {
        "Python": python_report(_asked(pip_audit, ROOT)),
        "web": web_report(_asked(npm, ROOT / "web")),
    }
    for name, found in sides.items():
        print(f"{name}: {found.looked_up} looked up / 已查, {len(found.known)} known / 漏洞")
        for line in found.known:
            print(f"  ✗ {line}")
        if found.code == 2:
            said = ", ".join(found.unknown[:3]) or "no answer"
            more = f" (+{len(found.unknown) - 3})" if len(found.unknown) > 3 else ""
            print(f"  ! 未能查询，不等于没有漏洞 / not looked up, which says nothing: {said}{more}")
    codes = {found.code for found in sides.values()}
    code = 1 if 1 in codes else max(codes)
    print(VERDICTS[code])
    return code


def _asked(command: list[str], folder: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"message": f"{command[0]}: {type(error).__name__}"}
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return {"message": (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]}
    return answer if isinstance(answer, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
