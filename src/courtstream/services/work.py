"""Running a service inside a transaction, from threads and from coroutines.

Services take a `Session` first and are plain functions; the pages and the API reach them only
through here, so a transaction begins and ends in one place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from anyio import to_thread
from sqlalchemy.orm import Session

from courtstream.services.public.indexing import indexed
from courtstream.services.supervision import tallying
from courtstream.store.unit import Store

P = ParamSpec("P")
T = TypeVar("T")


class Work:
    """Reads and writes of one database."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._editions: dict[str, int] = {}

    def edition(self, hearing_id: str) -> int:
        """A number that is another once this process has committed something about the hearing."""
        return self._editions.get(hearing_id, 0)

    def read(self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """Call `verb(session, …)` in a transaction that is thrown away."""
        with self.store.read() as session:
            return verb(session, *args, **kw)

    def write(self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """Call `verb(session, …)` and commit; any error rolls everything back.

        Sittings it changed are counted and indexed anew in the same transaction.
        """
        with self.store.write() as session, tallying.watched(session), indexed(session) as touched:
            answer = verb(session, *args, **kw)
        self._count(touched.hearings)
        return answer

    def _count(self, hearings: set[str]) -> None:
        """After the commit, so that whoever asks again finds what was written."""
        for hearing_id in hearings:
            self._editions[hearing_id] = self.edition(hearing_id) + 1

    async def reading(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """`read` in a worker thread."""
        return await to_thread.run_sync(lambda: self.read(verb, *args, **kw))

    async def writing(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """`write` in a worker thread."""
        return await to_thread.run_sync(lambda: self.write(verb, *args, **kw))
