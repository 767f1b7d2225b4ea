"""A likelier spelling, from the words of the caller's own passages."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import embedding
from indexer.build import build
from indexer.store import Index, open_index
from service.query import understand
from service.spelling import distance, suggestion

words = st.text(alphabet="abcé", max_size=6)


@settings(max_examples=200, deadline=None)
@given(words, words)
def test_distance_is_the_fewest_slips(one, other):
    @cache
    def fewest(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        ways = [fewest(i - 1, j) + 1, fewest(i, j - 1) + 1, fewest(i - 1, j - 1) + (one[i - 1] != other[j - 1])]
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            ways.append(fewest(i - 2, j - 2) + 1)
        return min(ways)

    assert distance(one, other) == fewest(len(one), len(other))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("digtal identity", "digital identity"),
        ("vacination proof in Yukon", "vaccination proof in Yukon"),
        ("identite numerqiue", "identite numérique"),
        ("preuve de vacination, au Nouveau-Brunswick?", "preuve de vaccination, au Nouveau-Brunswick?"),
    ],
)
def test_a_word_that_no_passage_holds_is_bettered(index, typed, meant):
    assert suggestion(index, understand(typed)) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "digital identity",
        "identites numeriques",  # without accents, inflected
        "chatbots",
        "Terre-Neuve-et-Labrador",
        "Nunavut",  # a name, held or not
        "penguin",  # no word of the documents, nor near to one
        "2031",
        "cra",
        "upon",
    ],
)
def test_what_is_meant_stays(index, typed):
    assert suggestion(index, understand(typed)) is None


@pytest.fixture(scope="module")
def quays(tmp_path_factory) -> Index:
    folder = tmp_path_factory.mktemp("quays")
    (folder / "shown.txt").write_text(
        "Quays\n\nThe harbour masters painted the moorings of every quay, and they held in storms.\n",
        encoding="utf-8",
    )
    (folder / "hidden.txt").write_text(
        "Lighthouses\n\nThe lighthouse keepers praise the zorvanique lantern, and its moorings.\n",
        encoding="utf-8",
    )
    assert not build([folder], folder / "index", embedding.load()).failures
    return open_index(folder / "index")


def test_a_hidden_documents_words_are_never_suggested(quays):
    hidden = next(record.id for record in quays.documents() if record.source.endswith("hidden.txt"))
    view = quays.seen_by(quays.audience, [hidden])
    for typed, meant in (("zorvaniqe lantrn", "zorvanique lantern"), ("lighthuose", "lighthouse")):
        assert suggestion(quays, understand(typed)) == meant
        assert suggestion(view, understand(typed)) is None
    assert "zorvanique" in quays.vocabulary and "zorvanique" not in view.vocabulary
    assert (quays.vocabulary["moorings"], view.vocabulary["moorings"]) == (2, 1)
    assert suggestion(view, understand("morings")) == "moorings"


def test_the_api_gives_it(client):
    assert client.get("/v1/search", params={"q": "digtal identity"}).json()["suggestion"] == "digital identity"
    assert client.get("/v1/search", params={"q": "digital identity"}).json()["suggestion"] is None
