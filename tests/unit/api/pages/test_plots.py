"""Plots are well-formed, stay in their frame and lead to the hearings behind them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.api.pages import plots
from courtstream.services.views import CourtBand, TrendPoint

MONDAY = date(2026, 9, 14)
scores = st.lists(st.floats(0, 100), min_size=1, max_size=60)


def points(values: list[float]) -> list[TrendPoint]:
    return [TrendPoint(MONDAY + timedelta(weeks=n), v, 1) for n, v in enumerate(values)]


@given(scores, st.booleans())
def test_a_trend_is_well_formed_and_inside_its_frame(values: list[float], banded: bool) -> None:
    band = CourtBand(70.0, 80.0, 90.0, 9) if banded else None
    svg = str(plots.trend(points(values), band, 'a "label" <&>'))
    root = ElementTree.fromstring(svg)
    circles = list(root.iter("circle"))
    assert len(circles) == len(values)
    for circle in circles:
        assert 0 <= float(circle.attrib["cx"]) <= plots.WIDTH
        assert 0 <= float(circle.attrib["cy"]) <= plots.HEIGHT


def test_each_week_opens_its_hearings() -> None:
    svg = str(plots.trend(points([80.0, 85.0]), None, "x"))
    assert re.findall(r'href="([^"]+)"', svg) == [
        "?week=2026-09-14#hearings",
        "?week=2026-09-21#hearings",
    ]


def test_higher_scores_stand_higher() -> None:
    root = ElementTree.fromstring(str(plots.trend(points([60.0, 95.0]), None, "x")))
    low, high = (float(c.attrib["cy"]) for c in root.iter("circle"))
    assert high < low


def test_nothing_to_plot_gives_nothing() -> None:
    assert plots.trend([], None, "x") == ""
    assert plots.strip(0.0, [], [], [], ("a", "b", "c"), "x") == ""


def test_the_strip_escapes_names_and_seeks_to_its_stretches() -> None:
    step = plots.Stretch(12.0, 20.0, '<img src=x onerror="1">')
    svg = str(
        plots.strip(60.0, [step], [step], [(0.0, -23.0), (60.0, -200.0)], ("环", "遮", "声"), "x")
    )
    root = ElementTree.fromstring(svg)
    assert "<img" not in svg
    assert [a.attrib["data-seek"] for a in root.iter("a")] == ["12.000", "12.000"]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-120, 10)), max_size=50))
def test_any_loudness_stays_in_its_lane(levels: list[tuple[float, float]]) -> None:
    svg = str(plots.strip(100.0, [], [], levels, ("a", "b", "c"), "x"))
    for line in ElementTree.fromstring(svg).iter("polyline"):
        ys = [float(pair.split(",")[1]) for pair in line.attrib["points"].split()]
        assert all(66.0 <= y <= 86.0 for y in ys)


@pytest.mark.parametrize("count", [1, 8, 40])
def test_week_labels_do_not_crowd(count: int) -> None:
    svg = str(plots.trend(points([80.0] * count), None, "x"))
    assert svg.count('text-anchor="middle"') <= 8


def test_long_names_of_a_radar_stay_inside_it() -> None:
    names = ("Bearing", "Sound and picture", "Procedure", "Privacy", "Schedule and record")
    svg = str(plots.radar([plots.Axis(name, 0.8, 0.7, 0.9) for name in names], "x"))
    for text in ElementTree.fromstring(svg).iter("text"):
        width = max(len(span.text or "") for span in text) * 7.0
        left = {"start": 0.0, "middle": width / 2, "end": width}[text.attrib["text-anchor"]]
        x = float(text[0].attrib["x"]) - left
        assert x >= 0 and x + width <= plots.RADAR_WIDTH
        assert " ".join(span.text or "" for span in text).endswith("80%")
