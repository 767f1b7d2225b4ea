from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.remembered import Remembered


@given(st.lists(st.text(max_size=80)), st.integers(min_value=1, max_value=5))
def test_what_is_remembered_is_what_was_read_and_stays_small(words: list[str], most: int) -> None:
    remembered = Remembered(str.upper, most)
    for word in words:
        assert remembered[word] == word.upper()
        assert len(remembered) <= most


def test_a_word_is_read_once_but_for_long_ones() -> None:
    read: list[str] = []
    remembered = Remembered(lambda word: read.append(word) or len(read), most=2)
    long = "x" * 100
    assert [*map(remembered.__getitem__, ["a", "b", "a", long, long, "b"])] == [1, 2, 1, 3, 4, 2]
    assert read == ["a", "b", long, long]
