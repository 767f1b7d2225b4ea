"""Indexes of the made corpus: one with everything, and for each audience one without what is hidden from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import restricted_twins

from indexer import embedding
from indexer.build import build
from indexer.documents import Distribution
from indexer.store import MANIFEST, current_generation
from service.engine import Engine


@dataclass(frozen=True, slots=True)
class Sides:
    """The two things that must not be told apart: an engine over everything as an audience sees it, and one over an
    index that never held what is hidden from it. `whole` is the first without its restriction, with the ids in it."""

    audience: Distribution
    seen: Engine
    without: Engine
    whole: Engine
    documents: list[str]
    passages: list[str]


@pytest.fixture(scope="session")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> dict[Distribution, Path]:
    """By audience the folder of an index of the documents for it; the secretariat's holds all."""
    base = tmp_path_factory.mktemp("leak")
    folders = {}
    for audience in Distribution:
        made = [document for document in restricted_twins.corpus() if document.audience.rank <= audience.rank]
        report = build([restricted_twins.write(base / f"for-{audience}", made)], base / audience, embedding.load())
        assert not report.failures and report.documents == len(made)
        manifest = base / audience / str(current_generation(base / audience)) / MANIFEST
        told = json.loads(manifest.read_text(encoding="utf-8"))
        # Exports tell the day of the build, and midnight may fall between two.
        manifest.write_text(json.dumps(told | {"created": "2024-01-01T00:00:00+00:00"}), encoding="utf-8")
        folders[audience] = base / audience
    return folders


@pytest.fixture(scope="session")
def sides_of(indexes: dict[Distribution, Path]) -> Callable[[Distribution, Distribution], Sides]:
    """The sides for an audience, over the index of a narrower one."""
    engines = {audience: Engine(folder) for audience, folder in indexes.items()}

    def of(audience: Distribution, held: Distribution) -> Sides:
        index = engines[held].index()
        return Sides(
            audience,
            engines[held].seen_by(audience),
            engines[audience],
            engines[held],
            sorted(record.id for record in index.documents()),
            sorted(passage.id for passage in index.passages()),
        )

    return of


@pytest.fixture(
    scope="session",
    params=[
        (Distribution.PUBLIC, Distribution.SECRETARIAT),
        (Distribution.MEMBERS, Distribution.SECRETARIAT),
        (Distribution.PUBLIC, Distribution.MEMBERS),
    ],
    ids=lambda pair: f"{pair[0]}-of-{pair[1]}",
)
def sides(request: pytest.FixtureRequest, sides_of: Callable[[Distribution, Distribution], Sides]) -> Sides:
    """Each audience that something is hidden from, over each index that holds it."""
    return sides_of(*request.param)
