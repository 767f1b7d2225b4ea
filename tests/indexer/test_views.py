"""An index as each audience sees it: the first so many passages, less what was hidden since the build."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import vectors
from indexer.build import build, update
from indexer.data_folder import UPLOADS, data_folder
from indexer.documents import Distribution
from indexer.lexical_query import lexical_query
from indexer.store import Filters, Index, open_index
from indexer.vectors import VectorIndex

PUBLIC, MEMBERS, SECRETARIAT = Distribution
TEXTS = {
    "b-lamps.txt": (
        PUBLIC,
        "en",
        "Note on lamps\n\nIn Halifax, Ada Marsh of Nova Scotia counted 4,120 lamps and 17.5 bells on 3 May 2030; "
        "Bertrand Caillou sold 38 of them to CRA.",
    ),
    "b-lampes.txt": (
        PUBLIC,
        "fr",
        "Note sur les lampes\n\nLe 3 mai 2030, à Halifax, Ada Marsh de la Nouvelle-Écosse compte 4 120 lampes et 17,5 "
        "cloches; Bertrand Caillou en vend 38 à CRA.",
    ),
    "a-ropes.txt": (
        MEMBERS,
        "en",
        "Record of decisions, 9 June 2031\n\nOdile Quill of Yukon counted lamps, ropes and sails in Iqaluit.\n\n"
        "Decision 1: The ropes of Iqaluit are sold before the winter of 2032 to whoever wants them.",
    ),
    "c-lamps-nearer.txt": (
        SECRETARIAT,
        "en",
        "Note on lamps\n\nIn Halifax, Ada Marsh of Nova Scotia counted 4,120 lamps and 17.5 bells on 3 May 2030; "
        "Bertrand Caillou sold 38 of them to CRA. Ada Marsh counted lamps.",
    ),
    "d-lamps-lamps.txt": (SECRETARIAT, "en", "Lamps\n\nYukon has lamps, lamps and more lamps in Whitehorse, says Ada."),
}


def written(folder: Path, audience: Distribution = SECRETARIAT) -> Path:
    folder.mkdir()
    rows = []
    for name, (whose, language, text) in TEXTS.items():
        if whose.rank <= audience.rank:
            (folder / name).write_text(text + "\n", encoding="utf-8")
            rows.append(f'[[document]]\nfile = "{name}"\ndistribution = "{whose}"\nlanguage = "{language}"\n')
    (folder / "manifest.toml").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory, embedder) -> Path:
    base = tmp_path_factory.mktemp("views")
    build([written(base / "sources")], base / "index", embedder)
    return base / "index"


@pytest.fixture(scope="module")
def whole(folder) -> Index:
    return open_index(folder)


@pytest.fixture(scope="module")
def ids(whole) -> dict[str, str]:
    return {record.source: record.id for record in whole.documents()}


@pytest.fixture(params=list(Distribution))
def audience(request) -> Distribution:
    return request.param


def expected(whole: Index, audience: Distribution, hidden: set[str] = frozenset()) -> list[int]:
    """Numbers of the passages that an audience may see, from the documents' own words on whom they are for."""
    allowed = {r.id for r in whole.documents() if r.distribution.rank <= audience.rank and r.id not in hidden}
    return [number for number, passage in enumerate(whole.passages()) if passage.document_id in allowed]


def test_an_audience_sees_the_first_so_many_passages(whole, audience):
    numbers = expected(whole, audience)
    view = whole.seen_by(audience)
    assert numbers == list(range(len(numbers))) and len(numbers) == whole.manifest.audiences[audience]
    assert [passage.id for passage in view.passages()] == [whole.passages()[n].id for n in numbers]
    assert view.numbered(numbers) == view.passages()
    assert len(view.vectors) == len(view.silent) == len(numbers)
    assert view.embedded().items() <= whole.embedded().items() and set(view.embedded().values()) == set(numbers)
    assert {record.distribution for record in view.documents()} <= {d for d in Distribution if d.rank <= audience.rank}


def test_counts_and_items_are_those_of_what_is_seen(whole):
    public, members = whole.seen_by(PUBLIC), whole.seen_by(MEMBERS)
    assert public.jurisdiction_counts() == {"NS": 2, "CRA": 2} and public.items() == []
    assert [item.number for item in members.items()] == ["1"]
    assert "YT" in whole.jurisdiction_counts() and "YT" not in public.jurisdiction_counts()
    for view in (public, members, whole):
        codes = [code for passage in view.passages() for code in passage.jurisdictions]
        assert view.jurisdiction_counts() == {code: codes.count(code) for code in codes}
    public.jurisdiction_counts()["YT"] = 9
    assert "YT" not in public.jurisdiction_counts()


def test_a_number_out_of_sight_is_no_number(whole, audience):
    view = whole.seen_by(audience)
    count = len(view.passages())
    for number in (-1, count, 10_000):
        with pytest.raises(KeyError, match="not held"):
            view.numbered([0, number])
    if audience is not SECRETARIAT:
        whole.numbered([count])  # read before, and kept
        with pytest.raises(KeyError):
            view.numbered([count])


def test_seen_by_never_widens(whole, ids):
    for one in Distribution:
        for other in Distribution:
            twice = whole.seen_by(one).seen_by(other)
            assert twice.audience is min(one, other, key=lambda audience: audience.rank)
            assert twice.passages() == whole.seen_by(twice.audience).passages()
    hidden = whole.seen_by(SECRETARIAT, [ids["b-lamps.txt"]])
    for again in (hidden.seen_by(SECRETARIAT), hidden.seen_by(PUBLIC), hidden.seen_by(SECRETARIAT, ["other"])):
        assert again.document(ids["b-lamps.txt"]) is None
        assert ids["b-lamps.txt"] not in {passage.document_id for passage in again.passages()}


def test_a_view_leaves_the_index_as_it_was(whole, ids):
    before = (whole.documents(), whole.passages(), whole.silent.tolist(), whole.jurisdiction_counts())
    view = whole.seen_by(PUBLIC, [ids["b-lamps.txt"]])
    view.documents(), view.passages(), view.silent, view.jurisdiction_counts(), view.numbered([0])
    assert (whole.documents(), whole.passages(), whole.silent.tolist(), whole.jurisdiction_counts()) == before
    assert whole.audience is SECRETARIAT and whole.allowed(Filters()) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_hidden_documents_are_gone_from_every_look_up(whole, ids, data):
    audience = data.draw(st.sampled_from(list(Distribution)))
    hidden = data.draw(st.sets(st.sampled_from(sorted(ids.values()))))
    view = whole.seen_by(audience, hidden)
    numbers = expected(whole, audience, hidden)
    passages = [whole.passages()[number] for number in numbers]
    left = {p.document_id for p in passages}
    assert view.passages() == passages
    assert {record.id for record in view.documents()} == left == {r.id for r in view.documents_by_id(ids.values())}
    assert {p.id for p in view.passages_by_id(p.id for p in whole.passages())} == {p.id for p in passages}
    assert [item.document_id for item in view.items()] == [
        i.document_id for i in whole.items() if i.document_id in left
    ]
    for number, passage in enumerate(whole.passages()):
        assert (view.passage(passage.id) is not None) is (number in numbers)
        if number not in numbers:
            assert view.versions(passage.id) == () and view.versions_of([number]) == {}
            with pytest.raises(KeyError):
                view.numbered([number])
    everything = view.allowed(Filters())
    assert (everything is None) is (numbers == list(range(whole.manifest.audiences[audience])))
    assert everything is None or everything.tolist() == numbers
    for filters in (
        Filters(document_languages=("en",)),
        Filters(jurisdictions=("YT", "NS")),
        Filters(roles=("decision", "background")),
        Filters(documents=tuple(ids.values())),
        Filters(date_from="2030"),
    ):
        allowed, of_all = view.allowed(filters), whole.allowed(filters)
        assert allowed is not None and of_all is not None
        assert allowed.tolist() == [number for number in of_all.tolist() if number in numbers]


def test_versions_are_those_among_what_is_seen(whole, ids):
    """The secretariat's nearer version takes the French one's partner from nobody else."""
    for audience in (PUBLIC, MEMBERS):
        view = whole.seen_by(audience)
        french = view.document(ids["b-lampes.txt"])
        assert french is not None and french.translation_of == ids["b-lamps.txt"]
        passage = view.passages(french.id)[-1]
        (other,) = view.versions(passage.id)
        assert view.passage(other).document_id == ids["b-lamps.txt"]
        assert view.versions(other) == (passage.id,)
    french = whole.document(ids["b-lampes.txt"])
    assert french is not None and french.translation_of == ids["c-lamps-nearer.txt"]
    assert whole.versions(whole.passages(ids["b-lamps.txt"])[-1].id) == ()
    without = whole.seen_by(SECRETARIAT, [ids["c-lamps-nearer.txt"]])
    assert without.document(ids["b-lampes.txt"]).translation_of is None


def test_frequencies_are_those_of_what_is_seen(whole, tmp_path, embedder):
    asked = lexical_query("lamps in Halifax", "en", ())
    rarities = []
    for audience in Distribution:
        view = whole.seen_by(audience)
        build([written(tmp_path / f"for-{audience}", audience)], tmp_path / audience, embedder)
        alone = open_index(tmp_path / audience)
        assert view.lexical.rarities(asked) == alone.lexical.rarities(asked)
        one, other = view.lexical.search(asked, 100), alone.lexical.search(asked, 100)
        assert one.numbers.tolist() == other.numbers.tolist() and one.shares.tolist() == other.shares.tolist()
        rarities.append(view.lexical.rarities(asked))
    assert rarities[0] != rarities[1] != rarities[2]


def test_an_upload_that_is_hidden_changes_nothing_for_others(tmp_path, embedder):
    """Built aside and taken over, or all at once: what the public sees stays to the last bit."""
    index = tmp_path / "index"
    build([written(tmp_path / "sources", PUBLIC)], index, embedder)
    before = open_index(index)
    uploads = data_folder(index) / UPLOADS
    uploads.mkdir(parents=True)
    (uploads / "a-lamps.txt").write_text(TEXTS["c-lamps-nearer.txt"][2], encoding="utf-8")
    assert update(index, embedder).changed
    whole = open_index(index)
    view = whole.seen_by(PUBLIC)
    assert len(whole.documents()) == 3 and view.documents() == before.documents()
    assert view.passages() == before.passages()
    numbers = np.arange(len(before.passages()))
    assert view.versions_of(numbers) == before.versions_of(numbers) != {}
    assert np.array_equal(view.vectors.vectors(numbers), before.vectors.vectors(numbers))


def test_what_the_catalogue_said_of_a_translation_holds_over_updates(tmp_path, embedder):
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "one.txt").write_text("The quays\n\nThe quays were painted in April, and it held.\n", encoding="utf-8")
    (sources / "deux.txt").write_text("Les phares\n\nLes phares sont repeints chaque année en mai.\n", encoding="utf-8")
    (sources / "manifest.toml").write_text('[[document]]\nfile = "deux.txt"\ntranslation_of = "one.txt"\n', "utf-8")
    build([sources], tmp_path / "index", embedder)
    uploads = data_folder(tmp_path / "index") / UPLOADS
    uploads.mkdir(parents=True)
    (uploads / "three.txt").write_text("Another\n\nThe boats are lent to members in summer.\n", encoding="utf-8")
    update(tmp_path / "index", embedder)
    opened = open_index(tmp_path / "index")
    (translation,) = [record for record in opened.documents() if record.translation_of]
    assert translation.source == "deux.txt" and opened.document(translation.translation_of).source == "one.txt"


def unit(count: int, seed: int) -> np.ndarray:
    matrix = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 200), st.integers(0, 220), st.integers(0, 999), st.data())
def test_the_first_vectors_are_searched_exactly(tmp_path_factory, count, limit, seed, data):
    """As numpy finds them, and to the bit as an index of those alone: with a list of numbers allowed and without."""
    matrix = unit(count, seed)
    first = data.draw(st.integers(0, count))
    chosen = data.draw(st.none() | st.sets(st.integers(0, count - 1)))
    allowed = None if chosen is None else np.array(sorted(chosen), dtype=np.int64)
    base = tmp_path_factory.mktemp("first")
    vectors.write(base / "all", matrix)
    vectors.write(base / "alone", matrix[:first])
    query = unit(1, seed + 1)[0]
    hits = VectorIndex(base / "all").first(first).search(query, limit, allowed=allowed)
    within = [n for n in range(first) if chosen is None or n in chosen]
    products = matrix @ query
    assert len(hits.numbers) == min(limit, len(within)) and set(hits.numbers.tolist()) <= set(within)
    assert hits.scores == pytest.approx(products[hits.numbers], abs=1e-5)
    assert hits.scores == pytest.approx(np.sort(products[within])[::-1][: len(hits.numbers)], abs=1e-5)
    alone = VectorIndex(base / "alone").search(query, limit, allowed=np.array(within, dtype=np.int64))
    assert hits.numbers.tolist() == alone.numbers.tolist() and hits.scores.tolist() == alone.scores.tolist()


def test_first_takes_no_more_than_there_are(tmp_path):
    vectors.write(tmp_path / "all", unit(5, 1))
    opened = VectorIndex(tmp_path / "all")
    for count in (-1, 6):
        with pytest.raises(ValueError, match="first"):
            opened.first(count)
    with pytest.raises(ValueError, match="first"):
        opened.first(3).first(4)
    assert len(opened.first(5).first(2)) == 2
