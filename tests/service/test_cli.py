from __future__ import annotations

import json
import shutil

import pytest

from indexer.documents import DocumentType, PassageKind, Role, Status
from indexer.store import open_index
from service.contract import Answer, SearchResult

QUESTION = "Which jurisdictions work on digital identity?"
COMMANDS = ("index", "search", "ask", "serve", "eval", "export")


def assert_refused(run, status, *named):
    """A refusal is one readable line on standard error, and nothing on standard output."""
    assert run.returncode == status, run.stderr
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    for word in named:
        assert word in run.stderr


@pytest.fixture(scope="module")
def built(main, letters, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "index"
    run = main("index", letters, "--index", folder)
    assert run.returncode == 0, run.stderr
    return folder, run


# Usage


def test_help_names_every_command(council):
    run = council("--help")
    assert run.returncode == 0
    for command in COMMANDS:
        assert command in run.stdout


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["answer"],
        ["ask"],
        ["ask", "a", "b"],
        ["search"],
        ["index"],
        ["export"],
        ["export", "documents"],
        ["eval"],
        ["ask", QUESTION, "--colour", "blue"],
        ["ask", QUESTION, "--type", "letter"],
        ["ask", QUESTION, "--role", "hero"],
        ["ask", QUESTION, "--status", "done"],
        ["ask", QUESTION, "--doc-language", "de"],
        ["ask", QUESTION, "--language", "de"],
        ["ask", QUESTION, "--limit", "ten"],
        ["serve", "--port", "web"],
        ["export", "passages", "--format", "yaml"],
        ["export", "follow-ups", "--kind", "need"],
        ["export", "follow-ups", "--status", "delivered"],
        ["export", "follow-ups", "--language", "auto"],
        ["export", "follow-ups", "--doc-language", "de"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_refused_by_the_parser(main, words):
    assert_refused(main(*words), 2, "usage: council")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["ask", ""], "holds no word"),
        (["search", "?!"], "holds no word"),
        (["ask", "a" * 1001], "1000 at most"),
        (["ask", QUESTION, "--limit", "0"], "from 1 to 100"),
        (["ask", QUESTION, "--limit", "101"], "from 1 to 100"),
        (["search", QUESTION, "--jurisdiction", "ZZ"], "use one of BC"),
        (["search", QUESTION, "--from", "2020-13"], "YYYY-MM-DD"),
        (["search", QUESTION, "--to", "May"], "YYYY-MM-DD"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_values_are_bad_usage_with_the_mend(main, corpus_index, words, named):
    run = main(*words, "--index", corpus_index)
    assert_refused(run, 2, named)
    assert run.stderr.startswith("council: ")


@pytest.mark.parametrize(
    "words",
    [["ask", QUESTION], ["search", QUESTION], ["export", "passages"], ["export", "follow-ups"]],
    ids=" ".join,
)
def test_without_an_index_the_mend_is_told(council, tmp_path, words):
    assert_refused(council(*words, cwd=tmp_path), 1, ".index", "council index SOURCE... --index .index")


def test_an_index_folder_that_is_a_file_is_told(main, letters, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert_refused(main("ask", QUESTION, "--index", tmp_path / "file"), 1, "council index")
    assert_refused(main("index", letters, "--index", tmp_path / "file"), 1, "name another folder")


def test_an_unknown_model_is_told(council, corpus_index):
    run = council("ask", QUESTION, "--index", corpus_index, "--model", "no-such-model")
    assert_refused(run, 2, "no-such-model", "cannot be loaded")


def test_bytes_that_are_no_text_are_taken(main, corpus_index):
    run = main("ask", "caf\udce9 chatbots", "--index", corpus_index, "--json")
    assert run.returncode == 0
    assert json.loads(run.stdout)["question"] == "caf? chatbots"


# Indexing


def test_index_sums_up_what_it_did(built):
    _, run = built
    assert run.stdout.startswith("2 documents, ")
    assert "2 read" in run.stdout
    assert run.stderr == ""


def test_indexing_again_changes_nothing_and_rebuilding_reads_all(main, letters, tmp_path):
    folder = tmp_path / "index"
    main("index", letters, "--index", folder)
    first = open_index(folder).generation
    assert "nothing changed" in main("index", letters, "--index", folder).stdout
    assert open_index(folder).generation == first
    assert "2 read" in main("index", letters, "--index", folder, "--rebuild").stdout
    assert open_index(folder).generation != first


def test_a_document_that_is_gone_is_named_and_no_longer_served(main, letters, tmp_path):
    folder = tmp_path / "index"
    main("index", letters, "--index", folder)
    run = main("index", letters / "harbour.txt", "--index", folder)
    assert run.returncode == 0
    assert "removed: forets.txt" in run.stdout
    assert [document.source for document in open_index(folder).documents()] == ["harbour.txt"]


def test_unreadable_files_are_named_and_the_others_indexed(main, letters, tmp_path):
    shutil.copytree(letters, tmp_path / "letters")
    (tmp_path / "letters/broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "letters/broken.docx").write_bytes(b"no archive")
    (tmp_path / "letters/notes.xyz").write_text("not a document's suffix", encoding="utf-8")
    run = main("index", tmp_path / "letters", "--index", tmp_path / "index")
    assert run.returncode == 1
    assert "broken.pdf" in run.stderr and "broken.docx" in run.stderr
    assert "Traceback" not in run.stderr
    assert "2 documents, " in run.stdout and "2 files could not be read" in run.stdout
    assert "passed over" in run.stdout and "notes.xyz" in run.stdout
    assert len(open_index(tmp_path / "index").documents()) == 2


def test_nothing_that_can_be_read_writes_no_index(main, tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"nothing")
    assert_refused(main("index", tmp_path / "broken.pdf", "--index", tmp_path / "index"), 1, "broken.pdf")
    assert_refused(main("ask", QUESTION, "--index", tmp_path / "index"), 1, "no index here")


def test_sources_that_are_not_there_are_bad_usage(main, tmp_path):
    assert_refused(main("index", tmp_path / "none", "--index", tmp_path / "index"), 2, "no such file or folder")


# Searching and asking


def test_search_prints_passages_and_json(main, built):
    folder, _ = built
    text = main("search", "harbour berths", "--index", folder)
    assert text.returncode == 0
    assert text.stdout.startswith("1. ") and "harbour.txt" in text.stdout
    shape = SearchResult.model_validate_json(main("search", "harbour berths", "--index", folder, "--json").stdout)
    assert shape.passages[0].source == "harbour.txt"


def test_a_search_that_finds_nothing_says_so(main, built):
    run = main("search", "harbour berths", "--index", built[0], "--from", "2030")
    assert run.returncode == 0
    assert run.stdout.strip()
    assert run.stderr == ""


def test_ask_prints_an_answer_with_its_proofs(main, corpus_index, check_answer):
    shape = Answer.model_validate_json(main("ask", QUESTION, "--index", corpus_index, "--json").stdout)
    check_answer(shape)
    text = main("ask", QUESTION, "--index", corpus_index).stdout
    for citation in shape.citations:
        assert f"\n[{citation.number}] " in text
        assert citation.source in text
        assert " ".join(citation.quote.split())[:30] in " ".join(text.split())


def test_what_is_not_answered_shows_the_nearest_passages(main, corpus_index):
    run = main("ask", "Pourquoi les blixts zorbulent-ils le quazzle?", "--index", corpus_index)
    assert run.returncode == 0
    assert run.stdout.startswith("Les documents ne répondent pas")
    assert "\n1. " in run.stdout


@pytest.mark.parametrize(("option", "spoken"), [("fr", "fr"), ("en", "en"), ("auto", "en")])
def test_the_language_of_the_answer(main, corpus_index, option, spoken):
    run = main("ask", QUESTION, "--index", corpus_index, "--json", "--language", option)
    assert json.loads(run.stdout)["language"] == spoken


FILTERS = [
    (["--jurisdiction", "bc"], lambda hit: "BC" in hit["jurisdictions"]),
    (["--jurisdiction", "BC", "--jurisdiction", "ON"], lambda hit: {"BC", "ON"} & set(hit["jurisdictions"])),
    *((["--type", str(kind)], lambda hit, kind=kind: hit["document_type"] == kind) for kind in DocumentType),
    *((["--role", str(role)], lambda hit, role=role: hit["role"] == role) for role in Role),
    *((["--status", str(status)], lambda hit: True) for status in Status),
    (["--from", "2020"], lambda hit: hit["meeting_date"] >= "2020"),
    (["--to", "2019-12-31"], lambda hit: hit["meeting_date"] < "2020"),
    (["--doc-language", "fr"], lambda hit: hit["document_language"] == "fr"),
    (["--doc-language", "en"], lambda hit: hit["document_language"] == "en"),
    (["--limit", "3"], lambda hit: True),
]


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("options", "meets"), FILTERS, ids=lambda value: " ".join(value) if type(value) is list else ""
)
def test_filters_hold(main, corpus_index, command, options, meets):
    run = main(command, QUESTION, "--index", corpus_index, "--json", *options)
    assert run.returncode == 0
    passages = json.loads(run.stdout)["passages"]
    assert all(meets(hit) for hit in passages)
    assert len(passages) <= (3 if "--limit" in options else 10)
    passages_held = open_index(corpus_index).passages()
    held = {str(passage.role) for passage in passages_held if passage.kind is PassageKind.STATEMENT}
    assert passages or options == ["--type", "other"] or (options[0] == "--role" and options[1] not in held)


# Evaluation


GOLD_LINE = {
    "id": "t1",
    "kind": "fact",
    "question_en": "Where can harbour berths be booked?",
    "question_fr": "Où peut-on réserver une place au port?",
    "answer_en": "Online, in Nova Scotia.",
    "answer_fr": "En ligne, en Nouvelle-Écosse.",
    "evidence": [
        {
            "doc": "harbour.txt",
            "quote": "Nova Scotia launched an online booking service for harbour berths in May 2021.",
        }
    ],
}


@pytest.fixture
def gold(tmp_path):
    lines = [GOLD_LINE, GOLD_LINE | {"id": "t2", "kind": "none", "answer_en": None, "answer_fr": None, "evidence": []}]
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_eval_prints_a_table_and_writes_json(main, built, gold, tmp_path):
    out = tmp_path / "deep" / "report.json"
    run = main("eval", "--index", built[0], "--gold", gold, "--json", out)
    assert run.returncode == 0, run.stderr
    assert "2 needs of gold.jsonl" in run.stdout
    report = json.loads(out.read_text(encoding="utf-8"))
    assert set(report["figures"]) == {"en", "fr"}
    assert report["figures"]["en"]["needs_found@10"] == 1.0
    assert report["figures"]["en"]["citations_are_slices"] == 1.0


def test_a_gate_decides_the_exit_status(main, built, gold, tmp_path):
    gate = tmp_path / "gate.toml"
    gate.write_text('[least.en]\n"needs_found@10" = 1.0\n', encoding="utf-8")
    passed = main("eval", "--index", built[0], "--gold", gold, "--gate", gate)
    assert passed.returncode == 0, passed.stderr
    assert "gate: passed" in passed.stdout
    gate.write_text('[least.en]\n"needs_found@10" = 1.1\n', encoding="utf-8")
    breached = main("eval", "--index", built[0], "--gold", gold, "--gate", gate)
    assert breached.returncode == 1
    assert "en needs_found@10: 1.000, the least allowed is 1.100" in breached.stdout


@pytest.mark.parametrize("content", ['{"id": 1}', "no json", "", '{"id": "t1", "kind": "poem"}'])
def test_gold_that_cannot_be_used_is_bad_usage_with_its_line(main, built, tmp_path, content):
    path = tmp_path / "gold.jsonl"
    path.write_text(content + "\n", encoding="utf-8")
    assert_refused(
        main("eval", "--index", built[0], "--gold", path), 2, "gold.jsonl", "line 1" if content else "no need"
    )


def test_a_gate_that_cannot_be_read_is_refused(main, built, gold, tmp_path):
    run = main("eval", "--index", built[0], "--gold", gold, "--gate", tmp_path / "none.toml")
    assert run.returncode == 2
    assert "none.toml" in run.stderr and "Traceback" not in run.stderr
