from __future__ import annotations

import gc

import pytest

from service.kept_by_view import KeptByView


def test_a_value_is_made_once_for_a_view_and_key(index):
    kept: KeptByView[str, object] = KeptByView(2)
    view, other = index.seen_by(index.audience), index.seen_by(index.audience)
    first = kept.get(view, "a", object)
    assert kept.get(view, "a", object) is first
    assert kept.get(other, "a", object) is not first


def test_those_not_asked_for_longest_give_way(index):
    kept: KeptByView[str, object] = KeptByView(2)
    a = kept.get(index, "a", object)
    b = kept.get(index, "b", object)
    assert kept.get(index, "a", object) is a
    kept.get(index, "c", object)
    assert kept.get(index, "a", object) is a
    assert kept.get(index, "b", object) is not b


def test_what_fails_is_not_kept(index):
    kept: KeptByView[str, int] = KeptByView(2)
    with pytest.raises(ZeroDivisionError):
        kept.get(index, "a", lambda: 1 // 0)
    assert kept.get(index, "a", lambda: 7) == 7


def test_values_go_with_their_view(index):
    class Value:
        alive = 0

        def __init__(self) -> None:
            Value.alive += 1

        def __del__(self) -> None:
            Value.alive -= 1

    kept: KeptByView[str, Value] = KeptByView(2)
    view = index.seen_by(index.audience)
    kept.get(view, "a", Value)
    assert Value.alive == 1
    del view
    gc.collect()
    assert Value.alive == 0
