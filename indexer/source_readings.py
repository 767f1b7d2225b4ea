"""The documents of an index, ready to be written: read anew where something changed, taken over where nothing did."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from indexer import catalogue, describe, layouts, passages, store, translations
from indexer.documents import DocumentRecord, Passage, RecordItem
from indexer.errors import IndexUnusableError, UnreadableDocumentError
from indexer.reading import DocumentReader
from indexer.sources import SourceFile

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read; `kept` says that the version indexed before still serves."""

    path: Path
    message: str
    kept: bool


@dataclass(frozen=True, slots=True)
class SourceReading:
    """A document ready to be written: read now, or taken over from the generation that serves."""

    record: DocumentRecord
    passages: tuple[Passage, ...]
    items: tuple[RecordItem, ...]
    state: store.SourceState


def read_all(
    sources: Sequence[SourceFile],
    folders: Sequence[Path],
    old: store.Index | None,
    reader: DocumentReader,
    progress: Progress,
) -> tuple[list[SourceReading], tuple[Failure, ...], int, int]:
    """Readings of all sources by name, the failures, how many were read anew, and how many only narrowed."""
    entries = catalogue.load(list(folders))
    fingerprint = _fingerprint()
    known = old.manifest.sources if old else {}
    readings: list[SourceReading] = []
    failures: list[Failure] = []
    read = narrowed = 0
    for done, source in enumerate(sources):
        progress("read", done, len(sources))
        entry = entries.entry(source.path)
        state = known.get(source.name)
        try:
            digest = _digest(source.path)
            reading = fingerprint + hashlib.sha256(repr(entry).encode()).hexdigest()[:16]
            if old and state and (state.digest, state.reading) == (digest, reading):
                readings.append(_taken_over(old, state))
                continue
            document = reader.read(source.path, source.name)
            record = describe.describe(document, digest, entry)
            layout = layouts.recognise(document, record)
            cut = passages.cut(document, record, layout.sections)
            new_state = store.SourceState(digest=digest, reading=reading, document_id=record.id)
            readings.append(SourceReading(record, cut, layout.items, new_state))
            read += 1
        except UnreadableDocumentError as error:
            kept = old is not None and state is not None
            failures.append(Failure(source.path, str(error), kept))
            if old and state:
                before = _taken_over(old, state)
                readings.append(_narrowed(before, entry))
                narrowed += readings[-1] != before
    progress("read", len(sources), len(sources))
    return readings, tuple(failures), read, narrowed


def linked(
    readings: list[SourceReading], sources: Sequence[SourceFile], folders: Sequence[Path]
) -> list[SourceReading]:
    """The readings, those of translations with the id of their original."""
    entries = catalogue.load(list(folders))
    ids = {reading.record.source: reading.record.id for reading in readings}
    places = {source.path.resolve(): ids[source.name] for source in sources if source.name in ids}
    stated = {
        place_id: places[original]
        for place, place_id in places.items()
        for original in entries.original(place)
        if original in places
    }
    records = translations.linked([reading.record for reading in readings], stated)
    return [replace(reading, record=record) for reading, record in zip(readings, records, strict=True)]


def _fingerprint() -> str:
    """A digest of the code and tables that shape a reading: when they change, documents are read again."""
    digest = hashlib.sha256()
    package = Path(str(files("indexer")))
    for path in sorted([*package.rglob("*.py"), *package.glob("data/*.toml")]):
        if "embedding" not in path.relative_to(package).parts:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableDocumentError(
            path, f"cannot be opened ({error.strerror})", "check that the file exists and may be read"
        ) from error


def _taken_over(old: store.Index, state: store.SourceState) -> SourceReading:
    record = old.document(state.document_id)
    if record is None:
        raise IndexUnusableError(
            f"{old.folder}: the index's manifest names a document that it does not hold ({state.document_id}); "
            f"build it again: council index SOURCE... --index {old.folder} --rebuild"
        )
    return SourceReading(record, tuple(old.passages(record.id)), tuple(old.items(record.id)), state)


def _narrowed(reading: SourceReading, entry: catalogue.CatalogueEntry | None) -> SourceReading:
    """A reading kept from before under what the catalogue says today: a narrower audience holds at once."""
    if entry is None or entry.distribution is None:
        return reading
    distribution = describe.narrower(reading.record.distribution, entry.distribution)
    return replace(reading, record=replace(reading.record, distribution=distribution))
