"""Run by Alembic: the same models for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine

from courtstream.store.base import UtcDateTime
from courtstream.store.tables import Base


def render(kind: str, value: Any, autogen: object) -> str | Literal[False]:
    """Our own column type as the plain one it is made of, so that a version stands alone."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Migrate online over a connection of our own."""
    url = context.config.attributes["url"]
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=engine.dialect.name == "sqlite",
                compare_type=True,
                render_item=render,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


run()
