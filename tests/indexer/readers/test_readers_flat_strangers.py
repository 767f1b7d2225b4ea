"""Rows of organisations that are no members, in a table of organisations that a flat text holds as running lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from flat_table_dump import NO_ANSWER, DumpedRow, Layout, dump
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.readers.text import read_text

HEADS = {
    "fr": [["Organisations"], ["Priorités et réalisations"], ["Démonstration"], ["Problèmes et besoins"]],
    "en": [["Organization"], ["Priorities and achievements"], ["Showcase"], ["Issues and needs"]],
}
WIDE = "Above and below this table of the harbour's members the text is set over the whole width of its page, as here."
CELLS = [
    ["- The pilots read the tide at each quay before a vessel comes in.", "- A second crane lifts the ropes."],
    ["- The crew can present its floating beacon to any port that asks."],
    ["- How do other ports keep their locks free of ice in a long winter?"],
]
EMPTY = [[NO_ANSWER]] * 3
MEMBERS = ["YUKON", "NOVA SCOTIA", "ALBERTA", "CANADA REVENUE AGENCY"]
STRANGERS = ["TRANSPORT CANADA", "STATISTIQUE CANADA", "NORTHERN TIDES AGENCY", "OFFICE DES PHARES", "PORT AUTHORITY"]


def parse(lines: Sequence[str]) -> Document:
    return read_text(Path("flat.txt"), "\n".join([WIDE, "", *lines, "", WIDE, ""]).encode("utf-8"), "flat.txt")


def table(names: Sequence[str], cells: Sequence[Sequence[str]] = CELLS, layout: Layout | None = None) -> list[str]:
    layout = layout or Layout((20, 34, 28, 22))
    return dump(HEADS["en"], [DumpedRow(name, cells) for name in names], layout)


def text_of(document: Document, row: int, column: int) -> str:
    cell = document.tables[0].rows[row][column]
    return document.text[cell.start : cell.end]


def names_of(document: Document) -> list[str]:
    return [text_of(document, row, 0) for row in range(1, len(document.tables[0].rows))]


def squashed(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


@pytest.mark.parametrize(
    "names",
    [
        ["YUKON", "TRANSPORT CANADA", "ALBERTA"],
        ["YUKON", "ALBERTA", "AGENCE DES QUAIS DU NORD"],
        ["STATISTICS CANADA", "YUKON", "ALBERTA"],
        ["YUKON", "COMMISSION DES MARÉES (CM)", "OFFICE DES PHARES", "ALBERTA"],
        ["Yukon", "Statistique Canada", "Alberta"],
        ["Yukon", "Ministry of Tides and Fog", "Alberta"],
        ["YUKON", "ALBERTA", "HYDRO FLOTTANTE", "ONTARIO"],
    ],
)
def test_row_of_its_own(names: list[str]) -> None:
    document = parse(table(names))
    assert names_of(document) == names
    for row in range(1, len(names) + 1):
        for column, cell in enumerate(CELLS, start=1):
            said = "".join(text.removeprefix("- ") for text in cell)
            assert squashed(text_of(document, row, column)) == squashed(said)


def test_answer_in_one_line_with_the_name() -> None:
    lines = table(["YUKON", "TRANSPORT CANADA", "ALBERTA"], EMPTY, Layout((20, 34, 28, 22), name_glued=True))
    assert any(line.startswith("TRANSPORT CANADA S. O.") for line in lines)
    document = parse(lines)
    assert names_of(document) == ["YUKON", "TRANSPORT CANADA", "ALBERTA"]
    assert [text_of(document, 2, column) for column in (1, 2, 3)] == [NO_ANSWER] * 3


@pytest.mark.parametrize(
    "title",
    [
        ["OPEN QUAYS"],
        ["Open quays:"],
        ["PORT AUTHORITY:"],
        ["Transport Canada"],
        ["The agency"],
        ["TRANSPORT CANADA", "STATISTICS CANADA"],
        ["- TRANSPORT CANADA"],
        ["TRANSPORT CANADA - Rope (spring trial)"],
        ["THE HARBOUR LAUNCHES A NEW TIDE AGENCY"],
    ],
)
@pytest.mark.parametrize("after", [0, 1])
def test_titles_inside_cells_are_no_rows(title: list[str], after: int) -> None:
    """At the head of a cell or within it; said in two rows, or of a kind that cells hold."""
    cells = [[*CELLS[0][:after], *title, *CELLS[0][after:]], *CELLS[1:]]
    document = parse(table(MEMBERS, cells))
    assert names_of(document) == MEMBERS


def test_capitals_are_no_row_where_a_title_is_set_so() -> None:
    rows = [DumpedRow(name, CELLS) for name in ["YUKON", "ALBERTA", "HYDRO FLOTTANTE", "ONTARIO"]]
    rows[0] = DumpedRow("YUKON", [["OPEN QUAYS", *CELLS[0]], *CELLS[1:]])
    document = parse(dump(HEADS["en"], rows, Layout((20, 34, 28, 22))))
    assert names_of(document) == ["YUKON", "ALBERTA", "ONTARIO"]


def test_what_a_line_leads_in_is_no_row() -> None:
    cells = [[*CELLS[0], "With the help of:", "TRANSPORT CANADA", "- A rope from each of them."], *CELLS[1:]]
    rows = [DumpedRow("YUKON", cells), DumpedRow("ALBERTA", CELLS)]
    document = parse(dump(HEADS["en"], rows, Layout((20, 34, 28, 22))))
    assert names_of(document) == ["YUKON", "ALBERTA"]


@settings(max_examples=40, deadline=None)
@given(
    st.permutations(MEMBERS),
    st.lists(st.sampled_from(STRANGERS), unique=True, min_size=1),
    st.integers(0, 9999),
    st.integers(20, 60),
    st.booleans(),
)
def test_rows_and_words_are_kept(members: list[str], strangers: list[str], seed: int, height: int, glued: bool) -> None:
    random = Random(seed)
    names = random.sample([*members, *strangers], len(members) + len(strangers))
    words = ["quay", "basin", "tide", "vessel", "beacon", "buoy", "crane", "winch", "rope", "sail", "wind", "fog"]
    rows = [
        DumpedRow(
            name,
            [[f"- {' '.join(random.choices(words, k=random.randint(3, 25))).capitalize()}."] for _ in range(3)],
        )
        for name in names
    ]
    document = parse(dump(HEADS["en"], rows, Layout((22, 34, 28, 24), height, glued)))
    assert names_of(document) == names
    for number, row in enumerate(rows, start=1):
        found = "".join(text_of(document, number, column) for column in (1, 2, 3))
        said = "".join(text for cell in row.cells for text in cell)
        assert Counter(squashed(found)) == Counter(squashed(said))
