"""A quote in its context: always the passage's own words, whole sentences, and no more than a glance."""

from __future__ import annotations

import pytest
from answer_values import citation
from hypothesis import given
from hypothesis import strategies as st

from indexer import sentences
from indexer.documents import Distribution, Passage, Role
from service.web.proofs import _CONTEXT, Context, around, reference

FIRST = 40  # where the passage begins in its document
WORDS = st.lists(st.sampled_from(["quay", "paint", "tide", "harbour"]), min_size=1, max_size=30)
TEXTS = st.lists(WORDS.map(lambda words: " ".join(words).capitalize() + "."), min_size=1, max_size=8)


def passage(text):
    return Passage("p", "d", text, FIRST, FIRST + len(text), None, "en", Role.NEED)


def cited(text, start, end):
    return citation(1, quote=text[start:end], start=FIRST + start, end=FIRST + end)


@given(TEXTS, st.sampled_from([" ", "\n"]), st.data())
def test_the_context_joins_the_quote_and_ends_at_sentences(parts, glue, data):
    text = glue.join(parts)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = around(passage(text), cited(text, start, end))
    whole = found.before + text[start:end] + found.after
    first, last = start - len(found.before), end + len(found.after)
    assert text[first:last] == whole
    spans = sentences.split(text)
    assert first in {start, *(span[0] for span in spans)}
    assert last in {end, *(span[1] for span in spans)}
    assert found.opens is (not text[:first].strip())
    assert found.closes is (not text[last:].strip())
    for length, bounds in ((len(found.before), (first, start)), (len(found.after), (end, last))):
        sentences_in = [span for span in spans if span[0] < bounds[1] and span[1] > bounds[0]]
        assert length <= _CONTEXT or len(sentences_in) <= 1


def test_the_sentences_on_both_sides_are_shown():
    text = "The tide rose. The quay was painted. The paint held."
    start = text.index("The quay")
    found = around(passage(text), cited(text, start, start + len("The quay was painted.")))
    assert found == Context("The tide rose. ", " The paint held.", True, True)


@pytest.mark.parametrize(("start", "end"), [(-5, 4), (2, 400)])
def test_a_quote_that_does_not_stand_in_the_passage_has_no_context(start, end):
    odd = citation(1, quote="Another text.", start=FIRST + start, end=FIRST + end)
    assert around(passage("The tide rose. The quay was painted."), odd) == Context()


def test_a_reference_says_all_that_finds_the_quote_again():
    assert reference(citation(3), None, "en") == (
        "“The quay was painted.” Harbour form, September 2020, page 3 (form-3.docx, in English)."
    )
    said = reference(citation(2, spoken="fr", quote="Le quai\nest peint."), Distribution.MEMBERS, "fr")
    assert said.startswith("«\u00a0Le quai est peint.\u00a0» Formulaire du port, septembre 2020, page 2 (form-2.docx,")
    assert said.endswith("sans l’approbation des auteurs.")
