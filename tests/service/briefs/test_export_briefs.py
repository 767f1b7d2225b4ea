"""`council export brief` and `council export analysis`: usage, where it goes, exit status."""

from __future__ import annotations

import io
import subprocess
import sys

import docx
import openpyxl
import pytest

from service.briefs import brief_html

TOPIC = ("--topic", "digital identity")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_brief_is_written_as_html(main, corpus_index, brief_on, tmp_path, language):
    words = ("export", "brief", *TOPIC, "--index", corpus_index, "--format", "html", "--language", language)
    run = main(*words)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == brief_html.as_html(brief_on("digital identity", language))
    path = tmp_path / "new" / "brief.html"
    assert main(*words, "--out", path).returncode == 0
    assert path.read_text(encoding="utf-8") == run.stdout


def test_word_is_the_usual_format_and_the_topics_language_the_usual_language(main, corpus_index, tmp_path):
    path = tmp_path / "brief.docx"
    run = main("export", "brief", "--topic", "identité numérique", "--index", corpus_index, "--out", path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert docx.Document(path).core_properties.language == "fr-CA"


def test_conditions_reach_the_brief(main, corpus_index):
    words = ("export", "brief", *TOPIC, "--index", corpus_index, "--format", "html", "--language", "en")
    page = main(*words, "--jurisdiction", "on", "--from", "2019", "--to", "2019").stdout
    assert "jurisdictions: Ontario; meetings from 2019 on; meetings up to and including 2019" in page
    assert "British Columbia" not in page and "September 2020" not in page


@pytest.mark.parametrize("form", ["docx", "html"])
def test_a_topic_that_is_unknown_leaves_no_file(main, corpus_index, tmp_path, form):
    path = tmp_path / "brief"
    words = ("--topic", "submarine cable laying", "--index", corpus_index, "--format", form, "--out", path)
    run = main("export", "brief", *words)
    assert (run.returncode, run.stdout) == (1, "")
    assert "submarine cable laying" in run.stderr and "Traceback" not in run.stderr
    assert not path.exists()


def test_an_analysis_is_written_as_word_and_as_a_workbook(main, corpus_index, tmp_path):
    words = ("export", "analysis", "--index", corpus_index, "--meeting", "2020-09", "--language", "fr")
    assert main(*words, "--out", tmp_path / "a.docx").returncode == 0
    assert main(*words, "--format", "xlsx", "--out", tmp_path / "a.xlsx").returncode == 0
    assert docx.Document(tmp_path / "a.docx").core_properties.title == "Analyse de l’échange, septembre 2020"
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["2020-09"]


def test_an_unknown_meeting_is_told_with_those_that_there_are(main, corpus_index, tmp_path):
    path = tmp_path / "a.docx"
    run = main("export", "analysis", "--index", corpus_index, "--meeting", "2016", "--out", path)
    assert run.returncode == 1 and "2017-10, 2019-02, 2020-09" in run.stderr
    assert not path.exists()


def test_an_index_without_forms_is_told(main, dangerless, tmp_path):
    run = main("export", "analysis", "--index", dangerless, "--out", tmp_path / "a.docx")
    assert run.returncode == 1 and "exchange form" in run.stderr


@pytest.fixture(scope="module")
def dangerless(tmp_path_factory, embedder, letters):
    from indexer.build import build

    folder = tmp_path_factory.mktemp("letters-index")
    build([letters], folder, embedder)
    return folder


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["brief"], "--topic"),
        (["brief", "--topic", " ", "--format", "html"], "question"),
        (["brief", *TOPIC, "--language", "de"], "--language"),
        (["brief", *TOPIC, "--format", "xlsx"], "docx, html"),
        (["brief", *TOPIC, "--format", "pdf"], "--format"),
        (["brief", *TOPIC, "--jurisdiction", "ZZ"], "jurisdiction"),
        (["brief", *TOPIC, "--from", "May"], "YYYY-MM-DD"),
        (["brief", *TOPIC, "--meeting", "2020"], "--meeting"),
        (["brief", *TOPIC, "--owner", "BC"], "--owner"),
        (["brief", *TOPIC, "--format", "docx"], "--out"),
        (["analysis", "--format", "html"], "docx, xlsx"),
        (["analysis", "--meeting", "May"], "YYYY-MM-DD"),
        (["analysis", "--meeting", "2019", "--meeting", "2020"], "one meeting"),
        (["analysis", *TOPIC], "--topic"),
        (["analysis", "--jurisdiction", "BC"], "--jurisdiction"),
        (["analysis", "--status", "open"], "--status"),
        (["follow-ups", "--topic", "x"], "--topic"),
        (["follow-ups", "--format", "docx"], "jsonl, csv, xlsx"),
        (["passages", "--from", "2020"], "--from"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_bad_usage_is_refused(main, corpus_index, words, named):
    run = main("export", *words, "--index", corpus_index)
    assert (run.returncode, run.stdout) == (2, "")
    assert named in run.stderr and "Traceback" not in run.stderr


def test_a_word_document_may_be_sent_to_another_program(corpus_index):
    words = ["export", "analysis", "--index", str(corpus_index), "--format", "docx"]
    done = subprocess.run([sys.executable, "-m", "service", *words], capture_output=True, check=True)
    assert docx.Document(io.BytesIO(done.stdout)).tables


@pytest.mark.parametrize("words", [("brief", *TOPIC), ("analysis",)], ids=" ".join)
def test_without_an_index_no_file_is_made(main, tmp_path, words):
    run = main("export", *words, "--index", tmp_path / "none", "--out", tmp_path / "x.docx")
    assert run.returncode == 1 and "no index here" in run.stderr
    assert not (tmp_path / "x.docx").exists()
