"""What `council export`, `council ask` and `council search` write for an audience, byte by byte."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from indexer.documents import Distribution

EXPORTS = [
    ("passages", "--format", "jsonl"),
    ("passages", "--format", "csv"),
    ("passages", "--format", "xlsx"),
    ("follow-ups", "--format", "jsonl"),
    ("follow-ups", "--format", "csv", "--owner", "Yukon"),
    ("follow-ups", "--format", "xlsx", "--meeting", "2021"),
    ("follow-ups", "--format", "jsonl", "--kind", "decision", "--doc-language", "fr"),
    ("matches", "--format", "csv"),  # of the latest meeting, which is another one where documents are hidden
    ("matches", "--format", "jsonl", "--meeting", "2021-03"),
    ("matches", "--format", "jsonl", "--meeting", "2022-09"),
    ("matches", "--format", "jsonl", "--meeting", "2019-02", "--language", "fr"),
    ("brief", "--format", "html", "--topic", "online booking"),
    ("brief", "--format", "docx", "--topic", "robot de clavardage", "--language", "fr"),
    ("brief", "--format", "html", "--topic", "zorvanique"),
    ("brief", "--format", "html", "--topic", "mirgaloth register", "--jurisdiction", "YT"),
    ("analysis", "--format", "docx"),
    ("analysis", "--format", "xlsx", "--meeting", "2021-03"),
    ("analysis", "--format", "xlsx", "--meeting", "2019"),
    ("analysis", "--format", "docx", "--meeting", "2022-09", "--language", "fr"),
    ("analysis", "--format", "docx", "--meeting", "2031"),
]
QUESTIONS = ["Who piloted the zorvanique register?", "Quelles administrations ont la prise de rendez-vous en ligne?"]


@pytest.fixture(params=[Distribution.PUBLIC, Distribution.MEMBERS])
def audience(request) -> Distribution:
    return request.param


def written(path: Path) -> object:
    """A file's bytes, of a zipped one those of its parts; but for the time at which it was written."""
    if not path.exists():
        return None
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name) for name in parts.namelist() if name != "docProps/core.xml"}


@pytest.mark.parametrize("arguments", EXPORTS, ids=lambda arguments: "-".join(arguments).replace("--", ""))
def test_exports_are_the_same(main, indexes, tmp_path, audience, arguments):
    results = []
    for held in (Distribution.SECRETARIAT, audience):
        out = tmp_path / held / "out"
        done = main("export", *arguments, "--index", indexes[held], "--audience", audience, "--out", out)
        told = [text.replace(str(tmp_path / held), "") for text in (done.stdout, done.stderr)]
        results.append((done.returncode, told, written(out)))
    assert results[0] == results[1]
    everything = tmp_path / "everything"
    main("export", *arguments, "--index", indexes[Distribution.SECRETARIAT], "--out", everything)
    if arguments[0] == "passages":
        assert written(everything) != results[0][2]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("how", ["ask", "search"])
def test_what_is_printed_is_the_same(main, indexes, audience, how, question):
    printed = []
    for held in (Distribution.SECRETARIAT, audience):
        plain = main(how, question, "--index", indexes[held], "--audience", audience)
        whole = main(how, question, "--index", indexes[held], "--audience", audience, "--json")
        took = r"\d+[.,]?\d* ?ms"
        printed.append(
            (
                *(re.sub(took, "", text) for text in (plain.stdout, plain.stderr)),
                *(plain.returncode, whole.returncode),
                {name: value for name, value in json.loads(whole.stdout).items() if name != "took_ms"},
            )
        )
    assert printed[0] == printed[1]


def test_a_hidden_passage_is_refused_as_an_unknown_one(main, indexes, sides_of, audience):
    sides = sides_of(audience, Distribution.SECRETARIAT)
    hidden = sorted(set(sides.passages) - {passage.id for passage in sides.seen.index().passages()})
    refusals = []
    for one in (hidden[0], "p" + "f" * 16):
        refused = main("ask", "--for", one, "--index", indexes[Distribution.SECRETARIAT], "--audience", audience)
        assert refused.returncode == 1
        refusals.append((refused.stdout, refused.stderr.replace(one, "")))
    assert refusals[0] == refusals[1]
