"""The contract of a stage.

A stage is synchronous and owned by one thread. It never looks at a clock and does no I/O unless
it is a source or an output; the graph gives it bounds, threads and time. It is therefore testable
with a list.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)


class Stage(Protocol[In, Out]):
    """Takes items in order of time and gives items in order of time."""

    def push(self, item: In) -> Iterable[Out]:
        """Take one item; give what it completes. An exception means the stage is dead."""
        ...

    def flush(self) -> Iterable[Out]:
        """The input is over, or pauses: give the rest. What is pushed after it begins anew."""
        ...
