"""The documents of an index, ready to be written: read anew where something changed, taken over where nothing did."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from indexer import corrections, describe, store, translations
from indexer.catalogue import CatalogueEntry
from indexer.corrections import Corrections, Own
from indexer.documents import Distribution, DocumentRecord, Passage
from indexer.errors import IndexUnusableError, UnreadableDocumentError
from indexer.index_protocol import Index
from indexer.overrides import Override, Overrides
from indexer.preparing import Job, Prepared, Reply, opened
from indexer.preparing_pool import Preparers
from indexer.spool import Place, Spool
from indexer.wanted import Wanted

Progress = Callable[[str, int, int], None]
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read; `kept` says that the version indexed before still serves."""

    path: Path
    message: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """A document in two parts: `load` gives it but for its meaning, which is in the spool at `meaning`."""

    load: Callable[[], Prepared]
    meaning: Place


@dataclass(frozen=True, slots=True)
class SourceReading:
    """A document ready to be written: read now, or taken over from the generation that serves.

    Of `record` the text is left out, which `text` gives; `load` gives it with all that is to be written of it, `apart`
    in two, where nothing of it is made later. `count` is the number of its passages; `corrected` are the ids of all of
    them, where one of them is corrected. `same` says that all of it is as the generation that serves has it.
    """

    record: DocumentRecord
    count: int
    state: store.SourceState
    text: Callable[[], str]
    load: Callable[[], Prepared]
    corrected: tuple[str, ...] = ()
    same: bool = False
    apart: Apart | None = None


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
    preparers: Preparers,
    spool: Spool,
    progress: Progress,
) -> Readings:
    """Readings of `sources` but for those withdrawn, under what was decided on each and corrected in it.

    They are kept in the spool, and can be loaded while it and `old` are open.
    """
    fingerprint = _fingerprint()
    known = old.manifest.sources if old else {}
    readings: dict[int, SourceReading] = {}
    failures: dict[int, Failure] = {}
    changed = 0
    out = [wanted for wanted in sources if overrides.of(describe.document_id(wanted.name)).withdrawn]
    sources = [wanted for wanted in sources if not overrides.of(describe.document_id(wanted.name)).withdrawn]
    jobs: list[Job] = []
    asked: list[tuple[int, str]] = []  # for each job the number of its source, and how it is to be read

    def fail(number: int, error: UnreadableDocumentError, entry: CatalogueEntry | None) -> bool:
        """Report a file that cannot be read; returns whether what is kept of it is otherwise than it was."""
        wanted = sources[number]
        state = known.get(wanted.name)
        failures[number] = Failure(wanted.path, str(error), old is not None and state is not None)
        if not old or not state:
            return False
        override = overrides.of(describe.document_id(wanted.name))
        readings[number], differs = _taken_over(old, _narrowed(state, entry), override, corrected)
        return differs

    progress("read", 0, len(sources))
    for number, wanted in enumerate(sources):
        state = known.get(wanted.name)
        override = overrides.of(describe.document_id(wanted.name))
        entry = _corrected(wanted, override)
        reading = fingerprint + hashlib.sha256(repr(entry).encode()).hexdigest()[:16]
        try:
            if old and state and wanted.held and state.reading == reading:
                digest = state.digest
            else:
                digest = _digest(wanted.path)
        except UnreadableDocumentError as error:
            changed += fail(number, error, entry)
            continue
        if old and state and (state.digest, state.reading) == (digest, reading):
            readings[number], differs = _taken_over(old, _placed(state, wanted), override, corrected)
            changed += differs
            continue
        known_corrections = corrected.of(describe.document_id(wanted.name))
        jobs.append(Job(wanted.path, wanted.name, digest, entry, override.distribution, known_corrections))
        asked.append((number, reading))
    read = 0
    if done := len(sources) - len(jobs):
        progress("read", done, len(sources))
    for place, outcome in preparers.all(jobs):
        number, reading = asked[place]
        if isinstance(outcome, UnreadableDocumentError):
            changed += fail(number, outcome, jobs[place].entry)
        else:
            readings[number] = _kept_aside(outcome, jobs[place], sources[number], reading, spool)
            read += 1
        done += 1
        progress("read", done, len(sources))
    withdrawn = {wanted.name: _left_out(wanted) for wanted in out}
    return Readings(_in_order(readings), _in_order(failures), read, changed, withdrawn)


def _in_order(found: Mapping[int, _Found]) -> tuple[_Found, ...]:
    """What was found for sources, by their numbers, whatever was found first."""
    return tuple(found[number] for number in sorted(found))


def _kept_aside(reply: Reply, job: Job, wanted: Wanted, reading: str, spool: Spool) -> SourceReading:
    text, ready = spool.put(reply.text), spool.put(reply.ready)
    meaning = spool.put(reply.meaning) if reply.meaning else None
    state = store.SourceState(
        digest=job.digest,
        reading=reading,
        document_id=reply.record.id,
        path=str(wanted.path),
        entry=wanted.entry,
        distribution=reply.distribution,
        originals=tuple(map(str, wanted.originals)),
        upload=wanted.upload,
        own=reply.own,
    )

    def load() -> Prepared:
        return opened(spool.get(ready), spool.get(text))

    def load_whole() -> Prepared:
        return opened(spool.get(ready), spool.get(text), spool.get(meaning) if meaning is not None else b"")

    return SourceReading(
        reply.record,
        reply.count,
        state,
        text=lambda: spool.get(text).decode("utf-8", "surrogatepass"),
        load=load_whole,
        corrected=tuple(passage.id for passage in load().passages) if job.corrections else (),
        apart=Apart(load, meaning) if meaning is not None else None,
    )


def originals(readings: Sequence[SourceReading], sources: Sequence[Wanted]) -> dict[Distribution, dict[str, str]]:
    """For each audience, by the id of a translation that of its original: see `indexer.translations.originals`."""
    by_id = {reading.record.id: reading for reading in readings}
    ids = {reading.record.source: reading.record.id for reading in readings}
    places = {source.path.resolve(): ids[source.name] for source in sources if source.name in ids}
    stated = {
        ids[source.name]: places[original]
        for source in sources
        if source.name in ids
        for original in source.originals
        if original in places
    }
    records = [reading.record for reading in readings]
    return translations.originals(records, stated, lambda record: by_id[record.id].text())


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
    before = next(iter(old.documents_by_id([state.document_id])), None)
    if before is None:
        raise IndexUnusableError(
            f"{old.address}: the index's manifest names a document that it does not hold ({state.document_id}); "
            "build it again: council index SOURCE... --rebuild"
        )
    record = replace(before, distribution=override.distribution or state.distribution)
    corrections_now, own_before = corrected.of(record.id), state.own

    def passages() -> tuple[tuple[Passage, ...], dict[str, Own], bool]:
        held = tuple(old.passages(record.id))
        kept, own = corrections.applied(corrections.uncorrected(held, own_before), corrections_now)
        return kept, own, kept != held

    def text() -> str:
        whole = old.document(record.id)
        return whole.text if whole is not None else ""

    def load() -> Prepared:
        return Prepared.of(replace(record, text=text()), passages()[0], tuple(old.items(record.id)))

    ids: tuple[str, ...] = ()
    own: dict[str, Own] = {}
    differs = record.distribution is not before.distribution
    if own_before or corrections_now:  # else the passages are as they were
        kept, own, corrected_otherwise = passages()
        ids = tuple(passage.id for passage in kept)
        differs = differs or corrected_otherwise
    count = old.passage_counts[record.id][0]
    now = state.model_copy(update={"own": own})
    return SourceReading(record, count, now, text, load, ids, same=not differs), differs


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
