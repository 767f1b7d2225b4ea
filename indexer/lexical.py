"""The lexical index: BM25 over the tokens of our own analyser, kept by tantivy.

Every token carries the language of its passage (`indexer.lexical_query`), so that one language's stemmer never touches
the other's words, in one field, so that lengths compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from indexer.documents import LANGUAGES, Language, PassageKind
from indexer.filters import Filters
from indexer.lexical_clauses import Frequencies, clauses, summed
from indexer.lexical_facts import fact, facts
from indexer.lexical_query import LexicalQuery, marked_tokens, passage_tokens, surface_token
from indexer.read_only import links_to
from indexer.stating import stating_places, with_spare

NUMBER = "number"
TOKENS = "tokens"
FACTS = "facts"
# Passages from which on the tokens of a word are summed, as good as the best of them: where each clause is a token,
# tantivy passes over most passages that cannot be among the best (Ding and Suel 2011, "Faster Top-k Document Retrieval
# Using Block-Max Indexes", SIGIR), and takes half the time.
SUMMED = 20_000
_FEW_ALLOWED = 600  # numbers, up to which each is looked up by itself
_MANY_ALLOWED = 2_000  # numbers
_SIFTED = 2.0  # times as many hits as may be needed are sifted,
_MOST_SIFTED = 10_000  # and at most so many
_WIDER = 4  # times as many hits are looked at where some of those that meet filters are hidden
_MOST_KEPT = 65_536  # tokens
_WRITER_BYTES = 64_000_000
_RUNS_KEPT = 65_536
_LONGEST_RUN_KEPT = 64  # characters: longer ones are no words, and come up once


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """One passage for the lexical index: its number in the generation (the row of its vector), language, text."""

    number: int
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class LexicalHits:
    """Passage numbers, best first, with their shares.

    A share is BM25 divided by the most that the question's own words could reach in the passage's language: comparable
    across questions and languages, and above 1 only through other wordings.
    """

    numbers: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float32]


_NOTHING = LexicalHits(np.empty(0, np.int64), np.empty(0, np.float32))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(NUMBER, stored=False, indexed=True, fast=True)
    builder.add_text_field(TOKENS, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(FACTS, stored=False, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def write(folder: Path, entries: Iterable[LexicalEntry]) -> None:
    """Write a new lexical index of `entries` into `folder` (made if missing, must be empty)."""
    writer = Writer({folder: None})
    for entry in entries:
        writer.add(entry.number, written_tokens(entry.text, entry.language))
    writer.commit()


def written_tokens(text: str, language: Language) -> str:
    """The tokens that `passage_tokens` gives, as they are written down: a blank between any two."""
    runs = text.split()
    if max(map(len, runs), default=0) > _LONGEST_RUN_KEPT:
        return " ".join(passage_tokens(text, language))
    written = [*map(_written, runs, repeat(language))]
    return "".join(chain([stems for stems, _ in written], [words for _, words in written]))[1:]


@lru_cache(maxsize=_RUNS_KEPT)
def _written(run: str, language: Language) -> tuple[str, str]:
    """The stems and the words of what stands between white space, which no word crosses; a blank before each."""
    stems, words = marked_tokens(run, language)
    return "".join(f" {token}" for token in stems), "".join(f" {token}" for token in words)


class Writer:
    """Writes several lexical indexes in one pass: into each folder one of the passages numbered below its bound.

    None is no bound. Each index has frequencies of its own, so that what one audience may not see weighs nothing in
    what it finds.
    """

    def __init__(self, folders: Mapping[Path, int | None]) -> None:
        self._writers: list[tuple[tantivy.IndexWriter, int | None]] = []
        for folder, bound in folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(_schema(), path=str(folder))
            # One thread each: more would part the passages into segments as chance has it.
            self._writers.append((index.writer(heap_size=_WRITER_BYTES, num_threads=1), bound))

    def add(self, number: int, tokens: str, facts: str = "") -> None:
        """Add the passage with this number, of which `written_tokens` and `written_facts` are given."""
        document = tantivy.Document()
        document.add_unsigned(NUMBER, number)
        document.add_text(TOKENS, tokens)
        document.add_text(FACTS, facts)
        for writer, bound in self._writers:
            if bound is None or number < bound:
                writer.add_document(document)

    def add_all(self, first: int, written: Iterable[tuple[str, str]]) -> None:
        """Add the passages numbered from `first` on, of each of which tokens and facts are given: see `add`."""
        for number, (tokens, of_passage) in enumerate(written, start=first):
            self.add(number, tokens, of_passage)

    def commit(self) -> None:
        """Write what was added to the disk."""
        with ThreadPoolExecutor(max(1, len(self._writers))) as each:  # tantivy lets others work meanwhile
            for done in [each.submit(_committed, writer) for writer, _ in self._writers]:
                done.result()


def _committed(writer: tantivy.IndexWriter) -> None:
    writer.commit()
    writer.wait_merging_threads()


def _met(asked: tantivy.Query, conditions: Iterable[tantivy.Query]) -> tantivy.Query:
    """What is asked of those that meet all conditions, which weigh nothing."""
    having = [(tantivy.Occur.Must, tantivy.Query.const_score_query(condition, 0.0)) for condition in conditions]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, asked), *having])


class LexicalIndex(Frequencies):
    """An opened lexical index; safe to search from several threads."""

    def __init__(self, folder: Path) -> None:
        self._links = links_to(folder)  # tantivy locks a file while it opens an index
        self._index = tantivy.Index.open(self._links.name if self._links is not None else str(folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self.passages = int(self._searcher.num_docs)
        self._silent: tuple[npt.NDArray[np.bool_], tantivy.Query] | None = None
        self._holding: dict[str, int] = {}  # passages that have a token, of those asked for of late
        self.having("")  # opens the postings, which tantivy puts off: a damaged index should fail here

    def search(
        self,
        query: LexicalQuery,
        limit: int,
        *,
        allowed: npt.NDArray[np.int64] | None = None,
        filters: Filters | None = None,
        wording_weight: float = 0.75,
        silent: npt.NDArray[np.bool_] | None = None,
    ) -> LexicalHits:
        """The `limit` best passages for `query`, among the `allowed` numbers if given.

        Those that `silent` marks, of shape (passages,), are never found. `filters` are those that the allowed numbers
        meet: to look for what they name takes less than for the numbers.
        A word of the question counts as its best token does, with the inverse document frequency of them all taken
        together; another wording as the mean of its tokens, times `wording_weight`. Of many passages one that holds
        several translations of a word may count by more than the best: see `lexical_clauses.summed`.
        """
        queries = [(query, 1.0)]
        if silent is None:
            return self.search_together(queries, limit, allowed=allowed, filters=filters, wording_weight=wording_weight)
        asked_for = with_spare(limit, silent)
        hits = self.search_together(queries, asked_for, allowed=allowed, filters=filters, wording_weight=wording_weight)
        places = stating_places(hits.numbers, limit, silent)
        if len(places) == limit or len(hits.numbers) < asked_for:
            return LexicalHits(hits.numbers[places], hits.shares[places])
        if allowed is not None:
            among = allowed[~silent[allowed]]
            return self.search_together(queries, limit, allowed=among, filters=filters, wording_weight=wording_weight)
        asked = self._asked(queries, wording_weight)
        return _NOTHING if asked is None else self._hits(self._without(asked, self._marked(silent)), limit)

    def search_together(
        self,
        queries: Sequence[tuple[LexicalQuery, float]],
        limit: int,
        *,
        allowed: npt.NDArray[np.int64] | None = None,
        filters: Filters | None = None,
        wording_weight: float = 0.75,
    ) -> LexicalHits:
        """The `limit` best passages for several queries at once, by the sum of their shares, each times its weight."""
        asked = self._asked(queries, wording_weight)
        if asked is None or limit < 1 or (allowed is not None and not len(allowed)):
            return _NOTHING
        if allowed is None:
            return self._hits(asked, limit)
        found = None
        if filters and len(allowed) > _FEW_ALLOWED:
            found = self._filtered(asked, limit, allowed, filters)
        if found is None and len(allowed) > _MANY_ALLOWED:
            found = self._sifted(asked, limit, allowed)
        return self._hits(_met(asked, [self._numbered(allowed)]), limit) if found is None else found

    def _asked(self, queries: Sequence[tuple[LexicalQuery, float]], wording_weight: float) -> tantivy.Query | None:
        """What tantivy is asked for; None where no token of any query stands in a passage."""
        sought = [clause for language in LANGUAGES for clause in self._clauses(queries, language, wording_weight)]
        if not sought:
            return None
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, clause) for clause in sought])

    def _numbered(self, allowed: npt.NDArray[np.int64]) -> tantivy.Query:
        if len(allowed) > _FEW_ALLOWED:
            return tantivy.Query.term_set_query(self._schema, NUMBER, allowed.tolist())
        return self._any(NUMBER, allowed.tolist())

    def _any(self, field: str, values: Iterable[int | str]) -> tantivy.Query:
        terms = [tantivy.Query.term_query(self._schema, field, value, index_option="basic") for value in values]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])

    def _filtered(
        self, asked: tantivy.Query, limit: int, allowed: npt.NDArray[np.int64], filters: Filters
    ) -> LexicalHits | None:
        """The best among the allowed numbers by the filters that they meet.

        None where these would take too many tokens, where not all passages were written with their facts, or where many
        more passages meet them, of which some are hidden.
        """
        named = facts(filters, self._dates) if self._have_facts else None
        if named is None:
            return None
        met = _met(asked, [self._any(FACTS, alternatives) for alternatives in named])
        for wide in (limit, _WIDER * limit):
            hits = self._hits(met, wide)
            kept = np.flatnonzero(np.isin(hits.numbers, allowed, assume_unique=True))[:limit]
            if len(kept) == limit or len(hits.numbers) < wide:
                return LexicalHits(hits.numbers[kept], hits.shares[kept])
        return None

    @cached_property
    def _have_facts(self) -> bool:
        """Whether every passage was written with its facts; read once."""
        types = self._searcher.terms_with_prefix(FACTS, fact("types", ""), None)
        return sum(int(count) for _, count in types) == self.passages

    @cached_property
    def _dates(self) -> tuple[str, ...]:
        """The dates of the meetings that passages come from; read once."""
        prefix = fact("dates", "")
        return tuple(token.removeprefix(prefix) for token, _ in self._searcher.terms_with_prefix(FACTS, prefix, None))

    def _hits(self, asked: tantivy.Query, limit: int) -> LexicalHits:
        hits = self._searcher.search(asked, limit, count=False).hits
        numbers = self._searcher.fast_field_values(NUMBER, [address for _, address in hits])
        return LexicalHits(np.array(numbers, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float32))

    def _sifted(self, asked: tantivy.Query, limit: int, allowed: npt.NDArray[np.int64]) -> LexicalHits | None:
        """The best among many allowed numbers, from the best of all: to name so many to tantivy costs more.

        None where these are not found among the best, as the allowed passages are on something else.
        """
        wide = int(_SIFTED * limit * self._searcher.num_docs / len(allowed))
        if wide > _MOST_SIFTED:
            return None
        hits = self._hits(asked, wide)
        marks = np.zeros(max(int(allowed.max()), int(hits.numbers.max(initial=0))) + 1, np.bool_)
        marks[allowed] = True
        kept = np.flatnonzero(marks[hits.numbers])[:limit]
        if len(kept) < limit and len(hits.numbers) == wide:
            return None
        return LexicalHits(hits.numbers[kept], hits.shares[kept])

    def vocabulary(self, without: npt.NDArray[np.int64] | None = None) -> dict[str, int]:
        """Words, as they stand, and in how many passages each does; those numbered in `without` are not looked at."""
        seen = None if without is None else self._but(tantivy.Query.all_query(), without)
        counts: dict[str, int] = {}
        for language in LANGUAGES:
            prefix = surface_token("", language)
            for token, count in self._searcher.terms_with_prefix(TOKENS, prefix, seen):
                if count:
                    word = token.removeprefix(prefix)
                    counts[word] = counts.get(word, 0) + int(count)
        return counts

    def holding(self, word: str, limit: int, without: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.int64]:
        """Numbers of passages that hold a word as it stands, those first in which it weighs most."""
        tokens = [
            tantivy.Query.term_query(self._schema, TOKENS, surface_token(word, language)) for language in LANGUAGES
        ]
        asked = tantivy.Query.boolean_query([(tantivy.Occur.Should, token) for token in tokens])
        return self._hits(asked if without is None else self._but(asked, without), limit).numbers

    def _but(self, asked: tantivy.Query, without: npt.NDArray[np.int64]) -> tantivy.Query:
        return self._without(asked, tantivy.Query.term_set_query(self._schema, NUMBER, without.tolist()))

    def _without(self, asked: tantivy.Query, hidden: tantivy.Query) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, asked), (tantivy.Occur.MustNot, hidden)])

    def _marked(self, silent: npt.NDArray[np.bool_]) -> tantivy.Query:
        """The passages that are marked, by their kinds: or by their numbers, where these were not written so.

        That takes several times as long; which it is, is looked up once.
        """
        known = self._silent
        if known is None or known[0] is not silent:
            prefix = fact("kinds", "")
            kinds = [token for token, _ in self._searcher.terms_with_prefix(FACTS, prefix, None)]
            by_kind = self._any(FACTS, [kind for kind in kinds if kind != fact("kinds", PassageKind.STATEMENT)])
            numbers = np.flatnonzero(silent)
            found = np.sort(self._hits(by_kind, len(numbers) + 1).numbers)
            by_number = tantivy.Query.term_set_query(self._schema, NUMBER, numbers.tolist())
            known = self._silent = silent, by_kind if np.array_equal(found, numbers) else by_number
        return known[1]

    def _clauses(
        self, queries: Sequence[tuple[LexicalQuery, float]], language: Language, wording_weight: float
    ) -> Iterator[tantivy.Query]:
        groups = clauses(queries, language, wording_weight, self)
        if self.passages >= SUMMED:
            for token, weight in summed(groups, language, self):
                yield self._clause(token, weight)
            return
        for group in groups:
            of_group = [self._clause(token, weight) for token, weight in group]
            yield of_group[0] if len(of_group) == 1 else tantivy.Query.disjunction_max_query(of_group)

    def _clause(self, token: str, weight: float) -> tantivy.Query:
        return tantivy.Query.boost_query(
            tantivy.Query.term_query(self._schema, TOKENS, token, index_option="freq"), weight
        )

    def having(self, token: str) -> int:
        """In how many passages a token stands."""
        known = self._holding
        having = known.get(token)
        if having is None:
            having = int(self._searcher.doc_freq(TOKENS, token))
            if len(known) >= _MOST_KEPT:
                known = self._holding = {}  # others may still read the old one
            known[token] = having
        return having
