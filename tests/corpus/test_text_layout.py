from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=40).map(" ".join)
CELLS = st.lists(st.lists(WORDS, max_size=4), min_size=3, max_size=3)


@pytest.fixture(scope="module")
def layout() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(CORPUS))
        import text_layout

        yield text_layout


def made(layout: ModuleType, rows: list[list[list[str]]], style: str = "ruled", **sizes: int) -> str:
    source = sys.modules["document_source"]
    table = source.Table([1.0] * len(rows[0]), style)
    for row in rows:
        blocks = [[source.Block("paragraph", text) for text in cell] for cell in row]
        table.rows.append(source.Row(blocks))
    return layout.make_text(source.Source({"language": "en"}, [table]), **sizes).decode()


def test_a_cell_goes_on_after_the_other_cells_parts_of_its_page(layout):
    left = ["a1 a2 a3 a4 a5 a6 a7 a8 a9"]
    right = ["b1 b2 b3 b4 b5 b6"]
    text = made(layout, [[left, right]], page_lines=3, line_width=10)
    assert text == " a1 a2\na3 a4\na5 a6\n\nb1 b2\nb3 b4\nb5 b6\n a7 a8\na9\n"


def test_a_row_that_does_not_fit_begins_at_the_foot_of_the_page(layout):
    rows = [[["a1"], ["b1 b2 b3"]], [["c1 c2 c3 c4 c5 c6 c7"], ["d1 d2 d3"]]]
    text = made(layout, rows, page_lines=6, line_width=10)
    assert text == " a1 b1 b2\nb3\n\nc1 c2\nc3 c4\nc5 c6\n\nd1 d2\nd3\n c7\n"


def test_cells_of_one_line_stand_side_by_side_but_the_name_of_a_row_apart(layout):
    text = made(layout, [[["**Somewhere**"], ["N/A"], ["N/A"], ["one two three"]]], line_width=44)
    assert text == " Somewhere\n\nN/A N/A one two\nthree\n"


def test_a_bullet_keeps_its_first_word(layout):
    source = sys.modules["document_source"]
    assert layout.block_lines([source.Block("bullet", "incomprehensible thing")], 12, "- ") == [
        "- incomprehensible",
        "thing",
    ]


@given(rows=st.lists(CELLS, min_size=1, max_size=5), page_lines=st.integers(4, 12))
def test_every_word_is_there_once_in_pages_that_are_not_too_high(layout, rows, page_lines):
    text = made(layout, rows, page_lines=page_lines, line_width=45)
    words = [word for row in rows for cell in row for paragraph in cell for word in paragraph.split()]
    assert Counter(text.split()) == Counter(words)
    pages = layout_pages(text)
    assert len(pages) == sum(line.startswith(" ") for line in text.splitlines())
    longest_cell = page_lines + 1  # with the blank line before it
    assert all(len(page) <= 3 * len(rows) * longest_cell for page in pages)


@given(cells=CELLS, page_lines=st.integers(4, 12))
def test_the_words_of_a_cell_keep_their_order(layout, cells, page_lines):
    numbered = [
        [f"{column}x{count}" for count, _ in enumerate(" ".join(cell).split())] for column, cell in enumerate(cells)
    ]
    text = made(layout, [[[" ".join(words)] for words in numbered]], page_lines=page_lines, line_width=45)
    for column, words in enumerate(numbered):
        assert [word for word in text.split() if word.startswith(f"{column}x")] == words


def layout_pages(text: str) -> list[list[str]]:
    pages: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith(" "):
            pages.append([])
        pages[-1].append(line)
    return pages
