from __future__ import annotations

from pathlib import Path

import pytest

from eval.baseline import Baseline, baseline_of, digest, fallen, read_baseline, write_baseline
from eval.figures import FIGURES
from eval.gate import Drop, Gate, breaches, held_against, read_gate
from eval.needs import read_needs
from indexer.errors import SettingError

FOUND = {"en": {"rr": 0.5, "latency_p95_ms": 40.0}, "fr": {"rr": 0.75, "latency_p95_ms": 60.0}}
EVAL = Path(__file__).resolve().parents[2] / "eval"


def test_figures_within_their_borders_breach_nothing():
    gate = Gate(least={"en": {"rr": 0.5}, "fr": {"rr": 0.7}}, greatest={"fr": {"latency_p95_ms": 60.0}})
    assert breaches(FOUND, gate) == []


def test_every_figure_outside_its_border_is_told():
    gate = Gate(least={"en": {"rr": 0.6}}, greatest={"fr": {"latency_p95_ms": 50.0}})
    assert breaches(FOUND, gate) == [
        "en rr: 0.500, the least allowed is 0.600",
        "fr latency_p95_ms: 60.000, the greatest allowed is 50.000",
    ]


def test_a_border_on_what_was_not_measured_is_a_breach():
    found = breaches(FOUND, Gate(least={"en": {"recall": 0.1}, "de": {"rr": 0.1}}))
    assert found == [
        "en recall: not measured; the gate asks for least 0.100",
        "de rr: not measured; the gate asks for least 0.100",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "least = 3",
        "[smallest.en]\nrr = 1.0",
        "[least.en]\nrr = 'high'",
        "[least",
        "\udcff",
        '[drop]\nbaseline = "b.json"',
        '[drop]\nbaseline = "b.json"\n[drop.allowed]\nrr = -0.1',
    ],
)
def test_a_gate_that_cannot_be_used_is_refused_by_name(tmp_path, content):
    path = tmp_path / "gate.toml"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(SettingError, match=r"gate\.toml: cannot be used"):
        read_gate(path)


def test_a_gate_is_read_with_the_baseline_beside_it(tmp_path, report):
    (tmp_path / "gate.toml").write_text(
        '[least.en]\nrr = 0.5\n[greatest.fr]\n"needs_found@10" = 1\n'
        '[drop]\nbaseline = "base/line.json"\n[drop.allowed]\nrr = 0.02\n',
        encoding="utf-8",
    )
    write_baseline(baseline_of(report), tmp_path / "base" / "line.json")
    gate, baseline = read_gate(tmp_path / "gate.toml")
    assert gate == Gate(
        least={"en": {"rr": 0.5}},
        greatest={"fr": {"needs_found@10": 1.0}},
        drop=Drop(baseline="base/line.json", allowed={"rr": 0.02}),
    )
    assert baseline == baseline_of(report)


def baseline(report, **figures):
    """The report's own baseline, with figures of English put in its place."""
    own = baseline_of(report)
    return own.model_copy(update={"figures": own.figures | {"en": own.figures["en"] | figures}})


def test_a_baseline_holds_every_figure_but_times(report):
    figures = baseline_of(report).figures
    assert set(figures) == {"en", "fr"}
    assert set(figures["en"]) == {name for name in FIGURES if not FIGURES[name].unit}


def test_a_fall_within_what_is_allowed_breaches_nothing(report):
    now = report.figures["en"]["rr"]
    assert fallen(report, baseline(report, rr=now + 0.02), {"rr": 0.02}) == []
    assert fallen(report, baseline(report, rr=now - 0.5), {"rr": 0.0}) == []


def test_a_greater_fall_is_told_with_all_its_numbers(report):
    now = report.figures["en"]["rr"]
    assert fallen(report, baseline(report, rr=now + 0.05), {"rr": 0.02}) == [
        f"en rr: {now:.3f}, worse by 0.050 than the baseline's {now + 0.05:.3f}; the most allowed is 0.020"
    ]


def test_where_less_is_better_a_rise_is_a_fall(report):
    now = report.figures["en"]["abstains_wrongly"]
    (told,) = fallen(report, baseline(report, abstains_wrongly=now - 0.1), {"abstains_wrongly": 0.05})
    assert "worse by 0.100" in told
    assert fallen(report, baseline(report, abstains_wrongly=now + 0.1), {"abstains_wrongly": 0.05}) == []


def test_a_fall_allowed_of_what_was_not_measured_is_a_breach(report):
    told = fallen(report, baseline_of(report), {"latency_p50_ms": 1.0, "beauty": 0.1})
    assert len(told) == 4
    assert all("not measured in the baseline" in line for line in told)
    gone = report.model_copy(update={"figures": {"en": {}, "fr": report.figures["fr"]}})
    assert fallen(gone, baseline_of(report), {"rr": 1.0}) == [
        "en rr: not measured in this run; the gate allows it a fall of 1.000"
    ]


def test_a_baseline_over_other_needs_is_a_breach(report):
    other = baseline_of(report).model_copy(update={"needs_digest": digest(["x"])})
    (told,) = fallen(report, other, {"rr": 1.0})
    assert "other needs" in told and "--write-baseline" in told
    assert digest(["b", "a"]) == digest(["a", "b"]) != digest(["a"])


@pytest.mark.parametrize("content", ["", "[]", "no json", '{"format_version": 9}', '{"format_version": 1}', "\udcff"])
def test_a_baseline_that_cannot_be_used_is_refused_with_the_mend(tmp_path, content):
    path = tmp_path / "baseline.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(SettingError, match=r"baseline\.json.*--write-baseline"):
        read_baseline(path)


def test_borders_and_falls_are_held_against_together(report):
    gate = Gate(least={"en": {"rr": 1.1}}, drop=Drop(baseline="b.json", allowed={"rr": 0.0}))
    found = held_against(report, gate, baseline(report, rr=report.figures["en"]["rr"] + 0.1))
    assert [line.split(":")[0] for line in found] == ["en rr", "en rr"]
    assert held_against(report, Gate(), None) == []


def test_the_projects_own_gate_names_figures_that_are_measured_and_its_baseline_fits_its_needs():
    gate, own = read_gate(EVAL / "gate.toml")
    assert gate.drop is not None and isinstance(own, Baseline)
    for borders in (*gate.least.values(), *gate.greatest.values()):
        assert set(borders) <= set(FIGURES)
    assert set(gate.drop.allowed) <= set(own.figures["en"])
    assert own.needs_digest == digest(need.id for need in read_needs(EVAL / "gold"))


def test_a_gate_without_a_border_is_refused(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    with pytest.raises(SettingError, match=r"gate\.toml: sets no border"):
        read_gate(path)
