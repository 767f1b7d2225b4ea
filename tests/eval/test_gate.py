from __future__ import annotations

from pathlib import Path

import pytest

from eval.gate import Gate, breaches, read_gate
from indexer.errors import SettingError

REPORT = {"en": {"rr": 0.5, "latency_p95_ms": 40.0}, "fr": {"rr": 0.75, "latency_p95_ms": 60.0}}
OWN = Path(__file__).resolve().parents[2] / "eval/gate.toml"


def test_figures_within_their_borders_breach_nothing():
    gate = Gate(least={"en": {"rr": 0.5}, "fr": {"rr": 0.7}}, greatest={"fr": {"latency_p95_ms": 60.0}})
    assert breaches(REPORT, gate) == []


def test_every_figure_outside_its_border_is_told():
    gate = Gate(least={"en": {"rr": 0.6}}, greatest={"fr": {"latency_p95_ms": 50.0}})
    assert breaches(REPORT, gate) == [
        "en rr: 0.500, the least allowed is 0.600",
        "fr latency_p95_ms: 60.000, the greatest allowed is 50.000",
    ]


def test_a_border_on_what_was_not_measured_is_a_breach():
    found = breaches(REPORT, Gate(least={"en": {"recall": 0.1}, "de": {"rr": 0.1}}))
    assert found == [
        "en recall: not measured; the gate asks for least 0.100",
        "de rr: not measured; the gate asks for least 0.100",
    ]


@pytest.mark.parametrize(
    "content", ["least = 3", "[smallest.en]\nrr = 1.0", "[least.en]\nrr = 'high'", "[least", "\udcff"]
)
def test_a_gate_that_cannot_be_used_is_refused_by_name(tmp_path, content):
    path = tmp_path / "gate.toml"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(SettingError, match=r"gate\.toml: cannot be used"):
        read_gate(path)


def test_a_gate_is_read(tmp_path):
    (tmp_path / "gate.toml").write_text('[least.en]\nrr = 0.5\n[greatest.fr]\n"needs_found@10" = 1\n', encoding="utf-8")
    gate = read_gate(tmp_path / "gate.toml")
    assert gate == Gate(least={"en": {"rr": 0.5}}, greatest={"fr": {"needs_found@10": 1.0}})


@pytest.mark.skipif(not OWN.exists(), reason="the project's gate is not written yet")
def test_the_projects_own_gate_names_figures_that_are_measured():
    from eval.scores import figures

    measured = {*figures([]), "latency_p50_ms", "latency_p95_ms"}
    gate = read_gate(OWN)
    for borders in (*gate.least.values(), *gate.greatest.values()):
        assert set(borders) <= measured
