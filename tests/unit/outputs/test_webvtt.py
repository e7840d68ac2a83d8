"""Caption files are well formed whatever was said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import SECOND, Span
from media_workers.outputs.webvtt import document, stamp
from media_workers.runtime.items import Caption


@given(st.text(max_size=60))
def test_text_can_neither_end_a_cue_nor_open_a_tag(text: str) -> None:
    made = document([Caption(Span(0, SECOND), text)])
    body = made.split("line:88%\n", 1)[1]
    assert "-->" not in body
    assert "<" not in body
    assert "\n\n" not in body.rstrip("\n")


def test_the_time_stamp_map_stands_in_every_file() -> None:
    assert document([]).startswith("WEBVTT\nX-TIMESTAMP-MAP=")


def test_hours_do_not_run_over() -> None:
    assert stamp(3 * 3600 * SECOND + 61 * SECOND + SECOND // 2) == "03:01:01.500"
