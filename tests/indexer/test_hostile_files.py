"""Files that mean harm, at the reader: each is refused clearly or read, within the limits, and the next one is read.

LONG_TESTS=1 takes the slow ones too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import hostile_files
import pytest
from hostile_files import CASES, SAID, Case

from indexer import describe, layouts, passages, readers
from indexer.readers import bounds
from indexer.reading import Limits

ROOT = Path(__file__).resolve().parents[2]
LONG = bool(os.environ.get("LONG_TESTS"))
CHOSEN = {name: case for name, case in CASES.items() if LONG or not case.slow}
SECONDS = 30.0  # that reading one file may take here
GIGABYTE = 1_000_000_000
GOOD = "zz-good.txt"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What came of each file, read one after another in a process of its own, and what memory it took."""
    folder = tmp_path_factory.mktemp("hostile")
    for case in CHOSEN.values():
        (folder / case.name).write_bytes(case.make())
    (folder / GOOD).write_text(SAID, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(Path(hostile_files.__file__).with_name("hostile_run.py")), str(folder), str(SECONDS)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path_factory.mktemp("hostile-tmp"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for case in CHOSEN.values():
        (folder / case.name).unlink()
    return {line.get("name", "memory"): line for line in lines}


@pytest.mark.parametrize("case", CHOSEN.values(), ids=lambda case: case.name)
def test_refused_clearly_or_read_within_the_limits(told: dict[str, dict[str, Any]], case: Case) -> None:
    came = told[case.name]
    assert came["outcome"] == case.outcome if case.outcome != "either" else came["outcome"] in {"refused", "read"}
    assert came["seconds"] < SECONDS + 15
    if came["outcome"] == "refused":
        assert came["reason"] and came["mend"]
    else:
        assert hostile_files.SECRET not in came["text"]
        assert 0 < came["length"] <= bounds.MAX_CHARACTERS


def test_memory_stays_below_a_gigabyte(told: dict[str, dict[str, Any]]) -> None:
    memory = told["memory"]
    assert memory["children_kb"] * 1_024 < Limits().megabytes * 1_000_000 + 50_000_000
    assert (memory["children_kb"] + memory["own_kb"]) * 1_024 < GIGABYTE


def test_the_good_file_after_them_is_read(told: dict[str, dict[str, Any]]) -> None:
    assert told[GOOD]["outcome"] == "read"
    assert told[GOOD]["text"] == SAID


def test_what_stands_beside_a_trick_is_read(told: dict[str, dict[str, Any]]) -> None:
    for name in ("entity-of-a-file.docx", "paths-up.docx", "polyglot.pdf", "script-and-launch.pdf", "file-within.pdf"):
        assert SAID in told[name]["text"]


def test_nothing_is_written_where_a_members_name_points(told: dict[str, dict[str, Any]]) -> None:
    assert not any(Path("/tmp", name).exists() for name in ("up.xml", "absolute.xml"))


# Each bound, on both sides


def test_bounds_hold_at_their_border(tmp_path: Path) -> None:
    words = "The ferry leaves. " * (bounds.MAX_BLOCK // 18)
    path = tmp_path / "long.txt"
    path.write_text(words, encoding="utf-8")
    document = readers.read(path)
    bounds.check_document(path, document)
    bounds.check_pages(path, bounds.MAX_PAGES)
    bounds.check_characters(path, bounds.MAX_CHARACTERS)
    for check, number in ((bounds.check_pages, bounds.MAX_PAGES), (bounds.check_characters, bounds.MAX_CHARACTERS)):
        with pytest.raises(readers.UnreadableDocumentError, match=f"more than {number}; split it"):
            check(path, number + 1)
    path.write_text(words + words, encoding="utf-8")
    with pytest.raises(readers.UnreadableDocumentError, match="has a paragraph of"):
        readers.read(path)
    many = replace(document, blocks=document.blocks * (bounds.MAX_BLOCKS + 1))
    with pytest.raises(readers.UnreadableDocumentError, match=f"more than {bounds.MAX_BLOCKS}"):
        bounds.check_document(path, many)


def test_passages_of_one_long_paragraph_are_slices_of_it(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(" ".join(f"word{number}" for number in range(9_000)), encoding="utf-8")
    document = readers.read(path)
    record = describe.describe(document, "0" * 64, None)
    cut = passages.cut(document, record, layouts.recognise(document, record).sections)
    assert " ".join(passage.text for passage in cut) == document.text
    assert all(document.text[passage.start : passage.end] == passage.text for passage in cut)
    assert all(len(passage.text.split()) <= passages.MAX_WORDS for passage in cut)
