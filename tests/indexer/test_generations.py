"""Which generations a build leaves, by number and by age."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer import generations, store
from indexer.errors import SettingError


def make(folder: Path, *ages: float) -> list[str]:
    """Generations, the earliest first, that were put in place so many seconds before the last switch."""
    names = []
    for _ in ages:
        name = generations.next_name(folder)
        (folder / name).mkdir()
        (folder / name / "file").write_text("x", encoding="utf-8")
        store.switch(folder, name)
        names.append(name)
    now = (folder / store.CURRENT).stat().st_mtime
    for name, age in zip(names, ages, strict=True):
        os.utime(folder / name, (now - age, now - age))
    return names


def left(folder: Path) -> list[str]:
    return [path.name for path in generations.numbered(folder)]


def test_the_one_before_is_kept_by_number_and_others_by_age(tmp_path):
    names = make(tmp_path, 5_000, 4_000, 600, 90, 0)
    generations.clear(tmp_path, names[-1])
    # The third was replaced 90 seconds ago: a reader on another machine may still be at it.
    assert left(tmp_path) == names[2:]
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(("keep", "kept"), [("0", 1), ("1", 2), ("3", 4), ("99", 5)])
def test_how_many_is_a_setting(tmp_path, monkeypatch, keep, kept):
    monkeypatch.setenv(generations.KEEP, keep)
    names = make(tmp_path, 5_000, 4_000, 3_000, 2_000, 1_000)
    generations.clear(tmp_path, names[-1])
    assert left(tmp_path) == names[-kept:]


@pytest.mark.parametrize("value", ["-1", "two", "1.5", "1000", " 1"])
def test_a_number_that_is_none_is_refused_before_anything_is_built(tmp_path, monkeypatch, value):
    monkeypatch.setenv(generations.KEEP, value)
    with pytest.raises(SettingError, match="COUNCIL_KEEP_GENERATIONS"):
        generations.kept()


def test_what_a_killed_build_left_half_cleared_goes_with_the_next(tmp_path):
    (tmp_path / ".clearing-g000001" / "lexical").mkdir(parents=True)
    names = make(tmp_path, 10, 0)
    generations.clear(tmp_path, names[-1])
    assert left(tmp_path) == names
    assert not (tmp_path / ".clearing-g000001").exists()


def test_names_count_on_past_six_digits(tmp_path):
    (tmp_path / "g999999").mkdir()
    assert generations.next_name(tmp_path) == "g1000000"
    (tmp_path / "g1000000").mkdir()
    assert generations.next_name(tmp_path) == "g1000001"
    assert left(tmp_path) == ["g999999", "g1000000"]
