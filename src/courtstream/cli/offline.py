"""The database at the command line: migrated, opened, closed; errors become sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from courtstream.domain.errors import CourtstreamError
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.unit import Store


@contextmanager
def explained() -> Iterator[None]:
    """Our errors become a sentence, a remedy and exit code 1."""
    try:
        yield
    except CourtstreamError as error:
        typer.secho(f"✗ {error.zh} / {error}", fg=typer.colors.RED, err=True)
        if error.remedy:
            typer.echo(f"  → {error.remedy}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def offline(settings: Settings | None = None) -> Iterator[Work]:
    """Reads and writes of the configured database. Our errors end the command with code 1."""
    settings = settings or Settings()
    upgrade(settings.database)
    store = Store(settings.database)
    try:
        with explained():
            yield Work(store)
    finally:
        store.close()
