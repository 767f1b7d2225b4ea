"""From feedback to needs and back into the harness: what is known is filled in, and what is not is named."""

from __future__ import annotations

import json

import pytest

from eval.from_feedback import drafts
from eval.needs import Need, covers, read_needs
from indexer.errors import SettingError
from indexer.store import open_index
from service import cli, feedback
from service.access import Caller, CallerRole
from service.engine import Engine
from service.feedback import FeedbackFilters, FeedbackRequest
from service.state import State

MEMBER = Caller(CallerRole.MEMBER, "k1", "key")
LIST = "Which jurisdictions piloted chatbots?"
FRENCH = "Quelles administrations ont mis à l’essai des agents conversationnels?"


@pytest.fixture(scope="module")
def engine(corpus_index):
    return Engine(corpus_index)


@pytest.fixture(scope="module")
def given(engine, tmp_path_factory):
    """A data folder with feedback on three questions."""
    data = tmp_path_factory.mktemp("data")
    state = State(data)
    passage = next(p for p in engine.index().passages() if p.kind == "statement" and len(p.jurisdictions) == 1)
    for body in (
        {"question": LIST, "verdict": "missing_jurisdiction", "jurisdiction": "NS", "comment": "See its form."},
        {"question": FRENCH, "verdict": "not_helpful"},
        {"question": LIST.upper(), "verdict": "missing_jurisdiction", "jurisdiction": "BC"},
        {"question": LIST, "verdict": "helpful", "citation": {"passage_id": passage.id}},
        {"question": LIST, "verdict": "wrong_citation", "citation": {"passage_id": passage.id}},
    ):
        feedback.keep(state, MEMBER, engine, FeedbackRequest.model_validate(body))
    return data, passage


@pytest.fixture
def exported(given, corpus_index, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNCIL_DATA", str(given[0]))
    out = tmp_path / "needs.jsonl"
    command = ["feedback", "export", "--format", "needs", "--index", str(corpus_index), "--out", str(out)]
    assert cli.main(command) == 0
    return out


def test_a_question_is_one_draft_with_what_is_known(given, corpus_index):
    index = open_index(corpus_index)
    english, french = drafts(feedback.every(State(given[0]), FeedbackFilters()), index)
    assert (english.question_en, english.question_fr) == (LIST, "")
    assert (french.question_en, french.question_fr) == ("", FRENCH)
    assert english.kind == french.kind == "list" and english.split == french.split == "tune"
    assert english.id != french.id
    assert [one.code for one in english.jurisdictions] == ["NS", "BC"]
    assert len({one.status for one in english.jurisdictions} | set(english.jurisdictions[0].alt_status)) == 7
    (quote,) = english.evidence
    assert covers(given[1].text, quote.quote) and quote.jurisdiction == given[1].jurisdictions[0]
    assert index.document(given[1].document_id).source.endswith(quote.doc)
    assert "See its form." in english.note and "wrong_citation" in english.note and given[1].id in english.note
    assert "k1" not in english.note
    assert english.draft == ["question_fr", "answer_en", "answer_fr", "jurisdictions", "evidence"]


def test_the_harness_names_what_is_to_be_completed(exported, corpus_index, capsys):
    named = r"line 1: the need 'feedback-\w+' is a draft; complete question_fr, answer_en"
    with pytest.raises(SettingError, match=named):
        read_needs(exported)
    assert cli.main(["eval", "--index", str(corpus_index), "--gold", str(exported)]) == 2
    assert "is a draft; complete question_fr" in capsys.readouterr().err


def test_completed_the_needs_are_measured(exported, corpus_index, tmp_path):
    other = {"question_en": LIST, "question_fr": FRENCH}
    completed = tmp_path / "completed.jsonl"
    with completed.open("w", encoding="utf-8") as stream:
        for line in exported.read_text(encoding="utf-8").splitlines():
            need = json.loads(line)
            left = need.pop("draft")
            assert left
            need |= {name: other[name] for name in other if not need[name]}
            need |= {"answer_en": "British Columbia.", "answer_fr": "La Colombie-Britannique."}
            stream.write(json.dumps(need) + "\n")
    assert [need.split for need in read_needs(completed, split="tune")] == ["tune", "tune"]
    report = tmp_path / "report.json"
    assert cli.main(["eval", "--index", str(corpus_index), "--gold", str(completed), "--json", str(report)]) == 0
    measured = json.loads(report.read_text(encoding="utf-8"))
    assert measured["gold"] == ["completed.jsonl"] and not measured["missing_documents"]


@pytest.mark.parametrize("name", ["question_en", "question_fr"])
def test_a_need_whose_question_is_blank_is_named(tmp_path, name):
    need = Need(id="n1", kind="fact", question_en="When?", question_fr="Quand?", answer_en=None, answer_fr=None)
    path = tmp_path / "gold.jsonl"
    path.write_text(need.model_copy(update={name: "  "}).model_dump_json(), encoding="utf-8")
    with pytest.raises(SettingError, match=f"complete {name}, then"):
        read_needs(path)


def test_a_passage_that_is_gone_is_told(given, corpus_index):
    entries = feedback.every(State(given[0]), FeedbackFilters(verdict="helpful"))
    gone = [entry.model_copy(update={"passage_id": "p" + "0" * 16}) for entry in entries]
    (draft,) = drafts(gone, open_index(corpus_index))
    assert draft.evidence == [] and "no longer in the index" in draft.note
