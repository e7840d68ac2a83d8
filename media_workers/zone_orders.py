"""What a clerk asks about seat zones while the hearing runs: another map, a view, a still."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import cv2
from pydantic import TypeAdapter, ValidationError

from courtstream.control.protocol import Command, Reply, RowKind, Verb
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import MediaTime, to_seconds
from courtstream.domain.zones import ZoneMap
from media_workers.pipelines import Graph
from media_workers.runtime.items import Planes
from media_workers.runtime.journal import Rows

MAPS = TypeAdapter(ZoneMap)
STILL_WIDTH = 960
_QUALITY = 80


class ZoneOrders:
    """Carries out the orders about zones; the desk writes their rows."""

    def __init__(self, graph: Graph, journal: Rows, now: Callable[[], MediaTime]) -> None:
        self._graph, self._journal, self._now = graph, journal, now
        self._zones = graph.zones
        self._zones.on_learned = self._learned

    def put(self, command: Command) -> Reply:
        """Another map: what it hides holds for all that has not aired, what it opens for what
        is captured from now on."""
        if command.zones is None:
            return Reply(ok=False, code="invalid_input", message="缺少席位区 / no zones given")
        number = self._zones.put(command.zones)
        zones = MAPS.dump_python(command.zones, mode="json")
        return Reply(
            ok=True, data={"from": to_seconds(self._graph.release.aired), "n": number, "map": zones}
        )

    def confirm(self, command: Command) -> Reply:
        """The picture shows the view `target` now; its look is taken from the next picture."""
        if not self._zones.confirm(command.target):
            return Reply(ok=False, code="not_found", message="没有该机位 / no such view")
        return Reply(ok=True, data={"target": command.target})

    def still(self, command: Command) -> Reply:
        """The newest picture with all that is to be hidden hidden, and how its view looks."""
        shown = self._graph.picture.coding.shown
        looks = self._zones.glanced(shown.t) if shown else ()
        if shown is None or not looks:
            return Reply(ok=False, code="conflict", message="尚无画面 / there is no picture yet")
        ok, data = cv2.imencode(".jpg", _shrunk(shown.i420), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if not ok:
            return Reply(ok=False, code="conflict", message="无法取图 / the picture failed")
        jpeg = base64.b64encode(data.tobytes()).decode()
        return Reply(ok=True, data={"jpeg": jpeg, "signature": list(looks)})

    def again(self, body: dict[str, Any]) -> None:
        """Take up an order of an earlier run. What cannot be read hides every face."""
        if "signature" in body:
            cells = tuple(int(v) for v in body["signature"])
            self._zones.learn(str(body["target"]), cells, tell=False)
        elif "map" in body:
            try:
                self._zones.put(MAPS.validate_python(body["map"]))
            except ValidationError:
                self._zones.put(None)

    def _learned(self, view: str, looks: tuple[int, ...]) -> None:
        self._journal.write(
            RowKind.STATE,
            self._now(),
            command=Verb.CONFIRM_VIEW.value,
            by=MACHINE,
            why="learned",
            target=view,
            signature=list(looks),
        )


def _shrunk(i420: Planes) -> Any:
    """BGR of at most STILL_WIDTH columns of a picture that is redacted already."""
    bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
    height, width = bgr.shape[:2]
    if width <= STILL_WIDTH:
        return bgr
    size = (STILL_WIDTH, height * STILL_WIDTH // width)
    return cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
