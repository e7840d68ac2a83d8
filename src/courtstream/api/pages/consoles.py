"""What the courtroom page says: gauges of the incoming stream, commands, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from courtstream.api.pages.deskview import desk_context, desk_snapshot
from courtstream.api.pages.i18n import Catalog
from courtstream.api.pages.watching import STRINGS, live_state, why_text
from courtstream.api.pages.wording import clock_s, hms, iso
from courtstream.domain.trial import MinuteState, Role
from courtstream.services.courtroom.seats import CHANNELS
from courtstream.services.publication.shape import ON_AIR
from courtstream.services.views import ComingView, CourtroomPage, LiveStatus, MarkView

Json = dict[str, Any]

NONE = "–"
LAG_WARNS = 0.6
SPEECH_WARNS = 0.95
"""Speech is passed only when several windows have heard it: 0.65 to 0.9 of the delay is usual."""

LOST_ON_THE_WAY = ("_refused", "_too_late", "_not_analysed")
"""Endings of the worker's counters that say something was given up."""

"""Share of the delay beyond which a lag is worth a clerk's eye: the guard closes at 1."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure. `tone`: empty, `warn` or `bad`."""

    name: str
    value: str
    tone: str = ""


SEAT_ROLES = tuple(role for role in Role if role is not Role.UNKNOWN)


def gauges(status: LiveStatus | None, words: Catalog) -> tuple[Gauge, ...]:
    """The figures of the incoming stream; dashes while no worker runs."""
    if status is None:
        names = ("source", "picture", "fps", "delay", "proposed", "picture_lag", "speech_lag")
        more = ("effort", "guard", "closures", "drops", "elapsed", "aired", "slow")
        return tuple(Gauge(name, NONE) for name in (*names, *more))
    return (
        _source(status, words),
        Gauge("picture", _size(status.counters)),
        _fps(status.counters),
        Gauge("delay", f"{status.delay:.1f} s"),
        _proposed(status),
        _lag("picture_lag", status.picture_lag, status.delay),
        _lag("speech_lag", status.speech_lag, status.delay, SPEECH_WARNS),
        _effort(status.counters, words),
        Gauge("guard", words(f"guard.{_open(status)}"), "" if status.guard_open else "bad"),
        Gauge("closures", str(status.guard_closures), "warn" if status.guard_closures else ""),
        _drops(status.counters),
        Gauge("elapsed", hms(status.media_time)),
        Gauge("aired", hms(status.aired)),
        Gauge("slow", status.slow_stage or NONE, "warn" if status.slow_stage else ""),
    )


def _open(status: LiveStatus) -> str:
    return "open" if status.guard_open else "closed"


def _source(status: LiveStatus, words: Catalog) -> Gauge:
    if status.stale:
        return Gauge("source", words("signal.lost"), "bad")
    key = f"signal.{status.source}"
    tone = {"lost": "bad", "broken": "bad", "waiting": "warn"}.get(status.source, "")
    return Gauge("source", words(key) if words.has(key) else status.source, tone)


def _size(counters: Mapping[str, float]) -> str:
    width, height = counters.get("width", 0), counters.get("height", 0)
    return f"{width:.0f}×{height:.0f}" if width and height else NONE


def _fps(counters: Mapping[str, float]) -> Gauge:
    fps = counters.get("fps", 0.0)
    return Gauge("fps", f"{fps:.1f}" if fps else NONE, "warn" if 0 < fps < 12 else "")


def _lag(name: str, lag: float, delay: float, warns: float = LAG_WARNS) -> Gauge:
    tone = "bad" if lag >= delay else "warn" if lag >= delay * warns else ""
    return Gauge(name, f"{lag:.1f} s", tone if delay > 0 else "")


def _proposed(status: LiveStatus) -> Gauge:
    """The delay that the measured latency of speech asks for."""
    proposed = status.counters.get("delay_proposed", 0.0)
    tone = "warn" if proposed > status.delay else ""
    return Gauge("proposed", f"{proposed:.1f} s" if proposed else NONE, tone)


def _effort(counters: Mapping[str, float], words: Catalog) -> Gauge:
    """How carefully speech is read, with the seconds of reading a second of sound takes."""
    step = int(counters.get("speech_effort", 0))
    rtf = counters.get("speech_rtf", 0.0)
    return Gauge("effort", f"{words(f'effort.{step}')} · {rtf:.2f}", "warn" if step else "")


def _drops(counters: Mapping[str, float]) -> Gauge:
    dropped = sum(v for k, v in counters.items() if k.endswith(LOST_ON_THE_WAY))
    return Gauge("drops", f"{dropped:.0f}", "bad" if dropped else "")


def console_state(page: CourtroomPage) -> tuple[str, str]:
    """The strip's state and the code of its reason."""
    current = page.courtroom.current
    if current is None:
        return "OFF", ""
    if current.state not in ON_AIR:
        return "WAITING", ""
    minute = page.status.state if page.status else MinuteState.DELAYED
    state = live_state(current.state, minute, page.status is None, page.status)
    return state, page.status.why if page.status else ""


def public_media(page: CourtroomPage) -> str:
    """The playlist the public plays from this room now, empty when none."""
    current = page.courtroom.current
    return f"/media/{current.id}/live/master.m3u8" if current and current.live else ""


def _waiting(page: CourtroomPage) -> str:
    """The hearing that is due while the current one is not ended, empty when none."""
    waiting = page.courtroom.waiting
    return waiting.id if waiting else ""


def commandable(page: CourtroomPage) -> bool:
    """Whether a worker is there to obey."""
    return page.courtroom.current is not None and page.status is not None and not page.status.stale


def endable(page: CourtroomPage) -> bool:
    """Whether the hearing can be ended, with its worker or, when that is gone, without."""
    current = page.courtroom.current
    return commandable(page) or (current is not None and current.state in ON_AIR)


def is_bad(mark: MarkView) -> bool:
    """Whether a mark asks for the clerk's attention."""
    return mark.kind == "error" or mark.code in {"lost", "broken"}


def mark_json(mark: MarkView, language: str) -> Json:
    """A mark as the island takes it."""
    text = mark.text_en if language == "en" else mark.text_zh
    return {"at": iso(mark.at), "clock": clock_s(mark.at), "text": text, "bad": is_bad(mark)}


def snapshot(page: CourtroomPage, words: Catalog) -> Json:
    """What the page's event stream sends every second."""
    state, code = console_state(page)
    current = page.courtroom.current
    return {
        "state": state,
        "why": why_text(words, state, code),
        "heard": clock_s(page.status.heard_at) if page.status else "",
        "gauges": [asdict(g) for g in gauges(page.status, words)],
        "marks": [mark_json(m, words.language) for m in page.marks[:50]],
        "hearing": current.id if current else "",
        "waiting": _waiting(page),
        "media": public_media(page),
        "commandable": commandable(page),
        "endable": endable(page),
        "coming": [asdict(one) for one in coming(page)],
        "aired": page.status.aired if page.status else 0.0,
        "mediaTime": page.status.media_time if page.status else 0.0,
        **desk_snapshot(page, words),
    }


def coming(page: CourtroomPage) -> tuple[ComingView, ...]:
    """What waits to air, while a worker is there to be told about it."""
    return page.status.coming if page.status is not None and commandable(page) else ()


def console_context(
    page: CourtroomPage, words: Catalog, *, may_manage: bool, may_command: bool, new_key: bool
) -> Json:
    """Everything `courtroom.html` names, but the notices."""
    state, code = console_state(page)
    current = page.courtroom.current
    delay = page.status.delay if page.status else page.policy.delay if page.policy else 10.0
    return {
        "page": page,
        "is_bad": is_bad,
        "minute": state,
        "minute_why": why_text(words, state, code),
        "media": public_media(page),
        "gauges": gauges(page.status, words),
        "status": page.status,
        "delay": delay,
        "commandable": may_command and commandable(page),
        "coming": coming(page) if may_command else (),
        "may_command": may_command,
        "endable": may_command and endable(page),
        "may_manage": may_manage,
        "seats": {seat.channel: seat for seat in page.seats},
        "seat_channels": range(1, CHANNELS + 1),
        "seat_roles": SEAT_ROLES,
        "words_has": words.has,
        "new_key": new_key,
        "island": {
            "events": f"/staff/courtrooms/{page.courtroom.id}/events",
            "hearing": current.id if current else "",
            "waiting": _waiting(page),
            "media": public_media(page),
        },
        **desk_context(page, words),
        "strings": words.some(*STRINGS, "looks.", "coming.", "span_reason.", "desk.", "preflight."),
    }
