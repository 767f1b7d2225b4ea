"""A file made ready for the index: read, described, cut into passages, and those analysed.

What is made ready is handed on as bytes, from one process to another or to a spool.
"""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer import corrections, database, describe, layouts, lexical, passages, statement_writing
from indexer.catalogue import CatalogueEntry
from indexer.corrections import Correction, Own
from indexer.documents import Distribution, DocumentRecord, Passage, RecordItem
from indexer.embedding import Embedder
from indexer.lexical_facts import written_facts
from indexer.reading import DocumentReader
from indexer.statement_writing import Analysis


@dataclass(frozen=True, slots=True)
class Job:
    """A file to make ready: its name in the index, its digest, and what was said and decided of it.

    `entry` is what the catalogue says under the secretariat's corrections, `distribution` the audience that they
    decided, `corrections` are those of its passages.
    """

    path: Path
    source: str
    digest: str
    entry: CatalogueEntry | None
    distribution: Distribution | None
    corrections: Mapping[str, Correction]


@dataclass(frozen=True)
class Prepared:
    """A document ready to be written, with what is made of each of its passages.

    `rows` are the passages as the database has them, `digests` those of the texts that stand for them, `packed` what
    the lexical index takes, as `packed_words` gives it. `meaning` is None where it is made later, or taken over.
    """

    record: DocumentRecord
    rows: tuple[database.PassageRow, ...]
    items: tuple[RecordItem, ...]
    digests: tuple[str, ...]
    packed: bytes
    meaning: Meaning | None = None

    @classmethod
    def of(cls, record: DocumentRecord, cut: tuple[Passage, ...], items: tuple[RecordItem, ...]) -> Prepared:
        """The document without its vectors and its analysis."""
        texts = [embedded_text(passage) for passage in cut]
        return cls(
            record,
            tuple(map(database.passage_row, cut)),
            items,
            digests=tuple(hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts),
            packed=packed_words(
                (lexical.written_tokens(text, passage.language), written_facts(passage, record))
                for text, passage in zip(texts, cut, strict=True)
            ),
        )

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, made of the rows when they are wanted: few are looked at again once they are written."""
        return tuple(map(database.passage_of, self.rows))

    @property
    def words(self) -> list[tuple[str, str]]:
        """Of each passage the tokens and the facts that the lexical index takes, as they are written down."""
        return opened_words(self.packed) if self.rows else []


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a search by meaning goes by: the vectors of a document's passages, and the analysis of these."""

    vectors: npt.NDArray[np.float16]
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a job. `record` is without its text, which is in `text`; `ready` is the `Prepared` without it.

    Nor has `ready` what is in `meaning`, the `Meaning`, which is empty where it is made later.
    `distribution` is the audience before anybody decided, `own` what the document itself says of corrected passages.
    """

    record: DocumentRecord
    distribution: Distribution
    count: int
    own: dict[str, Own]
    text: bytes
    ready: bytes
    meaning: bytes


def read_meaning(cut: Sequence[Passage], embedder: Embedder) -> Meaning:
    """The vectors of passages, and their analysis with the vectors of its sentences."""
    analysis = statement_writing.analyse(cut)
    texts = [embedded_text(passage) for passage in cut]
    # At once, which is quicker; the vector of a text depends on it alone.
    vectors = embedder.encode_documents([*texts, *analysis.texts(cut)]).astype(np.float16)
    return Meaning(vectors[: len(texts)], replace(analysis, vectors=vectors[len(texts) :]))


def embedded_text(passage: Passage) -> str:
    """The text that stands for a passage in both indexes: the headings above it that it does not show, then itself."""
    above = [heading for heading in passage.heading if heading not in passage.text]
    return "\n".join([*above, passage.text])


def packed_words(written: Iterable[tuple[str, str]]) -> bytes:
    """The tokens and facts of a document's passages, compressed: the lexical index takes them and gives none back."""
    lines = (f"{tokens}\t{facts}" for tokens, facts in written)
    return zlib.compress("\n".join(lines).encode("utf-8", "surrogatepass"), level=1)


def opened_words(packed: bytes) -> list[tuple[str, str]]:
    """What `packed_words` packed, of one passage or more."""
    lines = zlib.decompress(packed).decode("utf-8", "surrogatepass").split("\n")
    return [(tokens, facts) for tokens, _, facts in (line.partition("\t") for line in lines)]


def prepare(job: Job, reader: DocumentReader, embedder: Embedder | None) -> Reply:
    """Make a file ready, with vectors and analysis where an embedder is given.

    Raises UnreadableDocumentError where it cannot be read.
    """
    document = reader.read(job.path, job.source)
    described = describe.describe(document, job.digest, job.entry)
    record = replace(described, distribution=job.distribution or described.distribution)
    layout = layouts.recognise(document, record)
    cut, own = corrections.applied(passages.cut(document, record, layout.sections), job.corrections)
    bare = replace(record, text="")
    ready = Prepared.of(bare, cut, layout.items)
    return Reply(
        bare,
        described.distribution,
        len(cut),
        own,
        record.text.encode("utf-8", "surrogatepass"),
        pickle.dumps(ready, pickle.HIGHEST_PROTOCOL),
        pickle.dumps(read_meaning(cut, embedder), pickle.HIGHEST_PROTOCOL) if embedder is not None else b"",
    )


def opened(ready: bytes, text: bytes, meaning: bytes = b"") -> Prepared:
    """The document of a reply, with its meaning where that is given."""
    found: Prepared = pickle.loads(ready)  # noqa: S301 - from a process of ours  # nosec B301
    record = replace(found.record, text=text.decode("utf-8", "surrogatepass"))
    return replace(found, record=record, meaning=opened_meaning(meaning) if meaning else None)


def opened_meaning(meaning: bytes) -> Meaning:
    """The meaning of a reply that has it."""
    found: Meaning = pickle.loads(meaning)  # noqa: S301 - from a process of ours  # nosec B301
    return found
