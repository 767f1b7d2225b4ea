from __future__ import annotations

from service.engine import Engine
from service.query import understand

QUESTION = "Which boats use the booking service?"


def test_what_is_read_ahead_changes_no_answer(harbour):
    cold = Engine(harbour).answer(understand(QUESTION)).model_dump(exclude={"took_ms"})
    engine = Engine(harbour)
    engine.warm()
    assert {"silent", "_ids", "_originals"} <= vars(engine.index()).keys()
    assert engine.answer(understand(QUESTION)).model_dump(exclude={"took_ms"}) == cold
