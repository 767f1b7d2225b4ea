"""What indexing costs: documents made or given, indexed by the command that people run, then again after a change."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from eval.benchmarks.processes import run
from eval.benchmarks.results import Indexed, Reindexed, Worked
from indexer import embedding
from indexer.store import current_generation, read_manifest

CHANGED = 0.01  # share of the documents
_ADDED = "\n\nThe team added a note on {number} appointments.\n\nL’équipe a ajouté une note sur {number} rendez-vous.\n"
_TEXT = (".txt", ".md")


def indexed(sources: Sequence[Path], index: Path) -> Indexed:
    """Index the sources with `council index`, as a process of its own; all is read and embedded."""
    whole = _run(sources, index, "--rebuild")
    manifest = read_manifest(index, current_generation(index) or "")
    return Indexed(
        documents=manifest.documents,
        passages=manifest.passages,
        per_second=round(manifest.passages / whole.seconds, 1),
        whole=whole,
        megabytes=round(_size(index / (current_generation(index) or "")), 1),
    )


def reindexed(sources: Sequence[Path], index: Path, seed: int = 1) -> Reindexed | None:
    """Change one document in a hundred and index again; None where none of them is plain text, which can be changed.

    The documents are changed where they are: give it copies.
    """
    held = read_manifest(index, current_generation(index) or "").sources
    files = sorted(path for state in held.values() if (path := Path(state.path)).suffix in _TEXT)
    if not files:
        return None
    chosen = random.Random(seed).sample(files, max(1, round(CHANGED * len(files))))  # noqa: S311 - which does not matter
    before = _embedded(index)
    for number, path in enumerate(chosen):
        with path.open("a", encoding="utf-8") as file:
            file.write(_ADDED.format(number=1_000 * seed + number))
    whole = _run(sources, index)
    return Reindexed(changed_documents=len(chosen), embedded=len(_embedded(index) - before), whole=whole)


def stages(passages: int = 5_000) -> dict[str, float]:
    """Milliseconds of processor time that a passage takes in each stage of indexing, over so many made passages.

    Empty where this installation has no `eval.benchmarks.indexing`, which tells them.
    """
    if find_spec("eval.benchmarks.indexing") is None:
        return {}
    written, _ = run(["eval.benchmarks.indexing", "--passages", str(passages), "--stages"])
    return {name: round(float(taken), 4) for name, taken in json.loads(written)[0]["stages"].items()}


def copied(source: Path, folder: Path) -> Path:
    """A copy of a folder of documents, which can be changed."""
    return Path(shutil.copytree(source, folder))


def _run(sources: Sequence[Path], index: Path, *options: str) -> Worked:
    return run(["service", "index", *map(str, sources), "--index", str(index), *options])[1]


def _embedded(index: Path) -> set[str]:
    from indexer.store import open_index

    return set(open_index(index, model=embedding.load().id).embedded())


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
