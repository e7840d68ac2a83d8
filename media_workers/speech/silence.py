"""Speech analysis of a recording without sound."""

from __future__ import annotations

from collections.abc import Iterator

from media_workers.runtime.items import Sound, SpeechPassed


class Silence:
    """Stage[Sound, SpeechPassed] of a recording without sound: there is nothing to pass."""

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        """Sound that should not be there is never passed, so it stays closed."""
        return iter(())

    def flush(self) -> Iterator[SpeechPassed]:
        """Nothing."""
        return iter(())
