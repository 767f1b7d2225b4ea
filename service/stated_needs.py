"""The documents' own words for a problem: what a question about a precedent states in words of its own.

"Newfoundland is shopping for scheduling software" is, in its form, "online booking of appointments: which solutions?".
Whoever solved the problem is likelier to speak of it in those words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from indexer import sentences, text
from indexer.documents import Passage, PassageKind, Role
from indexer.index_protocol import Index
from indexer.lexical_query import LexicalQuery, Sought, lexical_query
from indexer.word_vectors import likeness, word_vectors
from service.need_matching import MANY
from service.query import Query

_LOOKED_AT = 8  # needs, the nearest by meaning
_LEAST_WORDS = 4  # of a sentence that states something


def with_stated_need(
    index: Index,
    query: Query,
    asked: LexicalQuery,
    vector: npt.NDArray[np.float32],
    nearest: Callable[[], npt.NDArray[np.int64]],
) -> LexicalQuery:
    """The lexical query with the words of the need that the question is about, where it asks for a precedent.

    The need is sought among those of the jurisdictions that the question names, among all where these state none, and
    only in documents that its filters allow. `vector` is the question's, and `nearest` gives the numbers of those
    nearest to it that the filters allow, best first, as far as they are looked up anyhow.
    """
    if query.kind != "precedent":
        return asked
    passages = index.numbered(_needs(index, query, vector, nearest))
    stated = _likest(index, passages, asked)
    if stated is None:
        return asked
    sentence, passage = stated
    return _joined(asked, lexical_query(sentence, passage.language))


def _likest(index: Index, passages: Sequence[Passage], asked: LexicalQuery) -> tuple[str, Passage] | None:
    """The sentence of a need whose words are most like the question's, and its passage."""
    rarities = np.array(index.lexical.rarities(asked), np.float32)
    question = word_vectors().of(asked.asked)
    if len(index.vectors) >= MANY:
        passages = [passage for passage in passages if passage.kind is PassageKind.STATEMENT]
        read = index.statements.of(index.places(passages))
        if not len(read):
            return None
        best = int(np.argmax(index.words.likenesses_of(question, rarities, read)))
        passage, (start, end) = passages[int(read.passage[best])], read.spans[best].tolist()
        return passage.text[start:end], passage
    found = [
        (likeness(question, rarities, word_vectors().of(text.surface_forms(sentence))), sentence, passage)
        for passage in passages
        if passage.kind is PassageKind.STATEMENT
        for sentence in (passage.text[start:end] for start, end in sentences.split(passage.text))
        if len(sentence.split()) >= _LEAST_WORDS
    ]
    if not found:
        return None
    _, sentence, passage = max(found, key=lambda item: item[0])
    return sentence, passage


def _needs(
    index: Index,
    query: Query,
    vector: npt.NDArray[np.float32],
    nearest: Callable[[], npt.NDArray[np.int64]],
) -> npt.NDArray[np.int64]:
    """Numbers of the needs nearest to the question."""
    filters = query.filters
    found = np.empty(0, np.int64)
    for codes in dict.fromkeys((tuple(sorted(query.clues.jurisdictions)), ())):
        stated = replace(filters, roles=(Role.NEED,), jurisdictions=codes)
        if not filters.roles and not filters.jurisdictions:  # else others are looked up than these
            near = nearest()
            found = near[index.meets(near, stated)][:_LOOKED_AT]
        if not len(found):
            found = index.vectors.search(vector, _LOOKED_AT, allowed=index.allowed(stated), silent=index.silent).numbers
        if len(found):
            return found
    return found


def _joined(asked: LexicalQuery, more: LexicalQuery) -> LexicalQuery:
    """The query with the words of another that it has not."""
    new = [place for place, word in enumerate(more.asked) if word not in asked.asked]

    def words(of: tuple[Sought, ...]) -> tuple[Sought, ...]:
        return tuple(of[place] for place in new)

    return LexicalQuery(
        asked=(*asked.asked, *(more.asked[place] for place in new)),
        words={language: (*asked.words[language], *words(more.words[language])) for language in asked.words},
        wordings=asked.wordings,
    )
