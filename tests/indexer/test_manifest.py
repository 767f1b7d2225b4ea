"""A generation's manifest, of which a program that serves reads what stands before the sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Distribution
from indexer.errors import IndexUnusableError
from indexer.manifest import FORMAT_VERSION, MANIFEST, HeldManifest, Manifest, ManifestHead, SourceState, read_manifest

NAMES = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    ["sources", '"sources": {', '\n  "withdrawn": {', '\n    "a": {', "\\", 'a": {', "}\n"]
)


def state(name: str) -> SourceState:
    return SourceState(
        digest=f"of {name}", reading="1", document_id=name, path=f"/of/{name}", distribution=Distribution.PUBLIC
    )


def made(sources: list[str], withdrawn: list[str]) -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        created="2026-01-01T00:00:00+00:00",
        model='a model "withdrawn": {',
        dimension=384,
        documents=len(sources),
        passages=3,
        audiences=dict.fromkeys(Distribution, 3),
        sources={name: state(name) for name in sources},
        withdrawn={name: state(name) for name in withdrawn},
    )


def put(folder: Path, content: str) -> Path:
    path = folder / "g000001" / MANIFEST
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


@given(sources=st.lists(NAMES, unique=True, max_size=6), withdrawn=st.lists(NAMES, unique=True, max_size=3))
def test_the_head_and_each_source_are_those_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, sources: list[str], withdrawn: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    manifest = made(sources, withdrawn)
    put(folder, manifest.written())
    held = HeldManifest(folder, "g000001")
    assert type(held.head) is ManifestHead, "the sources were read"
    assert held.head.model_dump() == manifest.model_dump(exclude={"sources", "withdrawn"})
    for name in {*sources, *withdrawn, "another"}:
        assert held.source(name) == manifest.sources.get(name)
    assert held.whole() == read_manifest(folder, "g000001") == manifest
    assert all(held.source(name) == manifest.sources.get(name) for name in {*sources, *withdrawn})


def test_a_manifest_written_in_another_layout_is_read_too(tmp_path: Path) -> None:
    manifest = made(["a.txt"], ["b.txt"])
    put(tmp_path, manifest.model_dump_json())
    held = HeldManifest(tmp_path, "g000001")
    assert held.head == held.whole() == manifest
    assert held.source("a.txt") == manifest.sources["a.txt"]


@pytest.mark.parametrize("cut", [lambda size: 0, lambda size: 40, lambda size: size // 2, lambda size: size - 2])
def test_a_manifest_that_was_cut_short_is_refused_at_once(tmp_path: Path, cut: Callable[[int], int]) -> None:
    content = made([f"{number}.txt" for number in range(20)], ["w.txt"]).written()
    put(tmp_path, content[: cut(len(content))])
    with pytest.raises(IndexUnusableError, match="--rebuild"):
        HeldManifest(tmp_path, "g000001")


def test_what_is_wrong_among_the_sources_is_told_where_they_are_asked_for(tmp_path: Path) -> None:
    content = made(["a.txt", "b.txt"], []).written().replace('"digest": "of a.txt"', '"digest": 5')
    put(tmp_path, content)
    held = HeldManifest(tmp_path, "g000001")
    assert held.head.passages == 3
    assert held.source("b.txt") == state("b.txt")
    for ask in (lambda: held.source("a.txt"), held.whole):
        with pytest.raises(IndexUnusableError, match="damaged"):
            ask()


def test_what_is_open_outlives_the_file(tmp_path: Path) -> None:
    manifest = made(["a.txt"], [])
    path = put(tmp_path, manifest.written())
    held = HeldManifest(tmp_path, "g000001")
    path.unlink()
    assert held.source("a.txt") == state("a.txt")
    assert held.whole() == manifest
