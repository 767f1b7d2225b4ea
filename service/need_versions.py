"""A need that stands in both languages is one need: who can help with it is sought for its original wording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from indexer.documents import Passage
from indexer.embedding import Embedder
from indexer.filters import Filters
from indexer.index_protocol import Index
from service.allowed_versions import allowed_versions
from service.needs import Need, needs_of

_SAME = 0.45  # cosine of two needs from which one may be the other's translation, in passages that are versions


def original(index: Index, embedder: Embedder, need: Need, filters: Filters) -> Need:
    """The need of the original document that says the same as `need` does in a translation, among what may be read.

    Itself where it is no translation, and where the two documents do not part their needs alike.
    """
    passage = need.passage
    record = next(iter(index.documents_by_id([passage.document_id])), None)
    if record is None or record.translation_of is None:
        return need
    readable = Filters(document_languages=filters.document_languages, documents=filters.documents)
    there = _versions(index, [passage], record.translation_of, readable)
    here = _versions(index, there, passage.document_id, readable)
    own, others = _needs(here), _needs(there)
    if need not in own or not others:
        return need
    vectors = embedder.encode_documents([one.quote for one in (*own, *others)])
    cosines = vectors[: len(own)] @ vectors[len(own) :].T
    row = own.index(need)
    best = int(np.argmax(cosines[row]))
    mutual = int(np.argmax(cosines[:, best])) == row
    return others[best] if mutual and cosines[row, best] >= _SAME else need


def _versions(index: Index, passages: Sequence[Passage], document_id: str, readable: Filters) -> list[Passage]:
    """The versions of passages in a document, in its order, of what may be read."""
    versions = allowed_versions(index, index.places(passages), index.allowed(readable))
    numbers = sorted({number for others in versions.values() for number in others})
    return [passage for passage in index.numbered(numbers) if passage.document_id == document_id]


def _needs(passages: Iterable[Passage]) -> list[Need]:
    return [need for passage in passages for need in needs_of(passage)]
