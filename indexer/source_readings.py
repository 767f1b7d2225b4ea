"""The documents of an index, ready to be written: read anew where something changed, taken over where nothing did."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from indexer import describe, layouts, passages, store, translations
from indexer.catalogue import CatalogueEntry
from indexer.documents import Distribution, DocumentRecord, Passage, RecordItem
from indexer.errors import IndexUnusableError, UnreadableDocumentError
from indexer.overrides import Override, Overrides
from indexer.reading import DocumentReader
from indexer.wanted import Wanted

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


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of all sources by name, the failures, how many were read anew, and how many got another audience.

    `withdrawn` are the sources that were left out because the secretariat withdrew them, by name.
    """

    readings: tuple[SourceReading, ...]
    failures: tuple[Failure, ...]
    read: int
    regraded: int
    withdrawn: dict[str, store.SourceState]


def read_all(
    sources: Sequence[Wanted],
    old: store.Index | None,
    overrides: Overrides,
    reader: DocumentReader,
    progress: Progress,
) -> Readings:
    """Readings of `sources` but for those withdrawn, under what was decided on each."""
    fingerprint = _fingerprint()
    known = old.manifest.sources if old else {}
    readings: list[SourceReading] = []
    failures: list[Failure] = []
    read = regraded = 0
    out = [wanted for wanted in sources if overrides.of(describe.document_id(wanted.name)).withdrawn]
    sources = [wanted for wanted in sources if not overrides.of(describe.document_id(wanted.name)).withdrawn]
    for done, wanted in enumerate(sources):
        progress("read", done, len(sources))
        state = known.get(wanted.name)
        override = overrides.of(describe.document_id(wanted.name))
        entry = _corrected(wanted, override)
        reading = fingerprint + hashlib.sha256(repr(entry).encode()).hexdigest()[:16]
        try:
            if old and state and wanted.held and state.reading == reading:
                digest = state.digest
            else:
                digest = _digest(wanted.path)
            if old and state and (state.digest, state.reading) == (digest, reading):
                before = old.document(state.document_id)
                readings.append(_taken_over(old, _placed(state, wanted), override))
                regraded += before is not None and readings[-1].record.distribution is not before.distribution
                continue
            document = reader.read(wanted.path, wanted.name)
            described = describe.describe(document, digest, entry)
            record = replace(described, distribution=override.distribution or described.distribution)
            layout = layouts.recognise(document, record)
            cut = passages.cut(document, record, layout.sections)
            new_state = store.SourceState(
                digest=digest,
                reading=reading,
                document_id=record.id,
                path=str(wanted.path),
                entry=wanted.entry,
                distribution=described.distribution,
                originals=tuple(map(str, wanted.originals)),
                upload=wanted.upload,
            )
            readings.append(SourceReading(record, cut, layout.items, new_state))
            read += 1
        except UnreadableDocumentError as error:
            kept = old is not None and state is not None
            failures.append(Failure(wanted.path, str(error), kept))
            if old and state:
                before = old.document(state.document_id)
                readings.append(_taken_over(old, _narrowed(state, entry), override))
                regraded += before is not None and readings[-1].record.distribution is not before.distribution
    progress("read", len(sources), len(sources))
    withdrawn = {wanted.name: _left_out(wanted) for wanted in out}
    return Readings(tuple(readings), tuple(failures), read, regraded, withdrawn)


def linked(readings: Sequence[SourceReading], sources: Sequence[Wanted]) -> list[SourceReading]:
    """The readings, those of translations with the id of their original."""
    ids = {reading.record.source: reading.record.id for reading in readings}
    places = {source.path.resolve(): ids[source.name] for source in sources if source.name in ids}
    stated = {
        ids[source.name]: places[original]
        for source in sources
        if source.name in ids
        for original in source.originals
        if original in places
    }
    held = {source.name for source in sources if source.held}
    # What was linked stays so where the sources are not looked at again: the catalogue may have said it.
    kept = {r.record.id: r.record.translation_of for r in readings if r.record.source in held}
    stated |= {one: original for one, original in kept.items() if original is not None and one not in stated}
    records = translations.linked([reading.record for reading in readings], stated)
    return [replace(reading, record=record) for reading, record in zip(readings, records, strict=True)]


def _corrected(wanted: Wanted, override: Override) -> CatalogueEntry | None:
    """What the catalogue says of a source, under the secretariat's corrections.

    The audience that they decided is not among them: it wins over the text too, and is followed without reading again.
    """
    entry = wanted.entry or CatalogueEntry(file=wanted.name)
    corrections = {
        name: value
        for name in ("title", "type", "language", "meeting_date", "jurisdiction")
        if (value := getattr(override, name)) is not None
    }
    if override.stated is not None:
        corrections["distribution"] = override.stated
    return entry.model_copy(update=corrections) if corrections else wanted.entry


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


def _taken_over(old: store.Index, state: store.SourceState, override: Override) -> SourceReading:
    record = old.document(state.document_id)
    if record is None:
        raise IndexUnusableError(
            f"{old.folder}: the index's manifest names a document that it does not hold ({state.document_id}); "
            f"build it again: council index SOURCE... --index {old.folder} --rebuild"
        )
    record = replace(record, distribution=override.distribution or state.distribution)
    return SourceReading(record, tuple(old.passages(record.id)), tuple(old.items(record.id)), state)


def _placed(state: store.SourceState, wanted: Wanted) -> store.SourceState:
    """A state kept from before, of the file where it stands today: it may have moved with its folder."""
    return state.model_copy(
        update={
            "path": str(wanted.path),
            "entry": wanted.entry,
            "originals": tuple(map(str, wanted.originals)),
            "upload": wanted.upload,
        }
    )


def _left_out(wanted: Wanted) -> store.SourceState:
    """What is kept of a withdrawn source: where it is. It was not read, so it is for nobody but the secretariat."""
    return store.SourceState(
        digest="",
        reading="",
        document_id=describe.document_id(wanted.name),
        path=str(wanted.path),
        distribution=Distribution.SECRETARIAT,
        entry=wanted.entry,
        originals=tuple(map(str, wanted.originals)),
        upload=wanted.upload,
    )


def _narrowed(state: store.SourceState, entry: CatalogueEntry | None) -> store.SourceState:
    """A state kept from before under what the catalogue says today: a narrower audience holds at once."""
    if entry is None or entry.distribution is None:
        return state
    return state.model_copy(update={"distribution": describe.narrower(state.distribution, entry.distribution)})
