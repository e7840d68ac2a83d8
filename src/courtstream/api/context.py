"""What every handler may reach: one object on the application, one sign-in on the request."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from courtstream.api.events import Hub
from courtstream.api.films import Films
from courtstream.auth.attempts import Attempts
from courtstream.control.objects import Objects
from courtstream.domain.errors import SignInNeeded
from courtstream.services.bus import Bus
from courtstream.services.nodes.board import Board
from courtstream.services.public.finding import Views
from courtstream.services.scoring.steps_now import StepsNow
from courtstream.services.views import SignIn, UserView
from courtstream.services.work import Work
from courtstream.settings import Settings

if TYPE_CHECKING:
    from courtstream.api.placing import Placer


@dataclass(slots=True)
class Context:
    """The parts of the running platform. `bus` is None where no hearing can run.

    `listening`: whether nodes and workers are listened to; None where nobody is to listen.
    `steps`: the steps of hearings on air, as far as they have got. `films`: cuts passages.
    `views`: page views waiting to be written. `placer`: moves hearings between nodes; None while
    nobody is listened to.
    """

    settings: Settings
    work: Work
    board: Board
    hub: Hub
    attempts: Attempts
    bus: Bus | None = None
    listening: bool | None = None
    steps: StepsNow = field(default_factory=StepsNow)
    views: Views = field(default_factory=Views)
    placer: Placer | None = None
    films: Films = field(init=False)
    objects: Objects | None = field(init=False)
    _errands: set[asyncio.Task[object]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.films = Films(self.work, self.settings.public)
        self.objects = Objects.of(self.settings)

    def later(self, errand: Coroutine[object, object, object]) -> None:
        """Do something nobody waits for, such as writing down a failed sign-in."""
        task: asyncio.Task[object] = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def finish(self) -> None:
        """Wait for what `later` has begun."""
        await asyncio.gather(*self._errands, return_exceptions=True)


def context(connection: HTTPConnection) -> Context:
    """The platform behind this request."""
    found = connection.app.state.context
    assert isinstance(found, Context)
    return found


def sign_in_of(connection: HTTPConnection) -> SignIn | None:
    """Who is signed in, None for the public."""
    found = connection.scope.get("courtstream.sign_in")
    return found if isinstance(found, SignIn) and found.stage == "full" else None


def half_of(connection: HTTPConnection) -> SignIn | None:
    """A sign-in that still waits for its second factor: it opens nothing but that page."""
    found = connection.scope.get("courtstream.sign_in")
    return found if isinstance(found, SignIn) and found.stage != "full" else None


def actor(connection: HTTPConnection) -> UserView:
    """The signed-in person. Raises SignInNeeded."""
    sign_in = sign_in_of(connection)
    if sign_in is None:
        raise SignInNeeded
    return sign_in.user
