"""What repeats at the edges of pages is furniture where it stands outermost on most of them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.furniture import furniture, is_page_number


def left(pages: list[list[str]], **how: bool | int) -> list[list[str]]:
    gone = furniture(pages, **how)  # type: ignore[arg-type]
    return [[line for i, line in enumerate(page) if i not in drop] for page, drop in zip(pages, gone, strict=True)]


def test_headers_footers_and_numbers_are_dropped() -> None:
    pages = [["Harbour table", f"Pier {word}.", "Members only", str(n)] for n, word in enumerate(("A", "B", "C"), 1)]
    assert left(pages) == [["Pier A."], ["Pier B."], ["Pier C."]]


def test_a_line_that_stands_outermost_on_too_few_pages_is_content_on_all() -> None:
    pages = [["Lamps", "Gulls.", "Boats.", "Gulls."], ["Bells", "Gulls.", "Gulls.", "So it ended."]]
    assert left(pages, min_pages=2, counting=False) == pages


def test_one_that_only_stood_behind_such_a_line_is_content_too() -> None:
    pages = [["Lamps", "One.", "Nets.", "Gulls."], ["Bells", "Two.", "Nets.", "Gulls.", "So it ended."]]
    assert left(pages, min_pages=2, counting=False) == pages


_LINES = st.lists(st.sampled_from(["Gulls.", "Nets.", "Table", "3", "12", "Lamp 1", "Lamp 2"]), max_size=7)


@given(st.lists(_LINES, max_size=6), st.integers(2, 3), st.booleans())
def test_what_is_dropped_is_a_page_number_or_dropped_on_as_many_pages_as_make_furniture(
    pages: list[list[str]], min_pages: int, counting: bool
) -> None:
    gone = furniture(pages, min_pages, counting=counting)
    assert len(gone) == len(pages)
    on = Counter(
        text
        for page, drop in zip(pages, gone, strict=True)
        for text in {"".join(c for c in page[i] if not c.isdigit()) for i in drop if not is_page_number(page[i])}
    )
    assert all(count >= min_pages for count in on.values())
