from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from indexer import embedding, jurisdictions
from indexer.build import build
from indexer.embedding import Embedder
from indexer.store import Index, open_index
from service import cli
from service.contract import Answer
from service.engine import Engine


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return embedding.load()


@pytest.fixture(scope="session")
def index(corpus_index: Path) -> Index:
    return open_index(corpus_index)


@pytest.fixture(scope="session")
def engine(corpus_index: Path) -> Engine:
    return Engine(corpus_index)


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two small documents, one in each language."""
    folder = tmp_path_factory.mktemp("letters")
    (folder / "harbour.txt").write_text(
        "Harbour report\n\nNova Scotia launched an online booking service for harbour berths in May 2021.\n\n"
        "The harbour masters answer questions by telephone every weekday morning.\n",
        encoding="utf-8",
    )
    (folder / "forets.txt").write_text(
        "Rapport sur les forêts\n\nLe Nouveau-Brunswick prévoit un registre en ligne des permis de coupe de bois.\n\n"
        "Les gardes forestiers répondent aux appels du public tous les matins de la semaine.\n",
        encoding="utf-8",
    )
    return folder


HARBOUR = {
    "harbour-record.txt": """Record of decisions, Harbour Council meeting of 4 May 2022

1. Quays

Ann Lee says that the quays were painted in April and that the paint has held through two storms so far.

Decision 1: The report of 2 March 2022 is adopted without any change.

Action Item 1A: The ICCS secretariat will send the drawings of the quays to all members before June 2022.

Action Item 1B: Éric Dubé will keep a list of the quays that need new paint for the next meeting.

2. Boats

Members talk about the boats at length.

Action Item 2: British Columbia will continue to lend its boats to the other members.
""",
    "registre-du-port.txt": """Compte rendu des décisions, réunion du Conseil des ports, 9 juin 2023

1. Phares

Luc Roy dit que les phares ont été repeints en avril et que la peinture a tenu pendant deux tempêtes.

Décision no 1 : Le rapport du 2 mars 2023 est adopté sans changement.

Mesure de suivi no 1 : Le secrétariat de l’ISAC enverra les plans des phares à tous les membres avant juillet 2023.

Mesure de suivi no 2 : Éric Dubé tiendra une liste des phares qui ont besoin de peinture.
""",
    "harbour-form.txt": """Information exchange form, May 2022

Jurisdiction: Nova Scotia

Achievements

Nova Scotia launched an online booking service for harbour berths, and two thousand boats use it each summer.

Priorities

The province plans a register of harbour pilots that masters of ships can look into before they come into port.

Odile Bernache
Head, Harbour Register
Quays Branch
odile.bernache@port.example

Jean Cormoran
Keeper
555 010-0142

Showcase

N/A

Needs

N/A
""",
    "manifest.toml": """[[document]]
file = "harbour-record.txt"
title = "Harbour record"
type = "decision_record"
language = "en"
meeting_date = "2022-05-04"

[[document]]
file = "registre-du-port.txt"
title = "Compte rendu du port"
type = "decision_record"
language = "fr"
meeting_date = "2023-06"

[[document]]
file = "harbour-form.txt"
title = "Harbour form"
type = "exchange_form"
language = "en"
meeting_date = "2022-05"
""",
}


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two records of decisions and a form with contact persons and two parts that say "N/A" alone."""
    sources = tmp_path_factory.mktemp("harbour")
    for name, text in HARBOUR.items():
        (sources / name).write_text(text, encoding="utf-8")
    folder = tmp_path_factory.mktemp("harbour-index")
    report = build([sources], folder, embedding.load())
    assert not report.failures and report.documents == 3
    return folder


@pytest.fixture(scope="session")
def main() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command in this process: the same but for the time that starting one takes."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
            try:
                status = cli.main(words)
            except SystemExit as ended:
                status = ended.code
        return subprocess.CompletedProcess(words, status, out.getvalue(), errors.getvalue())

    return run


@pytest.fixture(scope="session")
def check_answer(index: Index) -> Callable[[Answer], None]:
    """Asserts what every answer over the corpus must keep to, whatever it says."""

    def check(answer: Answer) -> None:
        by_number = {citation.number: citation for citation in answer.citations}
        assert sorted(by_number) == list(range(1, len(answer.citations) + 1))
        for citation in answer.citations:
            document = index.document(citation.document_id)
            passage = index.passage(citation.passage_id)
            assert document is not None and passage is not None
            assert citation.quote.strip()
            assert document.text[citation.start : citation.end] == citation.quote
            assert passage.document_id == document.id
            assert passage.start <= citation.start < citation.end <= passage.end
            assert (citation.document_title, citation.document_type) == (document.title, document.type)
            assert citation.document_language == document.language
            assert document.source.endswith(citation.source)
            assert (citation.page, citation.role) == (passage.page, passage.role)
            assert citation.jurisdictions == list(passage.jurisdictions)
        assert {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)} <= set(by_number)
        for finding in answer.findings:
            assert finding.citations and set(finding.citations) <= set(by_number)
            if finding.jurisdiction is not None:
                known = jurisdictions.get(finding.jurisdiction.code)
                assert finding.jurisdiction.name == (known.name_en if answer.language == "en" else known.name_fr)
        if answer.kind == "list":
            codes = [finding.jurisdiction.code for finding in answer.findings if finding.jurisdiction]
            assert len(codes) == len(set(codes))
        assert answer.text.strip()
        if answer.answered:
            assert answer.findings and answer.citations
        else:
            # A jurisdiction that wrote "not applicable" is the one thing that may be cited then.
            assert not answer.findings
            assert all(len(citation.quote) < 40 for citation in answer.citations)
        scores = [hit.score for hit in answer.passages]
        assert scores == sorted(scores, reverse=True)
        assert len({hit.passage_id for hit in answer.passages}) == len(answer.passages)
        assert Answer.model_validate_json(answer.model_dump_json()) == answer

    return check
