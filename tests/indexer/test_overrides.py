"""What the secretariat decided: written whole, by one at a time, and read again as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import overrides
from indexer.documents import Distribution, DocumentType
from indexer.errors import CouncilError, IndexUnusableError
from indexer.overrides import NOTHING, Override

ANY = st.builds(
    Override,
    withdrawn=st.booleans(),
    distribution=st.none() | st.sampled_from(Distribution),
    stated=st.none() | st.sampled_from(Distribution),
    approved_by=st.none() | st.text(min_size=1).filter(lambda text: text.isprintable()),
    approved_on=st.none() | st.dates().map(str),
    title=st.none() | st.text(min_size=1).filter(lambda text: text.isprintable()),
    type=st.none() | st.sampled_from(DocumentType),
    language=st.none() | st.sampled_from(["en", "fr"]),
    jurisdiction=st.none() | st.just("NS"),
)


def test_nothing_was_decided_where_there_is_no_file(tmp_path: Path) -> None:
    assert overrides.load(tmp_path / "none").of("x") == NOTHING
    assert overrides.revision(tmp_path / "none") is None


@given(decided=st.dictionaries(st.text(min_size=1, max_size=20), ANY, max_size=4))
def test_what_is_decided_is_read_again(tmp_path_factory: pytest.TempPathFactory, decided: dict[str, Override]) -> None:
    data = tmp_path_factory.mktemp("data")
    for document_id, override in decided.items():
        before = overrides.revision(data)
        assert overrides.change(data, document_id, lambda _, new=override: new) == override
        assert overrides.revision(data) != before
    kept = {document_id: override for document_id, override in decided.items() if override != NOTHING}
    assert overrides.load(data).documents == kept
    for document_id in decided:
        overrides.change(data, document_id, lambda _: NOTHING)
    assert overrides.load(data).documents == {}


def test_writers_in_threads_and_processes_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from indexer import overrides\n"
        "for n in range(20): overrides.change(Path(sys.argv[1]), f'{sys.argv[2]}-{n}',"
        " lambda old: old.model_copy(update={'withdrawn': True}))"
    )
    others = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "ab"]

    def change(number: int) -> None:
        overrides.change(tmp_path, "shared", lambda old: old.model_copy(update={"title": (old.title or "") + "x"}))
        overrides.load(tmp_path)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(40)))
    assert [other.wait(60) for other in others] == [0, 0]
    found = overrides.load(tmp_path)
    assert len(found.documents) == 41 and found.of("shared").title == "x" * 40


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"documents": {"x": {"colour": "red"}}}', '{"documents": {"x": {"approved_on": "May"}}}',
     '{"format_version": 99}', '{"format_version": 1, "documents": {"x": {"distribution": "everybody"}}}'],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_stops_everything(tmp_path: Path, content: str) -> None:
    (tmp_path / "overrides.json").write_text(content, encoding="utf-8")
    with pytest.raises(IndexUnusableError, match="nothing is shown"):
        overrides.load(tmp_path)
    with pytest.raises(CouncilError):
        overrides.change(tmp_path, "x", lambda old: old)
    assert (tmp_path / "overrides.json").read_text(encoding="utf-8") == content


def test_a_change_that_fails_leaves_the_file(tmp_path: Path) -> None:
    overrides.change(tmp_path, "x", lambda old: old.model_copy(update={"title": "Kept"}))
    with pytest.raises(ZeroDivisionError):
        overrides.change(tmp_path, "x", lambda old: 1 / 0)  # type: ignore[arg-type, return-value]
    assert overrides.load(tmp_path).of("x").title == "Kept"
    assert json.loads((tmp_path / "overrides.json").read_text())["documents"] == {"x": {"title": "Kept"}}
    (tmp_path / "file").write_text("")
    with pytest.raises(CouncilError, match="nothing changed"):
        overrides.change(tmp_path / "file", "x", lambda old: old)
