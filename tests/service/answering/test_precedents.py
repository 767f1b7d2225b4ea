"""Who can help with a need: others, or another year, best first, each with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.documents import Role, Status
from indexer.store import Filters
from service.answering.precedents import DEFAULT_FIT, fitting
from service.engine import UnknownPassageError
from service.messages import RefusedError
from service.need_sought import of_question
from service.precedents import find
from service.query import understand

CHATBOT = {
    "en": "Nova Scotia would like a chatbot. Has anyone done it before?",
    "fr": "La Nouvelle-Écosse voudrait un agent conversationnel : quelqu’un d’autre l’a-t-il déjà fait?",
}


def passage_of(engine, code, role, year="2021"):
    (found,) = [
        passage
        for passage in engine.index().passages()
        if passage.jurisdictions == (code,) and passage.role is role and passage.meeting_date.startswith(year)
    ]
    return found


def told(answer):
    return [(f.jurisdiction.code, str(f.status), f.meeting_date) for f in answer.findings]


@pytest.fixture(scope="module")
def need(desk):
    return passage_of(desk, "NS", Role.NEED)


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_furthest_of_the_relevant_come_first_and_the_asker_only_from_another_year(desk, spoken):
    answer = desk.answer(understand(CHATBOT[spoken]))
    assert answer.kind == "precedent" and answer.answered and answer.language == spoken
    assert told(answer) == [
        ("BC", "delivered", "2021-05"),
        ("NS", "piloting", "2019-05"),
        ("ON", "exploring", "2021-05"),
    ] or told(answer) == [
        ("BC", "delivered", "2021-05"),
        ("ON", "exploring", "2021-05"),
        ("NS", "piloting", "2019-05"),
    ]
    assert all("chatbot" in finding.statement for finding in answer.findings)


@pytest.mark.parametrize(("spoken", "reason"), [("en", "about chatbot; in place (May 2021)"), ("fr", "mai 2021")])
def test_every_precedent_says_why_in_the_language_of_the_reader(desk, spoken, reason):
    answer = desk.answer(understand(CHATBOT[spoken]))
    assert reason in answer.findings[0].why
    assert all(finding.why for finding in answer.findings)
    assert ("agent conversationnel" in answer.findings[0].why) is (spoken == "fr")


def test_a_passage_that_asks_is_no_precedent(desk):
    answer = desk.answer(understand(CHATBOT["en"]))
    assert {citation.role for citation in answer.citations} <= {Role.ACHIEVEMENT, Role.PRIORITY, Role.SHOWCASE}
    assert Role.NEED not in {hit.role for hit in answer.passages}


def test_where_nothing_is_like_it_nothing_is_told(desk):
    answer = desk.answer(understand("Our cooks have trouble with apple pie. Has anyone solved this before?"))
    assert answer.kind == "precedent"
    assert (answer.answered, answer.findings, answer.citations) == (False, [], [])


def test_the_needs_of_a_passage_are_met_one_by_one(desk, need):
    answer = desk.precedents(need.id)
    assert answer.kind == "precedent" and answer.language == "en"
    assert answer.question == "Chatbots: how do others use a chatbot to answer the public, and does it pay?"
    assert ("NS", "2021-05") not in {(f.jurisdiction.code, f.meeting_date) for f in answer.findings}
    by_statement = {finding.statement: finding.why for finding in answer.findings}
    (van,) = [why for statement, why in by_statement.items() if "van" in statement]
    assert van.startswith("on “Mobile offices: we seek ways") and van.endswith("offers to share (May 2021)")
    assert sum(why.startswith("on “Chatbots") for why in by_statement.values()) == 3
    assert not any("otters" in why for why in by_statement.values())


def test_a_passage_with_one_need_is_not_named_in_the_reason(desk):
    answer = desk.precedents(passage_of(desk, "ON", Role.NEED).id)
    assert told(answer) == [("BC", "delivered", "2021-05"), ("NS", "piloting", "2019-05")]
    assert all(finding.why.startswith("about chatbot") for finding in answer.findings)


def test_the_language_of_the_reader_is_kept(desk, need):
    answer = desk.precedents(need.id, language="fr")
    assert answer.language == "fr"
    assert answer.findings[0].jurisdiction.name == "Colombie-Britannique"
    assert answer.findings[0].why.startswith("au sujet de «\u00a0Chatbots")


def test_a_passage_that_says_not_applicable_states_no_need(desk):
    answer = desk.precedents(passage_of(desk, "YT", Role.NEED).id)
    assert not answer.answered
    assert answer.text == "This passage states no need, so there is nothing to find help for."


@pytest.mark.parametrize(
    ("filters", "statuses", "codes"),
    [
        (Filters(jurisdictions=("ON",)), (), {"ON"}),
        (Filters(date_to="2020"), (), {"NS"}),
        (Filters(roles=("showcase",)), (), {"BC"}),
        (Filters(documents=()), (), set()),
        (Filters(roles=("need",)), (), set()),
        (Filters(), (Status.PILOTING,), {"NS"}),
    ],
    ids=str,
)
def test_filters_and_statuses_hold(desk, need, filters, statuses, codes):
    answer = desk.precedents(need.id, filters=filters, statuses=statuses)
    assert {finding.jurisdiction.code for finding in answer.findings} == codes
    allowed = desk.index().allowed(filters)
    ids = None if allowed is None else {passage.id for passage in desk.index().numbered(allowed)}
    assert ids is None or {hit.passage_id for hit in answer.passages} <= ids


def test_an_unknown_passage_is_refused(desk, need):
    with pytest.raises(UnknownPassageError, match="p0000"):
        desk.precedents("p0000")
    with pytest.raises(RefusedError):
        desk.precedents(need.id, limit=0)


def test_one_statement_of_a_jurisdiction_and_meeting_unless_the_second_is_nearly_as_good(desk):
    query = understand(CHATBOT["en"])
    near = find(desk.index(), desk._embedder, of_question(desk.index(), desk._embedder, query), query, limit=40)
    best = next(item for item in near if item.jurisdiction == "BC")

    def scored(score):
        return replace(best, hit=replace(best.hit, score=score))

    assert len(fitting([scored(1.0), scored(0.9), scored(0.8)])) == DEFAULT_FIT.of_each == 2
    assert len(fitting([scored(1.0), scored(DEFAULT_FIT.again - 0.01)])) == 1
    assert fitting([scored(DEFAULT_FIT.least - 0.01)]) == []
    assert fitting([]) == []


def test_every_precedent_of_the_corpus_is_proved(engine, check_answer):
    for passage in engine.index().passages():
        if passage.role is Role.NEED:
            answer = engine.precedents(passage.id)
            check_answer(answer)
            for finding in answer.findings:
                (number,) = finding.citations
                citation = answer.citations[number - 1]
                assert citation.role is not Role.NEED and citation.passage_id != passage.id
                assert finding.statement == citation.quote and finding.why
                same = finding.meeting_date[:7] == passage.meeting_date[:7]
                assert not (same and citation.jurisdictions[:1] == list(passage.jurisdictions[:1]) != [])
