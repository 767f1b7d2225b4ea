from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.query import understand

GOLD = Path(__file__).resolve().parents[3] / "eval/gold"
NEEDS = [json.loads(line) for line in (GOLD / "lists.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_nearly_all_citations_are_in_the_readers_language_where_the_document_exists_in_it(engine, index, spoken):
    languages = {record.id: record.language for record in index.documents()}
    own = foreign = 0
    for need in NEEDS:
        for citation in engine.answer(understand(need[f"question_{spoken}"])).citations:
            versions = {languages[index.passage(other).document_id] for other in index.versions(citation.passage_id)}
            own += citation.document_language == spoken
            foreign += citation.document_language != spoken and spoken in versions
    assert own > 100
    assert foreign <= 0.04 * own
