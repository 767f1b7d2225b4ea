from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.credit import Crediting, missing_documents, units
from eval.needs import Need

QUOTES = {
    "en": "the booking portal for berths opened in May",
    "en2": "harbour masters pick up the telephone every morning",
    "fr": "le portail de réservation des places a ouvert en mai",
    "far": "the lamps of the pier burn all winter long",
}


class FakeIndex:
    """Two documents, English and French, of which passages e1 and f1 say the same."""

    def __init__(self):
        self._passages = [
            SimpleNamespace(id="e1", document_id="e", text=f"{QUOTES['en']}. And {QUOTES['en2']}."),
            SimpleNamespace(id="e2", document_id="e", text=QUOTES["far"]),
            SimpleNamespace(id="f1", document_id="f", text=QUOTES["fr"]),
            SimpleNamespace(id="f2", document_id="f", text=QUOTES["en"]),
        ]

    def documents(self):
        return [
            SimpleNamespace(id="e", source="some/where/en.txt", language="en"),
            SimpleNamespace(id="f", source="fr.txt", language="fr"),
        ]

    def passages(self):
        return self._passages

    def versions(self, passage_id):
        return {"e1": ("f1",), "f1": ("e1",)}.get(passage_id, ())


def need(*evidence):
    return Need.model_validate(
        {
            "id": "n1",
            "kind": "fact",
            "question_en": "?",
            "question_fr": "?",
            "answer_en": None,
            "answer_fr": None,
            "evidence": [{"doc": doc, "quote": quote} for doc, quote in evidence],
        }
    )


ALL = need(
    ("en.txt", QUOTES["en"]),
    ("en.txt", QUOTES["far"]),
    ("fr.txt", QUOTES["fr"]),
    ("en.txt", QUOTES["en2"]),
    ("gone.txt", QUOTES["en"]),
)


@pytest.fixture(scope="module")
def crediting():
    return Crediting(FakeIndex())


def test_a_passage_is_credited_with_its_own_quotes_and_those_of_its_versions(crediting):
    sought = crediting.sought(ALL)
    assert sought.credit("e1") == sought.credit("f1") == {0, 2, 3}
    assert sought.credit("e2") == {1}
    assert sought.credit("elsewhere") == set()


def test_a_passage_of_another_document_is_not_credited_whatever_it_says(crediting):
    assert crediting.sought(ALL).credit("f2") == set()


def test_quotes_of_one_passage_and_its_versions_are_one_unit(crediting):
    sought = crediting.sought(ALL)
    assert sought.units == {0: 0, 1: 1, 2: 0, 3: 0, 4: 4}
    assert (sought.unit("e1"), sought.unit("e2"), sought.unit("f2")) == (0, 1, None)


def test_in_one_direction_only_quotes_of_documents_in_that_language_count(crediting):
    assert set(crediting.sought(ALL, "fr").quotes) == {2}
    assert crediting.sought(ALL, "fr").credit("e1") == {2}
    assert set(crediting.sought(ALL, "en").quotes) == {0, 1, 3}
    assert crediting.sought(need(("fr.txt", QUOTES["fr"])), "en").quotes == {}


def test_documents_that_the_index_lacks_are_named(crediting):
    assert missing_documents([ALL, need(("a.txt", "quote"))], crediting.sources) == ["a.txt", "gone.txt"]
    assert missing_documents([need(("en.txt", "quote"))], crediting.sources) == []


@given(st.lists(st.sets(st.integers(0, 6)), max_size=8))
def test_units_are_the_parts_that_hang_together(groups):
    got = units(range(7), groups)
    for start in range(7):
        reached, seen = {start}, set()
        while reached - seen:
            seen |= reached
            reached |= {number for group in groups if group & reached for number in group}
        assert {number for number in range(7) if got[number] == got[start]} == reached
