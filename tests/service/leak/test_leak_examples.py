"""The questions that the page begins with: composed as if what is hidden from the caller did not exist."""

from __future__ import annotations

import pytest

from indexer.documents import Distribution
from service.web import example_questions


@pytest.mark.parametrize("language", ["en", "fr"])
def test_examples_are_those_of_an_index_that_never_held_what_is_hidden(sides, language):
    shown = example_questions.examples(sides.seen.index(), sides.seen.embedder, language)
    assert shown == example_questions.compose(sides.without.index(), sides.without.embedder, language)
    assert shown


def test_what_the_whole_council_sees_is_composed_from_other_passages(sides_of):
    # Else the two above would be the same because nothing hidden could matter.
    sides = sides_of(Distribution.PUBLIC, Distribution.SECRETARIAT)
    seen, whole = (engine.index() for engine in (sides.seen, sides.whole))
    assert example_questions._topics(seen) != example_questions._topics(whole)
