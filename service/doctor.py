"""What is wrong with an installation, check by check, each with its mend. Nothing is changed by looking."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import resource
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement

from indexer import corrections, embedding, overrides, store
from indexer.data_folder import UPLOADS
from indexer.errors import CouncilError
from indexer.readers import ocr
from indexer.stores import open_store
from service.identity.request_headers import is_loopback
from service.replication import state as replica_state
from service.server_settings import Settings
from service.state import DATABASE

Level = Literal["ok", "warning", "fault"]
LEAST_FREE = 500_000_000  # bytes; an index of 100,000 passages and the one before take about as much
FEWEST_FILES = 1_024  # open at a time
_OLD_REPLICA = 60.0  # seconds since a replica was last the source's equal
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before this was never set
_OWN_LEFTOVERS = (".building-*", ".clearing-*", ".replicating-*", ".CURRENT.new")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `mend` says what to do where it is not ok."""

    check: str
    level: Level
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """The installation that is looked at."""

    index: Path
    data: Path
    settings: Settings

    @property
    def build(self) -> str:
        """The command that builds the index again."""
        return f"council index SOURCE... --index {self.index} --rebuild"


def look(at: Installed) -> list[Finding]:
    """All that there is to say; a check that itself fails is a fault."""
    findings: list[Finding] = []
    for check in CHECKS:
        name = check.__name__.lstrip("_").replace("_", " ")
        try:
            findings += check(at)
        except (OSError, CouncilError, sqlite3.Error) as error:
            findings.append(Finding(name, "fault", str(error), "let this user read it, or restore it from a backup"))
    return findings


def _python(at: Installed) -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    wanted = importlib.metadata.metadata("council-search")["Requires-Python"]
    if Requirement(f"python{wanted}").specifier.contains(found):
        yield Finding("python", "ok", found)
    else:
        yield Finding("python", "fault", found, f"use Python {wanted}")


def _libraries(at: Installed) -> Iterator[Finding]:
    wrong = []
    for line in importlib.metadata.requires("council-search") or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
            continue
        if not wanted.specifier.contains(version, prereleases=True):
            wrong.append(f"{wanted.name} is {version}, not {wanted.specifier}")
    if wrong:
        yield Finding("libraries", "fault", "; ".join(wrong), "pip install --constraint constraints.txt .")
    else:
        yield Finding("libraries", "ok", "all there, in versions that fit")


def _stored_generation(at: Installed) -> Iterator[Finding]:
    try:
        kept = open_store(at.index, at.settings.store, at.data)
        manifest = kept.open(embedding.load(at.settings.model)).manifest
    except CouncilError as error:
        yield Finding("index", "fault", str(error), "see the message")
        return
    told = f"{at.settings.store}: {kept.current()}, {manifest.documents} documents, {manifest.passages} passages"
    yield Finding("index", "ok", f"{told}, model {manifest.model}")
    condition, others = kept.condition()
    if condition == "green":
        yield Finding("collections", "ok", "indexed, by what Qdrant says")
    else:
        level: Level = "fault" if condition == "red" else "warning"
        mend = "see Qdrant's log" if condition == "red" else "it answers more slowly until Qdrant has indexed: wait"
        yield Finding("collections", level, f"Qdrant says {condition} of them", mend)
    if others:
        yield Finding(
            "generations",
            "warning",
            f"held beside the one that serves: {', '.join(others)}; being built, or left by a build that was killed",
            "the next council index that switches goes on from them and removes them",
        )
    yield from _sources(at, manifest)


def _serving_generation(at: Installed) -> Iterator[Finding]:
    if at.settings.store:
        yield from _stored_generation(at)
        return
    generation = store.current_generation(at.index)
    if generation is None:
        yield Finding("index", "fault", f"{at.index}: no index here", f"council index SOURCE... --index {at.index}")
        return
    try:
        manifest = store.open_index(at.index, model=embedding.load(at.settings.model).id).manifest
    except CouncilError as error:
        yield Finding("index", "fault", str(error), f"{at.build}; or restore a backup")
        return
    age = datetime.now(UTC) - datetime.fromisoformat(manifest.created)
    yield Finding(
        "index",
        "ok",
        f"{generation}, format {manifest.format_version}, {manifest.documents} documents, "
        f"{manifest.passages} passages, model {manifest.model}, {age.days} days old",
    )
    path = (at.index / generation / store.DATABASE).resolve()
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            told = database.execute("PRAGMA integrity_check").fetchone()[0]
            documents = database.execute("SELECT id FROM documents").fetchall() if told == "ok" else []
    except sqlite3.Error as error:
        told, documents = str(error), []
    if told != "ok":
        yield Finding("index database", "fault", f"{store.DATABASE}: {told}", f"{at.build}; or restore a backup")
    elif len(documents) != manifest.documents:
        yield Finding(
            "index database", "fault", f"{len(documents)} documents, {manifest.documents} in the manifest", at.build
        )
    else:
        yield Finding("index database", "ok", "sound, and agrees with the manifest")
    yield from _sources(at, manifest)


def _sources(at: Installed, manifest: store.Manifest) -> Iterator[Finding]:
    gone, changed = [], []
    for name, state in manifest.sources.items():
        try:
            content = Path(state.path).read_bytes()
        except OSError:
            gone.append(name)
        else:
            if hashlib.sha256(content).hexdigest() != state.digest:
                changed.append(name)
    for names, what, mend in (
        (gone, "cannot be read where they were", "they still answer; put them back before the next council index"),
        (changed, "changed since they were indexed", "run council index again"),
    ):
        if names:
            more = ", …" if len(names) > 3 else ""
            yield Finding("sources", "warning", f"{len(names)} {what}: {', '.join(names[:3])}{more}", mend)
    if not gone and not changed:
        yield Finding("sources", "ok", f"{len(manifest.sources)}, all as they were indexed")


def _leftovers(at: Installed) -> Iterator[Finding]:
    left = [path.name for pattern in _OWN_LEFTOVERS for path in at.index.glob(pattern)]
    left += [path.name for path in at.data.parent.glob(f".{at.data.name}.restoring")]
    if left:
        yield Finding(
            "leftovers",
            "warning",
            f"of builds, restores or copies that were killed, or one that is running: {', '.join(sorted(left))}",
            "the next council index, council restore or council replicate clears them away",
        )
    else:
        yield Finding("leftovers", "ok", "none")


def _data_folder(at: Installed) -> Iterator[Finding]:
    if not at.data.is_dir():
        yield Finding("data folder", "ok", f"{at.data}: not made yet")
        return
    if open_to := _open_to_others(at.data):
        yield Finding("data folder", "fault", f"{at.data}: others may enter ({open_to})", f"chmod 700 {at.data}")
    else:
        yield Finding("data folder", "ok", f"{at.data}, for its owner alone")
    exposed = [path for path in at.data.glob(f"{DATABASE}*") if _open_to_others(path)]
    if exposed:
        names = " ".join(str(path) for path in exposed)
        yield Finding("data files", "fault", f"others may read {names}", f"chmod 600 {names}")


def _open_to_others(path: Path) -> str:
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"{mode:o}" if mode & 0o077 else ""


def _memory(at: Installed) -> Iterator[Finding]:
    path = at.data / DATABASE
    if not path.exists():
        yield Finding("service memory", "ok", "not made yet")
        return
    mend = f"stop the service and restore {path} from a backup"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
            told = db.execute("PRAGMA integrity_check").fetchone()[0]
            keys = db.execute("SELECT expires, revoked FROM keys").fetchall() if told == "ok" else []
    except sqlite3.Error as error:
        yield Finding("service memory", "fault", f"{path}: {error}", mend)
        return
    yield Finding("service memory", "ok" if told == "ok" else "fault", f"{path}: {told}", "" if told == "ok" else mend)
    if told == "ok":
        yield from _keys(at, keys)


def _keys(at: Installed, keys: list[tuple[str | None, str | None]]) -> Iterator[Finding]:
    now = datetime.now(UTC)
    live = [expires for expires, revoked in keys if revoked is None and not _past(expires, now)]
    soon = [expires for expires in live if _past(expires, now + timedelta(days=14))]
    count = f"{len(live)} of {len(keys)} may be used"
    if soon:
        yield Finding(
            "keys", "warning", f"{count}; {len(soon)} end within 14 days", "make new ones: council keys --help"
        )
    elif keys and not live:
        yield Finding("keys", "fault", "all are revoked or have ended", "make a new one: council keys --help")
    else:
        yield Finding("keys", "ok", count)


def _past(moment: str | None, now: datetime) -> bool:
    if moment is None:
        return False
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return False
    return (then if then.tzinfo else then.replace(tzinfo=UTC)) <= now


def _reach(at: Installed) -> Iterator[Finding]:
    alone = is_loopback(at.settings.host) and not at.settings.trusted_proxies
    path = at.data / DATABASE
    keys = 0
    if path.exists():
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
            keys = int(db.execute("SELECT count(*) FROM keys").fetchone()[0])
    if alone or keys:
        told = "this machine alone" if alone else f"{at.settings.host}, with keys"
        yield Finding("reach", "ok", f"answers {told}")
    else:
        yield Finding(
            "reach", "fault", f"others can reach {at.settings.host}, and there are no keys", "council keys --help"
        )


def _decisions(at: Installed) -> Iterator[Finding]:
    try:
        count = len(overrides.load(at.data).documents)
        corrected = sum(map(len, corrections.load(at.data).documents.values()))
    except CouncilError as error:
        yield Finding("decisions", "fault", str(error), "mend the file, or restore it from a backup")
        return
    yield Finding("decisions", "ok", f"on {count} documents; passages corrected: {corrected}")


def _replica(at: Installed) -> Iterator[Finding]:
    try:
        state = replica_state.of(at.data)
    except CouncilError as error:
        yield Finding("replica", "fault", str(error), "run council replicate again")
        return
    if state is None:
        return
    mend = f"see that council replicate {state.source} --watch is running"
    if state.trouble is not None:
        yield Finding("replica", "warning", f"of {state.source}, behind: {state.trouble}", mend)
    elif state.age_seconds is None or state.age_seconds > _OLD_REPLICA:
        age = "never followed" if state.age_seconds is None else f"last followed {state.age_seconds:.0f} s ago"
        yield Finding("replica", "warning", f"of {state.source}, {age}: what was withdrawn since is still shown", mend)
    else:
        yield Finding("replica", "ok", f"of {state.source}, followed {state.age_seconds:.0f} s ago")


def _folders(at: Installed) -> Iterator[Finding]:
    for name, folder in (("index folder", at.index), ("uploads", at.data / UPLOADS), ("temporary files", None)):
        place = Path(tempfile.gettempdir()) if folder is None else _existing(folder)
        if not os.access(place, os.W_OK | os.X_OK):
            yield Finding(name, "fault", f"{place} cannot be written", f"let this user write to {place}")
            continue
        free = shutil.disk_usage(place).free
        level: Level = "ok" if free >= LEAST_FREE else "warning"
        mend = "" if level == "ok" else f"make room: {LEAST_FREE / 1e6:.0f} MB or more"
        yield Finding(name, level, f"{place} can be written, {free / 1e6:.0f} MB free", mend)


def _existing(folder: Path) -> Path:
    whole = folder.resolve()
    return next(place for place in (whole, *whole.parents) if place.exists())


def _ocr(at: Installed) -> Iterator[Finding]:
    try:
        ocr.engine()
    except ocr.OcrError as error:
        yield Finding(
            "ocr",
            "warning",
            "scanned pages are not read: tesseract, or its data for French or English, is missing",
            error.mend,
        )
    else:
        yield Finding("ocr", "ok", "tesseract reads English and French")


def _clock(at: Installed) -> Iterator[Finding]:
    now = datetime.now(UTC)
    generation = store.current_generation(at.index)
    latest = _EARLIEST
    if generation is not None:
        latest = max(latest, datetime.fromisoformat(store.read_manifest(at.index, generation).created))
    if now + timedelta(minutes=5) < latest:
        yield Finding("clock", "fault", f"{now:%Y-%m-%d %H:%M} is before {latest:%Y-%m-%d %H:%M}", "set the clock")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def _open_files(at: Installed) -> Iterator[Finding]:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= most < FEWEST_FILES:
        mend = f"raise it to {FEWEST_FILES} or more: ulimit -n, or LimitNOFILE= in the unit"
        yield Finding("open files", "warning", f"at most {most}", mend)
    else:
        yield Finding("open files", "ok", "no limit" if most < 0 else f"at most {most}")


CHECKS: tuple[Callable[[Installed], Iterator[Finding]], ...] = (
    _python,
    _libraries,
    _serving_generation,
    _leftovers,
    _data_folder,
    _memory,
    _reach,
    _decisions,
    _replica,
    _folders,
    _ocr,
    _clock,
    _open_files,
)
