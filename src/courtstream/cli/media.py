"""Commands that run the live graph's stages over a file; carried out by the data plane.

The control plane never imports media libraries, so these hand their arguments on as they are.
"""

from __future__ import annotations

import os
import sys

import typer

_PASS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def _data_plane(verb: str, arguments: list[str]) -> None:
    os.execv(sys.executable, [sys.executable, "-m", "media_workers", verb, *arguments])


def register(app: typer.Typer) -> None:
    """Add `redact`, `transcribe` and `speech`."""

    @app.command(context_settings=_PASS)
    def redact(context: typer.Context) -> None:
        """Redact a file through the live graph: redact IN OUT [--policy …] [--record R.json]."""
        _data_plane("redact", context.args)

    @app.command()
    def speech() -> None:
        """Read speech for many hearings until Ctrl-C, on a GPU or here / 共享语音识别服务."""
        _data_plane("speech", [])

    @app.command(context_settings=_PASS)
    def transcribe(context: typer.Context) -> None:
        """Transcribe a file: transcribe IN --out T.json [--vtt F] [--txt F] [--streaming]."""
        _data_plane("transcribe", context.args)
