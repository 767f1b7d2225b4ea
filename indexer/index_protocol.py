"""What searching and answering need of an index, whatever keeps it: a folder, or a vector database on a cluster.

`indexer.store.Index` is the one in a folder, `indexer.qdrant.index.QdrantIndex` the one in Qdrant. Passages are
numbered by audience, the widest first; the numbers hold within one generation only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from indexer.documents import Distribution, DocumentRecord, Passage, RecordItem, Status
from indexer.filters import Filters
from indexer.glossary import Term
from indexer.lexical import LexicalHits
from indexer.lexical_query import LexicalQuery, Sought
from indexer.manifest import Manifest, ManifestHead, SourceState
from indexer.statements import Ragged, Read
from indexer.vectors import VectorHits

Numbers = npt.NDArray[np.int64]
Tallied = Literal["types", "languages", "roles", "codes", "dates"]


class LexicalLeg(Protocol):
    """Search by words."""

    def search(
        self,
        query: LexicalQuery,
        limit: int,
        *,
        allowed: Numbers | None = None,
        filters: Filters | None = None,
        wording_weight: float = 0.75,
        silent: npt.NDArray[np.bool_] | None = None,
    ) -> LexicalHits:
        """The `limit` best passages for `query`, among the `allowed` numbers if given; `filters` let these through.

        Those that `silent` marks, of shape (passages,), are never found.
        """
        ...

    def search_together(
        self,
        queries: Sequence[tuple[LexicalQuery, float]],
        limit: int,
        *,
        allowed: Numbers | None = None,
        filters: Filters | None = None,
        wording_weight: float = 0.75,
    ) -> LexicalHits:
        """The `limit` best passages for several queries at once, by the sum of their shares, each times its weight."""
        ...

    def rarities(self, query: LexicalQuery) -> list[float]:
        """For each word of the question its inverse document frequency, in the language where it is less rare."""
        ...

    def rarity(self, sought: Sought) -> float:
        """Inverse document frequency of a word's tokens as if they were one, each as often as it is weighed."""
        ...


class VectorLeg(Protocol):
    """Search by meaning; as long as the audience sees passages."""

    def __len__(self) -> int: ...

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        ...

    def search(
        self,
        query: npt.NDArray[np.float32],
        limit: int,
        *,
        allowed: Numbers | None = None,
        silent: npt.NDArray[np.bool_] | None = None,
    ) -> VectorHits:
        """The `limit` passages nearest to `query`, of shape (dimension,), among `allowed` if given.

        Those that `silent` marks, of shape (passages,), are never found.
        """
        ...

    def vectors(self, numbers: Numbers) -> npt.NDArray[np.float32]:
        """The vectors of the passages `numbers`, of shape (len(numbers), dimension)."""
        ...


class SentenceReader(Protocol):
    """The sentences of passages, analysed."""

    def of(self, numbers: Sequence[int] | Numbers) -> Read:
        """The sentences of the passages with these numbers, passage by passage."""
        ...

    def vectors(self, read: Read) -> npt.NDArray[np.float32]:
        """The vectors of sentences, of shape (sentences, dimension)."""
        ...

    def tokens(self, read: Read) -> Ragged:
        """The tokens of sentences, as numbers that `numbers` gives."""
        ...

    def naming(self, read: Read, terms: Sequence[Term], texts: Sequence[Passage]) -> npt.NDArray[np.bool_]:
        """Which sentences name which terms of the glossary, of shape (sentences, terms); `texts` are the passages."""
        ...

    def named(self, numbers: Sequence[int] | Numbers) -> Ragged | None:
        """The terms that each of the passages names, as places in `glossary.terms()`; None where nothing says so."""
        ...

    def statuses(self, read: Read) -> list[tuple[Status, ...]] | None:
        """What `passage_statuses` gives for each sentence; None where it is to be read from the texts."""
        ...

    def numbers(self, words: Iterable[str]) -> dict[str, int]:
        """The numbers of tokens; those that no sentence can hold may be left out."""
        ...


class WordLikeness(Protocol):
    """Likeness of the words of passages to those asked for."""

    def likenesses(
        self, asked: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], passages: Sequence[int]
    ) -> npt.NDArray[np.float32]:
        """How well the words of each passage hold those asked for, as `word_vectors.likeness`."""
        ...

    def likenesses_of(
        self, asked: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], sentences: Read
    ) -> npt.NDArray[np.float32]:
        """As `likenesses`, for sentences; of shape (sentences,)."""
        ...

    def nearest(self, asked: npt.NDArray[np.float32], passages: Sequence[int]) -> npt.NDArray[np.float32]:
        """The cosine to each word asked for of the word of any passage nearest to it, -1 for none; of shape (m,)."""
        ...


class Index(Protocol):
    """One generation as one audience sees it; safe to use from several threads.

    What the audience may not see takes no part in anything: it is neither found nor counted, nor weighs in what is.
    """

    @property
    def generation(self) -> str:
        """Its name."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What it says of itself and its sources: of many, the first use takes a moment."""
        ...

    @property
    def head(self) -> ManifestHead:
        """What it says of itself."""
        ...

    def source(self, name: str) -> SourceState | None:
        """What it keeps of one source, None for one that was not indexed."""
        ...

    @property
    def audience(self) -> Distribution:
        """Who sees it."""
        ...

    @property
    def address(self) -> str:
        """Where the index is, as the command line takes it."""
        ...

    @property
    def lexical(self) -> LexicalLeg:
        """Search by words."""
        ...

    @property
    def vectors(self) -> VectorLeg:
        """Search by meaning."""
        ...

    @property
    def statements(self) -> SentenceReader:
        """The sentences of passages."""
        ...

    @property
    def words(self) -> WordLikeness:
        """The words of passages."""
        ...

    def check_whole(self) -> bool:
        """Whether what is read is still what was opened; False where it was cleared away, moved or replaced.

        Raises IndexUnusableError where it was damaged since.
        """
        ...

    def seen_by(self, audience: Distribution, hidden: Iterable[str] = ()) -> Index:
        """The same generation as `audience` sees it, without the documents `hidden`; never wider than this one."""
        ...

    def read_ahead(self) -> None:
        """Read what is read once, so that no question waits for it."""
        ...

    def documents(self) -> list[DocumentRecord]:
        """All documents, by meeting date and source."""
        ...

    def document(self, document_id: str) -> DocumentRecord | None:
        """The document with this id, if the index holds it."""
        ...

    def documents_by_id(self, ids: Iterable[str]) -> list[DocumentRecord]:
        """The documents with these ids without their text, in no particular order."""
        ...

    def headers(self) -> list[DocumentRecord]:
        """All documents without their text, by meeting date and source."""
        ...

    def written(self, document_id: str, start: int, end: int) -> str:
        """Characters `start` to `end` of a document's canonical text; "" for a document that is not seen here."""
        ...

    def written_at(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """As `written`, for many places at once, each a document's id with a start and an end."""
        ...

    @property
    def passage_counts(self) -> dict[str, tuple[int, int]]:
        """By id of each document how many passages it has, and of how many it is inferred whom they are about."""
        ...

    def passages(self, document_id: str | None = None) -> list[Passage]:
        """Passages in reading order: of one document, or of all."""
        ...

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with this id, if the index holds it."""
        ...

    def passages_by_id(self, ids: Iterable[str]) -> list[Passage]:
        """The passages with these ids, in no particular order; ids that the index does not hold are passed over."""
        ...

    def items(self, document_id: str | None = None) -> list[RecordItem]:
        """Decisions and follow-ups in reading order: of one document, or of all."""
        ...

    def numbered(self, numbers: Sequence[int] | Numbers) -> list[Passage]:
        """The passages with these numbers, in the order asked for. Raises KeyError for one that is not seen here."""
        ...

    def places(self, passages: Sequence[Passage]) -> list[int]:
        """The numbers of passages that this index gave. Raises KeyError for one that is not seen here."""
        ...

    def versions(self, passage_id: str) -> tuple[str, ...]:
        """Ids of the passages that say the same in the document's other language version, in reading order."""
        ...

    def versions_of(self, numbers: Sequence[int] | Numbers) -> dict[int, tuple[int, ...]]:
        """The passages that say the same in the other language, by each of `numbers` that has any."""
        ...

    @property
    def silent(self) -> npt.NDArray[np.bool_]:
        """For each passage number, whether that passage states nothing."""
        ...

    def owners(self, numbers: Numbers) -> npt.NDArray[np.int32]:
        """A number for whom each of these passages is about first, the same for the same one."""
        ...

    def meets(self, numbers: Numbers, filters: Filters) -> npt.NDArray[np.bool_]:
        """Whether each of these passages meets the filters."""
        ...

    def owned(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Whether each of these passages is about anybody."""
        ...

    def tally(self, name: Tallied, numbers: Numbers) -> dict[object, int]:
        """How many of the passages `numbers`, which this index gave, have each value of a column."""
        ...

    @property
    def meetings(self) -> tuple[str, ...]:
        """Dates of the meetings that passages come from, the latest first."""
        ...

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Words of the passages, folded, without stop words, and how many passages have each."""
        ...

    def holding(self, word: str, limit: int) -> list[int]:
        """Numbers of passages that hold a word of the `vocabulary`, those first in which it weighs most."""
        ...

    def jurisdiction_counts(self) -> dict[str, int]:
        """Number of passages by code of the jurisdiction that they are about."""
        ...

    def allowed(self, filters: Filters) -> Numbers | None:
        """Numbers of the passages that meet `filters`, ascending; None where nothing is filtered.

        Both legs take None for all that the audience sees, except where documents are hidden: then these numbers are
        what is left of them.
        """
        ...
