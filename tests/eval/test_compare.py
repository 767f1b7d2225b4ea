from __future__ import annotations

import json

import pytest

from eval.compare import MOVED, compare, render
from eval.report import FORMAT_VERSION, read_report, write_report
from indexer.errors import SettingError


def changed(report, name, language="en", **figures):
    """The report with figures of one need put in place of its own."""
    needs = [
        need.model_copy(
            update={
                "asked": need.asked
                | {
                    language: need.asked[language].model_copy(
                        update={"figures": need.asked[language].figures | figures}
                    )
                }
            }
        )
        if need.id == name
        else need
        for need in report.needs
    ]
    return report.model_copy(update={"needs": needs})


def with_figures(report, **figures):
    return report.model_copy(update={"figures": report.figures | {"en": report.figures["en"] | figures}})


def test_nothing_moves_between_a_report_and_itself(report):
    got = compare(report, report)
    assert {move.better for move in got.figures} == {None}
    assert (got.better, got.worse, got.added, got.gone) == ((), (), (), ())
    assert "no figure moved" in render(got)


def test_figures_move_with_their_difference_and_its_way(report):
    before = with_figures(report, rr=0.2, abstains_wrongly=0.3, latency_p50_ms=10.0)
    now = with_figures(report, rr=0.3, abstains_wrongly=0.4, latency_p50_ms=8.5)
    moves = {move.name: move for move in compare(before, now).figures if move.language == "en"}
    assert (moves["rr"].difference, moves["rr"].better) == (pytest.approx(0.1), True)
    assert moves["abstains_wrongly"].better is False
    assert moves["latency_p50_ms"].better is True
    text = render(compare(before, now))
    assert "en rr 0.200 -> 0.300 (+0.100, better)" in text
    assert "en abstains_wrongly 0.300 -> 0.400 (+0.100, worse)" in text
    assert "en latency_p50_ms 10.0 -> 8.5 (-1.5, better)" in text


def test_needs_that_moved_are_named_the_furthest_first(report):
    before = changed(changed(report, "t1", **{"ndcg@10": 0.5}), "t2", **{"ndcg@10": 0.9, "list_f1": 0.1})
    now = changed(changed(report, "t1", **{"ndcg@10": 0.7}), "t2", **{"ndcg@10": 1.0, "list_f1": 0.6})
    got = compare(before, now)
    assert [(move.id, move.language, round(move.gain, 3)) for move in got.better] == [
        ("t2", "en", 0.6),
        ("t1", "en", 0.2),
    ]
    assert got.worse == ()
    back = compare(now, before)
    assert [move.id for move in back.worse] == ["t2", "t1"] and back.better == ()
    assert "worse: t2 (en ndcg@10 1.000 -> 0.900 (-0.100, worse); en list_f1" in render(back)


def test_wrongly_abstaining_is_a_loss(report):
    got = compare(changed(report, "t1", abstains_wrongly=0.0), changed(report, "t1", abstains_wrongly=1.0))
    assert [(move.id, move.gain) for move in got.worse] == [("t1", -1.0)]


def test_needs_of_one_report_alone_are_told(report):
    fewer = report.model_copy(update={"needs": report.needs[1:]})
    assert compare(fewer, report).added == ("t1",)
    assert compare(report, fewer).gone == ("t1",)
    assert "1 need is gone, so the figures are over other needs: t1" in render(compare(report, fewer))
    many = [report.needs[0].model_copy(update={"id": f"n{at}"}) for at in range(MOVED + 5)]
    assert len(compare(report, report.model_copy(update={"needs": many})).added) == MOVED + 5


def test_a_report_is_read_as_it_was_written(report, tmp_path):
    path = tmp_path / "deep" / "report.json"
    write_report(report, path)
    assert read_report(path) == report
    assert json.loads(path.read_text(encoding="utf-8"))["format_version"] == FORMAT_VERSION


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "cannot be read"),
        ("no json", "cannot be read"),
        ("[]", "has no format version"),
        ('{"en": {"rr": 0.5}}', "has no format version"),
        ('{"format_version": 99}', "has format version 99, this program reads 1"),
        ('{"format_version": 1}', "is not whole (created:"),
        ("\udcff", "cannot be read"),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_with_the_mend(tmp_path, content, told):
    path = tmp_path / "old.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(SettingError) as error:
        read_report(path)
    assert str(error.value).startswith(f"--compare {path}: {told}")
    assert f"council eval … --json {path}" in str(error.value)
