"""The statuses that a filter finds in passages, from what an index keeps of sentences and from the texts: the same."""

from __future__ import annotations

import pytest

from indexer import sentences, status
from indexer.documents import Role, Status
from indexer.filters import Filters
from indexer.statements import stating
from service.need_matching import MANY, Matcher, Wording
from service.passage_statuses import statuses, statuses_of

# Passages here have titles that tell what their statements are; and sentences that are not kept.
ROLES = (Role.REMARK, Role.PRIORITY, Role.SHOWCASE, Role.DISCUSSION, Role.NEED)


def test_all_passages_have_those_of_their_texts(index):
    passages = index.passages()
    numbers = list(range(len(passages)))
    assert index.statements.statuses(index.statements.of(numbers)) is not None
    told = statuses_of(index, numbers)
    assert told == [statuses(passage) for passage in passages]
    assert statuses_of(index, numbers[::-3]) == told[::-3]
    assert set().union(*told) == set(Status)
    titled = [
        passage
        for passage in passages
        if status.passage_status(passage, 0, 0) is not status.status_of("", passage.role)
    ]
    scraps = [passage for passage in passages if len(sentences.split(passage.text)) > len(stating(passage))]
    assert len(titled) > 5 and len(scraps) > 5


@pytest.mark.parametrize("filters", [Filters(roles=tuple(map(str, ROLES))), Filters(document_languages=("fr",))])
def test_filters_give_what_the_numbers_that_meet_them_give(index, embedder, filters, monkeypatch):
    wordings = [Wording("identité numérique", "fr"), Wording("appointments by phone", "en", 0.5)]
    for many in (MANY, 1):
        monkeypatch.setattr("service.need_matching.MANY", many)
        matcher = Matcher(index, embedder, wordings)
        allowed = index.allowed(filters)
        by_filters, by_numbers = (matcher.passages(40, allowed, given) for given in (filters, Filters()))
        assert by_filters.numbers.tolist() == by_numbers.numbers.tolist()
        assert by_filters.shares == pytest.approx(by_numbers.shares, abs=1e-6)
        assert set(by_filters.numbers.tolist()) <= set(allowed.tolist())
