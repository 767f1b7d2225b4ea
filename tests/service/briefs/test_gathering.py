"""What a brief holds, against the index and the service's own answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.documents import Distribution, Status
from indexer.store import Filters
from indexer.text import fold
from service.briefs.gathering import UnknownTopicError, gather
from service.briefs.meetings import in_range, meetings_of, place
from service.briefs.topic import Topic
from service.messages import RefusedError
from service.query import understand

TOPICS = ["digital identity", "identité numérique", "citizen satisfaction", "chatbots"]
MEETINGS = ["2017-10", "2019-02", "2020-09", "2021-10-28"]
LANGUAGES = ["en", "fr"]


def quotes(brief):
    yield from (standing.quote for member in brief.members for standing in member.standings)
    yield from brief.context
    yield from (need.quote for need in brief.needs)
    yield from (item.quote for item in (*brief.decisions, *brief.follow_ups))


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_quotation_is_its_documents_and_its_citation_says_where(brief_on, index, topic, language):
    brief = brief_on(topic, language)
    assert [cited.number for cited in brief.citations] == list(range(1, len(brief.citations) + 1))
    by_number = {cited.number: cited for cited in brief.citations}
    used = set()
    for quote in quotes(brief):
        used |= set(quote.numbers)
        cited = by_number[quote.numbers[0]]
        document = index.document(cited.source.document_id)
        assert quote.text == document.text[cited.start : cited.end]
        assert quote.language == cited.source.language == document.language
        assert (cited.source.title, cited.source.source) == (document.title, document.source.rpartition("/")[2])
        at = [p for p in index.passages(document.id) if p.start <= cited.start < p.end]
        assert cited.page in {passage.page for passage in at}
    assert used == set(by_number)


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_standings_are_the_services_own_answers_meeting_by_meeting(brief_on, engine, topic, language):
    brief = brief_on(topic, language)
    query = replace(understand(topic, language=language), kind="list")
    for meeting in MEETINGS:
        answer = engine.answer(replace(query, filters=Filters(date_from=meeting, date_to=meeting)))
        answered = {finding.jurisdiction.code: finding.status for finding in answer.findings if finding.jurisdiction}
        told = {
            member.code: next(s.status for s in member.standings if s.meeting == meeting)
            for member in brief.members
            if any(s.meeting == meeting for s in member.standings)
        }
        assert told == answered
    assert {standing.meeting for member in brief.members for standing in member.standings} == set(brief.meetings)


def test_members_stand_in_the_councils_order_and_their_meetings_in_time(brief_on):
    brief = brief_on("digital identity", "en")
    codes = [member.code for member in brief.members]
    assert len(codes) > 5 and codes == sorted(codes, key=place)
    assert (
        place("TBS") < place("BC") < place("AB") < place("ON") < place("NL") < place("NU") < place("MUNI") < place(None)
    )
    for member in brief.members:
        dates = [standing.meeting for standing in member.standings]
        assert dates == sorted(dates)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readers_version_is_quoted_where_there_are_two(brief_on, language):
    assert {quote.language for quote in quotes(brief_on("digital identity", language))} == {language}


def test_needs_are_asked_or_stand_in_a_part_for_needs(brief_on, index):
    brief = brief_on("chatbots", "en")
    asking = {s.quote.numbers for m in brief.members for s in m.standings if s.status is Status.ASKING}
    by_number = {cited.number: cited for cited in brief.citations}
    assert brief.needs
    for need in brief.needs:
        cited = by_number[need.quote.numbers[0]]
        passages = index.passages(cited.source.document_id)
        roles = {passage.role for passage in passages if passage.start <= cited.start < passage.end}
        assert "need" in roles or need.quote.numbers in asking
    assert asking <= {need.quote.numbers for need in brief.needs}
    assert "Manitoba" in {need.name for need in brief.needs}


@pytest.mark.parametrize(
    ("topic", "numbers"),
    [("digital identity", ["1"]), ("satisfaction des citoyens", ["2A", "2B", "2C"]), ("chatbots", [])],
)
def test_follow_ups_are_complete_and_the_same_in_both_languages(brief_on, index, topic, numbers):
    items = {item.id: item for document in index.documents() for item in index.items(document.id)}
    for language in LANGUAGES:
        found = brief_on(topic, language).follow_ups
        assert [item.number for item in found] == numbers
        for shown in found:
            item = items[shown.item_id]
            assert (shown.quote.text, shown.owner, shown.due) == (item.text, item.owner, item.due)
            assert shown.quote.language == language


@pytest.mark.parametrize("words", ["digital identity", "questionnaire", "vaccination", "candidates"])
def test_no_item_that_holds_the_topics_words_is_missed(brief_on, index, words):
    english = [item for d in index.documents() if d.language == "en" for item in index.items(d.id)]
    holding = {item.id for item in english if words in fold(item.text)}
    brief = brief_on(words, "en")
    assert holding and holding <= {item.item_id for item in (*brief.decisions, *brief.follow_ups)}


def test_what_may_not_be_passed_on_is_named(brief_on, index):
    brief = brief_on("digital identity", "en")
    drawn_from = {cited.source.document_id for cited in brief.citations}
    held_back = {d.id for d in index.documents() if d.distribution is not Distribution.PUBLIC} & drawn_from
    assert {source.document_id for source in brief.restricted} == held_back
    assert held_back and drawn_from - held_back


def test_a_brief_from_public_documents_holds_no_notice(brief_on):
    brief = brief_on("digital identity", "en", Filters(date_from="2021"))
    assert brief.citations and not brief.restricted


def test_conditions_narrow_a_brief_and_are_told(brief_on):
    brief = brief_on("digital identity", "en", Filters(jurisdictions=("ON", "BC"), date_from="2018", date_to="2020-09"))
    assert {"ON"} <= {member.code for member in brief.members} <= {"ON", "BC"}
    assert set(brief.meetings) <= {"2019-02", "2020-09"} and brief.meetings
    assert all(need.name in ("Ontario", "British Columbia") for need in brief.needs)
    assert brief.asked == (
        "jurisdictions: Ontario, British Columbia", "meetings from 2018 on", "meetings up to and including 2020-09"
    )  # fmt: skip
    assert not brief.follow_ups  # of 2021


@pytest.mark.parametrize("topic", ["submarine cable laying", "élevage de chevaux de course"])
def test_a_topic_that_the_documents_do_not_speak_of_is_told(engine, topic):
    with pytest.raises(UnknownTopicError, match=topic):
        gather(engine, topic)


@pytest.mark.parametrize("topic", ["", " ?! ", "x" * 2_000])
def test_a_topic_that_cannot_be_asked_for_is_refused(engine, topic):
    with pytest.raises(RefusedError):
        gather(engine, topic)


# Topics of items


@pytest.mark.parametrize(
    ("topic", "text", "language", "is_in"),
    [
        ("digital identity", "Work on digital ID goes on.", "en", True),
        ("digital identity", "Les travaux sur l’identité numérique se poursuivent.", "fr", True),
        ("digital identity", "The digital strategy and its identity as a brand.", "en", False),
        ("vaccination", "Proof of vaccination: report", "en", True),
        ("co-chairs’ term", "The co-chairs keep their term.", "en", True),
        ("co-chairs’ term", "The term is kept.", "en", False),
        ("the of and", "The end of the road and the bridge.", "en", False),
    ],
)
def test_a_text_is_on_a_topic_that_it_names_wholly(topic, text, language, is_in):
    assert Topic.of(understand(topic, language="en")).is_in(text, language) is is_in


# Meetings


def test_dates_of_one_meeting_are_one():
    assert meetings_of(["2020-09", "2017-10-05", "2017-10", "2019", "2017-10"]) == ("2017-10", "2019", "2020-09")
    assert meetings_of([]) == ()


@pytest.mark.parametrize(
    ("date", "after", "before", "is_in"),
    [
        ("2020-09-15", None, "2020-09", True),
        ("2020-10", None, "2020-09", False),
        ("2020", "2020-05", None, True),
        ("2019-12-31", "2020", None, False),
        (None, None, None, True),
        (None, "2020", None, False),
    ],
)
def test_borders_are_those_of_the_filters(date, after, before, is_in):
    assert in_range(date, after, before) is is_in
