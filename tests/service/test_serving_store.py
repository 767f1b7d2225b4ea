"""Searching, answering and serving over an index in Qdrant: as over a folder of the same documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest

from eval.needs import read_needs
from eval.store_overlap import compare, questions
from indexer import overrides
from indexer.build import build
from indexer.data_folder import data_folder
from indexer.describe import document_id
from indexer.documents import Distribution
from indexer.embedding import Embedder
from indexer.qdrant.store import QdrantStore
from service.access import CallerRole
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
    assert "g000001, 3 documents" in main("doctor", "--index", str(kept.elsewhere)).stdout


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
    refused = main("export", "passages", "--index", str(kept.folder))
    assert refused.returncode == 2 and "COUNCIL_STORE: this command reads an index folder alone yet" in refused.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--finish",), "are for an index in Qdrant"),
        (("SOURCE", "--shard", "1/2"), "are for an index in Qdrant"),
        ((), "name the documents"),
        (("SOURCE", "--store", "STORE", "--watch"), "--watch: keeps up an index folder alone yet"),
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
