from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import embedding, jurisdictions
from indexer.embedding import Embedder
from indexer.store import Index, open_index
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
