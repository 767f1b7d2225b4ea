from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer.build import build
from indexer.data_folder import beside
from service.replication.following import Follower, Places


@pytest.fixture(scope="session")
def built(tmp_path_factory, letters, embedder) -> Path:
    folder = tmp_path_factory.mktemp("replicated") / "index"
    build([letters], folder, embedder)
    return folder


@pytest.fixture
def places(tmp_path, built) -> Places:
    """A source of one's own, with a data folder, and where its replica goes."""
    source = Path(shutil.copytree(built, tmp_path / "source"))
    beside(source).mkdir()
    return Places(source, beside(source), tmp_path / "replica", tmp_path / "replica-data")


@pytest.fixture
def follower(places):
    follower = Follower(places)
    with follower.turn():
        yield follower
