"""A language for which there are no rules of private speech: its sound cannot be vouched for."""

from __future__ import annotations

from courtstream.domain.redaction import Reason
from media_workers.runtime.items import PrivateSpan, Sound, SpeechPassed

RULED = frozenset({"zh"})
"""Languages whose spoken identifiers, names and addresses the rules know."""


class WithoutRules:
    """Stage[Sound, SpeechPassed]: passes everything as not to be heard, so that the picture airs.

    No transcript and no captions either: text that nobody checked may not leave.
    """

    def push(self, item: Sound) -> list[SpeechPassed]:
        """Silence, as long as the sound."""
        return [SpeechPassed(item.span.end, (PrivateSpan(item.span, Reason.UNHEARD),))]

    def flush(self) -> list[SpeechPassed]:
        """Nothing waits."""
        return []
