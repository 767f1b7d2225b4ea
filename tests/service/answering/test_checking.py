"""Citations held against the index: honest ones all pass, none that was changed does."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer.build import build
from indexer.documents import Role
from indexer.store import DATABASE, open_index
from service.answering import answer as answer_from
from service.answering.checking import check
from service.contract import Finding, FurtherFinding, JurisdictionName
from service.engine import Engine
from service.query import understand

GOLD = Path(__file__).resolve().parents[3] / "eval/gold/corpus.jsonl"
NEEDS = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
QUESTION = "Which jurisdictions work on digital identity?"


@pytest.fixture(scope="module")
def honest(engine):
    """A list of several jurisdictions, as it leaves the service, each with one citation of its own."""
    answer = engine.answer(understand(QUESTION))
    findings = [changed(finding, further=[]) for finding in answer.findings]
    used = {number for finding in findings for number in finding.citations}
    assert len(used) == len(findings) > 3
    left = check(engine.index(), findings, [c for c in answer.citations if c.number in used])
    assert left.dropped == 0
    return changed(answer, findings=left.findings, citations=left.citations, context=[])


def changed(shape, **values):
    return shape.model_copy(update=values)


def checked(index, answer, *, citation=None, finding=None):
    """The check of the answer with its first citation or finding changed as given."""
    citations, findings = list(answer.citations), list(answer.findings)
    if citation:
        citations[0] = changed(citations[0], **citation)
    if finding:
        findings[0] = changed(findings[0], **finding)
    return check(index, findings, citations, answer.context)


def of_this_thread(caplog):
    """What was logged, but by servers that other tests have running."""
    return [record for record in caplog.records if record.thread == threading.get_ident()]


@pytest.mark.parametrize("spoken", ["en", "fr"])
@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need["id"])
def test_honest_answers_lose_nothing(engine, index, caplog, need, spoken):
    answer = engine.answer(understand(need[f"question_{spoken}"]))
    assert answer.dropped_citations == 0
    again = check(index, answer.findings, answer.citations, answer.context)
    assert (again.findings, again.citations, again.context) == (answer.findings, answer.citations, answer.context)
    assert of_this_thread(caplog) == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"quote": "Nothing of the kind was said."}, "not what the document says"),
        ({"quote": "  "}, "not what the document says"),
        ({"passage_id": "no-such-passage"}, "no such passage"),
        ({"document_id": "no-such-document"}, "no such document"),
        ({"page": 4711}, "page: not as stored"),
        ({"speaker": "Nobody"}, "speaker: not as stored"),
        ({"jurisdictions": ["NU"]}, "jurisdictions: not as stored"),
        ({"source": "other.pdf"}, "source: not as stored"),
        ({"document_title": "Other"}, "document_title: not as stored"),
        ({"answer_start": 0, "answer_end": 4}, "not within the quote"),
        ({"answer_start": 0}, "not within the quote"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_citation_that_was_changed_is_dropped_with_its_finding(index, honest, caplog, wrong, reason):
    caplog.set_level(logging.WARNING, "service.answering")
    left = checked(index, honest, citation=wrong)
    alone = [f for f in honest.findings if f.citations == [1]]
    assert left.dropped == 1
    assert len(left.findings) == len(honest.findings) - len(alone)
    assert [c.quote for c in left.citations] == [c.quote for c in honest.citations[1:]]
    assert [c.number for c in left.citations] == list(range(1, len(honest.citations)))
    assert len(of_this_thread(caplog)) == 1
    assert reason in caplog.text
    assert QUESTION not in caplog.text


def test_what_is_left_is_numbered_anew_and_still_proved(index, honest):
    left = checked(index, honest, citation={"page": 4711})
    quotes = {c.number: c.quote for c in left.citations}
    for finding in left.findings:
        assert [quotes[number] for number in finding.citations] == [finding.statement]


def test_the_span_must_lie_in_the_passage(index, honest):
    first = honest.citations[0]
    text = index.document(first.document_id).text
    passage = index.passage(first.passage_id)
    for start, end in ((passage.start, passage.end + 9), (max(0, passage.start - 9), passage.end), (0, 9)):
        assert not passage.start <= start < end <= passage.end
        assert checked(index, honest, citation={"start": start, "end": end, "quote": text[start:end]}).dropped == 1


def test_a_span_counted_from_the_end_is_no_span(index, honest):
    first = honest.citations[0]
    length = len(index.document(first.document_id).text)
    left = checked(index, honest, citation={"start": first.start - length, "end": first.end - length})
    assert left.dropped == 1


def test_a_passage_of_another_document(index, honest):
    first = honest.citations[0]
    other = next(d for d in index.documents() if d.id != first.document_id)
    assert checked(index, honest, citation={"document_id": other.id}).dropped == 1


def test_another_role(index, honest):
    other = next(role for role in Role if role != honest.citations[0].role)
    assert checked(index, honest, citation={"role": other}).dropped == 1


def test_a_number_that_stands_twice_counts_once(index, honest):
    citations = [*honest.citations, honest.citations[0]]
    left = check(index, honest.findings, citations)
    assert left.dropped == 1
    assert (left.findings, left.citations) == (honest.findings, honest.citations)


def test_a_finding_about_whom_the_passage_is_not(index, honest):
    first = honest.citations[0]
    code = next(c for c in ("NU", "YT", "IRB", "VAC") if c not in first.jurisdictions and c not in first.quote)
    left = checked(index, honest, finding={"jurisdiction": JurisdictionName(code=code, name=code)})
    assert left.dropped == 1
    assert code not in {f.jurisdiction.code for f in left.findings}


def test_a_jurisdiction_that_the_quote_names_will_do(harbour, embedder):
    answer = Engine(harbour).answer(understand("Who continues to lend its boats?"))
    finding = next(f for f in answer.findings if "British Columbia" in f.statement)
    named = changed(finding, jurisdiction=JurisdictionName(code="BC", name="British Columbia"), citations=[1])
    cited = changed(next(c for c in answer.citations if c.quote == finding.statement), number=1)
    assert check(open_index(harbour), [named], [cited]).dropped == 0


@pytest.mark.parametrize(
    "statement", ["The moon is made of cheese and other dairy products.", "   ", "Aucun rapport avec quoi que ce soit."]
)
def test_a_statement_of_which_the_quote_says_nothing(index, honest, statement):
    left = checked(index, honest, finding={"statement": statement})
    assert left.dropped == 1
    assert statement not in {f.statement for f in left.findings}


def test_another_meeting(index, honest):
    assert checked(index, honest, finding={"meeting_date": "1999-01"}).dropped == 1


def test_a_statement_in_the_other_language_is_borne_out_by_its_translation(harbour):
    answer = Engine(harbour).answer(understand("Who launched online booking of harbour berths?"))
    index, finding = open_index(harbour), answer.findings[0]
    said = changed(finding, statement="La Nouvelle-Écosse a lancé un service de réservation en ligne.")
    made_up = changed(finding, statement="La Nouvelle-Écosse a fermé toutes les écoles du nord.")
    assert check(index, [said], answer.citations).dropped == 0
    assert check(index, [made_up], answer.citations).dropped == 1


def test_the_short_answer_is_that_which_is_marked(index, honest):
    first, finding = honest.citations[0], honest.findings[0]
    start, end = first.start + 4, first.start + 12
    short = first.quote[4:12]
    mark = {"answer_start": start, "answer_end": end}
    assert checked(index, honest, citation=mark, finding={"short_answer": short}).dropped == 0
    # Another finding may be proved by the same citation, with no short answer or with one of its own.
    twice = [changed(finding, short_answer=short), finding, *honest.findings[1:]]
    assert check(index, twice, [changed(first, **mark), *honest.citations[1:]]).dropped == 0
    for wrong in ({"short_answer": "never"}, {"short_answer": first.quote[5:13]}, {"short_answer": None}):
        assert checked(index, honest, citation=mark, finding=wrong).dropped == 1
    assert checked(index, honest, finding={"short_answer": "never said"}).dropped == 1
    late = {"answer_start": first.end - 2, "answer_end": first.end + 2}
    assert checked(index, honest, citation=late, finding={"short_answer": short}).dropped == 1


def test_further_findings_are_checked_as_findings_are(index, honest):
    first, other = honest.findings[:2]
    same = FurtherFinding(
        status=first.status, statement=first.statement, meeting_date=first.meeting_date, citations=first.citations
    )
    stranger = changed(same, citations=other.citations)
    missing = changed(same, citations=[99])
    finding = changed(first, further=[same, stranger, missing])
    left = check(index, [finding, *honest.findings[1:]], honest.citations)
    assert left.dropped == 2
    assert left.findings[0].further == [same]
    assert left.citations == honest.citations


def test_a_dropped_finding_takes_what_only_it_cited(index, honest):
    first, second = honest.findings[:2]
    further = FurtherFinding(
        status=second.status,
        statement=second.statement,
        meeting_date=second.meeting_date,
        citations=second.citations,
    )
    finding = changed(first, statement="The moon is made of cheese.", further=[further])
    left = check(index, [finding], honest.citations[: max(*first.citations, *second.citations)])
    assert left.findings == []
    assert not {first.statement, second.statement} & {c.quote for c in left.citations}


def test_context_is_kept_while_there_is_something_that_it_surrounds(index, honest):
    last = honest.citations[-1].number
    findings = [f for f in honest.findings if last not in f.citations]
    left = check(index, findings, honest.citations, [last])
    assert (left.context, left.citations) == ([last], honest.citations)
    bad = [changed(c, page=4711) if c.number != last else c for c in honest.citations]
    left = check(index, findings, bad, [last])
    assert (left.findings, left.context, left.citations) == ([], [], [])
    gone = [*honest.citations[:-1], changed(honest.citations[-1], page=4711)]
    left = check(index, findings, gone, [last])
    assert (left.context, left.dropped, left.findings) == ([], 1, findings)


def test_citations_of_no_finding_are_kept_if_they_are_good(index, honest):
    two = honest.citations[:2]
    assert check(index, [], two).citations == two
    left = check(index, [], [changed(two[0], quote="N/A"), two[1]])
    assert [(c.number, c.quote) for c in left.citations] == [(1, two[1].quote)]


FIELDS = {
    "quote": st.text(min_size=1),
    "start": st.integers(-10_000, 100_000),
    "end": st.integers(-10_000, 100_000),
    "page": st.none() | st.integers(-1, 50),
    "speaker": st.none() | st.text(),
    "jurisdictions": st.lists(st.sampled_from(["BC", "ON", "NU", ""])),
    "source": st.text(),
    "passage_id": st.text(),
    "document_id": st.text(),
    "document_language": st.sampled_from(["en", "fr"]),
}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_changed_in_a_citation_is_found(index, honest, data):
    place = data.draw(st.integers(0, len(honest.citations) - 1))
    name = data.draw(st.sampled_from(sorted(FIELDS)))
    value = data.draw(FIELDS[name])
    assume(value != getattr(honest.citations[place], name))
    citations = list(honest.citations)
    citations[place] = changed(citations[place], **{name: value})
    left = check(index, honest.findings, citations)
    assert left.dropped == 1
    assert [c.number for c in left.citations] == list(range(1, len(left.citations) + 1))
    stored = {c.quote for c in honest.citations}
    assert {c.quote for c in left.citations} <= stored
    assert all(f.citations and set(f.citations) <= {c.number for c in left.citations} for f in left.findings)


def test_a_document_changed_underneath(tmp_path, embedder, monkeypatch):
    sources = tmp_path / "sources"
    sources.mkdir()
    note = sources / "note.txt"
    says = "Nova Scotia launched an online booking service for harbour berths in May 2021."
    note.write_text(f"Harbour report\n\n{says}\n", encoding="utf-8")
    folder = tmp_path / "index"
    build([sources], folder, embedder)
    before = open_index(folder)
    answer = answer_from(before, embedder, understand("Who launched online booking of harbour berths?"))
    assert answer.answered and answer.dropped_citations == 0
    note.write_text(f"Harbour report\n\n{says.replace('launched', 'dropped')}\n", encoding="utf-8")
    build([sources], folder, embedder)
    left = check(open_index(folder), answer.findings, answer.citations)
    assert (left.findings, left.citations) == ([], [])
    assert left.dropped == len(answer.citations)


def test_a_stored_text_that_no_longer_fits_its_passages_is_not_cited(tmp_path, corpus_index, embedder, caplog):
    folder = tmp_path / "index"
    shutil.copytree(corpus_index, folder)
    generation = (folder / "CURRENT").read_text(encoding="utf-8").strip()
    with sqlite3.connect(folder / generation / DATABASE) as database:
        database.execute("UPDATE documents SET text = 'x' || text")
    database.close()
    answer = answer_from(open_index(folder), embedder, understand(QUESTION))
    assert answer.dropped_citations > 3
    assert (answer.answered, answer.findings, answer.citations, answer.context) == (False, [], [], [])
    assert answer.text.startswith("The documents do not answer")
    assert len([r for r in caplog.records if r.name == "service.answering"]) == answer.dropped_citations


def test_a_finding_keeps_the_citations_that_hold(index, honest):
    first = honest.findings[0]
    both = changed(first, citations=[*first.citations, 99])
    left = check(index, [both], honest.citations[:1])
    assert (left.dropped, left.findings) == (1, [Finding.model_validate(first.model_dump())])
