"""The best sentences of passages, from what an index keeps of sentences and from the texts: the same ones."""

from __future__ import annotations

import pytest

from indexer.filters import Filters
from indexer.statements import stating
from service import need_matching, need_sought, precedents
from service.need_matching import Matcher
from service.query import understand

QUESTIONS = [
    "Nova Scotia would like a chatbot. Has anyone done it before?",
    "Le Yukon cherche une solution de rendez-vous en ligne : qui peut l’aider?",
    "We have trouble with waiting times at our counters. Which members could help us?",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_kept_of_sentences_matches_as_their_texts_do(index, embedder, question):
    query = understand(question)
    sought = need_sought.of_question(index, embedder, query)
    matcher = Matcher(index, embedder, sought.wordings)
    numbers = matcher.passages(40, None, Filters()).numbers
    passages = index.numbered(numbers)
    read = index.statements.of(numbers)
    texts = [passage.text[start:end] for passage in passages for start, end in stating(passage)]
    languages = [passage.language for passage in passages for _ in stating(passage)]
    assert len(texts) == len(read) > 40
    assert matcher.words_kept(read) == pytest.approx(matcher.words(texts), abs=1e-4)
    assert matcher.named_kept(read) == pytest.approx(matcher.named(texts, languages), abs=1e-6)
    assert matcher.cosines_kept(read) == pytest.approx(matcher.cosines(texts), abs=1e-3)


@pytest.mark.parametrize("question", QUESTIONS)
def test_many_passages_give_the_precedents_that_few_do(index, embedder, question, monkeypatch):
    query = understand(question)
    sought = need_sought.of_question(index, embedder, query)

    def told():
        found = precedents.find(index, embedder, sought, query, limit=10)
        return [(item.hit.passage.id, item.start, item.end, item.status) for item in found]

    few = told()
    monkeypatch.setattr(precedents, "MANY", 0)
    many = told()
    assert len(index.vectors) < need_matching.MANY  # the passages themselves are found as among few
    assert few
    assert len(set(few) & set(many)) >= 0.9 * len(few)
    assert few[0] == many[0]
