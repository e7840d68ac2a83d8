"""Private speech in overlapping hypotheses: every hypothesis counts, spans only grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, Span, seconds
from courtstream.rules.masking.catalogue import catalogue
from courtstream.rules.masking.spoken import listed, said_at, table
from media_workers.runtime.items import PrivateSpan
from media_workers.speech.asked import answers
from media_workers.speech.extent import Evidence, hidden
from media_workers.speech.heard import DIGIT, Heard, listen
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.mentions import SpokenName, mentions
from media_workers.speech.opening import unheard_beginnings
from media_workers.speech.papers import paper_signs
from media_workers.speech.places import named, numbered, told_where
from media_workers.speech.plates import half_heard, mixed, of_a_car, of_one_car
from media_workers.speech.public import PublicContacts, kept_signs
from media_workers.speech.readings import alone, cued, dropped, fixed, scattered, sounding
from media_workers.speech.sensitive import sensitive
from media_workers.speech.tails import last_digits
from media_workers.speech.told import announced

_NUMBERS = frozenset(
    {
        Reason.ID,
        Reason.PHONE,
        Reason.BANK,
        Reason.ACCOUNT,
        Reason.PASSPORT,
        Reason.CERTIFICATE,
        Reason.NUMBER_BEING_READ,
    }
)
_TABLES = {Reason.NAME: "name", Reason.MINOR: "minor", Reason.HEALTH: "health"}
_JOIN = seconds(0.6)
_CONTINUES, _AGAIN = seconds(1.0), seconds(3.5)
"""So soon after a hidden number digits go on with it; put right or repeated in part, later too."""
_FORGET = seconds(120)
_MOST = 0.6
"""So large a part of a number must be known as public for it to stay."""


class PrivateSpeechSpotter:
    """Finds private speech. `protected` names must not be heard; `keep` names and contacts stay.

    With `identity_window` shorter evidence is enough while identities are being checked.
    """

    def __init__(
        self, protected: Sequence[str] = (), keep: Sequence[str] = (), identity_window: bool = True
    ) -> None:
        self._names = tuple(SpokenName.of(name) for name in protected if len(name) >= 2)
        self._kept_names = tuple(
            SpokenName.of(name) for name in keep if 2 <= len(name) <= 4 and name.isalpha()
        )
        self._contacts = PublicContacts(keep)
        self._identity = identity_window
        self._identity_until: MediaTime = -1
        self._hidden: list[PrivateSpan] = []
        self._kept: list[Span] = []
        self._papers: list[Span] = []

    def push(self, hypothesis: Hypothesis) -> tuple[PrivateSpan, ...]:
        """Take the next hypothesis; give spans newly found or grown, already padded."""
        heard = listen(hypothesis)
        self._contacts.hear(heard)
        self._watch_identity(heard)
        kept = kept_signs(heard)
        self._kept += _times(heard, kept)
        self._papers += _times(heard, paper_signs(heard))
        found = [one for one in self._evidence(heard, kept) if self._private(heard, one)]
        found += list(self._continued(heard, kept, found))
        self._forget(hypothesis.window.start)
        return tuple(span for one in found if (span := self._grow(one)))

    def settled(self, upto: MediaTime) -> MediaTime:
        """Spans are given as soon as they are known: nothing before `upto` is held back."""
        return upto

    def _evidence(self, heard: Heard, kept: list[tuple[int, int]]) -> Iterator[Evidence]:
        identity = heard.window.start < self._identity_until
        yield from cued(heard, kept)
        yield from scattered(heard)
        yield from alone(heard, kept, identity)
        yield from fixed(heard)
        yield from unheard_beginnings(heard, kept)
        yield from mixed(heard)
        yield from half_heard(heard)
        yield from of_a_car(heard)
        yield from of_one_car(heard)
        yield from answers(heard)
        yield from sounding(heard, kept)
        yield from dropped(heard)
        yield from last_digits(heard)
        yield from numbered(heard, kept)
        yield from named(heard)
        yield from told_where(heard)
        yield from sensitive(heard)
        yield from announced(heard)
        yield from mentions(heard, self._names, self._kept_names)

    def _private(self, heard: Heard, one: Evidence) -> bool:
        if one.reason is Reason.NAME:
            return True
        if self._contacts.covers(heard, one):
            return False
        if one.cued:
            return True
        span = Span(heard.start(one.first), heard.end(one.last))
        # a window that begins inside a paper's number has not heard what it is
        if one.reason is Reason.NUMBER_BEING_READ and _share(span, self._papers) >= _MOST:
            return False
        return one.last - one.first >= 8 or _share(span, self._kept) < _MOST

    def _continued(
        self, heard: Heard, kept: list[tuple[int, int]], found: list[Evidence]
    ) -> Iterator[Evidence]:
        """Digits right after a hidden number belong to it, however few."""
        ends = [s.span.end for s in self._hidden if s.reason in _NUMBERS]
        ends += [one.span.end for one in found if one.reason in _NUMBERS]
        at = 0
        while at < len(heard.signs):
            end = at
            while end < len(heard.signs) and heard.signs[end].kind == DIGIT:
                end += 1
            if end - at >= 2 and self._follows(heard, at, end, ends, kept):
                yield Evidence(
                    hidden(heard, at, end - 1), Reason.NUMBER_BEING_READ, at, end - 1, 0.6
                )
            at = max(end, at + 1)

    @staticmethod
    def _follows(
        heard: Heard, at: int, end: int, ends: list[MediaTime], kept: list[tuple[int, int]]
    ) -> bool:
        if any(a < end and at < b for a, b in kept):
            return False
        if heard.text[end : end + 1] in tuple(table("digits")["units"]):
            return False
        again = any(
            said_at(heard.sounds, n, listed("copula", "again")) for n in range(max(0, at - 6), at)
        )
        reach = _AGAIN if again else _CONTINUES
        return any(0 <= heard.start(at) - last + seconds(0.4) <= reach for last in ends)

    def _watch_identity(self, heard: Heard) -> None:
        if not self._identity:
            return
        length = seconds(float(table("identity")["seconds"]))
        for at in range(len(heard.signs)):
            if said_at(heard.sounds, at, listed("identity", "opens")):
                self._identity_until = max(self._identity_until, heard.start(at) + length)
            elif said_at(heard.sounds, at, listed("identity", "closes")):
                self._identity_until = min(self._identity_until, heard.start(at))

    def _grow(self, one: Evidence) -> PrivateSpan | None:
        """Merge into what is hidden; None when nothing new is hidden by it."""
        near = [s for s in self._hidden if self._joins(s, one)]
        if any(s.span.start <= one.span.start and one.span.end <= s.span.end for s in near):
            return None
        start = min([one.span.start, *(s.span.start for s in near)])
        end = max([one.span.end, *(s.span.end for s in near)])
        first = max(near, key=lambda s: s.confidence, default=None)
        reason = first.reason if first and first.confidence >= one.confidence else one.reason
        grown = PrivateSpan(Span(start, end), reason, _basis(reason), one.confidence)
        self._hidden = [s for s in self._hidden if s not in near] + [grown]
        return grown

    @staticmethod
    def _joins(span: PrivateSpan, one: Evidence) -> bool:
        gap = _JOIN if span.reason in _NUMBERS and one.reason in _NUMBERS else 0
        return span.span.start <= one.span.end + gap and one.span.start <= span.span.end + gap

    def _forget(self, before: MediaTime) -> None:
        limit = before - _FORGET
        self._hidden = [s for s in self._hidden if s.span.end > limit]
        self._kept = [s for s in self._kept if s.end > limit]
        self._papers = [s for s in self._papers if s.end > limit]


def _times(heard: Heard, ranges: list[tuple[int, int]]) -> list[Span]:
    return [Span(heard.start(a), heard.end(b - 1)) for a, b in ranges if b > a]


def _share(span: Span, known: list[Span]) -> float:
    """The largest share of `span` that one of `known` covers."""
    parts = (clip.length for one in known if (clip := one.clipped(span)))
    return max(parts, default=0) / max(1, span.length)


def _basis(reason: Reason) -> str:
    return catalogue().basis(_TABLES.get(reason, "address"))
