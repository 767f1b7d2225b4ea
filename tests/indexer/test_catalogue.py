"""The catalogue of a collection: what it takes, and what it says of what it cannot use."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import catalogue
from indexer.documents import Distribution, DocumentType
from indexer.errors import SettingError


def write(folder: Path, content: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / catalogue.MANIFEST_NAME
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_an_entry_gives_its_fields(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        [[document]]
        file = "forms/yukon.txt"
        title = "Formulaire du Yukon"
        type = "exchange_form"
        language = "fr"
        meeting_date = "2018-06"
        jurisdiction = "YT"
        distribution = "secretariat"
        translation_of = "forms/yukon-en.txt"
        [[document]]
        file = "notes.txt"
        """,
    )
    entries = catalogue.load([tmp_path])
    entry = entries.entry(tmp_path / "forms" / "yukon.txt")
    assert entry is not None
    assert (entry.title, entry.type, entry.language) == ("Formulaire du Yukon", DocumentType.EXCHANGE_FORM, "fr")
    assert (entry.meeting_date, entry.jurisdiction) == ("2018-06", "YT")
    assert entry.distribution is Distribution.SECRETARIAT
    bare = entries.entry(tmp_path / "notes.txt")
    assert bare is not None and bare.title is bare.type is bare.distribution is None
    assert entries.entry(tmp_path / "other.txt") is None


@pytest.mark.parametrize("named", [".", "documents"])
def test_it_stands_beside_the_documents_folder_or_in_it(tmp_path: Path, named: str) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    write(tmp_path, '[[document]]\nfile = "a.txt"\ntitle = "A"\n')
    found = catalogue.load([tmp_path / named]).entry(documents / "a.txt")
    assert found is not None and found.title == "A"


def test_only_a_folder_named_documents_looks_above_itself(tmp_path: Path) -> None:
    write(tmp_path, '[[document]]\nfile = "papers/a.txt"\n')
    (tmp_path / "papers").mkdir()
    assert catalogue.load([tmp_path / "papers"]).entry(tmp_path / "papers" / "a.txt") is None


def test_without_a_manifest_there_are_no_entries(tmp_path: Path) -> None:
    assert catalogue.load([tmp_path, tmp_path / "missing"]).entries == {}


@pytest.mark.parametrize("date", ["2019", "2019-12", "2020-02-29"])
def test_dates_may_be_partial(tmp_path: Path, date: str) -> None:
    write(tmp_path, f'[[document]]\nfile = "a.txt"\nmeeting_date = "{date}"\n')
    entry = catalogue.load([tmp_path]).entry(tmp_path / "a.txt")
    assert entry is not None and entry.meeting_date == date


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('file = "b"\ntype = "letter"', "type"),
        ('file = "b"\nlanguage = "de"', "language"),
        ('file = "b"\nmeeting_date = "spring 2019"', "meeting_date"),
        ('file = "b"\nmeeting_date = "2019-13"', "meeting_date"),
        ('file = "b"\nmeeting_date = "2019-00-10"', "meeting_date"),
        ('file = "b"\nmeeting_date = "2019-10-32"', "meeting_date"),
        ('file = "b"\nmeeting_date = "٢٠١٩"', "meeting_date"),
        ('file = "b"\nmeeting_date = 2019-10-05', "meeting_date"),
        ('file = "b"\njurisdiction = "XX"', "jurisdiction"),
        ('file = "b"\ndistribution = "everyone"', "distribution"),
        ('file = "b"\ncolour = "blue"', "colour"),
        ('title = "no file"', "file"),
        ("file = 5", "file"),
    ],
)
def test_a_wrong_value_is_refused_with_file_entry_and_field(tmp_path: Path, row: str, field: str) -> None:
    path = write(tmp_path, f'[[document]]\nfile = "a"\n[[document]]\n{row}\n')
    with pytest.raises(SettingError) as refused:
        catalogue.load([tmp_path])
    assert str(path) in str(refused.value)
    assert "document 2" in str(refused.value) and f"'{field}'" in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"[[document]\nfile=",
        b"\xff\xfe\x00",
        b"[[documents]]\nfile = 'a'\n",
        b"document = 'a'\n",
        b"[document]\nfile = 'a'\n",
    ],
)
def test_what_is_no_catalogue_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, content)
    with pytest.raises(SettingError, match=r"manifest\.toml") as refused:
        catalogue.load([tmp_path])
    assert str(path) in str(refused.value)


def test_an_unknown_jurisdiction_is_told_with_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path, '[[document]]\nfile = "a"\njurisdiction = "bc"\n')
    with pytest.raises(SettingError, match="'bc' is no code; use one of BC, AB"):
        catalogue.load([tmp_path])
