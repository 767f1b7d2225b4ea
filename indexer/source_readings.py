"""The documents of an index, ready to be written: read anew where something changed, taken over where nothing did."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from indexer import corrections, describe, layouts, passages, store, translations
from indexer.catalogue import CatalogueEntry
from indexer.corrections import Corrections
from indexer.documents import Distribution, DocumentRecord, Passage, RecordItem
from indexer.errors import IndexUnusableError, UnreadableDocumentError
from indexer.index_protocol import Index
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
    """Readings of all sources by name, the failures, how many were read anew, and how many of the others changed.

    Those are what got another audience or other corrections. `withdrawn` are the sources that were left out because the
    secretariat withdrew them, by name.
    """

    readings: tuple[SourceReading, ...]
    failures: tuple[Failure, ...]
    read: int
    changed: int
    withdrawn: dict[str, store.SourceState]


def read_all(
    sources: Sequence[Wanted],
    old: Index | None,
    overrides: Overrides,
    corrected: Corrections,
    *,
    reader: DocumentReader,
    progress: Progress,
) -> Readings:
    """Readings of `sources` but for those withdrawn, under what was decided on each and corrected in it."""
    fingerprint = _fingerprint()
    known = old.manifest.sources if old else {}
    readings: list[SourceReading] = []
    failures: list[Failure] = []
    read = changed = 0
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
                reading_before, differs = _taken_over(old, _placed(state, wanted), override, corrected)
                readings.append(reading_before)
                changed += differs
                continue
            document = reader.read(wanted.path, wanted.name)
            described = describe.describe(document, digest, entry)
            record = replace(described, distribution=override.distribution or described.distribution)
            layout = layouts.recognise(document, record)
            cut, own = corrections.applied(passages.cut(document, record, layout.sections), corrected.of(record.id))
            new_state = store.SourceState(
                digest=digest,
                reading=reading,
                document_id=record.id,
                path=str(wanted.path),
                entry=wanted.entry,
                distribution=described.distribution,
                originals=tuple(map(str, wanted.originals)),
                upload=wanted.upload,
                own=own,
            )
            readings.append(SourceReading(record, cut, layout.items, new_state))
            read += 1
        except UnreadableDocumentError as error:
            kept = old is not None and state is not None
            failures.append(Failure(wanted.path, str(error), kept))
            if old and state:
                reading_before, differs = _taken_over(old, _narrowed(state, entry), override, corrected)
                readings.append(reading_before)
                changed += differs
    progress("read", len(sources), len(sources))
    withdrawn = {wanted.name: _left_out(wanted) for wanted in out}
    return Readings(tuple(readings), tuple(failures), read, changed, withdrawn)


def originals(readings: Sequence[SourceReading], sources: Sequence[Wanted]) -> dict[Distribution, dict[str, str]]:
    """For each audience, by the id of a translation that of its original: see `indexer.translations.originals`."""
    ids = {reading.record.source: reading.record.id for reading in readings}
    places = {source.path.resolve(): ids[source.name] for source in sources if source.name in ids}
    stated = {
        ids[source.name]: places[original]
        for source in sources
        if source.name in ids
        for original in source.originals
        if original in places
    }
    return translations.originals([reading.record for reading in readings], stated)


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


@cache
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


def _taken_over(
    old: Index, state: store.SourceState, override: Override, corrected: Corrections
) -> tuple[SourceReading, bool]:
    """A document as the generation that serves has it, under what is decided now, and whether that is otherwise."""
    before = old.document(state.document_id)
    if before is None:
        raise IndexUnusableError(
            f"{old.address}: the index's manifest names a document that it does not hold ({state.document_id}); "
            "build it again: council index SOURCE... --rebuild"
        )
    record = replace(before, distribution=override.distribution or state.distribution)
    held = tuple(old.passages(record.id))
    kept, own = corrections.applied(corrections.uncorrected(held, state.own), corrected.of(record.id))
    reading = SourceReading(record, kept, tuple(old.items(record.id)), state.model_copy(update={"own": own}))
    return reading, record.distribution is not before.distribution or kept != held


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
