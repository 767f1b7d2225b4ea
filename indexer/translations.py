"""Which documents say the same in French and in English, so that a search can fold them into one hit.

The catalogue may state it. Else two documents are versions of each other if kind, meeting and jurisdiction agree and
they share most of what no translation changes: figures, abbreviations and names.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from indexer.documents import Distribution, DocumentRecord, DocumentType
from indexer.text import fold

_SHARED = 0.4  # of the constants of the version that has fewer; versions share 0.56 and more, others 0.26 at most
_FEWEST = 8  # constants; with fewer nothing is concluded
_LONGER = 3.0  # no version is so many times as long as the other
_READ_KEPT = 2_048  # documents of which the constants are kept
_FIGURE = re.compile(r"\d[\d\s.,\u00a0\u202f]*\d|\d{2,}")
_NAME = re.compile(r"(?<![.!?:•\n]\s)(?<![.!?:•\n])\b[A-ZÀ-ÖØ-Þ][\w’'-]{2,}")


def originals(
    records: Sequence[DocumentRecord],
    stated: Mapping[str, str],
    written: Callable[[DocumentRecord], str] = lambda record: record.text,
) -> dict[Distribution, dict[str, str]]:
    """For each audience, by the id of a translation that of its original, among the documents that the audience sees.

    `stated` maps ids of translations to those of their originals. Where nothing says which version came first, the
    French one is taken for the translation: most of the council's papers are drawn up in English. A document that an
    audience may not see is nobody's other version to it, and takes no visible one from another. `written` gives the
    text of a document.
    """
    ranks = {record.id: record.distribution.rank for record in records}
    known = {one: other for one, other in stated.items() if one in ranks and other in ranks and one != other}
    likely = _likely(records, ranks, known, written)
    return {audience: _seen(audience.rank, ranks, known, likely) for audience in Distribution}


def _likely(
    records: Sequence[DocumentRecord],
    ranks: Mapping[str, int],
    known: Mapping[str, str],
    written: Callable[[DocumentRecord], str],
) -> list[tuple[str, str]]:
    """Pairs of French and English documents that may be versions, the likest first."""
    # From which audience on a document has a version by the catalogue's word, so that nothing is guessed of it.
    settled: dict[str, int] = {}
    for pair in known.items():
        both = max(ranks[one] for one in pair)
        settled |= {one: min(both, settled.get(one, both)) for one in pair}
    by_id = {record.id: record for record in records}

    @lru_cache(maxsize=_READ_KEPT)
    def read(document_id: str) -> tuple[int, Counter[str]]:
        text = written(by_id[document_id])
        return len(text), _constants(text)

    found: list[tuple[float, str, str]] = []
    for french, english in _of_one_meeting(records):
        both = max(ranks[french.id], ranks[english.id])
        if any(settled.get(record.id, both + 1) <= both for record in (french, english)):
            continue
        (length, constants), (other_length, others) = read(french.id), read(english.id)
        if max(length, other_length) > _LONGER * max(min(length, other_length), 1):
            continue
        share = _shared(constants, others)
        if share >= _SHARED:
            found.append((share, french.id, english.id))
    return [(french, english) for _, french, english in sorted(found, reverse=True)]


def _of_one_meeting(records: Sequence[DocumentRecord]) -> Iterator[tuple[DocumentRecord, DocumentRecord]]:
    """Pairs of a French and an English document of one kind, whose dates and jurisdictions agree where both have any.

    Found by these: to look at every pair would take hours where there are tens of thousands of documents.
    """
    english: dict[tuple[DocumentType, str | None, str | None], list[DocumentRecord]] = defaultdict(list)
    kinds: dict[DocumentType, set[tuple[str | None, str | None]]] = defaultdict(set)
    for record in records:
        if record.language == "en":
            english[record.type, _year(record), record.jurisdiction].append(record)
            kinds[record.type].add((_year(record), record.jurisdiction))
    # Those of one meeting together, so that few texts are kept.
    for record in sorted(records, key=lambda record: (record.type, record.meeting_date or "")):
        if record.language == "fr":
            for year, jurisdiction in kinds[record.type]:
                if _agree(_year(record), year) and _agree(record.jurisdiction, jurisdiction):
                    for other in english[record.type, year, jurisdiction]:
                        if _dates_agree(record.meeting_date, other.meeting_date):
                            yield record, other


def _year(record: DocumentRecord) -> str | None:
    return record.meeting_date[:4] if record.meeting_date is not None else None


def _seen(
    rank: int, ranks: Mapping[str, int], known: Mapping[str, str], likely: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """The links among the documents that the audience of `rank` sees."""
    links = {one: other for one, other in known.items() if max(ranks[one], ranks[other]) <= rank}
    paired = set(links) | set(links.values())
    for french, english in likely:
        if max(ranks[french], ranks[english]) <= rank and not {french, english} & paired:
            links[french] = english
            paired |= {french, english}
    return links


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _dates_agree(one: str | None, other: str | None) -> bool:
    """Whether two dates are the same as far as both go: "2020-09" and "2020-09-15" are."""
    return one is None or other is None or one.startswith(other) or other.startswith(one)


def _constants(text: str) -> Counter[str]:
    """What stays the same in translation: figures without their separators, and words that look like names."""
    figures = [re.sub(r"\D", "", match.group()) for match in _FIGURE.finditer(text)]
    names = [fold(match.group()).rstrip("'s").rstrip("’s") for match in _NAME.finditer(text)]
    return Counter([*figures, *names])


def _shared(one: Counter[str], other: Counter[str]) -> float:
    fewer = min(one.total(), other.total())
    return (one & other).total() / fewer if fewer >= _FEWEST else 0.0
