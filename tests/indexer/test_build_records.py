"""What a build keeps besides passages: decisions and follow-ups, versions in the other language, contacts."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build
from indexer.embedding import Embedder
from indexer.store import open_index

ENGLISH = """Record of decision

Harbour table, 3 May 2030

1. Lamps

Ada Marsh (Yukon) counted 4,120 lamps and 17.5 bells in Halifax; Bertrand Caillou (CRA) sold 38 of them.

Decision 1: The lamps of Halifax stay lit until May 2031.

Action Item 1A: Bertrand Caillou will count them again by 9 June 2030.

Contact

Odile Quill
Harbour clerk
odile.quill@harbour.example
555 010-0123
"""
FRENCH = """Compte rendu des décisions

Table du port, 3 mai 2030

1. Lampes

Ada Marsh (Yukon) a compté 4 120 lampes et 17,5 cloches à Halifax; Bertrand Caillou (ARC) en a vendu 38.

Décision no 1 : Les lampes de Halifax restent allumées jusqu’en mai 2031.

Mesure de suivi no 1A : Bertrand Caillou les recomptera d’ici le 9 juin 2030.
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "record.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "compte-rendu.txt").write_text(FRENCH, encoding="utf-8")
    return folder


def originals(index: Path) -> dict[str, str | None]:
    opened = open_index(index)
    names = {record.id: record.source for record in opened.documents()}
    return {
        record.source: names[record.translation_of] if record.translation_of else None for record in opened.documents()
    }


def test_items_are_kept_and_taken_over(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    index = tmp_path / "index"
    build([sources], index, embedder)
    first = open_index(index).items()
    assert [(item.kind, item.number, item.owner, item.due) for item in first if item.language == "en"] == [
        ("decision", "1", None, "until May 2031"),
        ("follow_up", "1A", "Bertrand Caillou", "by 9 June 2030"),
    ]
    # A second build that reads only another file takes them over as they are.
    (sources / "note.txt").write_text("A lamp went out in Moncton.\n", encoding="utf-8")
    report = build([sources], index, embedder)
    assert report.read == 1
    assert sorted(open_index(index).items(), key=lambda item: item.id) == sorted(first, key=lambda item: item.id)


def test_versions_are_linked_and_parted_when_one_goes(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    index = tmp_path / "index"
    build([sources], index, embedder)
    assert originals(index) == {"record.txt": None, "compte-rendu.txt": "record.txt"}
    (sources / "record.txt").unlink()
    build([sources], index, embedder)
    assert originals(index) == {"compte-rendu.txt": None}


def test_the_catalogue_says_which_version_came_first(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    (sources / "manifest.toml").write_text(
        '[[document]]\nfile = "record.txt"\ntranslation_of = "compte-rendu.txt"\n', encoding="utf-8"
    )
    build([sources], tmp_path / "index", embedder)
    assert originals(tmp_path / "index") == {"record.txt": "compte-rendu.txt", "compte-rendu.txt": None}


def test_contacts_are_kept_apart_from_text_and_passages(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([sources], tmp_path / "index", embedder)
    index = open_index(tmp_path / "index")
    (record,) = [record for record in index.documents() if record.contacts]
    assert "odile.quill@harbour.example" in record.contacts[0] and "Odile Quill" not in record.text
    assert not any("Quill" in passage.text for passage in index.passages())
