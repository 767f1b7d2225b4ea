import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "corpus/documents"
MANIFEST = tomllib.loads((ROOT / "corpus/manifest.toml").read_text(encoding="utf-8"))["document"]


def test_documents_are_what_their_sources_give():
    pytest.importorskip("reportlab")
    pytest.importorskip("docx")
    script = ROOT / "corpus/make_documents.py"
    run = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_manifest_names_every_document_once():
    named = [document["file"] for document in MANIFEST]
    assert sorted(named) == sorted(path.name for path in DOCUMENTS.iterdir())


@pytest.mark.parametrize("document", MANIFEST, ids=lambda document: document["file"])
def test_manifest_entry_is_valid(document):
    assert document["type"] in {"exchange_form", "exchange_analysis", "decision_record", "other"}
    assert document["language"] in {"fr", "en"}
    assert document["distribution"] in {"public", "members", "secretariat"}
    assert document["title"] and document["meeting_date"]
    assert "jurisdiction" not in document or document["type"] == "exchange_form"
    original = document.get("translation_of")
    assert original is None or (DOCUMENTS / original).is_file()


def test_every_document_is_there_in_both_languages():
    by_file = {document["file"]: document for document in MANIFEST}
    pairs = [(document, by_file[document["translation_of"]]) for document in MANIFEST if "translation_of" in document]
    assert len(MANIFEST) == 2 * len(pairs)
    for document, original in pairs:
        assert {document["language"], original["language"]} == {"en", "fr"}
        for field in ("type", "meeting_date", "distribution"):
            assert document[field] == original[field]


@pytest.mark.parametrize("kind", ["exchange_form", "decision_record"])
def test_every_format_occurs(kind):
    assert {Path(document["file"]).suffix for document in MANIFEST if document["type"] == kind} == {
        ".pdf",
        ".docx",
        ".txt",
    }
