"""Values and index folders for the tests of the indexer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from indexer import database, embedding, lexical, statement_writing, store, vectors
from indexer.documents import (
    Block,
    BlockKind,
    Distribution,
    Document,
    DocumentRecord,
    DocumentType,
    Page,
    Passage,
    Role,
)
from indexer.embedding import Embedder

RECORD = DocumentRecord(
    id="notes-1",
    source="notes.txt",
    title="Notes",
    type=DocumentType.OTHER,
    language="en",
    distribution=Distribution.MEMBERS,
    meeting_date=None,
    jurisdiction=None,
    format="text",
    pages=None,
    digest="0" * 64,
    text="The counter opened in May.",
)
PASSAGE = Passage(
    id="p0",
    document_id="notes-1",
    text="The counter opened in May.",
    start=0,
    end=26,
    page=None,
    language="en",
    role=Role.BACKGROUND,
)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The bundled model."""
    return embedding.load()


@pytest.fixture(scope="session")
def make_record() -> Callable[..., DocumentRecord]:
    """A document's record; give the fields that matter."""
    return lambda **fields: replace(RECORD, **fields)


@pytest.fixture(scope="session")
def make_passage() -> Callable[..., Passage]:
    """A passage; give the fields that matter."""
    return lambda **fields: replace(PASSAGE, **fields)


@pytest.fixture(scope="session")
def make_document() -> Callable[..., Document]:
    """A document of blocks `(kind, text)` or `(kind, text, level)`; `pages` has the number of blocks of each page."""

    def make(*blocks: tuple[object, ...], pages: Sequence[int] = (), **fields: object) -> Document:
        text = ""
        placed: list[Block] = []
        numbers = [number for number, count in enumerate(pages, start=1) for _ in range(count)]
        for place, (kind, content, *level) in enumerate(blocks):
            assert isinstance(content, str)
            start = len(text) + 1 if text else 0
            text = f"{text}\n{content}" if text else content
            page = numbers[place] if numbers else None
            placed.append(Block(BlockKind(str(kind)), start, len(text), page, int(str(level[0])) if level else 0))
        begins = [next(b.start for b in placed if b.page == number) for number in range(1, len(pages) + 1)]
        borders = [*begins, len(text)]
        spans = tuple(Page(n, a, b) for n, (a, b) in enumerate(pairwise(borders), start=1))
        made = Document("notes.txt", "text", text, tuple(placed), spans)
        return replace(made, **fields)

    return make


@pytest.fixture(scope="session")
def write_index() -> Callable[..., Path]:
    """Writes one generation by its parts, as a build does, and makes it serve; the folder is given back."""

    def write(
        folder: Path,
        records: Sequence[DocumentRecord],
        passages: Sequence[Passage],
        *,
        model: str = "model-1",
        generation: str = "g000001",
    ) -> Path:
        base = folder / generation
        base.mkdir(parents=True)
        matrix = np.random.default_rng(7).normal(size=(len(passages), 16)).astype(np.float32)
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
        vectors.write(base / store.VECTORS, matrix)
        statement_writing.write(base / store.SENTENCES, passages, embedding.load())
        lexical.write(
            base / store.LEXICAL / str(Distribution.PUBLIC),
            [lexical.LexicalEntry(n, passage.language, passage.text) for n, passage in enumerate(passages)],
        )
        database.write(
            base / store.DATABASE, records, passages, [f"digest-{number}" for number in range(len(passages))]
        )
        manifest = store.Manifest(
            format_version=store.FORMAT_VERSION,
            created="2024-01-01T00:00:00+00:00",
            model=model,
            dimension=embedding.load().dimension,
            documents=len(records),
            passages=len(passages),
            audiences=dict.fromkeys(Distribution, len(passages)),
            sources={},
        )
        (base / store.MANIFEST).write_text(manifest.model_dump_json(), encoding="utf-8")
        store.switch(folder, generation)
        return folder

    return write
