from __future__ import annotations

import pytest
from lxml import etree

from eval.bootstrap import Estimate
from eval.charts import Bar, Group, bars

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*groups, title="A chart"):
    """The chart parsed as XML."""
    return etree.fromstring(bars(title, groups).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def numbers(path):
    return [float(part) for part in path.get("d").replace("M", " ").replace("H", " ").replace("v", " ").split()]


def test_bars_are_as_long_as_their_values_and_whiskers_span_their_intervals():
    chart = drawn(
        Group("Recall", [Bar("a", Estimate(1.0, 0.5, 1.0, 9)), Bar("b", Estimate(0.25, 0.0, 0.5, 9))]),
    )
    whole, quarter = chart.iter(f"{SVG}rect")
    assert float(quarter.get("width")) == pytest.approx(float(whole.get("width")) / 4, abs=0.1)
    left, width = float(whole.get("x")), float(whole.get("width"))
    for whisker, (low, high) in zip(chart.iter(f"{SVG}path"), ((0.5, 1.0), (0.0, 0.5)), strict=True):
        start, _, end, *_ = numbers(whisker)
        assert (start, end) == pytest.approx((left + low * width, left + high * width), abs=0.1)


def test_every_bar_has_its_name_its_value_and_a_colour_of_its_own():
    chart = drawn(Group("Recall", [Bar(name, Estimate(0.5, 0.4, 0.6, 9)) for name in "abcd"]))
    texts = [text.text for text in chart.iter(f"{SVG}text")]
    assert [name for name in texts if name in "abcd"] == list("abcd")
    assert texts.count("0.500") == 4
    assert len({bar.get("class") for bar in chart.iter(f"{SVG}rect")}) == 4
    assert "a: 0.500, 95 % from 0.400 to 0.600" in [title.text for title in chart.iter(f"{SVG}title")]


def test_nothing_is_drawn_outside_the_picture():
    chart = drawn(*(Group("g", [Bar("a", Estimate(1.4, -0.3, 1.9, 9))] * 4) for _ in range(3)))
    _, _, width, height = (float(side) for side in chart.get("viewBox").split())
    for bar in chart.iter(f"{SVG}rect"):
        assert 0 <= float(bar.get("x")) + float(bar.get("width")) <= width
        assert 0 <= float(bar.get("y")) + float(bar.get("height")) <= height


def test_texts_are_escaped():
    chart = drawn(Group("<b>&", [Bar('"<i>', Estimate(0.5, 0.4, 0.6, 9))]), title='"><script>')
    assert chart.get("aria-label") == '"><script>'
    assert {element.tag for element in chart.iter()} <= {
        SVG + tag for tag in ("svg", "g", "title", "text", "line", "rect", "path")
    }
    assert "<b>&" in [text.text for text in chart.iter(f"{SVG}text")]
