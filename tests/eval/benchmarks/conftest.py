from pathlib import Path

import pytest

from eval.benchmarks import council_like


@pytest.fixture(scope="session")
def made_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of some hundred made passages."""
    folder = tmp_path_factory.mktemp("made") / "index"
    assert not council_like.index(folder, 600).failures
    return folder
