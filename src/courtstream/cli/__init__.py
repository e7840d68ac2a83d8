"""The `courtstream` command: one module a group of verbs, each with its own `app`."""

from __future__ import annotations

import importlib
import sys

import typer

GROUPS: tuple[str, ...] = (
    "media",
    "rules",
    "hearing",
    "user",
    "audit",
    "sealed",
    "second_pass",
    "late",
    "run",
    "nodes",
    "backup",
    "transcripts",
    "scores",
)
"""Modules of this package; each has `register(app)` that adds its commands."""

_ALONE = {"redact": ("media",), "transcribe": ("media",)}
"""Verbs that need one group only: a file tool must not wait for the whole platform to load."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def courtstream() -> None:
    """Open trials, live and safe / 庭审公开：直播、录播、规范."""


def main() -> None:
    """Entry point of the console script."""
    for name in _ALONE.get("".join(sys.argv[1:2]), GROUPS):
        importlib.import_module(f"courtstream.cli.{name}").register(app)
    app()
