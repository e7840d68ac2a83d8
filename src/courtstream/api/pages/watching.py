"""What the watch page says: this instant, the stretches held back, the island's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from courtstream.api.pages.i18n import Catalog
from courtstream.api.pages.wording import Wording
from courtstream.domain.trial import HearingState, MinuteState, PublicationMode
from courtstream.services.public.finding import SHORT
from courtstream.services.views import HearingView, LiveStatus, MinuteView, TranscriptLine
from courtstream.store.trials import PublicationState

Json = dict[str, Any]

STRINGS = (
    "minute.",
    "minute_why.",
    "guard_reason.",
    "role.",
    "player.",
    "watch.behind",
    "watch.from",
    "watch.found",
    "copy.",
)
"""The parts of the catalog that scripts need."""

_SHOWN = frozenset({MinuteState.MUTED, MinuteState.CLOSED, MinuteState.RECESS, MinuteState.OFF})


def strip_state(hearing: HearingView, status: LiveStatus | None) -> str:
    """One word for what the public gets now: a `minute.*` key without its prefix."""
    state = hearing.card.state
    if state is HearingState.ENDED:
        return "REPLAY" if hearing.media else "ENDED"
    if state not in {HearingState.LIVE, HearingState.INTERRUPTED}:
        return "WAITING" if state is not HearingState.CANCELLED else "OFF"
    return live_state(state, hearing.minute_state, hearing.worker_gone, status)


def live_state(
    state: HearingState, minute: MinuteState, worker_gone: bool, status: LiveStatus | None
) -> str:
    """The same while on air. What a person ordered stands before what the machine reports."""
    if minute in _SHOWN - {MinuteState.MUTED}:
        return minute.value
    silent = worker_gone or (status is not None and status.stale)
    if silent or state is HearingState.INTERRUPTED or _lost(status):
        return "SIGNAL_LOST"
    if status is not None and not status.guard_open:
        return "GUARD"
    return (status.state if status is not None else minute).value


def _lost(status: LiveStatus | None) -> bool:
    return status is not None and status.source in {"lost", "broken"}


def why_text(words: Catalog, state: str, code: str) -> str:
    """The sentence beside the state: the known reason's own, else the state's."""
    key = f"guard_reason.{code}"
    return words(key) if words.has(key) else words(f"minute_why.{state}")


def nothing_to_play(hearing: HearingView) -> str:
    """Why there is no picture: a `watch.nothing.*` key without its prefix."""
    state = hearing.card.state
    if state is HearingState.CANCELLED:
        return "cancelled"
    if hearing.gate is not None and PublicationMode.LIVE not in hearing.gate.allowed:
        return "gate"
    return "ended" if state is HearingState.ENDED else "scheduled"


def stretches(hearing: HearingView, words: Catalog) -> list[Json]:
    """Stretches that differ from plain broadcast, for the line under the picture. Seconds."""
    found = [
        {
            "start": c.start,
            "end": c.end,
            "state": "GUARD",
            "why": why_text(words, "GUARD", c.reason),
        }
        for c in hearing.closures
    ]
    found += [_missed_stretch(start, end, words) for start, end in hearing.missed]
    ends = [m.start for m in hearing.minutes[1:]]
    for minute, end in zip(hearing.minutes, [*ends, None], strict=False):
        if minute.state in _SHOWN:
            found.append(_minute_stretch(minute, end, words))
    return found


def _missed_stretch(start: float, end: float, words: Catalog) -> Json:
    why = words("minute_why.LOST", n=f"{end - start:.0f}")
    return {"start": start, "end": end, "state": "LOST", "why": why}


def _minute_stretch(minute: MinuteView, end: float | None, words: Catalog) -> Json:
    state = minute.state.value
    return {
        "start": minute.start,
        "end": end,
        "state": state,
        "why": why_text(words, state, minute.why),
    }


def chapters_json(hearing: HearingView, wording: Wording) -> list[Json]:
    """Chapters as the player takes them."""
    return [{"start": c.start, "end": c.end, "title": wording.title(c)} for c in hearing.chapters]


def _offered(hearing: HearingView, mode: PublicationMode) -> bool:
    """Whether a released mode can be had now: live while on air, the replay once it plays."""
    fits = {PublicationMode.LIVE: hearing.card.live, PublicationMode.REPLAY: hearing.card.replay}
    return fits.get(mode, True)


def watch_context(
    hearing: HearingView,
    lines: tuple[TranscriptLine, ...],
    status: LiveStatus | None,
    start: float | None,
    words: Catalog,
    wording: Wording,
) -> Mapping[str, Any]:
    """Everything `watch.html` names."""
    state = strip_state(hearing, status)
    code = status.why if status is not None else hearing.minute_why
    held = stretches(hearing, words)
    over = hearing.card.state in {HearingState.ENDED, HearingState.CANCELLED}
    return {
        "hearing": hearing,
        "modes": [
            p.mode
            for p in hearing.publications
            if p.state is PublicationState.RELEASED and _offered(hearing, p.mode)
        ],
        "mode": "live" if hearing.card.live else "replay",
        "short": hearing.card.id[-SHORT:],
        "opened": 0,
        "lines": lines,
        "start": start,
        "minute": state,
        "minute_why": why_text(words, state, code),
        "nothing": nothing_to_play(hearing),
        "held": held,
        "island": {
            "live": hearing.card.live,
            "events": "" if over else f"/api/v1/hearings/{hearing.card.id}/events",
            "facts": "" if over else f"/api/v1/hearings/{hearing.card.id}",
            "wallZero": hearing.wall_zero.timestamp() * 1000 if hearing.wall_zero else None,
            "chapters": chapters_json(hearing, wording),
            "stretches": held,
        },
        "strings": words.some(*STRINGS),
    }
