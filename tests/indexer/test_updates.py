"""`update`: the index follows uploads and decisions, and keeps what it was built from."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import overrides, store
from indexer.build import build, update
from indexer.data_folder import data_folder
from indexer.describe import document_id
from indexer.documents import Distribution, DocumentRecord, DocumentType
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.store import open_index
from indexer.wanted import upload_name

ENGLISH = "Pier report\n\nThe pier was mended in May and holds well.\n"
FRENCH = "Rapport du quai\n\nLe quai a été réparé en mai et tient bien.\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "pier.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "quai.txt").write_text(FRENCH, encoding="utf-8")
    (folder / "manifest.toml").write_text(
        '[[document]]\nfile = "pier.txt"\ntitle = "Pier"\ndistribution = "public"\n\n'
        '[[document]]\nfile = "quai.txt"\ntranslation_of = "pier.txt"\n',
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def folder(sources: Path, tmp_path: Path, embedder: Embedder) -> Path:
    build([sources], tmp_path / "index", embedder)
    return tmp_path / "index"


@pytest.fixture
def upload(folder: Path) -> Callable[[str, str], str]:
    """Puts a file among the uploads and gives the id of its document."""

    def put(name: str, text: str) -> str:
        path = data_folder(folder) / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return document_id(upload_name(name))

    return put


def held(folder: Path) -> dict[str, DocumentRecord]:
    return {record.source: record for record in open_index(folder).documents()}


def decide(folder: Path, identifier: str, **fields: object) -> None:
    overrides.change(data_folder(folder), identifier, lambda old: old.model_copy(update=fields))


def test_uploads_come_change_and_go(folder: Path, embedder: Embedder, upload: Callable[[str, str], str]) -> None:
    identifier = upload("notes.txt", "Notes\n\nThe buoy was painted green.\n")
    report = update(folder, embedder)
    assert (report.read, report.documents) == (1, 3)
    assert held(folder)["uploaded/notes.txt"].id == identifier
    assert not update(folder, embedder).changed
    upload("notes.txt", "Notes\n\nThe buoy was painted red.\n")
    assert update(folder, embedder).read == 1
    assert "red" in held(folder)["uploaded/notes.txt"].text
    (data_folder(folder) / "documents" / "notes.txt").unlink()
    assert update(folder, embedder).removed == ("uploaded/notes.txt",)
    assert set(held(folder)) == {"pier.txt", "quai.txt"}


def test_hidden_and_unknown_files_among_the_uploads_are_passed_over(
    folder: Path, embedder: Embedder, upload: Callable[[str, str], str]
) -> None:
    for name in (".before-notes.txt", "notes.exe", "notes"):
        upload(name, "Notes\n\nThe buoy.\n")
    assert not update(folder, embedder).changed


def test_the_sources_are_not_looked_at_again(folder: Path, sources: Path, embedder: Embedder) -> None:
    (sources / "new.txt").write_text("New\n\nThe dock is new.\n", encoding="utf-8")
    (sources / "pier.txt").unlink()
    assert not update(folder, embedder).changed
    assert set(held(folder)) == {"pier.txt", "quai.txt"}


def test_corrections_of_an_upload_are_followed_and_taken_back(
    folder: Path, embedder: Embedder, upload: Callable[[str, str], str]
) -> None:
    identifier = upload("notes.txt", "Notes\n\nThe buoy was painted green.\n")
    update(folder, embedder)
    own = held(folder)["uploaded/notes.txt"]
    decide(folder, identifier, title="Buoys", type=DocumentType.OTHER, meeting_date="2020-05", language="fr")
    assert update(folder, embedder).read == 1
    corrected = held(folder)["uploaded/notes.txt"]
    assert (corrected.title, corrected.meeting_date, corrected.language) == ("Buoys", "2020-05", "fr")
    decide(folder, identifier, title=None, type=None, meeting_date=None, language=None)
    assert update(folder, embedder).read == 1
    assert held(folder)["uploaded/notes.txt"] == own


def test_a_correction_leaves_what_the_catalogue_says_besides(folder: Path, embedder: Embedder) -> None:
    decide(folder, document_id("pier.txt"), meeting_date="2021-05")
    update(folder, embedder)
    pier = held(folder)["pier.txt"]
    assert (pier.title, pier.meeting_date, pier.distribution) == ("Pier", "2021-05", Distribution.PUBLIC)
    assert held(folder)["quai.txt"].translation_of == pier.id


def test_an_audience_changed_twice_is_the_last_one(folder: Path, embedder: Embedder) -> None:
    identifier = document_id("pier.txt")
    for audience in (Distribution.SECRETARIAT, Distribution.MEMBERS, Distribution.PUBLIC, None):
        decide(folder, identifier, distribution=audience)
        report = update(folder, embedder)
        assert report.read == report.embedded == 0
        wanted = audience or Distribution.PUBLIC
        assert held(folder)["pier.txt"].distribution is wanted
        seen = {record.source for record in open_index(folder).seen_by(Distribution.PUBLIC).documents()}
        assert ("pier.txt" in seen) is (wanted is Distribution.PUBLIC)
    decide(folder, identifier, distribution=Distribution.SECRETARIAT)
    decide(folder, identifier, distribution=Distribution.PUBLIC)
    assert not update(folder, embedder).changed


def test_what_is_stated_gives_way_to_a_notice_and_a_decision_does_not(
    folder: Path, embedder: Embedder, upload: Callable[[str, str], str]
) -> None:
    notice = "Notes\n\nThis document may not be distributed without the approval of its author.\n\nThe buoy is green.\n"
    noticed, plain = upload("noticed.txt", notice), upload("plain.txt", "Notes\n\nThe buoy was painted green.\n")
    for identifier in (noticed, plain):
        decide(folder, identifier, stated=Distribution.PUBLIC)
    update(folder, embedder)
    audiences = {record.id: record.distribution for record in held(folder).values()}
    assert (audiences[noticed], audiences[plain]) == (Distribution.MEMBERS, Distribution.PUBLIC)
    decide(folder, noticed, distribution=Distribution.PUBLIC)
    update(folder, embedder)
    assert held(folder)["uploaded/noticed.txt"].distribution is Distribution.PUBLIC


def test_a_withdrawn_source_stays_out_and_comes_back_whole(folder: Path, sources: Path, embedder: Embedder) -> None:
    before = held(folder)
    decide(folder, document_id("pier.txt"), withdrawn=True)
    report = update(folder, embedder)
    assert report.changed and report.withdrawn == ("pier.txt",) and not report.removed
    assert set(held(folder)) == {"quai.txt"} and held(folder)["quai.txt"].translation_of is None
    assert not update(folder, embedder).changed
    assert build([sources], folder, embedder).withdrawn == ("pier.txt",)
    assert build([sources], folder, embedder, rebuild=True).withdrawn == ("pier.txt",)
    decide(folder, document_id("pier.txt"), withdrawn=False)
    assert update(folder, embedder).withdrawn == ()
    assert held(folder) == before  # its catalogue's title and audience too, and the link of its translation


def test_a_withdrawn_document_leaves_no_trace_in_the_next_generation(folder: Path, embedder: Embedder) -> None:
    decide(folder, document_id("pier.txt"), withdrawn=True)
    update(folder, embedder)
    generation = folder / (store.current_generation(folder) or "")
    content = b"".join(path.read_bytes() for path in generation.rglob("*") if path.is_file())
    assert b"holds well" not in content and b"tient bien" in content


def test_a_withdrawn_source_whose_file_is_gone_is_told_when_it_is_to_come_back(
    folder: Path, sources: Path, embedder: Embedder
) -> None:
    decide(folder, document_id("pier.txt"), withdrawn=True)
    update(folder, embedder)
    (sources / "pier.txt").unlink()
    decide(folder, document_id("pier.txt"), withdrawn=False)
    report = update(folder, embedder)
    assert [(failure.path.name, failure.kept) for failure in report.failures] == [("pier.txt", False)]
    assert set(held(folder)) == {"quai.txt"}


def test_the_last_document_gone_leaves_an_index_that_opens(folder: Path, sources: Path, embedder: Embedder) -> None:
    for name in ("pier.txt", "quai.txt"):
        decide(folder, document_id(name), withdrawn=True)
    report = update(folder, embedder)
    assert (report.documents, report.passages) == (0, 0)
    for audience in Distribution:
        assert open_index(folder).seen_by(audience).documents() == []
    assert not update(folder, embedder).changed
    assert build([sources], folder, embedder).documents == 0
    decide(folder, document_id("pier.txt"), withdrawn=False)
    assert update(folder, embedder).documents == 1


def test_an_upload_that_cannot_be_read_alone_leaves_an_empty_index(tmp_path: Path, embedder: Embedder) -> None:
    path = data_folder(tmp_path / "index") / "documents" / "bad.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF-1.4 broken")
    report = update(tmp_path / "index", embedder)
    assert [failure.path for failure in report.failures] == [path] and report.documents == 0
    assert held(tmp_path / "index") == {}


def test_a_data_folder_that_moved_is_followed(
    folder: Path, tmp_path: Path, embedder: Embedder, upload: Callable[[str, str], str]
) -> None:
    upload("notes.txt", "Notes\n\nThe buoy was painted green.\n")
    update(folder, embedder)
    shutil.move(data_folder(folder), tmp_path / "elsewhere")
    report = update(folder, embedder, data=tmp_path / "elsewhere")
    assert not report.changed and "uploaded/notes.txt" in held(folder)
    shutil.move(folder, tmp_path / "index2")
    overrides.change(
        tmp_path / "elsewhere", document_id("uploaded/notes.txt"), lambda old: old.model_copy(update={"title": "New"})
    )
    assert update(tmp_path / "index2", embedder, data=tmp_path / "elsewhere").read == 1
    assert held(tmp_path / "index2")["uploaded/notes.txt"].title == "New"


def test_a_folder_of_sources_called_uploaded_is_no_upload(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "sources" / "uploaded").mkdir(parents=True)
    (tmp_path / "sources" / "uploaded" / "pier.txt").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "sources" / "quai.txt").write_text(FRENCH, encoding="utf-8")
    build([tmp_path / "sources"], tmp_path / "index", embedder)
    assert not update(tmp_path / "index", embedder).changed
    assert set(held(tmp_path / "index")) == {"uploaded/pier.txt", "quai.txt"}


def test_an_update_waits_for_another_writer_and_a_build_is_told(
    folder: Path, sources: Path, embedder: Embedder, upload: Callable[[str, str], str]
) -> None:
    upload("notes.txt", "Notes\n\nThe buoy was painted green.\n")
    (sources / "dock.txt").write_text("Dock\n\nThe dock is new.\n", encoding="utf-8")
    going, over = threading.Event(), threading.Event()

    def slow(stage: str, done: int, total: int) -> None:
        going.set()
        over.wait(20)

    first = threading.Thread(target=build, args=([sources], folder, embedder), kwargs={"progress": slow})
    first.start()
    assert going.wait(20)
    with pytest.raises(CouncilError, match="another build"):
        build([sources], folder, embedder)
    second = threading.Thread(target=update, args=(folder, embedder))
    second.start()
    time.sleep(0.3)
    assert second.is_alive()
    over.set()
    first.join(60)
    second.join(60)
    assert set(held(folder)) == {"pier.txt", "quai.txt", "dock.txt", "uploaded/notes.txt"}
