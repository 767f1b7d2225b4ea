"""Building an index: what is read, taken over and removed, and what is left when a build dies."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx
import numpy as np
import pytest
from numpy.typing import NDArray
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from indexer import generations, store
from indexer.build import BuildReport, build
from indexer.documents import Distribution, DocumentType
from indexer.embedding import Embedder
from indexer.errors import CouncilError, IndexUnusableError, SettingError
from indexer.lexical_query import lexical_query
from indexer.preparing import embedded_text
from indexer.statements import stating
from indexer.store import Filters, open_index

ROOT = Path(__file__).resolve().parents[2]


class Counting:
    """The bundled model, and what it was asked to encode."""

    def __init__(self, embedder: Embedder, name: str | None = None) -> None:
        self.embedder = embedder
        self.id = name or embedder.id
        self.dimension = embedder.dimension
        self.texts: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return self.embedder.encode_documents(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embedder.encode_queries(texts)


@pytest.fixture
def counting(embedder: Embedder) -> Counting:
    return Counting(embedder)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with one small document of each format, and a catalogue."""
    folder = tmp_path / "sources"
    (folder / "forms").mkdir(parents=True)
    (folder / "forms" / "yukon.txt").write_text(
        "EXCHANGE FORM\n\nJurisdiction: Yukon\n\n1. Achievements\n\nWe opened a counter in Whitehorse with ramps.\n\n"
        "2. Priorities\n\nWe plan a kiosk for licence renewal in each library.\n\n"
        "3. Needs\n\nWe look for advice on queues in winter.\n",
        encoding="utf-8",
    )
    letter = docx.Document()
    letter.add_heading("Lettre du Nouveau-Brunswick", 1)
    letter.add_paragraph("Le guichet de Moncton accepte les rendez-vous par téléphone depuis mars.")
    letter.save(str(folder / "letter.docx"))
    style = getSampleStyleSheet()
    SimpleDocTemplate(str(folder / "report.pdf"), title="Report on telephones").build(
        [
            Paragraph("Waiting times", style["Heading1"]),
            Paragraph("Callers waited nine minutes before the new switchboard came.", style["Normal"]),
            PageBreak(),
            Paragraph("Manitoba", style["Heading1"]),
            Paragraph("Its switchboard answers in two languages at once.", style["Normal"]),
        ]
    )
    (folder / "page.html").write_text(
        "<html><body><h1>Parking</h1><p>Visitors leave the car behind the building.</p></body></html>",
        encoding="utf-8",
    )
    (folder / "manifest.toml").write_text(
        '[[document]]\nfile = "page.html"\ntitle = "Where to park"\n'
        'meeting_date = "2019-02"\ndistribution = "public"\n',
        encoding="utf-8",
    )
    return folder


def texts(folder: Path) -> set[str]:
    return {passage.text.split("\n")[-1] for passage in open_index(folder).passages()}


def assert_serves(folder: Path) -> None:
    """Every passage of the index is a slice of its document, and is found by both legs."""
    index = open_index(folder)
    documents = {record.id: record for record in index.documents()}
    for number, passage in enumerate(index.passages()):
        document = documents[passage.document_id]
        assert document.text[passage.start : passage.end] == passage.text
        assert number in index.lexical.search(lexical_query(passage.text, passage.language), 10).numbers
        vector = index.vectors.vectors(np.array([number]))[0]
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-2)
        assert number in index.vectors.search(vector, 5).numbers


def contents(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(autouse=True)
def _cleared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Earlier generations are cleared away by number alone, not kept for readers elsewhere."""
    monkeypatch.setattr(generations, "KEPT_SECONDS", 0.0)


def assert_clean(folder: Path) -> None:
    left = contents(folder) - {store.CURRENT, ".lock"}
    assert store.current_generation(folder) in left
    assert len(left) <= 2 and all(name.startswith("g") for name in left)


# What is read


def test_files_of_every_format_are_indexed(sources: Path, tmp_path: Path, counting: Counting) -> None:
    report = build([sources], tmp_path / "index", counting)
    index = open_index(tmp_path / "index", model=counting.id)
    count = len(index.passages())
    assert report == BuildReport(index.generation, True, 4, count, 4, count, (), (), ())
    assert_serves(tmp_path / "index")
    assert_clean(tmp_path / "index")
    by_source = {record.source: record for record in index.documents()}
    assert {source: record.format for source, record in by_source.items()} == {
        "forms/yukon.txt": "text",
        "letter.docx": "docx",
        "page.html": "html",
        "report.pdf": "pdf",
    }
    form = by_source["forms/yukon.txt"]
    assert (form.type, form.jurisdiction, form.language) == (DocumentType.EXCHANGE_FORM, "YT", "en")
    assert by_source["letter.docx"].language == "fr"
    park = by_source["page.html"]
    assert (park.title, park.meeting_date, park.distribution) == ("Where to park", "2019-02", Distribution.PUBLIC)
    assert by_source["report.pdf"].title == "Report on telephones"
    assert [p.page for p in index.passages(by_source["report.pdf"].id)] == [1, 2]
    allowed = index.allowed(Filters(jurisdictions=("MB",)))
    assert allowed is not None and [p.page for p in index.numbered(allowed)] == [2]
    assert index.manifest.model == counting.id and set(index.manifest.sources) == set(by_source)


def test_progress_is_told(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    told: list[tuple[str, int, int]] = []
    build([sources], tmp_path / "index", embedder, progress=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "read"] == [("read", done, 4) for done in range(5)]
    assert told[-1][0] == "embed" and told[-1][1] == told[-1][2] > 0


def test_headings_above_a_passage_are_embedded_with_it(sources: Path, tmp_path: Path, counting: Counting) -> None:
    build([sources], tmp_path / "index", counting)
    index = open_index(tmp_path / "index")
    passages = index.passages()
    # Then their sentences, each by itself.
    said = [passage.text[start:end] for passage in passages for start, end in stating(passage)]
    assert sorted(counting.texts) == sorted([*map(embedded_text, passages), *said])
    assert index.vectors.vectors(np.array([0]))[0] == pytest.approx(
        counting.encode_documents([embedded_text(index.numbered([0])[0])])[0], abs=1e-3
    )


def test_a_document_of_contacts_alone_gives_an_index_without_passages(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "card.txt").write_text("Ann Lee\nDirector\nann.lee@example.org\n613 555-0100\n", encoding="utf-8")
    report = build([tmp_path / "card.txt"], tmp_path / "index", embedder)
    assert (report.documents, report.passages) == (1, 0)
    index = open_index(tmp_path / "index")
    assert not len(index.vectors.search(embedder.encode_queries(["Ann"])[0], 5).numbers)
    assert not build([tmp_path / "card.txt"], tmp_path / "index", embedder).changed


def test_files_of_one_name_stay_apart(tmp_path: Path, embedder: Embedder) -> None:
    for year in ("2018", "2019"):
        (tmp_path / year / "docs").mkdir(parents=True)
        (tmp_path / year / "docs" / "form.txt").write_text(f"The form of the year {year}.", encoding="utf-8")
    build([tmp_path / "2018" / "docs", tmp_path / "2019" / "docs"], tmp_path / "index", embedder)
    assert texts(tmp_path / "index") == {"The form of the year 2018.", "The form of the year 2019."}


# What is taken over


def test_a_second_run_writes_nothing(sources: Path, tmp_path: Path, counting: Counting) -> None:
    folder = tmp_path / "index"
    first = build([sources], folder, counting)
    current = (folder / store.CURRENT).stat()
    counting.texts.clear()
    second = build([sources], folder, counting)
    assert not second.changed and not counting.texts
    assert (second.read, second.embedded) == (0, 0)
    assert (second.generation, second.documents, second.passages) == (first.generation, 4, first.passages)
    after = (folder / store.CURRENT).stat()
    assert (after.st_ino, after.st_mtime_ns) == (current.st_ino, current.st_mtime_ns)


def test_a_file_that_was_only_touched_is_not_read(sources: Path, tmp_path: Path, counting: Counting) -> None:
    build([sources], tmp_path / "index", counting)
    os.utime(sources / "page.html", (1, 1))
    assert not build([sources], tmp_path / "index", counting).changed


def test_a_changed_file_has_only_its_changed_passages_embedded(
    sources: Path, tmp_path: Path, counting: Counting
) -> None:
    folder = tmp_path / "index"
    build([sources], folder, counting)
    before = {passage.text: passage for passage in open_index(folder).passages()}
    vector_of = {p.text: v for p, v in zip(before.values(), all_vectors(folder), strict=True)}
    path = sources / "forms" / "yukon.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("each library", "every arena"), encoding="utf-8")
    counting.texts.clear()
    report = build([sources], folder, counting)
    assert (report.changed, report.read, report.embedded, report.documents) == (True, 1, 1, 4)
    embedded, *said = counting.texts
    assert "every arena" in embedded
    assert said and all(sentence in embedded for sentence in said)
    assert any("every arena" in text for text in texts(folder))
    assert not any("each library" in text for text in texts(folder))
    after = open_index(folder).passages()
    assert sum(passage.text not in before for passage in after) == 1
    for passage, vector in zip(after, all_vectors(folder), strict=True):
        if passage.text in before:
            assert passage.id == before[passage.text].id
            assert np.array_equal(vector, vector_of[passage.text])
    assert_serves(folder)


def all_vectors(folder: Path) -> NDArray[np.float32]:
    index = open_index(folder)
    return index.vectors.vectors(np.arange(len(index.vectors)))


def test_a_changed_catalogue_reads_again_and_embeds_nothing(sources: Path, tmp_path: Path, counting: Counting) -> None:
    build([sources], tmp_path / "index", counting)
    (sources / "manifest.toml").write_text(
        '[[document]]\nfile = "page.html"\ntitle = "Parking"\ndistribution = "secretariat"\n', encoding="utf-8"
    )
    report = build([sources], tmp_path / "index", counting)
    assert (report.changed, report.read, report.embedded) == (True, 1, 0)
    (page,) = [record for record in open_index(tmp_path / "index").documents() if record.source == "page.html"]
    assert (page.title, page.meeting_date, page.distribution) == ("Parking", None, Distribution.SECRETARIAT)


def test_a_removed_source_disappears(sources: Path, tmp_path: Path, counting: Counting) -> None:
    folder = tmp_path / "index"
    build([sources], folder, counting)
    (sources / "letter.docx").unlink()
    counting.texts.clear()
    report = build([sources], folder, counting)
    assert (report.changed, report.removed, report.read, report.embedded) == (True, ("letter.docx",), 0, 0)
    index = open_index(folder)
    assert "letter.docx" not in {record.source for record in index.documents()}
    assert not any("Moncton" in passage.text for passage in index.passages())
    assert not len(index.lexical.search(lexical_query("Moncton", "en"), 5).numbers)
    assert len(index.vectors) == len(index.passages()) == report.passages
    assert_serves(folder)


def test_rebuilding_reads_and_embeds_all_again(sources: Path, tmp_path: Path, counting: Counting) -> None:
    first = build([sources], tmp_path / "index", counting)
    again = build([sources], tmp_path / "index", counting, rebuild=True)
    assert (again.changed, again.read, again.embedded) == (True, 4, first.passages)
    assert again.generation > first.generation


# What cannot be read or used


def test_an_unreadable_file_is_named_and_the_others_are_indexed(
    sources: Path, tmp_path: Path, embedder: Embedder
) -> None:
    (sources / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing that follows makes sense")
    (sources / "empty.txt").write_bytes(b"")
    (sources / "sheet.xlsx").write_bytes(b"PK")
    report = build([sources], tmp_path / "index", embedder)
    assert report.documents == 4 and report.skipped == (sources / "sheet.xlsx",)
    assert {failure.path.name: failure.kept for failure in report.failures} == {"broken.pdf": False, "empty.txt": False}
    assert all(str(failure.path) in failure.message for failure in report.failures)
    assert_serves(tmp_path / "index")
    again = build([sources], tmp_path / "index", embedder)
    assert not again.changed and len(again.failures) == 2


def test_a_file_damaged_since_it_was_indexed_is_kept_and_named(
    sources: Path, tmp_path: Path, counting: Counting
) -> None:
    folder = tmp_path / "index"
    build([sources], folder, counting)
    whole = (sources / "letter.docx").read_bytes()
    (sources / "letter.docx").write_bytes(whole[: len(whole) // 2])
    counting.texts.clear()
    report = build([sources], folder, counting)
    assert not report.changed and not counting.texts
    assert [(failure.path.name, failure.kept) for failure in report.failures] == [("letter.docx", True)]
    (sources / "page.html").unlink()
    report = build([sources], folder, counting)
    assert (report.changed, report.removed, report.embedded) == (True, ("page.html",), 0)
    assert [(failure.path.name, failure.kept) for failure in report.failures] == [("letter.docx", True)]
    assert any("Moncton" in text for text in texts(folder))
    (sources / "letter.docx").write_bytes(whole)
    assert not build([sources], folder, counting).failures


def test_a_damaged_file_is_kept_under_the_narrower_audience_that_the_catalogue_now_names(
    sources: Path, tmp_path: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "index"
    build([sources], folder, embedder)
    whole = (sources / "letter.docx").read_bytes()
    (sources / "letter.docx").write_bytes(whole[: len(whole) // 2])
    with (sources / "manifest.toml").open("a", encoding="utf-8") as catalogue:
        catalogue.write('\n[[document]]\nfile = "letter.docx"\ndistribution = "secretariat"\n')
    report = build([sources], folder, embedder)
    assert report.changed and report.failures[0].kept
    kept = {record.source: record.distribution for record in open_index(folder).documents()}
    assert kept["letter.docx"] is Distribution.SECRETARIAT
    assert not build([sources], folder, embedder).changed


def test_nothing_readable_writes_nothing(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    with pytest.raises(CouncilError, match=r"none of the 1 documents could be read(?s:.*)a\.txt"):
        build([tmp_path / "a.txt"], tmp_path / "index", embedder)
    assert store.current_generation(tmp_path / "index") is None


def test_a_source_that_is_not_there_makes_no_folder(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(SettingError, match="nowhere"):
        build([tmp_path / "nowhere"], tmp_path / "index", embedder)
    assert not (tmp_path / "index").exists()


def test_a_wrong_catalogue_stops_the_build_and_leaves_the_index(
    sources: Path, tmp_path: Path, embedder: Embedder
) -> None:
    build([sources], tmp_path / "index", embedder)
    before = texts(tmp_path / "index")
    (sources / "manifest.toml").write_text('[[document]]\nfile = "a"\ntype = "letter"\n', encoding="utf-8")
    with pytest.raises(SettingError, match="'type'"):
        build([sources], tmp_path / "index", embedder)
    assert texts(tmp_path / "index") == before


def test_an_index_that_cannot_be_written_is_refused_by_name(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CouncilError, match="file: no index can be kept here"):
        build([sources], tmp_path / "file", embedder)


def test_another_model_is_refused_until_all_is_rebuilt(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "index"
    first = build([sources], folder, Counting(embedder, "model-1"))
    other = Counting(embedder, "model-2")
    with pytest.raises(IndexUnusableError, match=r"model model-1, this is model-2(?s:.*)--rebuild"):
        build([sources], folder, other)
    assert not other.texts and open_index(folder).generation == first.generation
    build([sources], folder, other, rebuild=True)
    assert len(other.texts) >= first.passages
    assert open_index(folder, model="model-2").manifest.model == "model-2"


def test_a_damaged_index_is_refused_until_all_is_rebuilt(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "index"
    first = build([sources], folder, embedder)
    (folder / first.generation / store.VECTORS).unlink()
    with pytest.raises(IndexUnusableError, match="--rebuild"):
        build([sources], folder, embedder)
    assert build([sources], folder, embedder, rebuild=True).embedded == first.passages
    assert_serves(folder)


def test_an_embedder_that_fails_leaves_the_index_and_the_lock_free(
    sources: Path, tmp_path: Path, embedder: Embedder
) -> None:
    class Failing(Counting):
        def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
            raise MemoryError

    folder = tmp_path / "index"
    build([sources], folder, embedder)
    before = texts(folder)
    (sources / "new.txt").write_text("A ferry calls twice a week.", encoding="utf-8")
    with pytest.raises(MemoryError):
        build([sources], folder, Failing(embedder))
    assert texts(folder) == before
    build([sources], folder, embedder)
    assert texts(folder) == before | {"A ferry calls twice a week."}
    assert_clean(folder)


# Builds and readers side by side, in real processes

BUILD = """
import os, signal, sys
from pathlib import Path
from indexer import database, embedding, lexical, store, vectors
from indexer.build import build
from indexer.errors import CouncilError

source, folder, point = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner, name, chosen=lambda *_: True):
    real = getattr(owner, name)

    def call(*arguments, **options):
        hit = chosen(*arguments)
        if hit and when == "before":
            die()
        result = real(*arguments, **options)
        if hit and when == "after":
            die()
        return result

    setattr(owner, name, call)


when, _, step = point.partition(" ")
if step == "vectors":
    around(vectors.Writer, "finish")
elif step == "lexical":
    around(lexical.Writer, "commit")
elif step == "database":
    around(database.Writer, "finish")
elif step == "manifest":
    around(Path, "write_text", lambda path, *_: path.name == store.MANIFEST)
elif step == "generation":
    around(Path, "rename", lambda path, *_: path.parent == folder)
elif step == "switch":
    around(store, "switch")
elif step == "current":
    around(Path, "replace", lambda path, target: Path(target).name == store.CURRENT)
embedder = embedding.load()


def progress(stage, done, total):
    if point == "wait" and done == 0 and stage == "read":
        print("building", flush=True)
        sys.stdin.readline()


print("ready", flush=True)
try:
    build([source], folder, embedder, progress=progress)
except CouncilError as error:
    sys.exit(str(error))
print("done", flush=True)
"""


def start(sources: Path, folder: Path, point: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(sources), str(folder), point],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


def test_a_second_writer_is_told_and_the_first_ends_its_work(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "index"
    with start(sources, folder, "wait") as first:
        assert first.stdout is not None and first.stdin is not None
        assert [first.stdout.readline(), first.stdout.readline()] == ["ready\n", "building\n"]
        with start(sources, folder) as second:
            _, error = second.communicate(timeout=60)
        assert second.returncode == 1
        assert f"{folder}: another build is writing this index" in error
        with pytest.raises(CouncilError, match="another build is writing"):
            build([sources], folder, embedder)
        first.communicate("\n", timeout=60)
    assert first.returncode == 0
    assert not build([sources], folder, embedder).changed


STEPS = ["vectors", "lexical", "database", "manifest", "generation", "switch", "current"]
SERVING_NEW = {"after switch", "after current"}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> tuple[Path, Path]:
    """A folder of sources and its index, to copy; between the two a source was changed, one added, one removed."""
    base = tmp_path_factory.mktemp("serving")
    (base / "sources").mkdir()
    for name in ("kept", "changed", "removed"):
        (base / "sources" / f"{name}.txt").write_text(f"The ferry is {name} today.", encoding="utf-8")
    build([base / "sources"], base / "index", embedder)
    (base / "sources" / "removed.txt").unlink()
    (base / "sources" / "changed.txt").write_text("The ferry is altered today.", encoding="utf-8")
    (base / "sources" / "added.txt").write_text("The ferry is added today.", encoding="utf-8")
    return base / "sources", base / "index"


OLD = {"The ferry is kept today.", "The ferry is changed today.", "The ferry is removed today."}
NEW = {"The ferry is kept today.", "The ferry is altered today.", "The ferry is added today."}


def assert_recovers(sources: Path, folder: Path, embedder: Embedder) -> None:
    """The next build brings the index up to date, and of the dead one nothing is left in the way."""
    build([sources], folder, embedder)
    assert texts(folder) == NEW
    assert_serves(folder)
    assert_clean(folder)
    assert not build([sources], folder, embedder).changed


@pytest.mark.parametrize("point", [f"{when} {step}" for step in STEPS for when in ("before", "after")])
def test_a_build_killed_at_any_step_leaves_a_whole_index(
    serving: tuple[Path, Path], tmp_path: Path, embedder: Embedder, point: str
) -> None:
    sources, index = serving
    folder = shutil.copytree(index, tmp_path / "index")
    with start(sources, folder, point) as killed:
        killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert texts(folder) == (NEW if point in SERVING_NEW else OLD)
    assert_serves(folder)
    assert_recovers(sources, folder, embedder)


def test_a_first_build_that_is_killed_leaves_no_index(
    serving: tuple[Path, Path], tmp_path: Path, embedder: Embedder
) -> None:
    with start(serving[0], tmp_path / "index", "before switch") as killed:
        killed.communicate(timeout=60)
    with pytest.raises(IndexUnusableError, match="no index here"):
        open_index(tmp_path / "index")
    assert_recovers(serving[0], tmp_path / "index", embedder)


@pytest.mark.parametrize("seed", range(4))
def test_a_build_killed_at_any_time_leaves_a_whole_index(
    serving: tuple[Path, Path], tmp_path: Path, embedder: Embedder, seed: int
) -> None:
    sources, index = serving
    folder = shutil.copytree(index, tmp_path / "index")
    with start(sources, folder) as killed:
        assert killed.stdout is not None and killed.stdout.readline() == "ready\n"
        time.sleep(random.Random(seed).uniform(0, 0.15))
        killed.kill()
        killed.communicate(timeout=60)
    assert texts(folder) in (OLD, NEW)
    assert_serves(folder)
    assert_recovers(sources, folder, embedder)


def test_leftovers_of_a_dead_build_go_even_when_nothing_changed(
    sources: Path, tmp_path: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "index"
    build([sources], folder, embedder)
    (folder / ".building-g000002" / "lexical").mkdir(parents=True)
    assert not build([sources], folder, embedder).changed
    assert_clean(folder)


def test_an_open_index_serves_after_later_builds_replaced_it(sources: Path, tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "index"
    build([sources], folder, embedder)
    index = open_index(folder)
    passages = index.passages()
    for number in range(3):
        (sources / "new.txt").write_text(f"Ferry number {number} calls twice a week.", encoding="utf-8")
        build([sources], folder, embedder)
    assert not (folder / index.generation).exists()
    assert_clean(folder)
    query = embedder.encode_queries(["a counter in Whitehorse"])[0]

    def ask(_: int) -> tuple[object, ...]:
        return (
            index.passages(),
            index.documents(),
            index.allowed(Filters(jurisdictions=("YT",))).tolist(),  # type: ignore[union-attr]
            index.lexical.search(lexical_query("Whitehorse", "en"), 5).numbers.tolist(),
            index.vectors.search(query, 5).numbers.tolist(),
        )

    here = ask(0)
    assert here[0] == passages
    with ThreadPoolExecutor(8) as pool:  # threads that never touched it before
        assert list(pool.map(ask, range(40))) == [here] * 40


def test_readers_always_find_a_whole_index_while_builds_go_on(
    sources: Path, tmp_path: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "index"
    build([sources], folder, embedder)
    stop = threading.Event()

    def read() -> int:
        opened = 0
        while not stop.is_set():
            index = open_index(folder)
            assert len(index.passages()) == index.manifest.passages
            opened += 1
        return opened

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for number in range(6):
                (sources / "new.txt").write_text(f"Ferry number {number} calls twice a week.", encoding="utf-8")
                build([sources], folder, embedder)
        finally:
            stop.set()
        assert all(reader.result() for reader in readers)
