from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import embedding
from indexer.documents import Status
from service.answering import answer
from service.answering.thresholds import DEFAULT_THRESHOLDS
from service.filters import make_filters
from service.list_question import read_list_question
from service.query import understand


def listed(answer):
    assert answer.kind == "list"
    return {finding.jurisdiction.code: (str(finding.status), finding.asked) for finding in answer.findings}


def test_every_jurisdiction_is_listed_with_its_status_and_the_verb_tells_who_is_apart(forms):
    found = listed(forms.answer(understand("Which jurisdictions launched ice road reports?")))
    assert found["NS"] == ("delivered", True)
    assert found["ON"] == ("piloting", True)
    assert {code: found[code] for code in found.keys() & {"NB", "MB", "SK"}} == {
        code: status
        for code, status in {"NB": ("planned", False), "MB": ("exploring", False), "SK": ("asking", False)}.items()
        if code in found
    }
    assert found.keys() & {"NB", "MB", "SK"}


@pytest.mark.parametrize(
    ("question", "code", "status"),
    [
        ("Who plans to offer ice road reports?", "NB", "planned"),
        ("Which provinces are considering ice road reports?", "MB", "exploring"),
        ("Who asked about ice road reports?", "SK", "asking"),
        ("Quelles provinces prévoient des rapports sur les routes de glace?", "NB", "planned"),
        ("Which jurisdictions piloted ice road reports?", "ON", "piloting"),
    ],
)
def test_the_verb_of_the_question_is_what_comes_first(forms, question, code, status):
    answer = forms.answer(understand(question))
    assert listed(answer)[code] == (status, True)
    assert answer.findings[0].asked
    # Those apart follow those asked for.
    apart = [finding.asked for finding in answer.findings]
    assert apart == sorted(apart, reverse=True)


def test_who_is_only_thanked_in_anothers_form_is_not_listed_for_it(forms):
    answer = forms.answer(understand("Which jurisdictions opened a counter for anglers?"))
    assert "NS" not in listed(answer)
    assert listed(answer)["QC"] == ("delivered", True)


def test_where_all_stages_are_asked_for_nobody_is_apart(forms):
    answer = forms.answer(understand("Ice road reports: where do the provinces stand?"))
    assert len(answer.findings) >= 4
    assert all(finding.asked for finding in answer.findings)


def test_further_statuses_of_a_jurisdiction_follow_its_furthest(make_engine):
    said = (
        "Information exchange form\n\nJurisdiction: Yukon\n\n"
        "Achievements\n\nYukon launched online moose hunting permits in 2020.\n\n"
        "Priorities\n\nYukon plans to extend online moose hunting permits to visitors.\n"
    )
    engine = make_engine({"yt.txt": (said, 'type = "exchange_form"\nlanguage = "en"\nmeeting_date = "2022-05"')})
    answer = engine.answer(understand("Who stands where on online moose hunting permits?"))
    (finding,) = answer.findings
    assert (finding.jurisdiction.code, finding.status) == ("YT", Status.DELIVERED)
    assert [further.status for further in finding.further] == [Status.PLANNED]
    cited = {citation.number: citation.quote for citation in answer.citations}
    assert cited[finding.further[0].citations[0]] == finding.further[0].statement


def test_a_year_in_the_question_rules_out_other_meetings(forms):
    question = "Who planned ferry tickets in {}?"
    assert listed(forms.answer(understand(question.format(2018)))) == {"NS": ("planned", True)}
    assert all(
        finding.meeting_date != "2018-05" for finding in forms.answer(understand(question.format(2022))).findings
    )


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("Who offered to present something in May 2022?", {"NS"}),
        ("Quels membres ont offert une présentation en mai 2022?", {"NS"}),
        ("Who asked for help in 2022?", {"ON", "SK"}),
        ("Who offered to present something in 2018?", set()),
    ],
)
def test_a_list_without_a_topic_calls_the_roll_of_the_sections(forms, question, codes):
    answer = forms.answer(understand(question))
    assert set(listed(answer)) == codes
    assert answer.answered is bool(codes)


def test_filters_hold_for_a_list_without_a_topic(forms):
    filters = make_filters(jurisdictions=["ON"])
    answer = forms.answer(understand("Who asked for help in 2022?", filters=filters))
    assert set(listed(answer)) == {"ON"}


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Which provinces launched one?", {"province", "territory"}),
        ("Quelles provinces en ont un?", {"province", "territory"}),
        ("Which federal departments use it?", {"federal"}),
        ("Quels ministères fédéraux s’en servent?", {"federal"}),
        ("Which cities use it?", {"municipal"}),
        ("Who lives in a second province?", set()),
    ],
)
def test_whom_the_question_wants_is_read_from_its_words(question, kinds):
    assert read_list_question(question).kinds == kinds


@given(st.text(max_size=300))
def test_any_text_asks_for_some_status(text):
    assert read_list_question(text).statuses


def test_more_passages_are_looked_at_where_the_last_is_still_near(forms):
    index, embedder, query = (
        forms.index(),
        embedding.load(),
        understand("Which jurisdictions launched ice road reports?"),
    )
    whole = answer(index, embedder, query)
    narrow = replace(DEFAULT_THRESHOLDS, list_hits=2)
    assert listed(answer(index, embedder, replace(query, limit=2), thresholds=narrow)) == listed(whole)
    bound = replace(narrow, most_list_hits=2)
    assert len(listed(answer(index, embedder, replace(query, limit=2), thresholds=bound))) < len(listed(whole))
