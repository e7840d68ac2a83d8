"""Cards are as large and as fast as the pictures they stand for."""

from __future__ import annotations

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from media_workers.graph.cards import Cards


def test_cards_follow_the_form_of_the_pictures() -> None:
    form = (320, 180, 25.0)
    cards = Cards(lambda: form, "ultrafast")
    card = cards.paint(None, Reason.CUT)
    assert card.shape == (270, 320)
    first = cards.encoded(card, Span(0, SECOND))
    assert first and first[0].key
    form = (640, 360, 15.0)
    assert cards.paint(None, Reason.CUT).shape == (540, 640)
