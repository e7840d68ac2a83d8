"""What a clerk's commands do to a running hearing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from courtstream.control.protocol import Command, JournalRow, Reply, RowKind, Verb
from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, seconds, to_seconds
from courtstream.domain.trial import InterruptionReason
from media_workers.pipelines import Graph
from media_workers.runtime.journal import Rows

LONGEST_DELAY = 120.0
CLOSES = {Verb.CUT: Reason.CUT, Verb.CLOSE_SEGMENT: Reason.CLOSED, Verb.RECESS: Reason.RECESS}


class Desk:
    """Carries out commands; each leaves a row with who and why."""

    def __init__(
        self, graph: Graph, journal: Rows, now: Callable[[], MediaTime], end: Callable[[], None]
    ) -> None:
        self._graph, self._journal, self._now, self._end = graph, journal, now, end
        self.ending: MediaTime | None = None
        self._shortest = to_seconds(graph.release.delay)
        self._verbs: dict[Verb, Callable[[Command], Reply]] = {
            Verb.CUT: self._cut,
            Verb.CLOSE_SEGMENT: self._close,
            Verb.RECESS: self._recess,
            Verb.RELEASE: self._reopen,
            Verb.RESUME: self._reopen,
            Verb.SET_DELAY: self._set_delay,
            Verb.END: self._end_hearing,
        }

    def handle(self, command: Command) -> Reply:
        """Carry out one command."""
        if self.ending is not None and command.verb not in (Verb.CUT, Verb.CLOSE_SEGMENT):
            # What was captured last still waits to air: closing it must go on being possible.
            return Reply(ok=False, code="conflict", message="庭审正在结束 / the hearing is ending")
        reply = self._verbs[command.verb](command)
        if reply.ok:
            self._journal.write(
                RowKind.STATE,
                self._now(),
                command=command.verb.value,
                by=command.by,
                why=command.reason,
                **reply.data,
            )
        return reply

    def recall(self, earlier: Iterable[JournalRow]) -> None:
        """Take up what people had decided in earlier runs: a restart opens nothing they closed."""
        ending = False
        for row in earlier:
            if row.kind is RowKind.STATE and "command" in row.body:
                verb = Verb(row.body["command"])
                ending = ending or verb is Verb.END
                self._again(verb, row.body)
            ending = ending and row.kind is not RowKind.ENDED
        if ending:
            self._end()

    def _again(self, verb: Verb, body: dict[str, Any]) -> None:
        if verb is Verb.SET_DELAY:
            self._graph.release.delay = seconds(body["delay"])
        elif verb in CLOSES:
            at = seconds(body["from"])
            self._graph.closures.close(at, CLOSES[verb], body["by"], body["why"])
            if verb is Verb.RECESS and self._graph.sealed is not None:
                self._graph.sealed.pause(at, InterruptionReason.RECESS.value)
        elif verb in (Verb.RELEASE, Verb.RESUME):
            self._graph.closures.reopen(seconds(body["from"]))
            if self._graph.sealed is not None:
                self._graph.sealed.forget_pause()

    def _cut(self, command: Command) -> Reply:
        at = self._graph.cut(Reason.CUT, command.by, command.reason)
        return Reply(ok=True, data={"from": to_seconds(at)})

    def _close(self, command: Command) -> Reply:
        # What has not aired may already belong to the part that the law closes.
        at = self._graph.cut(Reason.CLOSED, command.by, command.reason)
        return Reply(ok=True, data={"from": to_seconds(at)})

    def _recess(self, command: Command) -> Reply:
        now = self._now()
        self._graph.closures.close(now, Reason.RECESS, command.by, command.reason)
        if self._graph.sealed is not None:
            self._graph.sealed.pause(now, InterruptionReason.RECESS.value)
        return Reply(ok=True, data={"from": to_seconds(now)})

    def _reopen(self, command: Command) -> Reply:
        # Media time runs ahead of the wall after a backlog: what has come already was said while
        # the court was closed, whatever its stamp.
        now = max(self._now(), self._graph.newest)
        if not self._graph.closures.reopen(now):
            return Reply(ok=False, code="conflict", message="当前未关闭 / nothing is closed now")
        if self._graph.sealed is not None:
            self._graph.sealed.resume(now)
        return Reply(ok=True, data={"from": to_seconds(now)})

    def _set_delay(self, command: Command) -> Reply:
        value = command.value
        # Analysis reads by the delay it was started with: with less it could never be in time.
        if value is None or not self._shortest <= value <= LONGEST_DELAY:
            message = (
                f"延时须在 {self._shortest:g}–{LONGEST_DELAY:g} 秒 / "
                f"the delay must be {self._shortest:g} to {LONGEST_DELAY:g} s here"
            )
            return Reply(ok=False, code="invalid_input", message=message)
        self._graph.release.delay = seconds(value)
        return Reply(ok=True, data={"delay": value})

    def _end_hearing(self, command: Command) -> Reply:
        self._end()
        return Reply(ok=True, data={"from": to_seconds(self._now())})
