"""Building an index: read what changed, take over what did not, write a new generation aside, switch to it last."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer import (
    checksums,
    corrections,
    generations,
    replicas,
    store,
    versions,
)
from indexer.completing import Completed, Unchanged
from indexer.data_folder import data_folder
from indexer.documents import Distribution
from indexer.embedding import Embedder
from indexer.errors import CouncilError, IndexUnusableError
from indexer.files import bring_to_disk
from indexer.overrides import load as load_overrides
from indexer.preparing import opened_meaning
from indexer.preparing_pool import Preparers, processes
from indexer.semantic_process import SemanticProcess
from indexer.source_readings import Apart, Failure, Progress, SourceReading, originals, read_all
from indexer.sources import Found, find
from indexer.spool import Place, Spool
from indexer.wanted import found_in, held_in
from indexer.writing import GenerationWriter, keep_matches

_ASIDE = ".building-"
_FEWEST_APART = 8_192  # passages of a new index that are worth a process more
# How Python, SQLite, FAISS and tantivy say that the disk takes no more.
_DISK_ERRORS = (OSError, sqlite3.Error, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `generation` is the one that serves now; `changed` is False when nothing had to be written.

    `unread_pages` are, by document, the pages that are pictures which no OCR was at hand to read; `withdrawn` are the
    sources left out because the secretariat withdrew them. `lost_corrections` are those, by ids of document and
    passage, that find no passage any more; they are kept.
    """

    generation: str
    changed: bool
    documents: int
    passages: int
    read: int
    embedded: int
    removed: tuple[str, ...]
    skipped: tuple[Path, ...]
    failures: tuple[Failure, ...]
    unread_pages: tuple[tuple[str, tuple[int, ...]], ...] = ()
    withdrawn: tuple[str, ...] = ()
    lost_corrections: tuple[tuple[str, str], ...] = ()


def build(
    sources: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    wait: bool = False,
    data: Path | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> BuildReport:
    """Make the index in `folder` hold exactly the documents found in `sources`, files or folders, and those uploaded.

    What was decided on documents (`indexer.overrides`) and corrected in them (`indexer.corrections`) is followed. A
    file that cannot be read is reported and the others are indexed; where an earlier version of it is in the index,
    that one is kept. Until the last step the index that was there keeps serving. Raises SettingError for sources that
    do not exist or hold no document, IndexUnusableError for an index of another model or format without `rebuild`,
    CouncilError where no document could be read, the disk takes no more, or another build is writing and `wait` does
    not say to let it end first. `data` is the data folder, that of the index if None.
    """
    return _built(find(sources), folder, embedder, progress, data=data, rebuild=rebuild, wait=wait)


def update(
    folder: Path,
    embedder: Embedder,
    *,
    data: Path | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> BuildReport:
    """Make the index in `folder` follow the uploads and decisions since it was built; what else it holds is kept.

    The sources that it was built from are not looked at for new documents. Waits for a build that is writing. Errors
    are those of `build`, but for one: where no document can be read, the index that is left holds none.
    """
    return _built(None, folder, embedder, progress, data=data, rebuild=False, wait=True)


def _built(
    found: Found | None,
    folder: Path,
    embedder: Embedder,
    progress: Progress,
    *,
    data: Path | None,
    rebuild: bool,
    wait: bool,
) -> BuildReport:
    data = data.resolve() if data is not None else data_folder(folder)
    generations.kept()  # raises for a setting that clearing would fail on
    replicas.refuse_to_change(data)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CouncilError(f"{folder}: no index can be kept here ({error.strerror}); name another folder") from error
    skipped = found.skipped if found else ()
    with _only_writer(folder, wait=wait):
        for stale in folder.glob(f"{_ASIDE}*"):
            shutil.rmtree(stale)  # left by a build that was killed
        old = None if rebuild else _old_index(folder, embedder)
        wanted = found_in(found, data) if found else held_in(old, data)
        overrides, corrected = load_overrides(data), corrections.load(data)
        with _spool(folder) as spool:
            try:
                with Preparers(embedder) as preparers:
                    if old is None:
                        preparers.start(len(wanted))  # every file will be read; it starts while the tables are loaded
                    gathered = read_all(
                        wanted, old, overrides, corrected, preparers=preparers, spool=spool, progress=progress
                    )
            except OSError as error:
                raise _unwritten(folder, error) from error
            failures = gathered.failures
            if found and failures and not gathered.readings:
                reasons = "\n".join(failure.message for failure in failures)
                raise CouncilError(f"none of the {len(wanted)} documents could be read; nothing written\n{reasons}")
            readings = _by_audience(gathered.readings)
            unread = tuple(sorted((r.record.source, r.record.unread_pages) for r in readings if r.record.unread_pages))
            known = old.manifest.sources if old else {}
            withdrawn = tuple(sorted(gathered.withdrawn))
            lost = corrected.lost(
                {reading.record.id: reading.corrected for reading in readings},
                (state.document_id for state in gathered.withdrawn.values()),
            )
            gone = set(known) - {reading.record.source for reading in readings}
            removed = tuple(sorted(gone - set(withdrawn)))
            same = not (gone or gathered.read or gathered.changed)
            if old and same and gathered.withdrawn == old.manifest.withdrawn:
                return BuildReport(
                    old.generation,
                    False,
                    len(readings),
                    old.manifest.passages,
                    0,
                    0,
                    (),
                    skipped,
                    failures,
                    unread,
                    withdrawn,
                    lost,
                )
            try:
                links = originals(readings, wanted)
                embedded = _write_generation(
                    folder,
                    readings,
                    gathered.withdrawn,
                    old=old,
                    embedder=embedder,
                    spool=spool,
                    progress=progress,
                    links=links,
                )
            except _DISK_ERRORS as error:
                for left in folder.glob(f"{_ASIDE}*"):
                    shutil.rmtree(left, ignore_errors=True)
                raise _unwritten(folder, error) from error
            generation = store.current_generation(folder) or ""
            count = sum(reading.count for reading in readings)
            return BuildReport(
                generation,
                True,
                len(readings),
                count,
                gathered.read,
                embedded,
                removed,
                skipped,
                failures,
                unread,
                withdrawn,
                lost,
            )


def _spool(folder: Path) -> Spool:
    try:
        return Spool(folder)
    except OSError as error:
        raise _unwritten(folder, error) from error


def _unwritten(folder: Path, error: Exception) -> CouncilError:
    reason = getattr(error, "strerror", None) or error
    return CouncilError(
        f"{folder}: the new generation could not be written ({reason}); the index is as it was; make room or let this "
        "user write there, then run the command again"
    )


def _by_audience(readings: Sequence[SourceReading]) -> list[SourceReading]:
    """The readings by audience, the widest first, so that what each may see is the first of all."""
    return sorted(readings, key=lambda reading: reading.record.distribution.rank)


def _seen(readings: Sequence[SourceReading]) -> dict[Distribution, int]:
    """How many passages each audience may see."""
    return {
        audience: sum(r.count for r in readings if r.record.distribution.rank <= audience.rank)
        for audience in Distribution
    }


def _old_index(folder: Path, embedder: Embedder) -> store.Index | None:
    if store.current_generation(folder) is None:
        return None
    return store.open_index(folder, model=embedder.id)


@contextmanager
def _only_writer(folder: Path, *, wait: bool) -> Iterator[None]:
    """Hold the folder's lock: the system lets it go with the process, so a killed build locks nobody out."""
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CouncilError(
                f"{folder}: another build is writing this index; run the command again when it has ended"
            ) from None
        yield


def _write_generation(
    folder: Path,
    readings: Sequence[SourceReading],
    withdrawn: dict[str, store.SourceState],
    *,
    old: store.Index | None,
    embedder: Embedder,
    spool: Spool,
    progress: Progress,
    links: Mapping[Distribution, Mapping[str, str]],
) -> int:
    """Write a generation of `readings`, switch to it, clear old ones away; returns the number of texts embedded.

    `links` are those of `originals`.
    """
    name = generations.next_name(folder)
    aside = folder / f"{_ASIDE}{name}"
    aside.mkdir()
    manifest = store.Manifest(
        format_version=store.FORMAT_VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=embedder.id,
        dimension=embedder.dimension,
        documents=len(readings),
        passages=sum(reading.count for reading in readings),
        audiences=_seen(readings),
        sources={reading.record.source: reading.state for reading in readings},
        withdrawn=withdrawn,
    )
    embedded = _write_documents(
        aside, readings, manifest, old=old, embedder=embedder, spool=spool, progress=progress, links=links
    )
    (aside / store.MANIFEST).write_text(manifest.written(), encoding="utf-8")
    checksums.write(aside)
    for path in [*aside.rglob("*"), aside]:
        bring_to_disk(path)  # before a rename makes it the generation that serves
    try:
        store.Index(folder, aside.name)  # not every library tells of what a full disk did not take
    except IndexUnusableError as error:
        raise OSError(str(error)) from error
    aside.rename(folder / name)
    store.switch(folder, name)
    generations.clear(folder, name)
    return embedded


def _write_documents(
    aside: Path,
    readings: Sequence[SourceReading],
    manifest: store.Manifest,
    *,
    old: store.Index | None,
    embedder: Embedder,
    spool: Spool,
    progress: Progress,
    links: Mapping[Distribution, Mapping[str, str]],
) -> int:
    """Write all but the manifest into the folder `aside`, some documents at a time; returns the texts embedded.

    A new index of many documents is written by two processes, where there are cores for them.
    """
    matching = versions.Matching(pair for of_audience in links.values() for pair in of_audience.items())
    if old is not None:
        keep_matches(matching, old, readings)
    parts = [reading.apart for reading in readings if reading.apart is not None]
    if old is None and len(parts) == len(readings) and manifest.passages >= _FEWEST_APART and processes() > 1:
        _write_apart(aside, parts, manifest, matching, spool=spool, progress=progress, links=links)
        return manifest.passages
    completed = Completed(old, embedder)
    with GenerationWriter(aside, manifest, matching, old) as writer:
        for one in completed.all(readings):
            progress("embed", writer.passages, manifest.passages)
            if isinstance(one, Unchanged):
                writer.copy(one)
            else:
                writer.add(one)
        progress("embed", writer.passages, manifest.passages)
        writer.finish(links)
    return completed.embedded


def _write_apart(
    aside: Path,
    parts: Sequence[Apart],
    manifest: store.Manifest,
    matching: versions.Matching,
    *,
    spool: Spool,
    progress: Progress,
    links: Mapping[Distribution, Mapping[str, str]],
) -> None:
    """As `_write_documents`, of documents that lack nothing and are in the spool."""
    bounds, meanings = manifest.audiences.values(), [part.meaning for part in parts]
    with (
        SemanticProcess(aside, manifest.dimension, bounds, spool, meanings) as beside,
        GenerationWriter(aside, manifest, matching, None, beside) as writer,
    ):
        for part in parts:
            progress("embed", writer.passages, manifest.passages)
            writer.add_apart(part.load(), partial(_vectors, spool, part.meaning))
        progress("embed", writer.passages, manifest.passages)
        writer.finish(links)


def _vectors(spool: Spool, meaning: Place) -> npt.NDArray[np.float16]:
    return opened_meaning(spool.get(meaning)).vectors
