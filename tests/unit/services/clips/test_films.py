from __future__ import annotations

import pytest

from courtstream.api.films import webvtt
from courtstream.store.tables import ClipState
from tests.support.clips import choose, cut, desk, ended
from tests.support.platform import World


def test_a_film_that_fails_is_named_and_can_be_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing, _ = ended(world)
    choose(world, hearing)
    cut(world, hearing, monkeypatch, fails=True)
    assert {c.state for c in desk(world, hearing).clips} == {ClipState.FAILED}
    cut(world, hearing, monkeypatch)
    assert {c.state for c in desk(world, hearing).clips} == {ClipState.READY}


def test_captions_of_a_film_are_webvtt() -> None:
    text = webvtt([(0.0, 2.5, "请坐"), (61.25, 3661.0, "退庭")])
    assert text.startswith("WEBVTT\n")
    assert "00:00:00.000 --> 00:00:02.500\n请坐" in text
    assert "00:01:01.250 --> 01:01:01.000" in text
