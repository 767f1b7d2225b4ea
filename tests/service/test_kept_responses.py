from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from indexer.documents import Distribution
from service.contract import Answer, SearchResult
from service.engine import Engine
from service.kept_responses import KeptResponses
from service.query import understand

QUESTION = "Which boats use the booking service?"


class Counted:
    """Answers, and counts how often."""

    def __init__(self, text: str = QUESTION) -> None:
        self.text, self.times = text, 0

    def __call__(self, engine: Engine) -> Answer:
        self.times += 1
        return engine.answer(understand(self.text))


def timeless(content: bytes) -> dict[str, object]:
    told = json.loads(content)
    assert told.pop("took_ms") >= 0
    return dict(told)


def test_the_same_question_is_answered_once_and_alike(harbour: Path) -> None:
    engine, asked = Engine(harbour), Counted()
    first = engine.response("one", asked)
    second = engine.response("one", asked)
    assert asked.times == 1 and timeless(first) == timeless(second)
    engine.response("two", asked)
    assert asked.times == 2


def test_each_audience_has_its_own(harbour: Path) -> None:
    engine, asked = Engine(harbour), Counted()
    for audience in Distribution:
        engine.seen_by(audience).response("one", asked)
    assert asked.times == len(Distribution)


def test_a_new_view_of_the_documents_knows_none(harbour: Path, monkeypatch) -> None:
    engine, asked = Engine(harbour), Counted()
    engine.response("one", asked)
    other = engine.index().seen_by(Distribution.SECRETARIAT, [next(iter(engine.index().documents())).id])
    monkeypatch.setattr(engine._serving, "index", lambda audience: other)
    engine.response("one", asked)
    assert asked.times == 2


def test_those_not_asked_for_longest_make_room(harbour: Path) -> None:
    engine = Engine(harbour)
    view = engine.index()

    def kept(key: str, of: KeptResponses) -> None:
        model: Answer | SearchResult = engine.search(understand(key))
        of.put(view, key, model, model.model_dump_json().encode())

    size = len(engine.search(understand("boats")).model_dump_json())
    responses = KeptResponses(2 * size + size // 2)
    for key in ("boats", "boats again", "boats more"):
        kept(key, responses)
    held: Callable[[str], bool] = lambda key: responses.get(view, key, 0.0) is not None  # noqa: E731
    assert not held("boats") and held("boats more")
