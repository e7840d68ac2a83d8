"""Find what is private in a text, and write the text without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from courtstream.rules.masking.address import find_addresses, region_end
from courtstream.rules.masking.identifiers import find_numbers
from courtstream.rules.masking.lettered import find_lettered
from courtstream.rules.masking.names import Aliases, find_names, kept_by
from courtstream.rules.masking.numbers import TURN
from courtstream.rules.masking.sensitive import find_health, find_minors
from courtstream.rules.masking.spans import TextSpan, settle

HIDDEN = "×"


def spot(text: str, protected: Sequence[str] = (), keep: Sequence[str] = ()) -> list[TextSpan]:
    """Private stretches of `text`, in order, without overlap (court-rules §5).

    `protected`: names that must not appear, found by sound. `keep`: names, numbers and addresses
    that stay though they look private (bench, counsel, the court's own contacts).
    """
    found = (
        find_numbers(text)
        + find_lettered(text)
        + find_addresses(text)
        + find_minors(text)
        + find_health(text)
    )
    stays = [span for span in found if not kept_by(text, span, keep)]
    names = [
        span for span in find_names(text, protected) if not _bench(text, span, keep, protected)
    ]
    return settle(stays + names)


def spot_turns(
    turns: Sequence[str], protected: Sequence[str] = (), keep: Sequence[str] = ()
) -> list[list[TextSpan]]:
    """Private stretches of each of several turns or segments that follow each other.

    A number may be asked for in one and given in the next, go on in the next, or be read back by
    another voice. Positions count inside each turn.
    """
    whole = TURN.join(turn.replace(TURN, " ") for turn in turns)
    spans = spot(whole, protected, keep)
    found, at = list[list[TextSpan]](), 0
    for turn in turns:
        inside = [span for span in spans if span.overlaps(at, at + len(turn))]
        found.append(
            [
                replace(span, start=max(0, span.start - at), end=min(len(turn), span.end - at))
                for span in inside
            ]
        )
        at += len(turn) + 1
    return found


def _bench(text: str, span: TextSpan, keep: Sequence[str], protected: Sequence[str]) -> bool:
    """A kept name written out as it is kept; the protected spelling itself never stays."""
    written = text[span.start : span.end]
    return written not in protected and any(written in item for item in keep)


def mask_text(text: str, spans: Sequence[TextSpan], aliases: Aliases | None = None) -> str:
    """The text with every span hidden: × for each letter or digit, punctuation kept.

    An address keeps province, city and county or district. With `aliases` a protected name
    becomes its token, always the same one for the same person.
    """
    parts, done = list[str](), 0
    for span in sorted(spans):
        start = max(span.start, done)
        parts.append(text[done:start])
        parts.append(_hidden(text[start : span.end], span.type, aliases))
        done = max(done, span.end)
    return "".join(parts) + text[done:]


def _hidden(part: str, kind: str, aliases: Aliases | None) -> str:
    if kind == "NAME" and aliases is not None:
        return aliases.token(part)
    keep = region_end(part) if kind == "ADDR" else 0
    return part[:keep] + "".join(HIDDEN if char.isalnum() else char for char in part[keep:])
