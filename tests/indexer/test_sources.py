"""Which files are found in what a caller names, and what they are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SettingError
from indexer.sources import _named_apart, find


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")


def names(*sources: Path) -> list[str]:
    return [file.name for file in find(sources).files]


def test_a_folder_gives_its_documents_by_relative_name(tmp_path: Path) -> None:
    touch(tmp_path / "b.pdf", tmp_path / "A.DOCX", tmp_path / "deep" / "er" / "c.htm", tmp_path / "d.txt")
    assert names(tmp_path) == ["A.DOCX", "b.pdf", "d.txt", "deep/er/c.htm"]


def test_other_files_are_listed_and_hidden_ones_passed_over(tmp_path: Path) -> None:
    touch(tmp_path / "a.txt", tmp_path / "sheet.xlsx", tmp_path / "manifest.toml", tmp_path / "sub" / "old.doc")
    touch(tmp_path / ".index" / "a.txt", tmp_path / ".hidden.txt", tmp_path / "sub" / ".git" / "c.txt")
    found = find([tmp_path])
    assert [file.name for file in found.files] == ["a.txt"]
    assert set(found.skipped) == {tmp_path / "sheet.xlsx", tmp_path / "sub" / "old.doc"}


def test_a_file_named_itself_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    touch(tmp_path / "minutes.odt")
    assert names(tmp_path / "minutes.odt") == ["minutes.odt"]


def test_a_file_named_twice_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "sub" / "a.txt")
    monkeypatch.chdir(tmp_path)
    assert names(tmp_path, tmp_path / "sub" / "a.txt", Path("sub"), Path("sub/../sub/a.txt")) == ["sub/a.txt"]


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path / "2018" / "form.txt", tmp_path / "2019" / "form.txt", tmp_path / "2019" / "only.txt")
    assert names(tmp_path / "2018", tmp_path / "2019") == ["2018/form.txt", "2019/form.txt", "only.txt"]


def test_files_of_one_name_in_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path / "2018" / "docs" / "form.txt", tmp_path / "2019" / "docs" / "form.txt")
    found = names(tmp_path / "2018" / "docs", tmp_path / "2019" / "docs")
    assert found == ["2018/docs/form.txt", "2019/docs/form.txt"]


def test_a_longer_name_does_not_fall_on_another_file(tmp_path: Path) -> None:
    touch(tmp_path / "p" / "a" / "x.txt", tmp_path / "p" / "b" / "x.txt", tmp_path / "q" / "a" / "x.txt")
    found = names(tmp_path / "p" / "a", tmp_path / "p" / "b", tmp_path / "q")
    assert len(set(found)) == 3


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map(lambda parts: Path("/", *parts)),
        st.integers(1, 4),
        min_size=1,
    )
)
def test_names_never_fall_together(depths: dict[Path, int]) -> None:
    files = {path: "/".join(path.parts[1:][-depth:]) for path, depth in depths.items()}
    named = [file.name for file in _named_apart(files)]
    assert len(set(named)) == len(files)
    assert named == sorted(named)


def test_a_name_that_is_no_utf_8_can_be_written_down(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xe9union.txt"))
    try:
        touch(path)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (file,) = find([tmp_path]).files
    assert file.name == r"r\xe9union.txt"
    assert file.path.read_text(encoding="utf-8") == "x"


def test_folders_in_which_a_manifest_may_stand(tmp_path: Path) -> None:
    touch(tmp_path / "c" / "a.txt", tmp_path / "c" / "deep" / "manifest.toml", tmp_path / "d" / "b.txt")
    assert find([tmp_path / "c", tmp_path / "d" / "b.txt"]).folders == (
        tmp_path / "c",
        tmp_path / "c" / "deep",
        tmp_path / "d",
    )


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "a.txt")
    with pytest.raises(SettingError, match="nowhere: no such file or folder"):
        find([tmp_path, tmp_path / "nowhere"])


def test_a_folder_without_documents_is_refused_with_what_documents_are(tmp_path: Path) -> None:
    touch(tmp_path / "sheet.xlsx")
    with pytest.raises(SettingError, match=r"no document in .*\.docx, \.htm"):
        find([tmp_path])
