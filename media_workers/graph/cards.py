"""The card that stands where a picture is hidden whole: painted, and as packets."""

from __future__ import annotations

from collections.abc import Callable

from courtstream.domain.redaction import Reason
from courtstream.domain.time import Span
from media_workers.outputs.encode import VideoEncoder
from media_workers.redact.card import CardPainter
from media_workers.runtime.items import EncodedPacket, Picture, Planes


class Cards:
    """One hearing's cards, as large and as fast as `form` says its pictures are.

    `form`: width, height, frames a second. `preset`: x264's. Not thread-safe: the release line's.
    """

    def __init__(self, form: Callable[[], tuple[int, int, float]], preset: str) -> None:
        self._form, self._preset = form, preset
        self._makers: tuple[CardPainter, VideoEncoder] | None = None

    def paint(self, background: Picture | None, reason: Reason) -> Planes:
        """The card that says why, over what is left of the picture."""
        return self._fitting()[0].paint(background, reason)

    def encoded(self, card: Planes, span: Span) -> tuple[EncodedPacket, ...]:
        """A painted card for the length of `span`."""
        return self._fitting()[1].card(card, span)

    def _fitting(self) -> tuple[CardPainter, VideoEncoder]:
        makers, form = self._makers, self._form()
        # The rate stands in the parameter sets, which cards and pictures must share.
        if makers is None or (makers[1].width, makers[1].height, makers[1].fps) != form:
            width, height, fps = form
            encoder = VideoEncoder(width, height, fps, self._preset)
            makers = self._makers = (CardPainter(width, height), encoder)
        return makers
