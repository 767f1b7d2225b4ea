"""An index that was renewed gives what one that is built at once does, whatever changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import completing, embedding, overrides
from indexer.build import build
from indexer.data_folder import data_folder
from indexer.documents import LANGUAGES, Distribution
from indexer.lexical_query import lexical_query
from indexer.store import Index, open_index

_SENTENCES = (
    "Ontario opened a counter at the harbour in May 2019.",
    "L’Ontario a ouvert un comptoir au port en mai 2019.",
    "Decision: the wardens will mend the tide bell by autumn.",
    "The queue at the ferry desk is half as long as it was in 2018.",
    "Le guichet du traversier attend encore une réponse du Québec.",
    "Nova Scotia plans to try the digital pass with 40 travellers.",
)
_NAMES = ("bell-en.txt", "bell-fr.txt", "ferry.txt", "harbour.txt", "pass.txt")

texts = st.lists(st.sampled_from(_SENTENCES), min_size=1, max_size=5).map("\n\n".join)
folders = st.dictionaries(st.sampled_from(_NAMES), texts, min_size=1)
audiences = st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(Distribution))


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, text in files.items():
        (folder / name).write_text(f"{name}\n\n{text}\n", encoding="utf-8")


def told(index: Index) -> list[object]:
    """All that an index tells, as each audience sees it."""
    found: list[object] = [index.documents(), index.passages(), index.items()]
    for audience in Distribution:
        view = index.seen_by(audience)
        numbers = range(len(view.vectors))
        found += [view.meetings, dict(view.vocabulary), view.jurisdiction_counts(), view.versions_of(numbers)]
        found.append(view.vectors.vectors(np.arange(len(view.vectors))).tolist())
        for question in ("counter at the harbour", "guichet du port", "2019"):
            for language in LANGUAGES:
                hits = view.lexical.search(lexical_query(question, language), 50)
                found.append((hits.numbers.tolist(), hits.shares.tolist()))
        found.append([hit.tolist() for hit in said(view)])
        read = view.statements.of(numbers)
        written = view.statements.written(range(view.statements.vocabulary_size))
        for ragged in (view.statements.tokens(read), view.statements.words(numbers)):
            pairs = zip(ragged.row.tolist(), ragged.values.tolist(), strict=True)
            found.append(sorted((row, written[number]) for row, number in pairs))
        found.append(sorted(written.values()))
        found.append([read.spans.tolist(), view.statements.statuses(read), view.statements.terms(read).values.tolist()])
    return found


def said(view: Index) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.float16]]:
    read = view.statements.of(range(len(view.vectors)))
    return (view.statements.digests(), view.statements.stored_vectors(read))


@settings(max_examples=12, deadline=None)
@given(before=folders, after=folders, decided=audiences)
def test_renewing_gives_what_building_at_once_gives(
    before: dict[str, str], after: dict[str, str], decided: dict[str, Distribution]
) -> None:
    with TemporaryDirectory() as aside:
        sources, renewed, whole = (Path(aside) / name for name in ("sources", "renewed", "whole"))
        write(sources, before)
        build([sources], renewed, embedding.load())
        write(sources, before | after)
        build([sources], renewed, embedding.load())
        write(sources, after)
        data = data_folder(renewed)
        for name, audience in decided.items():
            document = next((one for one in open_index(renewed).documents() if one.source == name), None)
            if document is not None:
                overrides.change(
                    data, document.id, lambda one, to=audience: one.model_copy(update={"distribution": to})
                )
        build([sources], renewed, embedding.load())
        build([sources], whole, embedding.load(), data=data)
        assert told(open_index(renewed)) == told(open_index(whole))


def test_what_did_not_change_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a document that stays is analysed, whatever comes before it."""
    sources, index = tmp_path / "sources", tmp_path / "index"
    files = {name: "\n\n".join(_SENTENCES[:3]) for name in _NAMES}
    write(sources, files)
    build([sources], index, embedding.load())
    write(sources, files | {"bell-en.txt": _SENTENCES[3]})
    seen: list[str] = []
    whole = completing.Completed.all

    def watched(self, readings):
        for one in whole(self, readings):
            if isinstance(one, completing.Complete):
                seen.append(one.prepared.record.source)
            yield one

    monkeypatch.setattr(completing.Completed, "all", watched)
    build([sources], index, embedding.load())
    assert seen == ["bell-en.txt"]
