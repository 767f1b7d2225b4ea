"""Corrections of passages: kept whole, applied by every build, undone without a trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import corrections, jurisdictions
from indexer.build import build, update
from indexer.corrections import Correction
from indexer.data_folder import CORRECTIONS, data_folder
from indexer.describe import document_id
from indexer.documents import Attribution, Passage, Role
from indexer.embedding import Embedder
from indexer.errors import IndexUnusableError
from indexer.store import Filters, open_index
from indexer.wanted import upload_name

PIER = """Pier report

The council of ports notes that Yukon and Manitoba each mended a pier in May, and that both hold well.

Ferries

The ferry runs twice a day.
"""
CODES = [one.code for one in jurisdictions.all_jurisdictions()]
ANY = st.builds(
    Correction,
    role=st.none() | st.sampled_from(Role),
    jurisdictions=st.none() | st.lists(st.sampled_from(CODES), max_size=3).map(tuple),
    speaker=st.none() | st.text(alphabet="abé ", max_size=5),
)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "pier.txt").write_text(PIER, encoding="utf-8")
    return folder


@pytest.fixture
def folder(sources: Path, tmp_path: Path, embedder: Embedder) -> Path:
    index = tmp_path / "index"
    uploads = data_folder(index) / "documents"
    uploads.mkdir(parents=True)
    (uploads / "pier.txt").write_text(PIER, encoding="utf-8")
    build([sources], index, embedder)
    return index


SOURCE, UPLOAD = document_id("pier.txt"), document_id(upload_name("pier.txt"))


def passages(folder: Path, document: str) -> dict[str, Passage]:
    return {passage.id: passage for passage in open_index(folder).passages(document)}


def correct(folder: Path, passage: Passage, **fields: object) -> None:
    corrections.change(
        data_folder(folder),
        passage.document_id,
        {passage.id: passage.text},
        lambda before: before.model_copy(update=fields),
    )


@pytest.mark.parametrize("document", [SOURCE, UPLOAD])
def test_a_correction_outlasts_every_build(folder: Path, sources: Path, embedder: Embedder, document: str) -> None:
    before = passages(folder, document)
    passage = next(iter(before.values()))
    assert passage.attribution is Attribution.INFERRED and set(passage.jurisdictions) == {"YT", "MB"}
    correct(folder, passage, role=Role.ACHIEVEMENT, jurisdictions=("NU",), speaker="Ann Lee")
    after = replace(
        passage, role=Role.ACHIEVEMENT, jurisdictions=("NU",), speaker="Ann Lee", attribution=Attribution.STATED
    )
    report = update(folder, embedder)
    assert (report.changed, report.read, report.embedded, report.lost_corrections) == (True, 0, 0, ())
    for build_again in (
        lambda: update(folder, embedder),
        lambda: build([sources], folder, embedder),
        lambda: build([sources], folder, embedder, rebuild=True),
    ):
        held = passages(folder, document)
        assert held == before | {passage.id: after}
        index = open_index(folder)
        found = index.allowed(Filters(jurisdictions=("NU",), roles=("achievement",)))
        assert found is not None and [one.id for one in index.numbered(found)] == [passage.id]
        assert index.jurisdiction_counts()["NU"] == 1
        build_again()
    assert not update(folder, embedder).changed
    # Undone, the passage is again as its document has it.
    correct(folder, passage, role=None, jurisdictions=None, speaker=None)
    assert (report := update(folder, embedder)).changed and report.read == 0
    assert passages(folder, document) == before
    assert not corrections.load(data_folder(folder)).documents


def test_what_was_looked_at_is_stated(folder: Path, embedder: Embedder) -> None:
    passage = next(iter(passages(folder, SOURCE).values()))
    correct(folder, passage, jurisdictions=passage.jurisdictions)
    assert update(folder, embedder).changed
    assert passages(folder, SOURCE)[passage.id] == replace(passage, attribution=Attribution.STATED)


def test_a_correction_that_finds_no_passage_is_told_and_kept(folder: Path, sources: Path, embedder: Embedder) -> None:
    passage = next(iter(passages(folder, SOURCE).values()))
    correct(folder, passage, role=Role.NEED)
    (sources / "pier.txt").write_text(PIER.replace("May", "June"), encoding="utf-8")
    report = build([sources], folder, embedder)
    assert report.lost_corrections == ((SOURCE, passage.id),)
    kept = corrections.load(data_folder(folder)).of(SOURCE)[passage.id]
    assert kept.role is Role.NEED and kept.text and passage.text.startswith(kept.text)
    (sources / "pier.txt").write_text(PIER, encoding="utf-8")
    assert build([sources], folder, embedder).lost_corrections == ()
    assert passages(folder, SOURCE)[passage.id].role is Role.NEED


@given(first=ANY, second=ANY)
def test_corrections_replace_each_other_and_leave_no_trace(
    first: Correction, second: Correction, make_passage: Callable[..., Passage]
) -> None:
    own = tuple(make_passage(id=f"p{n}", jurisdictions=("NS",), attribution=Attribution.INFERRED) for n in range(3))
    held, kept = corrections.applied(own, {"p1": first, "p9": second})
    assert corrections.uncorrected(held, kept) == own
    again, kept = corrections.applied(corrections.uncorrected(held, kept), {"p1": second})
    assert again[1] == second.applied(own[1]) and (again[0], again[2]) == (own[0], own[2])
    assert (again[1].attribution is Attribution.STATED) is not second.empty


@settings(deadline=None)  # each change is brought to the disk
@given(decided=st.dictionaries(st.sampled_from(["d1", "d2"]), st.dictionaries(st.sampled_from("ab"), ANY)))
def test_what_is_corrected_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, decided: dict[str, dict[str, Correction]]
) -> None:
    data = tmp_path_factory.mktemp("data")
    for document, known in decided.items():
        for passage, correction in known.items():
            corrections.change(data, document, {passage: "It says"}, lambda _, new=correction: new)
    kept = {
        (document, passage): correction.model_copy(update={"text": "It says"})
        for document, known in decided.items()
        for passage, correction in known.items()
        if not correction.empty
    }
    read = corrections.load(data)
    assert {(d, p): one for d, known in read.documents.items() for p, one in known.items()} == kept
    assert read.lost({"d1": ["a"]}, ["d2"]) == tuple(pair for pair in sorted(kept) if pair == ("d1", "b"))


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"format_version": 2}', '{"documents": {"d": {"p": {"jurisdictions": ["XX"]}}}}',
     '{"documents": {"d": {"p": {"role": "chief"}}}}'],
)  # fmt: skip
def test_a_file_that_cannot_be_read_stops_the_build(folder: Path, embedder: Embedder, content: str) -> None:
    (data_folder(folder) / CORRECTIONS).write_text(content, encoding="utf-8")
    with pytest.raises(IndexUnusableError, match="nothing is built"):
        update(folder, embedder)


def test_a_manifest_from_before_there_were_corrections_is_read(folder: Path, embedder: Embedder) -> None:
    path = folder / open_index(folder).generation / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for state in manifest["sources"].values():
        del state["own"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert not update(folder, embedder).changed
