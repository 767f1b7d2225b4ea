"""Versions of passages that the filters allow."""

import numpy as np
import pytest

from indexer.store import Filters
from service.allowed_versions import allowed_versions


@pytest.mark.parametrize("filters", [Filters(), Filters(document_languages=("fr",)), Filters(documents=())], ids=str)
def test_they_are_those_of_the_index_that_meet_the_filters(index, filters):
    numbers = list(range(len(index.vectors)))
    allowed = index.allowed(filters)
    kept = set(numbers if allowed is None else allowed.tolist())
    versions = index.versions_of(numbers)
    assert any(versions.values())
    found = allowed_versions(index, numbers, allowed)
    assert found == {number: tuple(n for n in others if n in kept) for number, others in versions.items()}


def test_of_passages_without_versions_there_are_none(index):
    alone = np.setdiff1d(np.arange(len(index.vectors)), list(index.versions_of(range(len(index.vectors)))))
    assert allowed_versions(index, alone[:3].tolist(), np.arange(5)) == {}
    assert allowed_versions(index, [], np.empty(0, np.int64)) == {}
