"""The language that an answer is asked for in: it decides the words, never what is answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import html

from indexer.documents import Status
from indexer.filters import Filters
from service.briefs.gathering import gather
from service.contract import Answer
from service.matches import helpers, needs_told
from service.passage_statuses import statuses
from service.query import understand

GOLD = Path(__file__).resolve().parents[2] / "eval/gold"
NEEDS = [
    json.loads(line) for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()
]
LANGUAGES = ("en", "fr")
# Questions with an answer in the one language and none in the other, where versions were chosen before the answer.
ONCE_ANSWERED_IN_ONE = [
    "Which provincial agencies were the guinea pigs for the SNC survey about working together?",
    "Since when have federal departments been subject to the TB rules on service and technology?",
    "Who looks after the Council's money, and for which territory does she sit?",
    "Our legal aid office is drowning in applications. What have other members tried?",
    "Quelle firme a bâti MyAlberta Notify?",
    "Aux T.N.-O., qu'avait-on à faire découvrir aux collègues en 2020?",
    "Rédaction claire : à qui le Conseil a-t-il demandé une norme, et pour quand?",
    "Le Manitoba veut que ses chiffres éclairent ses décisions : qui tire des enseignements des siens?",
]


def originals(index, answer):
    """The documents cited, once each and in order; a translation counts as what it is of."""
    records = {record.id: record for record in index.documents()}
    cited = (records[citation.document_id].translation_of or citation.document_id for citation in answer.citations)
    return list(dict.fromkeys(cited))


def said(answer):
    """What an answer says of whom, without its words."""
    return [
        (
            finding.jurisdiction.code if finding.jurisdiction else None,
            finding.status,
            finding.asked,
            finding.meeting_date,
            finding.short_answer is None,
            (finding.item.kind, finding.item.number, finding.item.status) if finding.item else None,
            [(further.status, further.meeting_date) for further in finding.further],
        )
        for finding in answer.findings
    ]


@pytest.mark.parametrize("asked_in", LANGUAGES)
@pytest.mark.parametrize("kind", ["list", "fact", "decision", "precedent", "none"])
def test_both_languages_say_the_same_of_the_same_and_cite_the_same(engine, index, check_answer, kind, asked_in):
    quoted_otherwise = 0
    for need in (need for need in NEEDS if need["kind"] == kind):
        english, french = (
            engine.answer(understand(need[f"question_{asked_in}"], language=language)) for language in LANGUAGES
        )
        for answer in (english, french):
            check_answer(answer)
        assert said(english) == said(french), need["id"]
        assert english.answered is french.answered
        assert originals(index, english) == originals(index, french), need["id"]
        assert [hit.score for hit in english.passages] == [hit.score for hit in french.passages]
        quoted_otherwise += [one.quote for one in english.citations] != [one.quote for one in french.citations]
    assert quoted_otherwise > 10


@pytest.mark.parametrize("question", ONCE_ANSWERED_IN_ONE)
def test_over_http_the_language_asked_for_takes_no_answer_away_and_adds_none(client, index, question):
    english, french = (
        Answer.model_validate_json(client.post("/v1/answer", json={"question": question, "language": language}).content)
        for language in LANGUAGES
    )
    assert (english.language, french.language) == LANGUAGES
    assert said(english) == said(french)
    assert originals(index, english) == originals(index, french)


@pytest.mark.parametrize("question", ONCE_ANSWERED_IN_ONE)
def test_a_question_is_answered_alike_on_the_page_of_either_language(client, question):
    quotes = []
    for language in LANGUAGES:
        page = html.fromstring(client.get("/", params={"q": question, "lang": language}).text)
        assert page.get("lang").startswith(language)
        quotes.append(len(page.xpath("//section[@id='answer']//blockquote")))
    assert quotes[0] == quotes[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_of_one_language_alone_are_quoted_where_the_filter_says_so(engine, language):
    for need in NEEDS[::4]:
        for spoken in LANGUAGES:
            only = Filters(document_languages=(language,))
            answer = engine.answer(understand(need["question_fr"], language=spoken, filters=only))
            assert {citation.document_language for citation in answer.citations} <= {language}
            assert {hit.document_language for hit in answer.passages} <= {language}


@pytest.mark.parametrize("status", [Status.PILOTING, Status.PLANNED, Status.ASKING])
def test_passages_shown_in_the_other_language_have_the_status_asked_for(engine, index, status):
    question = "Que font les provinces en matière d'identité numérique?"
    answers = [engine.answer(understand(question, language=language, statuses=(status,))) for language in LANGUAGES]
    assert said(answers[0]) == said(answers[1])
    for answer in answers:
        for passage in index.passages_by_id([hit.passage_id for hit in answer.passages]):
            assert status in statuses(passage)


def test_an_item_is_quoted_from_the_readers_record_with_what_was_found_of_it(engine, index):
    question = "Quelles mesures de suivi le secrétariat doit-il prendre?"
    english, french = (engine.answer(understand(question, language=language)) for language in LANGUAGES)
    assert len(english.findings) > 1
    for answer in (english, french):
        assert {citation.document_language for citation in answer.citations} == {answer.language}
        items = {item.id: item for item in index.items()}
        for finding in answer.findings:
            item = items[finding.item.item_id]
            assert (item.text, item.owner, item.due) == (finding.statement, finding.item.owner, finding.item.due)
    assert said(english) == said(french)
    assert {one.item.item_id for one in english.findings}.isdisjoint(one.item.item_id for one in french.findings)


@pytest.mark.parametrize(
    "question", ["Who offered a demo in September 2020?", "Qui a offert une démo en septembre 2020?"]
)
def test_a_roll_call_is_quoted_in_the_readers_language(engine, question):
    english, french = (engine.answer(understand(question, language=language)) for language in LANGUAGES)
    assert said(english) == said(french)
    assert len(english.findings) > 3
    for answer in (english, french):
        own = [citation.document_language == answer.language for citation in answer.citations]
        assert sum(own) > 0.8 * len(own)


def test_the_needs_of_a_passage_have_the_same_helpers_in_both_languages(engine, index):
    needs = [passage.id for passage in index.passages() if str(passage.role) == "need"][:20]
    for passage_id in needs:
        english, french = (engine.precedents(passage_id, language=language) for language in LANGUAGES)
        assert said(english) == said(french)
        assert originals(index, english) == originals(index, french)


def test_needs_told_in_both_languages_have_the_same_helpers_in_the_exchange_of_either(engine, index):
    told = {language: by_passages(index, language) for language in LANGUAGES}
    compared = quoted = 0
    for key, english in told["en"].items():
        french = told["fr"].get(key, [])
        if len(english) != len(french):  # the two documents part these needs otherwise
            continue
        for needs in zip(english, french, strict=True):
            found = [
                helpers(index, engine.embedder, one.need, language)
                for one, language in zip(needs, LANGUAGES, strict=True)
            ]
            told_of = [[(one.precedent.jurisdiction, one.precedent.status) for one in of] for of in found]
            assert told_of[0] == told_of[1], needs[0].need.quote
            compared += len(told_of[0])
            quoted += [one.precedent.quote for one in found[0]] != [one.precedent.quote for one in found[1]]
    assert compared > 40 and quoted > 10


@pytest.mark.parametrize("topic", ["digital identity", "identité numérique", "chatbots", "information"])
def test_a_brief_has_the_same_members_standings_and_items_in_both_languages(engine, topic):
    english, french = (gather(engine, topic, language=language) for language in LANGUAGES)

    def standings(brief):
        return [(member.code, [(one.meeting, one.status) for one in member.standings]) for member in brief.members]

    assert standings(english) == standings(french)
    assert english.members
    assert [len(part) for part in (english.needs, english.decisions, english.follow_ups)] == [
        len(part) for part in (french.needs, french.decisions, french.follow_ups)
    ]


def by_passages(index, language):
    """The needs told, by their passage, whichever its version."""
    found = {}
    for one in needs_told(index, language=language):
        passage_id = one.need.passage.id
        found.setdefault(min(passage_id, *index.versions(passage_id), passage_id), []).append(one)
    return found
