"""The script that checks whose passages are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval import attribution
from indexer import build, embedding

FORM = """Exchange form, May 2030

Jurisdiction: Manitoba

1. Achievements

We lit four hundred lamps along the northern pier last spring.

2. Priorities

Next year every bell of the southern harbour is to be cast anew.

3. Showcase

N/A

4. Questions and needs

Who else has had trouble with the bells of a harbour?
"""
RECORD = """Record of decision

4 May 2030

1. Lamps

Ada Marsh (Yukon) asks how long a lamp burns in the far north.

Decision 1: The lamps of the pier are lit all winter long from now on.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attribution")
    (folder / "form.txt").write_text(FORM, encoding="utf-8")
    (folder / "record.txt").write_text(RECORD, encoding="utf-8")
    build.build([folder / "form.txt", folder / "record.txt"], folder / "index", embedding.load())
    return folder / "index"


def gold(path: Path, *evidence: tuple[str, str, str, str | None]) -> Path:
    lines = [
        json.dumps(
            {
                "id": f"q{number}",
                "kind": kind,
                "question_en": "?",
                "question_fr": "?",
                "answer_en": None,
                "answer_fr": None,
                "evidence": [{"doc": doc, "quote": quote, "jurisdiction": code}],
            }
        )
        for number, (kind, doc, quote, code) in enumerate(evidence)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


RIGHT = [
    ("fact", "form.txt", "four hundred lamps along the northern pier", "MB"),
    ("fact", "record.txt", "how long a lamp burns in the far north", "YT"),
    ("decision", "record.txt", "The lamps of the pier are lit all winter long", None),
]


def test_quotes_credited_rightly_pass(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = gold(tmp_path / "gold.jsonl", *RIGHT)
    assert attribution.main(["--gold", str(file), "--index", str(index)]) == 0
    out = capsys.readouterr().out
    assert "jurisdiction: 2 of 2" in out and "role of decisions and follow-ups: 1 of 1" in out


def test_a_quote_credited_to_another_fails_and_is_named(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = gold(
        tmp_path / "gold.jsonl", *RIGHT[1:], ("fact", "form.txt", "four hundred lamps along the northern", "ON")
    )
    assert attribution.main(["--gold", str(file), "--index", str(index)]) == 1
    out = capsys.readouterr().out
    assert "q2 form.txt" in out and "expected ON, found ['MB']" in out and "1 of 2" in out


def test_a_decision_that_is_none_fails(index: Path, tmp_path: Path) -> None:
    file = gold(tmp_path / "gold.jsonl", ("decision", "record.txt", "how long a lamp burns in the far north", None))
    assert attribution.main(["--gold", str(file), "--index", str(index)]) == 1


def test_bad_input_is_named(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        attribution.main(["--gold", str(tmp_path / "none.jsonl"), "--index", str(index)])
    assert left.value.code == 2 and "none.jsonl" in capsys.readouterr().err


def test_several_gold_files_and_folders_are_taken(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    file = gold(tmp_path / "folder" / "gold.jsonl", *RIGHT)
    other = gold(tmp_path / "other.jsonl", RIGHT[0])
    other.write_text(other.read_text(encoding="utf-8").replace('"q0"', '"other"'), encoding="utf-8")
    for named in (["--gold", str(file.parent), str(other)], ["--gold", str(file), "--gold", str(other)]):
        assert attribution.main([*named, "--index", str(index)]) == 0
        assert "jurisdiction: 3 of 3" in capsys.readouterr().out
