"""What a generation in Qdrant keeps of each document besides its passages' points: one point, without a vector.

It holds the document, its decisions and follow-ups, what the manifest says of its source, how often its passages hold
each token, and a table of its passages: by it an index is numbered, filtered and counted without reading the points.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter
from qdrant_client import models

from indexer.documents import Attribution, DocumentRecord, Passage, PassageKind, RecordItem
from indexer.glossary import find_terms
from indexer.preparing import Prepared
from indexer.qdrant.packing import packed, unpacked
from indexer.qdrant.points import point_id
from indexer.qdrant.scope import DOCUMENT, RANK
from indexer.statements import stating, term_numbers
from indexer.store import SourceState

KIND = "kind"
DOCUMENTS, PAIRS, PARTS = "document", "pair", "part"
TEXT, ITEMS, TOKENS = "text", "items", "tokens"
HEADER = [KIND, DOCUMENT, RANK, "record", "state", "table"]  # what an index reads when it is opened
_RECORD: TypeAdapter[DocumentRecord] = TypeAdapter(DocumentRecord)
_ITEMS: TypeAdapter[list[RecordItem]] = TypeAdapter(list[RecordItem])


def record_point(kind: str, key: str, payload: Mapping[str, Any]) -> models.PointStruct:
    """A point of the records: what `kind` and `key` name, in place of what they named before."""
    return models.PointStruct(id=point_number(kind, key), vector={}, payload={KIND: kind, **payload})


def point_number(kind: str, key: str) -> int:
    """The id of the point of the records that `kind` and `key` name: of a document by its own id."""
    return int.from_bytes(hashlib.blake2b(f"{kind}\0{key}".encode(), digest_size=8).digest(), "big") >> 1


@dataclass(frozen=True, slots=True)
class Table:
    """A document's passages in reading order, a value each; `terms` are places in `glossary.terms()`."""

    points: tuple[int, ...]
    roles: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    dates: tuple[str | None, ...]
    silent: tuple[bool, ...]
    inferred: tuple[bool, ...]
    lengths: tuple[int, ...]
    terms: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, passages: Sequence[Passage], lengths: Sequence[int]) -> Table:
        """The table of passages with so many tokens each."""
        return cls(
            points=tuple(point_id(passage.id) for passage in passages),
            roles=tuple(str(passage.role) for passage in passages),
            codes=tuple(passage.jurisdictions for passage in passages),
            dates=tuple(passage.meeting_date for passage in passages),
            silent=tuple(passage.kind is not PassageKind.STATEMENT for passage in passages),
            inferred=tuple(passage.attribution is Attribution.INFERRED for passage in passages),
            lengths=tuple(lengths),
            terms=tuple(map(_terms, passages)),
        )


_TABLE: TypeAdapter[Table] = TypeAdapter(Table)


def _terms(passage: Passage) -> tuple[int, ...]:
    """The terms that the sentences of a passage name."""
    numbers = term_numbers()
    named = {numbers[match.term] for start, end in stating(passage) for match in find_terms(passage.text[start:end])}
    return tuple(sorted(named))


@dataclass(frozen=True, slots=True)
class Header:
    """A document as an opened index holds it: without its text.

    `passages` is their number, `inferred` of how many it is inferred whom they are about, `tokens` how many they have.
    """

    record: DocumentRecord
    state: SourceState
    passages: int
    inferred: int
    tokens: int


def document_point(
    prepared: Prepared, source: SourceState, lengths: Sequence[int], tokens: Mapping[str, int]
) -> models.PointStruct:
    """The point of a document; `lengths` are its passages' numbers of tokens, `tokens` in how many each stands."""
    record = prepared.record
    return record_point(
        DOCUMENTS,
        record.id,
        {
            DOCUMENT: record.id,
            RANK: record.distribution.rank,
            "record": packed(_RECORD.dump_python(replace(record, text=""), mode="json")),
            "source": record.source,
            **state(source),
            "table": packed(_TABLE.dump_python(Table.of(prepared.passages, lengths), mode="json")),
            ITEMS: packed(_ITEMS.dump_python(list(prepared.items), mode="json")),
            TOKENS: packed(tokens),
            TEXT: record.text,
        },
    )


def state(of: SourceState) -> dict[str, str]:
    """What a document's payload says of its source."""
    return {"state": packed(of.model_dump(mode="json"))}


def header(payload: Mapping[str, Any]) -> tuple[Header, Table]:
    """A document of its payload, and the table of its passages."""
    table = _TABLE.validate_python(unpacked(payload["table"]))
    return (
        Header(
            _RECORD.validate_python(unpacked(payload["record"])),
            SourceState.model_validate(unpacked(payload["state"])),
            len(table.points),
            sum(table.inferred),
            sum(table.lengths),
        ),
        table,
    )


def items(payload: Mapping[str, Any]) -> list[RecordItem]:
    """The decisions and follow-ups of a document's payload."""
    return _ITEMS.validate_python(unpacked(payload[ITEMS]))


def tokens(payload: Mapping[str, Any]) -> Counter[str]:
    """In how many passages of a document each token stands."""
    return Counter(unpacked(payload[TOKENS]))


def pair_point(one: str, other: str, places: Sequence[tuple[int, int]]) -> models.PointStruct:
    """The point of two documents that say the same: places of their passages, each in its own document."""
    return record_point(PAIRS, f"{one}\0{other}", {"one": one, "other": other, "places": packed(places)})


def places(payload: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """The places of a pair, of shape (passages, 2)."""
    return np.array(unpacked(payload["places"]), np.int64).reshape(-1, 2)
