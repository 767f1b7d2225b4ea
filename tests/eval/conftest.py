"""A small index in two languages, needs over it, and a report of them."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from eval.evaluation import evaluate
from eval.needs import read_needs
from eval.report import Report
from indexer import embedding
from indexer.build import build
from service import cli
from service.engine import Engine

HOSTILE = "<script>alert('berths')</script> & \"where\" are </details> the harbour berths?"
ENGLISH = """Harbour report

Nova Scotia launched an online booking service for harbour berths in May 2021.

The harbour masters answer questions by telephone every weekday morning.
"""
FRENCH = """Rapport sur les forêts

Le Nouveau-Brunswick prévoit un registre en ligne des permis de coupe de bois.

Les gardes forestiers répondent aux appels du public tous les matins de la semaine.
"""


def need(name: str, kind: str, english: str, french: str, *evidence: tuple[str, str], **more: Any) -> dict[str, Any]:
    answered = kind != "none"
    return {
        "id": name,
        "kind": kind,
        "question_en": english,
        "question_fr": french,
        "answer_en": "An <b>answer</b>." if answered else None,
        "answer_fr": "Une réponse." if answered else None,
        "evidence": [{"doc": doc, "quote": quote} for doc, quote in evidence],
    } | more


NEEDS = [
    need(
        "t1",
        "fact",
        HOSTILE,
        "Où peut-on réserver une place au port?",
        ("harbour.txt", "Nova Scotia launched an online booking service for harbour berths in May 2021."),
    ),
    need(
        "t2",
        "list",
        "Which provinces plan an online register of permits?",
        "Quelles provinces prévoient un registre des permis?",
        ("forets.txt", "Le Nouveau-Brunswick prévoit un registre en ligne des permis de coupe de bois."),
        jurisdictions=[{"code": "NB", "status": "planned"}],
        split="test",
    ),
    need("t3", "none", "Why do the blixts zorble the quazzle?", "Pourquoi les blixts zorbulent-ils?"),
]

Council = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of one English and one French document."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "harbour.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "forets.txt").write_text(FRENCH, encoding="utf-8")
    build([folder / "harbour.txt", folder / "forets.txt"], folder / "index", embedding.load())
    return folder / "index"


@pytest.fixture(scope="session")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of needs over that index."""
    path = tmp_path_factory.mktemp("gold") / "needs.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in NEEDS), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def report(small_index: Path, gold: Path) -> Report:
    """The report of these needs over this index."""
    return evaluate(Engine(small_index), read_needs(gold), gold=[gold.name])


@pytest.fixture
def council_eval(small_index: Path) -> Council:
    """`council eval` over the small index, in this process."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = ["eval", "--index", str(small_index), *(str(argument) for argument in arguments)]
        out, errors = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(errors):
            try:
                status = cli.main(words)
            except SystemExit as left:
                status = int(left.code or 0)
        return subprocess.CompletedProcess(words, status, out.getvalue(), errors.getvalue())

    return run
