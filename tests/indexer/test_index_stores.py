"""What every store of an index owes: the same tests over a folder, Qdrant's client in a folder, its engine, a server.

The engine is `qdrant-edge-py` (see `tests/qdrant_engine.py`), the server the one that QDRANT_URL names
(http://localhost:6333); where they are not there those tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from indexer import overrides
from indexer.data_folder import UPLOADS, data_folder
from indexer.describe import document_id
from indexer.documents import Distribution, Role
from indexer.embedding import Embedder
from indexer.errors import CouncilError, IndexUnusableError
from indexer.filters import Filters
from indexer.index_protocol import Index
from indexer.lexical_query import lexical_query
from indexer.stores import IndexStore, open_store

PUBLIC, MEMBERS, SECRETARIAT = Distribution
STORES = ("folder", "qdrant+local", "engine", "qdrant")
TEXTS = {
    "lamps.txt": (
        PUBLIC,
        "en",
        "Note on lamps\n\nIn Halifax, Ada Marsh of Nova Scotia counted 4,120 lamps and 17.5 bells on 3 May 2030; "
        "Bertrand Caillou sold 38 of them to CRA.\n",
    ),
    "lampes.txt": (
        PUBLIC,
        "fr",
        "Note sur les lampes\n\nLe 3 mai 2030, à Halifax, Ada Marsh de la Nouvelle-Écosse compte 4 120 lampes et 17,5 "
        "cloches; Bertrand Caillou en vend 38 à CRA.\n",
    ),
    "ropes.txt": (
        MEMBERS,
        "en",
        "Record of decisions, 9 June 2031\n\nOdile Quill of Yukon counted lamps, ropes and sails in Iqaluit.\n\n"
        "Decision 1: The ropes of Iqaluit are sold before the winter of 2032 to whoever wants them.\n",
    ),
    "lamps-nearer.txt": (
        SECRETARIAT,
        "en",
        "Note on lamps\n\nIn Halifax, Ada Marsh of Nova Scotia counted 4,120 lamps and 17.5 bells on 3 May 2030; "
        "Bertrand Caillou sold 38 of them to CRA. Ada Marsh counted lamps with a gyroscope.\n",
    ),
}
ASKED = lexical_query("Who counted the lamps in Halifax?", "en")
Opened = Callable[..., IndexStore]


def write(folder: Path, audience: Distribution = SECRETARIAT, **texts: str) -> Path:
    """The sources that an audience may see, with other texts in place of some."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rows = []
    for name, (whose, language, text) in TEXTS.items():
        if whose.rank <= audience.rank:
            (folder / name).write_text(texts.get(name.partition(".")[0], text), encoding="utf-8")
            rows.append(f'[[document]]\nfile = "{name}"\ndistribution = "{whose}"\nlanguage = "{language}"\n')
    (folder / "manifest.toml").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over Qdrant's own engine."""
    pytest.importorskip("qdrant_edge", reason="Qdrant's engine is not installed: pip install qdrant-edge-py")
    from qdrant_engine import serving

    with serving(tmp_path_factory.mktemp("engine")) as address:
        yield address


@pytest.fixture(params=STORES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Opens a store of its own for each name; their data folder is that of `tmp_path / "index"`."""
    url = request.getfixturevalue("engine") if request.param == "engine" else os.environ.get("QDRANT_URL", "")
    if request.param == "qdrant" and not url:
        pytest.skip("QDRANT_URL names no server of Qdrant")
    mine = f"test-{uuid.uuid4().hex[:12]}"
    used: list[str] = []

    def store(name: str = "index") -> IndexStore:
        address = None
        if request.param in ("engine", "qdrant"):
            parts = urlsplit(url)
            secure = str(parts.scheme == "https").lower()
            address = f"qdrant://{parts.hostname}:{parts.port or 6333}/{mine}-{name}?grace=0&https={secure}"
            used.append(address)
        elif request.param == "qdrant+local":
            address = f"qdrant+local://{tmp_path}/qdrant/{mine}-{name}?grace=0"
        return open_store(tmp_path / name, address, data_folder(tmp_path / "index"))

    yield store
    for address in used:
        from indexer.qdrant.address import Address
        from indexer.qdrant.connection import Connection

        connection = Connection(Address.read(address))
        for generation in connection.generations():
            connection.remove(generation)


def quiet(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


def built(store: IndexStore, sources: Path, embedder: Embedder) -> Index:
    report = store.build([sources], embedder, rebuild=False, progress=quiet)
    assert not report.failures
    return store.open(embedder)


@pytest.fixture
def index(opened: Opened, tmp_path: Path, embedder: Embedder) -> Index:
    return built(opened(), write(tmp_path / "sources"), embedder)


def sources_of(index: Index, numbers: object) -> set[str]:
    records = {record.id: record.source for record in index.headers()}
    return {records[passage.document_id] for passage in index.numbered(numbers)}  # type: ignore[arg-type]


def legs(index: Index, embedder: Embedder, allowed: np.ndarray | None = None) -> tuple[list[int], list[int]]:
    vector = embedder.encode_queries(["Who counted the lamps in Halifax?"])[0]
    words = index.lexical.search(ASKED, 50, allowed=allowed).numbers.tolist()
    return words, index.vectors.search(vector, 50, allowed=allowed).numbers.tolist()


def test_it_holds_what_an_index_in_a_folder_holds(index: Index, tmp_path: Path, embedder: Embedder) -> None:
    alone = built(open_store(tmp_path / "compared"), tmp_path / "sources", embedder)
    assert index.documents() == alone.documents() and index.passages() == alone.passages()
    assert index.items() == alone.items() != []
    assert index.passage_counts == alone.passage_counts
    assert index.jurisdiction_counts() == alone.jurisdiction_counts() != {}
    assert index.vocabulary == alone.vocabulary
    assert index.meetings == alone.meetings
    numbers = list(range(len(alone.passages())))
    assert index.versions_of(numbers) == alone.versions_of(numbers) != {}
    assert np.array_equal(index.silent, alone.silent)
    assert np.array_equal(index.vectors.vectors(np.array(numbers)), alone.vectors.vectors(np.array(numbers)))
    assert index.manifest.sources == alone.manifest.sources
    assert index.manifest.audiences == alone.manifest.audiences
    for document in alone.documents():
        assert index.written(document.id, 3, 9) == document.text[3:9]
        assert index.document(document.id) == document


def test_what_is_marked_silent_is_never_near_and_what_is_left_comes_in_its_place(
    index: Index, embedder: Embedder
) -> None:
    vector = embedder.encode_queries(["Who counted the lamps in Halifax?"])[0]
    everything = index.vectors.search(vector, len(index.vectors)).numbers
    silent = np.zeros(len(everything), np.bool_)
    silent[everything[:3]] = True
    assert index.vectors.search(vector, 4, silent=silent).numbers.tolist() == everything[3:7].tolist()
    among = np.sort(everything[2:6])
    assert index.vectors.search(vector, 4, allowed=among, silent=silent).numbers.tolist() == everything[3:6].tolist()


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(roles=("decision",)), Filters(jurisdictions=("NS", "NB"))], ids=str
)
def test_whether_passages_meet_filters_is_told_by_their_numbers(index: Index, filters: Filters) -> None:
    numbers = np.arange(len(index.vectors))[::-1]
    passages = index.numbered(numbers)
    met = [
        (not filters.roles or passage.role in filters.roles)
        and (not filters.jurisdictions or not set(filters.jurisdictions).isdisjoint(passage.jurisdictions))
        for passage in passages
    ]
    assert any(met) and index.meets(numbers, filters).tolist() == met
    assert index.meets(numbers[:0], filters).tolist() == []


def test_both_legs_find_what_those_of_a_folder_find(index: Index, tmp_path: Path, embedder: Embedder) -> None:
    alone = built(open_store(tmp_path / "compared"), tmp_path / "sources", embedder)
    for audience in Distribution:
        one, other = index.seen_by(audience), alone.seen_by(audience)
        assert legs(one, embedder) == legs(other, embedder)
        assert one.lexical.rarities(ASKED) == pytest.approx(other.lexical.rarities(ASKED))
        shares = one.lexical.search(ASKED, 50).shares
        assert shares == pytest.approx(other.lexical.search(ASKED, 50).shares, rel=1e-5)
        assert one.holding("lamps", 9) == other.holding("lamps", 9) != []


def test_sentences_say_what_those_of_a_folder_say(index: Index, tmp_path: Path, embedder: Embedder) -> None:
    alone = built(open_store(tmp_path / "compared"), tmp_path / "sources", embedder)
    numbers = list(range(len(alone.passages())))
    one, other = index.statements.of(numbers), alone.statements.of(numbers)
    assert np.array_equal(one.passage, other.passage) and np.array_equal(one.spans, other.spans) and len(one)
    assert np.allclose(index.statements.vectors(one), alone.statements.vectors(other), atol=2e-3)
    assert index.statements.statuses(one) == alone.statements.statuses(other)
    asked = embedder.encode_documents(["lamps", "ropes"])
    weights = np.array([1.0, 2.0], np.float32)
    likenesses = index.words.likenesses(asked, weights, numbers)
    assert likenesses == pytest.approx(alone.words.likenesses(asked, weights, numbers), abs=1e-5)
    of_sentences = index.words.likenesses_of(asked, weights, one)
    assert of_sentences == pytest.approx(alone.words.likenesses_of(asked, weights, other), abs=1e-5)
    assert index.words.nearest(asked, numbers) == pytest.approx(alone.words.nearest(asked, numbers), abs=1e-5)


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(document_languages=("fr",)), {"lampes.txt"}),
        (Filters(roles=(str(Role.DECISION),)), {"ropes.txt"}),
        (Filters(jurisdictions=("CRA", "YT")), {"lamps.txt", "lampes.txt", "lamps-nearer.txt"}),
        (Filters(meetings=("2031",)), {"ropes.txt"}),
        (Filters(date_from="2031-06", date_to="2031"), {"ropes.txt"}),
        (Filters(document_languages=("en",), jurisdictions=("NS",)), {"lamps.txt", "lamps-nearer.txt"}),
        (Filters(documents=()), set()),
        (Filters(documents=(document_id("lamps.txt"),)), {"lamps.txt"}),
    ],
    ids=str,
)
def test_filters_hold_in_both_legs(index: Index, embedder: Embedder, filters: Filters, sources: set[str]) -> None:
    allowed = index.allowed(filters)
    assert allowed is not None and sources_of(index, allowed) == sources
    for numbers in legs(index, embedder, allowed):
        assert set(numbers) <= set(allowed.tolist())
    assert set(legs(index, embedder, allowed)[1]) == set(allowed.tolist())
    # Numbers that no filter gave hold as well.
    assert set(legs(index, embedder, allowed[:1])[1]) == set(allowed[:1].tolist())


def test_what_an_audience_may_not_see_takes_no_part(opened: Opened, tmp_path: Path, embedder: Embedder) -> None:
    whole = built(opened(), write(tmp_path / "sources"), embedder)
    for audience in (PUBLIC, MEMBERS):
        view = whole.seen_by(audience)
        alone = built(opened(f"for-{audience}"), write(tmp_path / f"for-{audience}", audience), embedder)
        assert view.documents() == alone.documents() and view.passages() == alone.passages()
        assert view.items() == alone.items()
        assert view.vocabulary == alone.vocabulary and "gyroscope" not in view.vocabulary
        assert view.lexical.rarities(ASKED) == alone.lexical.rarities(ASKED)
        assert view.lexical.search(ASKED, 50).shares.tolist() == alone.lexical.search(ASKED, 50).shares.tolist()
        assert legs(view, embedder) == legs(alone, embedder)
        assert view.seen_by(SECRETARIAT).documents() == view.documents()
        (secret,) = [record for record in whole.headers() if record.source == "lamps-nearer.txt"]
        passage = whole.passages(secret.id)[0]
        (number,) = whole.places([passage])
        assert view.document(secret.id) is None and view.passage(passage.id) is None
        assert view.written(secret.id, 0, 9) == "" and view.passages(secret.id) == []
        with pytest.raises(KeyError):
            view.numbered([number])
        with pytest.raises(KeyError):
            view.places([passage])
        # Asked for by its number, neither leg gives it.
        assert legs(view, embedder, np.array([0])) == legs(alone, embedder, np.array([0]))


def test_what_was_hidden_since_is_not_found(index: Index, embedder: Embedder) -> None:
    gone = document_id("lamps-nearer.txt")
    view = index.seen_by(SECRETARIAT, [gone])
    held = view.allowed(Filters())
    assert held is not None and "lamps-nearer.txt" not in sources_of(view, held)
    for numbers in legs(view, embedder, held):
        assert numbers and "lamps-nearer.txt" not in sources_of(view, numbers)
    filtered = view.allowed(Filters(jurisdictions=("NS",)))
    assert filtered is not None
    for numbers in legs(view, embedder, filtered):
        assert sources_of(view, numbers) <= {"lamps.txt", "lampes.txt"}
    assert "gyroscope" in index.vocabulary and "gyroscope" not in view.vocabulary
    assert view.holding("gyroscope", 5) == [] != index.holding("gyroscope", 5)
    assert view.document(gone) is None and view.passages(gone) == []


def test_changes_and_removals_are_followed(opened: Opened, tmp_path: Path, embedder: Embedder) -> None:
    store, sources = opened(), write(tmp_path / "sources")
    first = built(store, sources, embedder)
    assert not store.build([sources], embedder, rebuild=False, progress=quiet).changed
    changed = "Note on lamps\n\nIn Halifax, nobody of Nova Scotia counted any trombones on 3 May 2030.\n"
    write(sources, lamps=changed)
    (sources / "ropes.txt").unlink()
    report = store.build([sources], embedder, rebuild=False, progress=quiet)
    assert (report.read, report.removed) == (1, ("ropes.txt",))
    second = store.open(embedder)
    assert second.generation != first.generation and store.current() == second.generation
    assert {record.source for record in second.documents()} == {"lamps.txt", "lampes.txt", "lamps-nearer.txt"}
    assert "trombones" in second.vocabulary and "ropes" not in second.vocabulary and second.items() == []
    fresh = built(opened("fresh"), sources, embedder)
    assert second.passages() == fresh.passages() and second.vocabulary == fresh.vocabulary
    assert legs(second, embedder) == legs(fresh, embedder)
    assert second.lexical.search(ASKED, 9).shares.tolist() == fresh.lexical.search(ASKED, 9).shares.tolist()


def test_uploads_and_decisions_are_followed(opened: Opened, tmp_path: Path, embedder: Embedder) -> None:
    store = opened()
    built(store, write(tmp_path / "sources"), embedder)
    data = data_folder(tmp_path / "index")
    (data / UPLOADS).mkdir(parents=True)
    (data / UPLOADS / "buoys.txt").write_text("Notes\n\nThe buoys of the harbour are green.\n", encoding="utf-8")
    narrowed, withdrawn = document_id("lamps.txt"), document_id("ropes.txt")
    overrides.change(data, narrowed, lambda old: old.model_copy(update={"distribution": SECRETARIAT}))
    overrides.change(data, withdrawn, lambda old: old.model_copy(update={"withdrawn": True}))
    report = store.update(embedder, progress=quiet)
    assert (report.read, report.withdrawn) == (1, ("ropes.txt",))
    index = store.open(embedder)
    assert "uploaded/buoys.txt" in {record.source for record in index.documents()}
    assert index.seen_by(MEMBERS).document(narrowed) is None and index.document(narrowed) is not None
    assert index.document(withdrawn) is None and "ropes.txt" in index.manifest.withdrawn
    assert not store.update(embedder, progress=quiet).changed
    overrides.change(data, withdrawn, lambda old: old.model_copy(update={"withdrawn": False}))
    store.update(embedder, progress=quiet)
    assert store.open(embedder).document(withdrawn) is not None


def test_what_serves_is_in_order(opened: Opened, tmp_path: Path, embedder: Embedder) -> None:
    store = opened()
    built(store, write(tmp_path / "sources"), embedder)
    assert store.condition() == ("green", [])


class Other:
    """An embedder by another name."""

    def __init__(self, embedder: Embedder) -> None:
        self.id, self.dimension = "other-model", embedder.dimension
        self.encode_documents, self.encode_queries = embedder.encode_documents, embedder.encode_queries


def test_what_cannot_be_used_is_told(opened: Opened, tmp_path: Path, embedder: Embedder) -> None:
    store = opened()
    with pytest.raises(IndexUnusableError, match="no index here; build one"):
        store.open(embedder)
    built(store, write(tmp_path / "sources"), embedder)
    with pytest.raises(IndexUnusableError, match=r"with the model .*, this is other-model"):
        store.open(Other(embedder))  # type: ignore[arg-type]
    for path in (tmp_path / "sources").glob("*.txt"):
        path.write_bytes(b"\0\1\2")
    shutil.rmtree(tmp_path / "sources")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    with pytest.raises(CouncilError, match="none of the 1 documents could be read"):
        store.build([tmp_path / "sources"], embedder, rebuild=False, progress=quiet)
    assert len(store.open(embedder).documents()) == len(TEXTS)
