"""A part of a long list, with what a pager needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows `page` of `pages`, counted from 1; `total` counts all rows."""

    rows: Sequence[T]
    total: int
    page: int
    pages: int

    def showing(self, rows: Iterable[V]) -> Page[V]:
        """The same page with its rows as something else."""
        return Page(tuple(rows), self.total, self.page, self.pages)


def place(total: int, asked: int, size: int) -> tuple[int, int, int]:
    """(page, pages, offset) of the page asked for; one past the end is the last, below 1 the
    first."""
    pages = max(1, -(-total // size))
    page = min(max(1, asked), pages)
    return page, pages, (page - 1) * size


def cut(rows: Sequence[T], asked: int, size: int) -> Page[T]:
    """A page of what is in memory already."""
    page, pages, offset = place(len(rows), asked, size)
    return Page(rows[offset : offset + size], len(rows), page, pages)


def of_query(session: Session, query: Select[T], asked: int, size: int) -> Page[T]:
    """A page of an ordered query's rows, as it gives them."""
    counted: Select[Any] = select(func.count()).select_from(query.order_by(None).subquery())
    page, pages, offset = place(total := session.scalar(counted) or 0, asked, size)
    rows = session.scalars(query.limit(size).offset(offset)).all()
    return Page(rows, total, page, pages)
