"""The sentences of a text that forbid to pass the document on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.notices import notices_in


@pytest.mark.parametrize(
    "notice",
    [
        "Nothing here may be shared outside without the consent of those who wrote it.",
        "On ne peut diffuser ces lignes sans l’accord de leur auteur.",
    ],
)
def test_the_sentence_that_gives_notice_is_found(notice: str) -> None:
    text = f"The meeting was in May. {notice} We met in Regina."
    assert [text[start:end] for start, end in notices_in(text)] == [notice]


def test_the_words_must_stand_in_one_sentence() -> None:
    assert notices_in("The council gave its approval. Results were shared. We ended without delay.") == ()
    assert notices_in("") == ()


@pytest.mark.parametrize(
    "notice",
    [
        "Please do not forward.",
        "Do not distribute this form beyond the harbour board.",
        "Confidential – not for further distribution.",
        "Not for circulation outside the board without prior consent.",
        "Members only",
        "For council members only.",
        "Réservé aux membres",
        "Réservée aux membres : toute diffusion exige l’aval des auteurs.",
        "Veuillez ne pas diffuser ce formulaire à l’extérieur.",
        "Prière de ne pas transmettre.",
        "Any further distribution requires the author’s approval.",
        "This form may only be released with the approval of its author.",
        "This document is for members only.",
        "Ce formulaire n’est pas public.",
        "Pour faire circuler cette fiche, il faut l’autorisation de son auteur.",
        "La diffusion de ces pages nécessite le consentement du port.",
        "Note: nothing may be shared without the consent of the harbour.",
        "Remarque : rien ne se diffuse sans l’accord du port.",
        "Note: Please do not forward.",
        "* Avis : à l’usage exclusif des membres",
    ],
)
def test_a_notice_is_found_wherever_it_stands(notice: str) -> None:
    assert notices_in(notice) == notices_in(notice, itself=True) == ((0, len(notice)),)


@pytest.mark.parametrize(
    "answer",
    [
        "Catch figures are shared only with the fisher’s consent.",
        "This information may only be shared with the consent of the client.",
        "Ces renseignements sont communiqués aux clients seulement avec leur consentement.",
        "The lounge of the pier is for members only.",
        "Do not share passwords with the crew.",
        "Do not share it with the crew.",
        "On peut ne pas diffuser la carte.",
        "Members may only vote once.",
        "Note: the lounge of the pier is for members only.",
        "Note: do not share passwords with the crew.",
        "Note: catch figures are shared only with the consent of the client.",
        "Nothing is shared here without the consent of the harbour: note it.",
        "No ferry may leave without the approval of the harbour master, who shares the log.",
    ],
)
def test_a_sentence_of_an_answer_on_sharing_or_consent_is_none(answer: str) -> None:
    assert notices_in(answer, itself=True) == ()


@given(
    st.lists(st.sampled_from([*"aé .:!\n", "Do not forward", "members only", "ce document", "sans accord", "diffus"]))
)
def test_spans_are_in_order_and_those_of_the_document_itself_are_among_all(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = notices_in(text)
    assert list(found) == sorted(found) and all(text[start:end].strip() for start, end in found)
    assert set(notices_in(text, itself=True)) <= set(found)
