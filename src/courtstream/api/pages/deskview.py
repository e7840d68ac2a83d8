"""The clerk's desk: is all ready, how loud is it, who decided each minute."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from courtstream.api.pages.i18n import Catalog
from courtstream.api.pages.watching import why_text
from courtstream.api.pages.wording import hms
from courtstream.domain.trial import PublicationMode
from courtstream.services.views import CourtroomPage, LiveStatus

Json = dict[str, Any]

QUIET_DB, LOUD_DB = -50.0, -3.0
"""Below it nobody is heard, above it the sound is clipped soon (dBFS)."""

GIB = 1 << 30
MOST_MINUTES = 40
NOT_STARTED = "NOT_STARTED"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the pre-flight list. `tone`: ok, warn, bad, or empty while nothing is known."""

    name: str
    value: str
    tone: str = ""


def preflight(page: CourtroomPage, words: Catalog) -> tuple[Check, ...]:
    """Everything a clerk looks at before the court opens, in the order of the work."""
    status = page.status if page.status is not None and not page.status.stale else None
    return (
        _gate(page, words),
        _key(page, words),
        _signal(status, words),
        _picture(status),
        _sound(status, words),
        _faces(status),
        _delay(page, status),
        _disk(page),
    )


def _gate(page: CourtroomPage, words: Catalog) -> Check:
    if page.gate is None:
        return Check("gate", words("preflight.unknown"), "warn")
    passed = PublicationMode.LIVE in page.gate.allowed
    return Check("gate", words(f"preflight.gate_{'yes' if passed else 'no'}"), _tone(passed))


def _key(page: CourtroomPage, words: Catalog) -> Check:
    last4 = page.courtroom.key_last4
    return Check("key", f"····{last4}" if last4 else words("key.none"), _tone(bool(last4)))


def _signal(status: LiveStatus | None, words: Catalog) -> Check:
    if status is None:
        return Check("signal", words("preflight.no_signal"))
    key = f"signal.{status.source}"
    good = status.source in {"connected", "returned"}
    return Check("signal", words(key) if words.has(key) else status.source, _tone(good))


def _picture(status: LiveStatus | None) -> Check:
    counters = status.counters if status else {}
    width, height, fps = (counters.get(n, 0.0) for n in ("width", "height", "fps"))
    if not counters.get("video_packets"):
        return Check("picture", "–")
    return Check("picture", f"{width:.0f}×{height:.0f} · {fps:.0f}", _tone(fps >= 12, "warn"))


def _sound(status: LiveStatus | None, words: Catalog) -> Check:
    counters = status.counters if status else {}
    if "level_db" not in counters:
        return Check("sound", "–")
    level, peak = counters["level_db"], counters.get("peak_db", -99.0)
    if peak >= LOUD_DB:
        return Check("sound", words("preflight.too_loud"), "warn")
    if level < QUIET_DB:
        return Check("sound", words("preflight.too_quiet"), "warn")
    return Check("sound", f"{level:.0f} dBFS", "ok")


def _faces(status: LiveStatus | None) -> Check:
    if status is None or "faces_seen" not in status.counters:
        return Check("faces", "–")
    seen = status.counters["faces_seen"]
    return Check("faces", f"{seen:.0f}", _tone(seen > 0, "warn"))


def _delay(page: CourtroomPage, status: LiveStatus | None) -> Check:
    delay = status.delay if status else page.policy.delay if page.policy else 0.0
    return Check("delay", f"{delay:.1f} s" if delay else "–", "ok" if delay else "")


def _disk(page: CourtroomPage) -> Check:
    desk = page.desk
    if not desk.free_bytes:
        return Check("disk", "–")
    enough = desk.free_bytes >= 2 * desk.least_bytes
    tone = "ok" if enough else "warn" if desk.free_bytes >= desk.least_bytes else "bad"
    return Check("disk", f"{desk.free_bytes / GIB:.1f} GiB", tone)


def _tone(good: bool, otherwise: str = "bad") -> str:
    return "ok" if good else otherwise


def minutes(page: CourtroomPage, words: Catalog) -> list[Json]:
    """Each state of the broadcast: from when, what, decided by whom and why; newest first."""
    found = []
    for minute in list(page.desk.minutes)[: -MOST_MINUTES - 1 : -1]:
        state = minute.state.value
        who = page.desk.people.get(minute.by) or words("desk.machine")
        found.append(
            {
                "at": hms(minute.start),
                "state": state,
                "name": words(f"minute.{state}"),
                "who": who,
                "why": why_text(words, state, minute.why),
            }
        )
    return found


def waits_for_start(page: CourtroomPage) -> bool:
    """Whether the broadcast begins at the clerk's word and nobody has said it."""
    return page.status is not None and page.status.why == NOT_STARTED


def waits_for_resume(page: CourtroomPage) -> bool:
    """Whether the signal came back after the grace period and a person has to go on."""
    status = page.status
    return (
        status is not None
        and not status.stale
        and status.why == "SIGNAL_LOST"
        and status.source in {"connected", "returned"}
        and any(m.code == "grace_over" for m in page.marks[:12])
    )


def desk_snapshot(page: CourtroomPage, words: Catalog) -> Json:
    """The desk's part of the page's event stream."""
    status = page.status
    counters = status.counters if status and not status.stale else {}
    return {
        "preflight": [asdict(check) for check in preflight(page, words)],
        "minutes": minutes(page, words),
        "level": counters.get("level_db"),
        "peak": counters.get("peak_db"),
        "waitsForStart": waits_for_start(page),
        "waitsForResume": waits_for_resume(page),
        "delayInForce": status.delay if status else None,
        "preview": bool(counters) and "level_db" in counters,
    }


def desk_context(page: CourtroomPage, words: Catalog) -> Json:
    """What the desk's part of `courtroom.html` names."""
    policy = page.policy
    return {
        "preflight": preflight(page, words),
        "minutes": minutes(page, words),
        "waits_for_start": waits_for_start(page),
        "waits_for_resume": waits_for_resume(page),
        "clerk_starts": policy is not None and policy.start == "clerk",
        "delay_least": policy.delay_min if policy else 6.0,
        "delay_most": max(policy.delay_max, policy.delay) if policy else 30.0,
        "lost_seconds": page.desk.lost,
    }
