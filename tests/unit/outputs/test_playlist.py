"""Playlists say the truth: numbers rise, the window slides, breaks are counted, time is kept."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.time import SECOND, Span
from media_workers.outputs.playlist import Listing, Segment, media_playlist

ZERO = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)


def segments(count: int, broken: set[int] = frozenset()) -> list[Segment]:  # type: ignore[assignment]
    return [
        Segment(
            n, f"seg-{n}.m4s", Span(2 * n * SECOND, 2 * (n + 1) * SECOND), "init.mp4", n in broken
        )
        for n in range(count)
    ]


def test_live_shows_the_window_and_counts_what_left_it() -> None:
    text = media_playlist(segments(100, {3, 95}), wall_zero=ZERO, window=20.0, ended=False)
    assert "#EXT-X-MEDIA-SEQUENCE:90" in text
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:1" in text
    assert text.count("#EXTINF") == 10
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert "ENDLIST" not in text


def test_replay_has_all_of_it() -> None:
    text = media_playlist(segments(100), wall_zero=ZERO, window=20.0, ended=True)
    assert text.count("#EXTINF") == 100
    assert text.endswith("#EXT-X-ENDLIST\n")


def test_capture_time_is_wall_zero_plus_media_time() -> None:
    text = media_playlist(segments(2), wall_zero=ZERO, window=20.0, ended=False)
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-09-14T01:00:02.000+00:00" in text


def test_target_duration_is_never_below_a_segment() -> None:
    long = [Segment(0, "a.m4s", Span(0, round(3.6 * SECOND)), "i.mp4")]
    assert "#EXT-X-TARGETDURATION:4" in media_playlist(
        long, wall_zero=ZERO, window=60.0, ended=False
    )


@settings(max_examples=40, deadline=None)
@given(
    broken=st.sets(st.integers(0, 299)),
    count=st.integers(1, 300),
    window=st.sampled_from([4.0, 20.0, 120.0, 7200.0]),
)
def test_a_live_playlist_is_the_same_when_old_segments_are_let_go(
    broken: set[int], count: int, window: float
) -> None:
    listing, whole = Listing(), segments(count, broken)
    for entry in whole:
        listing.add(entry, window)
    assert len(listing.segments) <= window / 2 + 65
    assert media_playlist(
        listing.segments, wall_zero=ZERO, window=window, ended=False, gone=listing.gone
    ) == media_playlist(whole, wall_zero=ZERO, window=window, ended=False)
