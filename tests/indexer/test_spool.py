"""What is kept aside on the disk while a build reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.spool import Place, Spool


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.binary(max_size=200), max_size=20))
def test_what_is_put_comes_back(tmp_path: Path, parts: list[bytes]) -> None:
    with Spool(tmp_path) as spool:
        places = [spool.put(part) for part in parts]
        assert [spool.get(place) for place in reversed(places)] == parts[::-1]
        assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool, pytest.raises(OSError, match="ends at 3"):
        spool.put(b"abc")
        spool.get(Place(0, 4))
