import itertools
import re
from xml.etree import ElementTree

from eval.benchmarks.curves import Line, curves


def test_a_chart_is_well_formed_escapes_and_names_every_line():
    svg = curves("Cost < size", [Line("a & b", [(1_000, 2.0), (100_000, 9.0)]), Line("other", [(1_000, 30.0)])], "ms")
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == "Cost < size"
    texts = [text.text for text in root.iter("text")]
    assert "a & b" in texts and "other" in texts and "1,000" in texts and "100,000" in texts
    assert len(list(root.iter("circle"))) == 3


def test_a_tenfold_cost_rises_as_far_as_a_tenfold_size_goes_across_decade_by_decade():
    svg = curves("Cost", [Line("line", [(10, 1), (100, 10), (1_000, 100)])], "ms")
    places = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)]
    (x0, y0), (x1, y1), (x2, y2) = places
    assert abs((x1 - x0) - (x2 - x1)) < 0.2 and abs((y0 - y1) - (y1 - y2)) < 0.2 and y0 > y1 > y2


def test_names_of_near_lines_do_not_lie_on_each_other():
    svg = curves("Cost", [Line(f"line {n}", [(10, 50.0 + n / 100)]) for n in range(5)], "ms")
    at = sorted(float(text.get("y", "")) for text in ElementTree.fromstring(svg).iter("text") if "line" in text.text)
    assert all(later - earlier > 10 for earlier, later in itertools.pairwise(at))


def test_points_that_logarithms_do_not_have_are_left_out_and_nothing_gives_nothing():
    assert curves("Cost", [Line("none", [(0, 1), (1_000, 0)])], "ms") == ""
    assert curves("Cost", [Line("one", [(1_000, 0), (1_000, 1)])], "ms").count("<circle") == 1
