"""Which topics of the field the documents name, and how many jurisdictions do: where to begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer import glossary
from indexer.filters import Filters
from indexer.glossary import Term
from indexer.index_protocol import Index
from service.kept_by_view import KeptByView

_MOST = 24
_FEWEST_JURISDICTIONS = 2  # a topic that one alone names makes no map


@dataclass(frozen=True, slots=True)
class NamedTopic:
    """A term of the glossary, with the jurisdictions and passages that name it."""

    term: Term
    jurisdictions: int
    passages: int


_kept: KeptByView[None, tuple[NamedTopic, ...]] = KeptByView(1)


def topics_named(index: Index) -> tuple[NamedTopic, ...]:
    """The topics that most jurisdictions name in the documents that the view holds, most named first."""
    return _kept.get(index, None, lambda: _counted(index))


def _counted(index: Index) -> tuple[NamedTopic, ...]:
    numbers = index.allowed(Filters())
    if numbers is None:
        numbers = np.arange(len(index.vectors), dtype=np.int64)
    found = index.statements.named(numbers)
    if found is None:
        return ()
    passages = np.unique(np.stack([found.values.astype(np.int64), found.row]), axis=1)
    owners = index.owners(numbers)[passages[1]]
    owned = index.owned(numbers)[passages[1]]
    about = np.unique(np.stack([passages[0][owned], owners[owned].astype(np.int64)]), axis=1)
    terms = glossary.terms()
    per_term = np.bincount(passages[0], minlength=len(terms))
    jurisdictions = np.bincount(about[0], minlength=len(terms))
    topics = [
        NamedTopic(term, int(jurisdictions[at]), int(per_term[at]))
        for at, term in enumerate(terms)
        if term.topic and jurisdictions[at] >= _FEWEST_JURISDICTIONS
    ]
    return tuple(sorted(topics, key=lambda topic: (-topic.jurisdictions, -topic.passages))[:_MOST])
