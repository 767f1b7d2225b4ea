"""Sections of documents of no special kind: headings and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Block, BlockKind, Document, DocumentRecord, Role, Section
from indexer.layouts import plain
from indexer.readers import read

Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]


def shown(document: Document, section: Section) -> list[str]:
    return [document.text[block.start : block.end] for block in section.blocks]


@pytest.fixture
def table_document(tmp_path: Path) -> Callable[..., Document]:
    """A Word file with one table, as read; cells are texts or lists of `(style, text)`."""

    def make(rows: list[list[str]], heading: str | None = None, after: str | None = None) -> Document:
        file = docx.Document()
        if heading:
            file.add_heading(heading, 1)
        table = file.add_table(len(rows), len(rows[0]))
        for cells, row in zip(table.rows, rows, strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                cell.text = text
        if after:
            file.add_paragraph(after)
        file.save(str(tmp_path / "table.docx"))
        return read(tmp_path / "table.docx")

    return make


def test_a_heading_opens_a_section_and_gives_its_path(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("paragraph", "Before any heading."),
        ("heading", "Part one", 1),
        ("heading", "Counters", 2),
        ("paragraph", "They opened."),
        ("list_item", "In May.", 1),
        ("heading", "Telephones", 2),
        ("paragraph", "They ring."),
        ("heading", "Part two", 1),
        ("paragraph", "The end."),
    )
    sections = plain.recognise(document, make_record()).sections
    assert [(section.heading, shown(document, section)) for section in sections] == [
        ((), ["Before any heading."]),
        (("Part one", "Counters"), ["Part one", "Counters", "They opened.", "In May."]),
        (("Part one", "Telephones"), ["Telephones", "They ring."]),
        (("Part two",), ["Part two", "The end."]),
    ]


def test_a_heading_of_the_template_gives_its_role_to_what_stands_under_it(
    make_document: Make, make_record: MakeRecord
) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1),
        ("paragraph", "We opened two counters."),
        ("heading", "In the north", 2),
        ("paragraph", "One more."),
        ("heading", "Other", 1),
        ("paragraph", "Words."),
    )
    sections = plain.recognise(document, make_record(jurisdiction="MB")).sections
    assert [section.role for section in sections] == [Role.ACHIEVEMENT, Role.ACHIEVEMENT, Role.BACKGROUND]
    assert {section.jurisdictions for section in sections} == {("MB",)}


def test_a_heading_that_is_a_name_gives_its_jurisdiction_until_it_ends(
    make_document: Make, make_record: MakeRecord
) -> None:
    document = make_document(
        ("heading", "Nova Scotia", 1),
        ("heading", "Priorités", 2),
        ("paragraph", "Un comptoir."),
        ("heading", "Île-du-Prince-Édouard", 1),
        ("paragraph", "Un autre."),
        ("heading", "Summary", 1),
        ("paragraph", "Both opened."),
    )
    sections = plain.recognise(document, make_record()).sections
    assert [(section.jurisdictions, section.role) for section in sections] == [
        (("NS",), Role.PRIORITY),
        (("PE",), Role.BACKGROUND),
        ((), Role.BACKGROUND),
    ]


def test_cells_stand_under_the_heads_of_row_and_column(
    table_document: Callable[..., Document], make_record: MakeRecord
) -> None:
    document = table_document(
        [
            ["Jurisdiction", "Achievements", "Issues and needs"],
            ["Manitoba", "It opened a counter.", "It looks for partners."],
            ["Yukon", "It closed one.", "None."],
        ],
        heading="Overview",
        after="Words after the table.",
    )
    sections = {shown(document, section)[-1]: section for section in plain.recognise(document, make_record()).sections}
    opened = sections["It opened a counter."]
    assert (opened.jurisdictions, opened.role) == (("MB",), Role.ACHIEVEMENT)
    assert opened.heading == ("Overview", "Manitoba", "Achievements")
    needs = sections["None."]
    assert (needs.jurisdictions, needs.role) == (("YT",), Role.NEED)
    after = sections["Words after the table."]
    assert (after.jurisdictions, after.heading, after.role) == ((), ("Overview",), Role.BACKGROUND)


def test_a_row_without_head_goes_on_from_the_row_above(
    table_document: Callable[..., Document], make_record: MakeRecord
) -> None:
    document = table_document([["Manitoba", "It opened a counter."], ["", "It went on to the next page."]])
    sections = plain.recognise(document, make_record()).sections
    assert sections[-1].jurisdictions == ("MB",)


def test_a_table_of_two_columns_has_no_column_heads(
    table_document: Callable[..., Document], make_record: MakeRecord
) -> None:
    document = table_document([["Topic", "Decisions"], ["Counters", "They open on Saturday."]])
    section = plain.recognise(document, make_record()).sections[-1]
    assert (section.heading, section.role) == (("Counters",), Role.BACKGROUND)
    labelled = table_document([["Decision", "They open on Saturday."]])
    assert plain.recognise(labelled, make_record()).sections[-1].role is Role.DECISION


BLOCKS = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in BlockKind if kind is not BlockKind.CONTACT]),
        st.sampled_from(["Yukon", "Achievements", "It opened.", "Words of no weight"]),
        st.integers(1, 3),
    ),
    max_size=25,
)


@given(BLOCKS)
def test_every_block_is_in_one_section_in_order(
    make_document: Make, make_record: MakeRecord, blocks: list[tuple[BlockKind, str, int]]
) -> None:
    document = make_document(*blocks)
    layout = plain.recognise(document, make_record())
    sections = layout.sections
    assert (layout.asides, layout.items) == ((), ())
    assert tuple(block for section in sections for block in section.blocks) == document.blocks
    for section in sections:
        assert _leading_headings_only(section.blocks)
        first = document.blocks.index(section.blocks[0])
        assert section.blocks == document.blocks[first : first + len(section.blocks)]


def _leading_headings_only(blocks: tuple[Block, ...]) -> bool:
    kinds = [block.kind is BlockKind.HEADING for block in blocks]
    return kinds == sorted(kinds, reverse=True)
