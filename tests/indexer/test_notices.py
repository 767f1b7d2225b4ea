"""The sentences of a text that forbid to pass the document on."""

from __future__ import annotations

import pytest

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
