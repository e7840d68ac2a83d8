"""The `courtstream` command."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def courtstream() -> None:
    """Open trials, live and safe."""


def main() -> None:
    """Entry point of the console script."""
    app()
