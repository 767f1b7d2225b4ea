from __future__ import annotations

from indexer.documents import PassageKind
from service.answering import evidence
from service.engine import Engine
from service.query import understand
from service.warming import warm

QUESTION = "Which boats use the booking service?"


def test_what_is_read_ahead_is_kept_and_changes_no_answer(harbour, embedder):
    engine = Engine(harbour)
    first = engine.answer(understand(QUESTION)).model_dump(exclude={"took_ms"})
    engine.warm()
    statements = {p.id for p in engine.index().passages() if p.kind is PassageKind.STATEMENT}
    assert statements <= evidence._kept[embedder.id].keys()
    assert engine.answer(understand(QUESTION)).model_dump(exclude={"took_ms"}) == first


def test_only_the_last_passages_are_read_ahead(harbour, embedder, monkeypatch):
    monkeypatch.setattr(evidence, "_kept", {})
    index = Engine(harbour).index()
    warm(index, embedder, most=2)
    statements = [p.id for p in index.passages() if p.kind is PassageKind.STATEMENT]
    assert set(evidence._kept[embedder.id]) == set(statements[-2:])
    monkeypatch.setattr(evidence, "_kept", {})
    warm(index, embedder, most=0)
    assert not evidence._kept
