"""Bringing a database to the present schema, from code: no alembic.ini, no working folder."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import make_url


def config(url: str) -> Config:
    """Alembic's settings for a database."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """Run every migration that is missing. Safe to call at each start."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(config(url), "head")


def check(url: str) -> None:
    """Raises alembic's CommandError when models and migrated schema differ."""
    command.check(config(url))
