"""What a clerk's commands do to a running hearing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from courtstream.control.protocol import Command, JournalRow, PolicySpec, Reply, RowKind, Verb
from courtstream.domain.redaction import Reason
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import SECOND, MediaTime, Span, seconds, to_seconds
from courtstream.domain.transcript import Word
from courtstream.domain.trial import InterruptionReason
from media_workers.pipelines import Graph
from media_workers.redact.shields import VoiceMode
from media_workers.runtime.journal import Rows
from media_workers.speech.witness import WitnessCues
from media_workers.zone_orders import ZoneOrders

RAISE_AFTER: MediaTime = 30 * SECOND
"""The machine adds to the delay when reading has been late for so long, and not oftener."""

LOWER_AFTER: MediaTime = 300 * SECOND
"""It takes back what it added, and nothing that people set, after so long without need."""

WITNESS = {"change": Verb.CHANGE_VOICE, "mute": Verb.MUTE_VOICE}
SHIELDS: dict[Verb, VoiceMode] = {Verb.CHANGE_VOICE: "change", Verb.MUTE_VOICE: "mute"}
GRACE_OVER = "grace_over"
"""The machine's own command: the signal was away for longer than the grace period."""

LONGEST_HIDDEN = 600.0
"""Seconds of sound that one `hide` may cover."""

LONGEST_AHEAD = 120.0
"""Seconds from now on that a `hide` may reach into."""

BEFORE, AFTER = seconds(0.25), seconds(0.35)
"""Words begin and end a little outside the times a recogniser gives them."""

CLOSES = {Verb.CUT: Reason.CUT, Verb.CLOSE_SEGMENT: Reason.CLOSED, Verb.RECESS: Reason.RECESS}


STILL_POSSIBLE = frozenset({Verb.CUT, Verb.CLOSE_SEGMENT, Verb.HIDE, Verb.SET_ZONES})
"""What may be asked while the last seconds of an ending hearing wait to air."""


class Desk:
    """Carries out commands; each leaves a row with who and why."""

    def __init__(
        self,
        graph: Graph,
        journal: Rows,
        now: Callable[[], MediaTime],
        end: Callable[[], None],
        policy: PolicySpec | None = None,
    ) -> None:
        self._policy = policy or PolicySpec()
        self._graph, self._journal, self._now, self._end = graph, journal, now, end
        self.ending: MediaTime | None = None
        self._cues = WitnessCues()
        self._wanted = graph.release.delay
        self._unlike_since: tuple[bool, MediaTime] | None = None
        self.zones = ZoneOrders(graph, journal, now)
        self._verbs: dict[Verb, Callable[[Command], Reply]] = {
            Verb.START: self._start,
            Verb.CUT: self._cut,
            Verb.CLOSE_SEGMENT: self._close,
            Verb.RECESS: self._recess,
            Verb.RELEASE: self._reopen,
            Verb.RESUME: self._reopen,
            Verb.SET_DELAY: self._set_delay,
            Verb.CHANGE_VOICE: self._shield,
            Verb.MUTE_VOICE: self._shield,
            Verb.PLAIN_VOICE: self._unshield,
            Verb.END: self._end_hearing,
            Verb.HIDE: self._hide,
            Verb.KEEP: self._keep,
            Verb.SET_ZONES: self.zones.put,
            Verb.CONFIRM_VIEW: self.zones.confirm,
            Verb.STILL: self.zones.still,
        }

    def handle(self, command: Command) -> Reply:
        """Carry out one command."""
        if self.ending is not None and command.verb not in STILL_POSSIBLE:
            # What was captured last still waits to air: closing it must go on being possible.
            return Reply(ok=False, code="conflict", message="庭审正在结束 / the hearing is ending")
        reply = self._verbs[command.verb](command)
        if reply.ok and command.verb is not Verb.STILL:
            self._journal.write(
                RowKind.STATE,
                self._now(),
                command=command.verb.value,
                by=command.by,
                why=command.reason,
                **reply.data,
            )
            reply = self._on_record(reply)
        return reply

    def _on_record(self, reply: Reply) -> Reply:
        """The reply once its row is durable: what was confirmed must hold after a kill, too."""
        try:
            self._journal.sync()
        except OSError:
            message = (
                "已执行，但未能写盘，请检查磁盘 / done, but not on disk yet: look after the disk"
            )
            return reply.model_copy(update={"code": "not_durable", "message": message})
        return reply

    def recall(self, earlier: Iterable[JournalRow]) -> None:
        """Take up what people had decided in earlier runs: a restart opens nothing they closed."""
        ending = False
        for row in earlier:
            if row.kind is RowKind.STATE and row.body.get("command") == GRACE_OVER:
                at = seconds(row.body["from"])
                self._graph.closures.close(at, Reason.SIGNAL_LOST, MACHINE, GRACE_OVER)
            elif row.kind is RowKind.STATE and "command" in row.body:
                verb = Verb(row.body["command"])
                ending = ending or verb is Verb.END
                self._again(verb, row.body)
            ending = ending and row.kind is not RowKind.ENDED
        if ending:
            self._end()

    def _again(self, verb: Verb, body: dict[str, Any]) -> None:
        if verb is Verb.START:
            self._graph.release.opens_at = seconds(body["from"])
        elif verb is Verb.SET_DELAY:
            self._graph.set_delay(seconds(body["delay"]))
            if body.get("by") != MACHINE:
                self._wanted = seconds(body["delay"])
        elif verb is Verb.HIDE:
            # What was kept had not aired and is lost with the run that kept it: nothing to recall.
            self._graph.ledger.hide(Span.of_seconds(body["from"], body["to"]), body["by"])
        elif verb in (Verb.SET_ZONES, Verb.CONFIRM_VIEW):
            self.zones.again(body)
        elif verb in CLOSES:
            at = seconds(body["from"])
            self._graph.closures.close(at, CLOSES[verb], body["by"], body["why"])
            if verb is Verb.RECESS and self._graph.sealed is not None:
                self._graph.sealed.pause(at, InterruptionReason.RECESS.value)
        elif verb in SHIELDS:
            start = seconds(body["from"])
            self._graph.shields.begin(start, SHIELDS[verb], body["by"], body["why"])
        elif verb is Verb.PLAIN_VOICE:
            self._graph.shields.end(seconds(body["from"]))
        elif verb in (Verb.RELEASE, Verb.RESUME):
            self._graph.closures.reopen(seconds(body["from"]))
            if self._graph.sealed is not None:
                self._graph.sealed.forget_pause()

    def _start(self, command: Command) -> Reply:
        if not self._graph.release.waiting:
            return Reply(ok=False, code="conflict", message="已经开播 / it has begun already")
        now = max(self._now(), self._graph.newest)
        self._graph.release.opens_at = now
        return Reply(ok=True, data={"from": to_seconds(now)})

    def grace_over(self, at: MediaTime) -> None:
        """The signal was away too long: what comes back stays closed until a person resumes."""
        self._graph.closures.close(at, Reason.SIGNAL_LOST, MACHINE, GRACE_OVER)
        self._journal.write(
            RowKind.STATE,
            at,
            command=GRACE_OVER,
            by=MACHINE,
            why=GRACE_OVER,
            **{"from": to_seconds(at)},
        )

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

    def _hide(self, command: Command) -> Reply:
        with self._graph.release.airing:
            span = self._not_aired(command, BEFORE, AFTER)
            if span is None:
                return _too_late(command)
            self._graph.ledger.hide(span, command.by)
        return _spoken(span)

    def _keep(self, command: Command) -> Reply:
        with self._graph.release.airing:
            span = self._not_aired(command, 0, 0)
            if span is None:
                return _too_late(command)
            forbidden = self._graph.ledger.keep(span)
        if forbidden is not None:
            message = (
                "依规则不得放开该片段 / the rules do not let a person open this stretch "
                f"({forbidden.value})"
            )
            return Reply(ok=False, code="forbidden", message=message)
        return _spoken(span)

    def _not_aired(self, command: Command, before: MediaTime, after: MediaTime) -> Span | None:
        """The part of what the command names that can still be decided about."""
        if command.start is None or command.end is None or command.end <= command.start:
            return None
        if command.end - command.start > LONGEST_HIDDEN:
            return None
        wanted = Span.of_seconds(command.start, command.end)
        aired = self._graph.release.aired
        latest = self._now() + seconds(LONGEST_AHEAD)
        return wanted.padded(before, after).clipped(Span(aired, max(aired, latest)))

    def _set_delay(self, command: Command) -> Reply:
        value, least, most = command.value, self._policy.delay_min, self._policy.delay_max
        if value is None or not least <= value <= most:
            message = (
                f"延时须在 {least:g}–{most:g} 秒 / the delay must be {least:g} to {most:g} s here"
            )
            return Reply(ok=False, code="invalid_input", message=message)
        self._graph.set_delay(seconds(value))
        if command.by != MACHINE:
            self._wanted = seconds(value)
        return Reply(ok=True, data={"delay": value})

    def _shield(self, command: Command) -> Reply:
        # The protected person may have begun to speak before somebody thought of the button.
        with self._graph.release.airing:
            at = self._graph.release.aired
            self._graph.shields.begin(at, SHIELDS[command.verb], command.by, command.reason)
        return Reply(ok=True, data={"from": to_seconds(at)})

    def _unshield(self, command: Command) -> Reply:
        now = max(self._now(), self._graph.newest)
        if not self._graph.shields.end(now):
            return Reply(ok=False, code="conflict", message="声音未受保护 / no voice is protected")
        return Reply(ok=True, data={"from": to_seconds(now)})

    def heard(self, words: Sequence[Word]) -> None:
        """Protect witnesses from the call to the dismissal, where the policy says so.

        What a person has set stays: only what the machine began is ended by it.
        """
        verb = WITNESS.get(self._policy.witness_voice)
        if verb is None or self.ending is not None:
            return
        for cue in self._cues.push(words):
            shields = self._graph.shields
            if cue.comes and shields.current is None:
                self.handle(Command(verb=verb, by=MACHINE, reason="witness called"))
            elif not cue.comes and shields.begun_by == MACHINE:
                self.handle(Command(verb=Verb.PLAIN_VOICE, by=MACHINE, reason="witness dismissed"))

    def adapt(self) -> None:
        """Called once a second: follow the measured latency of speech, within the policy.

        Never below what people set. Up when readings have been late for a while, back down after
        a long time without need; each change is on record like a person's.
        """
        if not self._policy.delay_adapts or self.ending is not None:
            return
        now, delay = self._now(), self._graph.release.delay
        target = max(self._wanted, self._graph.sound.dial.proposed)
        up = target > delay
        if target == delay:
            self._unlike_since = None
        elif self._unlike_since is None or self._unlike_since[0] is not up:
            self._unlike_since = (up, now)
        elif now - self._unlike_since[1] >= (RAISE_AFTER if up else LOWER_AFTER):
            self._unlike_since = None
            why = "speech latency" if up else "speech latency is low again"
            value = to_seconds(target)
            self.handle(Command(verb=Verb.SET_DELAY, by=MACHINE, reason=why, value=value))

    def _end_hearing(self, command: Command) -> Reply:
        self._end()
        return Reply(ok=True, data={"from": to_seconds(self._now())})


def _spoken(span: Span) -> Reply:
    return Reply(ok=True, data={"from": to_seconds(span.start), "to": to_seconds(span.end)})


def _too_late(command: Command) -> Reply:
    if command.start is None or command.end is None or command.end <= command.start:
        return Reply(
            ok=False, code="invalid_input", message="须给出起止时间 / say from when to when"
        )
    message = "该片段已播出，请在庭后更正 / it has aired: correct it after the hearing"
    return Reply(ok=False, code="conflict", message=message)
