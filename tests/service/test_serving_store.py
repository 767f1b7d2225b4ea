"""Searching, answering and serving over an index in Qdrant: as over a folder of the same documents."""

from __future__ import annotations

import json
import queue
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import openpyxl
import pytest

from eval.needs import read_needs
from eval.store_overlap import compare, questions
from indexer import overrides
from indexer.build import BuildReport, build
from indexer.data_folder import data_folder
from indexer.describe import document_id
from indexer.documents import Distribution
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.qdrant.address import Address
from indexer.qdrant.connection import Connection
from indexer.qdrant.store import QdrantStore
from indexer.watching import keep_up
from service.access import CallerRole
from service.backup import read_backup
from service.contract import Answer, SearchResult
from service.engine import Engine
from service.identity import keys
from service.query import understand
from service.server_settings import Settings
from service.state import State

ROOT = Path(__file__).resolve().parents[2]
CORPUS, GOLD = ROOT / "corpus" / "documents", ROOT / "eval" / "gold" / "corpus.jsonl"
EVERY = 4  # of the gold questions: Qdrant's own client compares each passage in Python
PAGES = ("/", "/?q=harbour+quays", "/search?q=quays", "/documents", "/topics", "/register", "/exchange")
QUAYS = """Note on quays

The quays of Nova Scotia are lit by lanterns since May 2021.
"""


def quiet(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


class Kept:
    """A few documents, in a folder and in Qdrant, with a data folder each."""

    def __init__(self, base: Path, embedder: Embedder) -> None:
        self.sources, self.folder, self.elsewhere = base / "sources", base / "folder", base / "elsewhere"
        self.embedder = embedder
        self.address = f"qdrant+local://{base}/qdrant/council?grace=0"
        self.sources.mkdir()
        (self.sources / "quays.txt").write_text(QUAYS, encoding="utf-8")
        for name in ("2021-10-28-decision-record-en.txt", "2017-10-bc-exchange-form-en.txt"):
            (self.sources / name).write_bytes((CORPUS / name).read_bytes())
        self.data = data_folder(self.elsewhere)
        self.data.mkdir()
        build([self.sources], self.folder, embedder)
        self.index()

    def index(self) -> None:
        QdrantStore(self.address, self.data).build([self.sources], self.embedder, rebuild=False, progress=quiet)

    def engines(self) -> tuple[Engine, Engine]:
        return Engine(self.folder), Engine(self.elsewhere, store=self.address)


@pytest.fixture
def kept(tmp_path: Path, embedder: Embedder) -> Kept:
    return Kept(tmp_path, embedder)


def plain(response: Answer | SearchResult) -> dict[str, object]:
    """A response but for what measures: times, and scores of lengths that tantivy rounds."""
    found = response.model_dump(mode="json")
    found.pop("took_ms")
    for passage in found["passages"]:
        passage.pop("score")
    return found


def test_searches_and_answers_are_those_of_a_folder(kept: Kept) -> None:
    folder, store = kept.engines()
    for text in (
        "How are the quays lit?",
        "What was decided on digital identity?",
        "Qui suit le dossier du portefeuille?",
    ):
        assert plain(folder.answer(understand(text))) == plain(store.answer(understand(text)))
        searched = [plain(engine.search(understand(text), facets=True)) for engine in (folder, store)]
        assert searched[0] == searched[1] and searched[0]["facets"]
    assert folder.suggestion(understand("lantrens")) == store.suggestion(understand("lantrens")) == "lanterns"


def test_the_first_ten_are_mostly_those_of_a_folder(corpus_index: Path, tmp_path: Path, embedder: Embedder) -> None:
    address = f"qdrant+local://{tmp_path}/qdrant/council?grace=0"
    data_folder(tmp_path / "index").mkdir()
    QdrantStore(address, data_folder(tmp_path / "index")).build(
        [CORPUS.parent], embedder, rebuild=False, progress=quiet
    )
    folder, store = Engine(corpus_index), Engine(tmp_path / "index", store=address)
    for audience in (Distribution.SECRETARIAT, Distribution.PUBLIC):
        asked = questions(read_needs(GOLD)[::EVERY])
        alike = compare(folder.seen_by(audience), store.seen_by(audience), asked)
        assert alike.questions == len(asked) > 10 and alike.mean >= 0.9 and alike.first >= 0.9


def test_what_is_withdrawn_is_gone_at_the_next_question(kept: Kept) -> None:
    _, store = kept.engines()
    asked = understand("How are the quays lit?")
    assert "lanterns" in store.answer(asked).text
    gone = document_id("quays.txt")
    overrides.change(kept.data, gone, lambda old: old.model_copy(update={"withdrawn": True}))
    assert "lanterns" not in store.answer(asked).text
    assert store.index().document(gone) is None


def test_a_new_generation_is_noticed(kept: Kept) -> None:
    _, store = kept.engines()
    first = store.index().generation
    (kept.sources / "quays.txt").write_text(QUAYS.replace("lanterns", "torches"), encoding="utf-8")
    kept.index()
    assert store.index().generation != first
    assert "torches" in store.answer(understand("How are the quays lit?")).text


@pytest.fixture
def served(kept: Kept, serving: Callable[..., Any]) -> Iterator[httpx.Client]:
    settings = Settings(index=kept.elsewhere, data=kept.data, store=kept.address)
    with (
        serving(kept.elsewhere, settings=settings) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def test_every_page_is_served(served: httpx.Client) -> None:
    for page in PAGES:
        response = served.get(page)
        assert response.status_code == 200, page
    answer = served.post("/v1/answer", json={"question": "How are the quays lit?"}).json()
    assert "lanterns" in answer["text"]
    (document,) = [one for one in served.get("/v1/documents").json()["documents"] if one["source"] == "quays.txt"]
    assert served.get(f"/documents/{document['id']}").status_code == 200
    assert "lanterns" in served.get("/v1/search", params={"q": "quays"}).text
    assert served.get("/readyz").status_code == 200


def test_the_secretariat_sees_what_is_held(served: httpx.Client, kept: Kept) -> None:
    served.headers["Authorization"] = f"Bearer {keys.make(State(kept.data), CallerRole.SECRETARIAT, 'Ann')[1]}"
    page = served.get("/manage")
    assert page.status_code == 200 and "g000001" in page.text
    assert served.get("/v1/overrides").status_code == 200


def test_the_doctor_looks_at_the_generation(
    kept: Kept, main: Callable[..., CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNCIL_STORE", kept.address)
    told = main("doctor", "--index", str(kept.elsewhere)).stdout
    assert "g000001, 3 documents" in told and "collections: indexed" in told and "3, all as they were indexed" in told
    Connection(Address.read(kept.address)).claim(kept.embedder.dimension)  # as a build that was killed leaves it
    assert "held beside the one that serves: g000002" in main("doctor", "--index", str(kept.elsewhere)).stdout


def test_the_command_line_indexes_and_asks(
    kept: Kept, tmp_path: Path, main: Callable[..., CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = f"qdrant+local://{tmp_path}/qdrant/council-by-hand?grace=0"
    where = ("--store", store, "--index", str(tmp_path / "by-hand"))
    for number in (1, 2):
        told = main("index", str(kept.sources), "--shard", f"{number}/2", *where)
        assert told.returncode == 0, told.stderr
    assert main("ask", "How are the quays lit?", *where).returncode == 1  # nothing serves yet
    finished = main("index", "--finish", *where)
    assert finished.returncode == 0 and "3 documents" in finished.stdout
    assert "lanterns" in main("ask", "How are the quays lit?", *where).stdout
    monkeypatch.setenv("COUNCIL_STORE", store)
    assert "lanterns" in main("search", "quays", "--index", str(tmp_path / "by-hand")).stdout


@pytest.mark.parametrize(
    "what",
    [
        ("export", "passages"),
        ("export", "passages", "--audience", "public", "--format", "csv"),
        ("export", "follow-ups"),
        ("export", "matches"),
        ("export", "analysis", "--format", "xlsx"),
        ("export", "brief", "--topic", "digital identity", "--format", "html"),
    ],
    ids=" ".join,
)
def test_what_is_written_out_is_what_a_folder_gives(
    kept: Kept, what: tuple[str, ...], tmp_path: Path, main: Callable[..., CompletedProcess[str]]
) -> None:
    if "analysis" in what:
        name = "2020-09-exchange-analysis-en.docx"
        (kept.sources / name).write_bytes((CORPUS / name).read_bytes())
        build([kept.sources], kept.folder, kept.embedder)
        kept.index()
    written = []
    for name, where in (("folder", (str(kept.folder),)), ("store", (str(kept.elsewhere), "--store", kept.address))):
        out = tmp_path / f"{name}.{'xlsx' if 'xlsx' in what else 'txt'}"
        told = main(*what, "--out", str(out), "--index", *where)
        assert told.returncode == 0, told.stderr
        written.append(cells(out) if "xlsx" in what else re.sub(r"\d\d:\d\d", "", out.read_text("utf-8")))
    assert written[0] == written[1] and len(written[0]) > 1


def cells(workbook: Path) -> list[object]:
    sheets = openpyxl.load_workbook(workbook).worksheets
    return [[cell.value for cell in row] for sheet in sheets for row in sheet.iter_rows()]


def test_measuring_is_of_what_serves(
    kept: Kept, tmp_path: Path, main: Callable[..., CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    need = {
        "id": "quays",
        "kind": "fact",
        "question_en": "How are the quays lit?",
        "question_fr": "Comment les quais sont-ils éclairés?",
        "answer_en": "By lanterns.",
        "answer_fr": "Par des lanternes.",
        "evidence": [{"doc": "quays.txt", "quote": "The quays of Nova Scotia are lit by lanterns since May 2021."}],
    }
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(need) + "\n", "utf-8")
    figures = []
    for name, where in (("folder", kept.folder), ("store", kept.elsewhere)):
        monkeypatch.setenv("COUNCIL_STORE", kept.address if name == "store" else "")
        out = tmp_path / f"{name}.json"
        told = main("eval", "--gold", str(gold), "--json", str(out), "--index", str(where))
        assert told.returncode == 0, told.stderr
        report = json.loads(out.read_text("utf-8"))
        of_english = report["figures"]["en"]
        figures.append({name: value for name, value in of_english.items() if "latency" not in name})
    assert figures[0] == figures[1] and figures[0]


def test_an_index_in_qdrant_keeps_up_with_its_sources(kept: Kept) -> None:
    stop, built = threading.Event(), queue.Queue[BuildReport | CouncilError]()
    keeping = threading.Thread(
        target=keep_up,
        args=([kept.sources], kept.elsewhere, kept.embedder),
        kwargs={"told": built.put, "stop": stop, "store": kept.address},
    )
    keeping.start()
    try:
        first = built.get(timeout=60)
        assert isinstance(first, BuildReport) and not first.changed
        (kept.sources / "quays.txt").write_text(QUAYS.replace("lanterns", "torches"), encoding="utf-8")
        second = built.get(timeout=60)
        assert isinstance(second, BuildReport) and second.changed and second.read == 1
    finally:
        stop.set()
        keeping.join(60)
    _, store = kept.engines()
    assert "torches" in store.answer(understand("How are the quays lit?")).text


def test_a_backup_is_of_the_data_folder(
    kept: Kept, tmp_path: Path, main: Callable[..., CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNCIL_STORE", kept.address)
    gone = document_id("quays.txt")
    overrides.change(kept.data, gone, lambda old: old.model_copy(update={"withdrawn": True}))
    kept.elsewhere.mkdir()
    shutil.copytree(kept.folder, kept.elsewhere, dirs_exist_ok=True)  # an index from before the move
    out = tmp_path / "backup.tar.gz"
    told = main("backup", "--out", str(out), "--index", str(kept.elsewhere))
    assert told.returncode == 0 and "the index is in Qdrant, not in this file" in told.stderr
    assert all(name.startswith("data/") for name in read_backup(out).members)
    told = main("backup", "--verify", str(out))
    assert told.returncode == 0 and "Qdrant" not in told.stderr
    overrides.change(kept.data, gone, lambda old: old.model_copy(update={"withdrawn": False}))
    told = main("restore", str(out), "--index", str(kept.elsewhere), "--force")
    assert told.returncode == 0 and "the index in Qdrant is as it was; run council index" in told.stderr
    _, store = kept.engines()
    assert store.index().document(gone) is None


def test_a_replica_of_an_index_in_qdrant_is_refused(
    kept: Kept, main: Callable[..., CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNCIL_STORE", kept.address)
    told = main("replicate", str(kept.folder), "--index", str(kept.elsewhere))
    assert told.returncode == 2 and "which keeps copies itself" in told.stderr and not kept.elsewhere.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--finish",), "are for an index in Qdrant"),
        (("SOURCE", "--shard", "1/2"), "are for an index in Qdrant"),
        ((), "name the documents"),
        (("SOURCE", "--store", "STORE", "--watch", "--shard", "1/2"), "--watch: a part is written once"),
        (("SOURCE", "--store", "STORE", "--keep", "2"), "--keep: counts generations in an index folder"),
        (("SOURCE", "--store", "STORE", "--finish"), "leave out sources"),
        (("SOURCE", "--store", "STORE", "--shard", "3/2"), "give which part of how many"),
        (("SOURCE", "--store", "elsewhere"), "is not an address of Qdrant"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_that_do_not_go_together_are_refused(
    options: tuple[str, ...], told: str, tmp_path: Path, main: Callable[..., CompletedProcess[str]]
) -> None:
    given = {"SOURCE": str(CORPUS), "STORE": f"qdrant+local://{tmp_path}/qdrant/council"}
    result = main("index", *(given.get(word, word) for word in options), "--index", str(tmp_path / "index"))
    assert result.returncode == 2 and told in result.stderr
