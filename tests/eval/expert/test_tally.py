"""From a sheet exported to the totals of the sheet filled in."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spreadsheets import all_of, edit, put

from eval.expert import files, report
from eval.expert.claims import split
from eval.expert.filled import read_filled
from eval.expert.sheet import Asked, rows
from eval.expert.tally import tally
from indexer.errors import SettingError


@pytest.fixture(params=["csv", "xlsx"])
def path(request, asked, tmp_path):
    file = tmp_path / f"scores.{request.param}"
    files.write(file, rows(asked))
    return file


def states(found):
    return [(answer.state, answer.total) for answer in found.answers]


def test_totals_of_answers_scored_whole(path, asked):
    edit(path, all_of(put("sentence_score", 100, 80, 0, 100, 80, 100), put("citation_score", 20, "", "", 25)))
    found = tally(asked, read_filled(path))
    # 0.75 * (100 + 80 + 0) / 3 + 20; 0.75 * (100 + 80) / 2 + 25; without citations 0.75 * 100 + 25
    assert states(found) == [("scored", 65.0), ("scored", 92.5), ("scored", 100.0)]
    assert found.figures() == {
        "en": {"expert_total": 82.5, "expert_scored": 2.0}, "fr": {"expert_total": 92.5, "expert_scored": 1.0},
    }  # fmt: skip
    assert found.totals("en", "list") == [65.0]


def test_an_answer_counts_only_once_it_is_scored_whole(path, asked):
    edit(path, all_of(put("sentence_score", 100, "", 100, 100, 100), put("citation_score", 25)))
    found = tally(asked, read_filled(path))
    assert states(found) == [("partly scored", None), ("partly scored", None), ("unscored", None)]
    assert found.figures() == {"en": {"expert_scored": 0.0}, "fr": {"expert_scored": 0.0}}


def test_a_citation_that_is_missing_may_be_scored(path, asked):
    edit(path, all_of(put("sentence_score", 100, at=6), put("citation_score", 0, at=6)))
    assert states(tally(asked, read_filled(path)))[2] == ("scored", 75.0)


def test_scores_of_an_answer_that_has_changed_are_stale(path, asked, make_answer):
    edit(path, all_of(put("sentence_score", *[100] * 6), put("citation_score", 25, "", "", 25)))
    changed = replace(asked[1], answer=make_answer("Other. [1]", quotes=["Other."]))
    found = tally([asked[0], changed, asked[2]], read_filled(path))
    assert states(found) == [("scored", 100.0), ("stale", None), ("scored", 100.0)]
    assert found.answers[1].sentences == (100, 100)
    assert "1 stale" in report.render(found)


def test_answers_that_are_not_in_the_sheet_are_told(path, asked):
    edit(path, lambda table: [table[0], *table[4:]])
    found = tally(asked, read_filled(path))
    assert states(found)[0] == ("not in the sheet", None)
    assert "1 not in the sheet" in report.render(found)


def test_an_unknown_need_is_refused(path, asked):
    with pytest.raises(SettingError, match=r"row 5, column need: 'n2' is no need of the gold file; name the one"):
        tally([asked[0], asked[2]], read_filled(path))


def test_a_sentence_that_is_not_the_answers_is_refused(path, asked):
    def sorted_by_itself(table):
        at = table[0].index("sentence")
        table[2][at], table[3][at] = table[3][at], table[2][at]

    edit(path, sorted_by_itself)
    with pytest.raises(SettingError, match="row 3, column sentence: is not sentence 2"):
        tally(asked, read_filled(path))


def test_more_or_fewer_sentences_than_the_answer_has_are_refused(path, asked):
    edit(path, lambda table: put("sentences", 2, 2)(table) or [*table[:3], *table[4:]])
    with pytest.raises(SettingError, match="row 2, column sentences: the answer has 3"):
        tally(asked, read_filled(path))


def test_the_report_names_scores_means_and_states(path, asked):
    scores = put("sentence_score", 100, 80, 0, 100, "", 0)
    edit(path, all_of(scores, put("citation_score", 20), put("harmful", "", "", "yes", "", "", "oui")))
    found = tally(asked, read_filled(path))
    lines = report.render(found).splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["n1", "en", "list", "60.00", "20", "65.00"],
        ["n2", "fr", "fact", "1", "of", "2", "-", "partly", "scored"],
        ["n3", "en", "none", "0.00", "-", "25.00"],
    ]
    assert ["all", "45.00", "(2)", "-", "(0)", "45.00", "(2)"] in [line.split() for line in lines]
    assert lines[-2:] == [
        "3 answers: 2 scored, 1 partly scored, 0 unscored, 0 stale, 0 not in the sheet",
        "2 harmful sentences; n1 en; n3 en",
    ]
    told = report.as_json(found)
    assert told["states"]["scored"] == 2
    assert [answer["total"] for answer in told["answers"]] == [65.0, None, 25.0]


LINES = st.text(min_size=1, max_size=30).filter(lambda text: text.strip()) | st.sampled_from(
    ["=1+1", "'=1", "-1", "@a;b", 'He said "so".', "Un. Deux, trois; «\u00a0quatre\u00a0».", "a\tb", "#N/A"]
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.lists(LINES, min_size=1, max_size=4), min_size=1, max_size=3),
    cited=st.booleans(),
    comment=LINES,
    separator=st.sampled_from([",", ";", "\t"]),
    data=st.data(),
)
def test_what_is_exported_and_filled_in_gives_the_total(
    form, texts, cited, comment, separator, data, tmp_path_factory, make_answer, make_need
):
    asked = [
        Asked(make_need(number), "fr", make_answer("\n".join(lines), quotes=["Quote."] if cited else []))
        for number, lines in enumerate(texts)
    ]
    path = tmp_path_factory.mktemp("round") / f"s.{form}"
    files.write(path, rows(asked))
    counts = [len(split(item.answer)) for item in asked]
    scores = [data.draw(st.lists(st.sampled_from([100, 80, 0]), min_size=n, max_size=n)) for n in counts]
    citations = [data.draw(st.sampled_from([25, 20, 0])) for _ in asked]
    firsts = [value for n, score in zip(counts, citations, strict=True) for value in (score, *[""] * (n - 1))]
    change = all_of(
        put("sentence_score", *[score for of in scores for score in of]),
        put("citation_score", *firsts),
        put("sentence_comment", comment if form == "csv" else "fine"),
    )
    edit(path, change, separator=separator)
    found = tally(asked, read_filled(path))
    wanted = [Fraction(3, 4) * sum(of) / len(of) + c for of, c in zip(scores, citations, strict=True)]
    assert [answer.total for answer in found.answers] == pytest.approx([float(total) for total in wanted])
