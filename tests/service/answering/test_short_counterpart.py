from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Attribution, Passage, PassageKind, Role
from service.answering.draft import Span, whole
from service.answering.short_counterpart import find

BASE = Passage(
    id="p",
    document_id="d",
    text="",
    start=0,
    end=0,
    page=None,
    language="en",
    role=Role.DISCUSSION,
    jurisdictions=("NS",),
    speaker=None,
    heading=(),
    meeting_date=None,
    attribution=Attribution.STATED,
    kind=PassageKind.STATEMENT,
)


def passage(text, language, start):
    return replace(BASE, text=text, language=language, start=start, end=start + len(text))


def found(english, short, french):
    """What stands for `short` in the French sentence; the passages stand at different places of their documents."""
    one, other = passage(english, "en", 40), passage(french, "fr", 7)
    at = 40 + english.rindex(short)
    span = find(one, whole(one), Span(at, at + len(short)), other, whole(other))
    return None if span is None else french[span.start - 7 : span.end - 7]


@pytest.mark.parametrize(
    ("english", "short", "french", "counterpart"),
    [
        ("12,000 people wait.", "12,000 people", "On compte 12 000 personnes.", "12 000 personnes"),
        ("It took ten months.", "ten months", "Il a fallu 10 mois.", "10 mois"),
        ("It opened on May 20, 2020.", "May 20, 2020", "C’est le 20 mai 2020 qu’il a ouvert.", "20 mai 2020"),
        ("They use 45% of it.", "45%", "Ils en emploient 45 pour cent.", "45 pour cent"),
        ("The firm is Lumora of Gander.", "Lumora", "La firme est Lumora, de Gander.", "Lumora"),
        ("Three cats and 3 more cats.", "3 more cats", "Trois chats.", None),
        ("It takes 20 minutes.", "20 minutes", "En 2020, cela prend une demi-heure.", None),
        ("The Ministry of Ports paid.", "Ministry of Ports", "Le ministère des Ports a payé.", None),
    ],
)
def test_the_same_answer_is_found_by_its_words_or_its_value(english, short, french, counterpart):
    assert found(english, short, french) == counterpart


def test_of_two_alike_the_one_at_the_same_place_is_taken():
    one, other = passage("From 2 days to 2 days at most.", "en", 0), passage("De 2 jours à 2 jours au plus.", "fr", 0)
    at = one.text.rindex("2 days")
    span = find(one, whole(one), Span(at, at + len("2 days")), other, whole(other))
    assert span == Span(other.text.rindex("2 jours"), other.text.rindex("2 jours") + len("2 jours"))


@given(st.integers(min_value=2, max_value=999_999), st.text(alphabet="aé ,;’", max_size=12), st.integers(0, 50))
def test_a_number_is_found_wherever_it_stands_and_with_its_own_offsets(number, before, start):
    one = passage(f"About {number:,} boats came.", "en", 0)
    other = passage(f"{before} {number:,} bateaux.".replace(",", " "), "fr", start)
    first = one.text.index(f"{number:,}")
    span = find(one, whole(one), Span(first, one.text.index(" came")), other, whole(other))
    if span is not None:
        written = other.text[span.start - start : span.end - start]
        assert written.replace(" ", "").startswith(str(number))
