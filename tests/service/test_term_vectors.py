"""The vectors of terms, as kept."""

import numpy as np
import pytest

from indexer import embedding, glossary
from service import term_vectors
from service.term_vectors import meaning


def test_the_meaning_of_a_term_is_the_mean_of_its_wordings_and_is_kept():
    model, term = embedding.load(), glossary.terms()[0]
    found = meaning(model, term)
    assert np.array_equal(found, model.encode_queries([*term.en, *term.fr]).mean(axis=0))
    assert meaning(model, term) is found
    with pytest.raises(ValueError, match="read-only"):
        found += 1.0


def test_no_more_meanings_are_kept_than_allowed(monkeypatch):
    monkeypatch.setattr(term_vectors, "_MOST_KEPT", 2)
    monkeypatch.setattr(term_vectors, "_kept", {})
    for term in glossary.terms()[:5]:
        meaning(embedding.load(), term)
    assert len(term_vectors._kept) == 1
