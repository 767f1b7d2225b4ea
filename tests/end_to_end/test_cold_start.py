from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "sentence_transformers", "transformers", "pandas", "scipy"}
READERS = {"pdfplumber", "pypdf", "pypdfium2", "docx", "lxml"}
SERVER = {"fastapi", "starlette", "uvicorn"}
CHECK = "import sys; from service.cli import main; status = main(sys.argv[1:]); print(*sys.modules); sys.exit(status)"


def imported(*arguments):
    """First parts of the names of the modules that a command imports."""
    run = subprocess.run(
        [sys.executable, "-c", CHECK, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {name.partition(".")[0] for name in run.stdout.splitlines()[-1].split(" ")}


@pytest.mark.parametrize(
    "question", ["Which jurisdictions work on digital identity?", "Quelles administrations utilisent des kiosques?"]
)
def test_asking_imports_only_what_it_needs(corpus_index, question):
    modules = imported("ask", question, "--index", corpus_index)
    assert modules & HEAVY == set()
    assert modules & READERS == set()
    assert modules & SERVER == set()
    # The words tell the language of such questions; the statistics of letters need not be read.
    assert "langdetect" not in modules


def test_searching_imports_only_what_it_needs(corpus_index):
    assert imported("search", "digital identity", "--index", corpus_index) & (HEAVY | READERS | SERVER) == set()


def test_help_imports_no_library_of_search():
    check = "import sys, service.cli; service.cli._parser().format_help(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT, check=True)
    modules = {name.partition(".")[0] for name in run.stdout.split()}
    assert modules & (HEAVY | READERS | SERVER | {"numpy", "faiss", "tantivy", "pydantic"}) == set()
