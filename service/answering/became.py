"""What became of the follow-ups of a register: what `later` finds of one, without a question that asks for it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from indexer.documents import Language, Role
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service import access
from service.allowance import Allowance
from service.answering.candidates import Candidate, Marks
from service.answering.draft import Draft, Span, Statement
from service.answering.found import Found
from service.answering.items_asked import ItemsAsked, items_asked
from service.answering.later import with_later
from service.answering.reader_language import in_reader_language
from service.answering.register import Entry, Register, register
from service.answering.thresholds import DEFAULT_THRESHOLDS
from service.kept_by_view import KeptByView
from service.needs import shortened
from service.query import MAX_QUESTION_CHARACTERS, Query
from service.retrieval import Hit
from service.status import status_of

_MOST = 5_000  # items of one view

_kept: KeptByView[tuple[str, Language], tuple[Statement, ...]] = KeptByView(_MOST)


def became(
    index: Index, embedder: Embedder, item_id: str, language: Language, allowance: Allowance
) -> tuple[Statement, ...] | None:
    """What later meetings have on a follow-up, the best first; kept for each view of the index.

    Nothing for a decision, which is settled: what is like it later is another meeting's own, such as its agenda.
    None where it is not known yet and the allowance is used up.
    Versions are the reader's, of `language`, where there are any. Safe to call from several threads.
    """
    key = item_id, language
    found = _kept.find(index, key)
    if found is not None:
        return found
    read = register(index)
    entry = next((one for one in read.entries if one.item and one.item.id == item_id), None)
    if entry is None or entry.kind is not Role.FOLLOW_UP:
        return ()
    if not allowance.left():
        return None
    return _kept.get(index, key, lambda: _later(index, embedder, _of_all_versions(read, entry), language))


def _of_all_versions(read: Register, entry: Entry) -> Entry:
    """The version of an entry by which all are judged; itself where its records do not have as many."""
    versions = read.of_group(entry.group)
    own = [one for one in versions if one.document_id == entry.document_id]
    first = [one for one in versions if one.document_id == versions[0].document_id]
    return first[own.index(entry)] if len(first) == len(own) else entry


def _later(index: Index, embedder: Embedder, entry: Entry, language: Language) -> tuple[Statement, ...]:
    item, passage, number = entry.item, entry.passages[0], entry.numbers[0]
    if item is None:
        return ()
    (record,) = index.documents_by_id([passage.document_id])
    query = Query(shortened(item.text, MAX_QUESTION_CHARACTERS), language, item.language, kind="decision")
    vector = index.vectors.vectors(np.array([number]))[0]
    said = Statement(
        hit=Hit(passage, access.visible(record), score=1.0, dense=1.0, lexical=1.0),
        span=Span(max(item.start, passage.start), min(item.end, passage.end)),
        status=status_of(item.text, passage.role),
        item=item,
    )
    candidate = Candidate(entry, passage, number, score=1.0, said=1.0, cosine=1.0, lexical=1.0, marks=Marks())
    found = Found(index, embedder, query, vector, (), DEFAULT_THRESHOLDS)
    further = with_later(found, said, candidate, _nothing_asked()).further
    return in_reader_language(found, Draft(further)).statements


@lru_cache(maxsize=1)
def _nothing_asked() -> ItemsAsked:
    return items_asked("")
