"""What a passage found is worth: the quotes of a need that it is credited with, and the units they make up.

A passage is credited with the quotes that its own text covers, and with those that the text of one of its versions
covers (the same passage in the document's other language): who finds one has found both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.needs import EvidenceQuote, Need, covers
from indexer.index_protocol import Index


@dataclass(frozen=True, slots=True)
class Sought:
    """A need's quotes that count, by number, with the passages that are credited with them.

    `units` groups the quotes that one passage can be credited with, and those that hang together through others: a
    passage stands for one unit at most. A quote that no passage holds is a unit that nothing finds.
    """

    need: Need
    quotes: Mapping[int, EvidenceQuote]
    credited: Mapping[str, frozenset[int]]
    units: Mapping[int, int]

    def credit(self, passage_id: str) -> frozenset[int]:
        """Numbers of the quotes that the passage is credited with."""
        return self.credited.get(passage_id, frozenset())

    def unit(self, passage_id: str) -> int | None:
        """The unit that the passage stands for, if any."""
        return next((self.units[number] for number in self.credit(passage_id)), None)


class Crediting:
    """The passages of an index, by the file name of their document, ready to be held against quotes."""

    def __init__(self, index: Index) -> None:
        self._language = {record.source.rpartition("/")[2]: record.language for record in index.documents()}
        sources = {record.id: record.source.rpartition("/")[2] for record in index.documents()}
        self._texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._holders: dict[str, list[str]] = defaultdict(list)
        for passage in index.passages():
            self._texts[sources[passage.document_id]].append((passage.id, passage.text))
            for other in index.versions(passage.id):
                self._holders[other].append(passage.id)

    @property
    def sources(self) -> frozenset[str]:
        """File names of the documents that the index holds."""
        return frozenset(self._language)

    @property
    def languages(self) -> frozenset[str]:
        """Languages of the documents that the index holds."""
        return frozenset(self._language.values())

    def sought(self, need: Need, language: str | None = None) -> Sought:
        """What `need` asks to be found: all of it, or what stands in documents of one language."""
        quotes = {
            number: quote
            for number, quote in enumerate(need.sought())
            if language is None or self._language.get(quote.doc) == language
        }
        credited: dict[str, set[int]] = defaultdict(set)
        for number, quote in quotes.items():
            for passage_id, text in self._texts.get(quote.doc, ()):
                if covers(text, quote.quote):
                    for holder in (passage_id, *self._holders.get(passage_id, ())):
                        credited[holder].add(number)
        return Sought(
            need=need,
            quotes=quotes,
            credited={passage_id: frozenset(numbers) for passage_id, numbers in credited.items()},
            units=units(quotes, credited.values()),
        )


def units(numbers: Iterable[int], groups: Iterable[Collection[int]]) -> dict[int, int]:
    """The unit of each number: the least of those that `groups` hang together with it."""
    unit = {number: number for number in numbers}
    for group in groups:
        joined = {unit[number] for number in group}
        if len(joined) > 1:
            least = min(joined)
            unit = {number: least if own in joined else own for number, own in unit.items()}
    return unit


def missing_documents(needs: Sequence[Need], sources: Collection[str]) -> list[str]:
    """File names of documents that the needs quote and the index lacks, in order."""
    return sorted({quote.doc for need in needs for quote in need.evidence} - set(sources))
