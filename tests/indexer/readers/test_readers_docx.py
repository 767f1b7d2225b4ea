"""Word documents: styles, lists, tables with merged and nested cells, tracked changes, links."""

from __future__ import annotations

from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from indexer.documents import BlockKind, Document
from indexer.readers import read


def texts(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


def saved(tmp_path: Path, word: object) -> Document:
    path = tmp_path / "made.docx"
    word.save(str(path))  # type: ignore[attr-defined]
    return read(path)


def test_headings_lists_and_title(tmp_path: Path) -> None:
    word = docx.Document()
    word.core_properties.title = "Plans of the harbour"
    word.add_heading("Achievements", 1)
    word.add_heading("Boats", 2)
    word.add_paragraph("The boats were counted\u00a0twice.")
    word.add_paragraph("First", style="List Bullet")
    word.add_paragraph("Under the first", style="List Bullet 2")
    word.add_paragraph("\uf0b7 typed bullet")
    document = saved(tmp_path, word)
    assert document.metadata_title == "Plans of the harbour"
    assert [(b.kind, b.level, t) for b, t in zip(document.blocks, texts(document), strict=True)] == [
        (BlockKind.HEADING, 1, "Achievements"),
        (BlockKind.HEADING, 2, "Boats"),
        (BlockKind.PARAGRAPH, 0, "The boats were counted twice."),
        (BlockKind.LIST_ITEM, 1, "First"),
        (BlockKind.LIST_ITEM, 2, "Under the first"),
        (BlockKind.LIST_ITEM, 1, "typed bullet"),
    ]
    assert {b.page for b in document.blocks} == {None}
    assert document.pages == ()


def test_merged_and_nested_cells_stand_once_in_order(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("Before.")
    table = word.add_table(3, 3)
    for r in range(3):
        for c in range(3):
            table.cell(r, c).text = f"r{r}c{c}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "tall"
    table.cell(2, 1).text = ""
    table.cell(1, 0).add_table(1, 2).cell(0, 1).text = "inner"
    word.add_paragraph("After.")
    document = saved(tmp_path, word)
    assert texts(document) == ["Before.", "wide", "r0c2", "r1c0", "inner", "r1c1", "tall", "r2c0", "After."]
    outer, inner = document.tables
    assert [[(c.row, c.column) for c in row] for row in outer.rows] == [
        [(0, 0), (0, 2)], [(1, 0), (1, 1), (1, 2)], [(2, 0), (2, 1)],
    ]  # fmt: skip
    around = outer.rows[1][0]
    assert document.text[around.start : around.end] == "r1c0\ninner"
    assert inner.rows[0][0].start == inner.rows[0][0].end
    empty = outer.rows[2][1]
    assert empty.start == empty.end


def test_deletions_and_notes_are_left_out_and_links_kept(tmp_path: Path) -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("The pilots ")
    w = nsdecls("w")
    for xml in (
        f"<w:del {w} w:id='1' w:author='x'><w:r><w:delText>never </w:delText></w:r></w:del>",
        f"<w:ins {w} w:id='2' w:author='x'><w:r><w:t xml:space='preserve'>always </w:t></w:r></w:ins>",
        f"<w:hyperlink {w} w:anchor='a'><w:r><w:t>wait</w:t></w:r></w:hyperlink>",
        f"<w:r {w}><w:noBreakHyphen/><w:t>list</w:t><w:br/><w:t>here.</w:t></w:r>",
    ):
        paragraph._p.append(parse_xml(xml))
    assert texts(saved(tmp_path, word)) == ["The pilots always wait-list here."]


def test_outline_level_and_bold_line_are_headings(tmp_path: Path) -> None:
    word = docx.Document()
    outlined = word.add_paragraph("Outlined")
    outlined._p.get_or_add_pPr().append(parse_xml(f"<w:outlineLvl {nsdecls('w')} w:val='2'/>"))
    word.add_paragraph().add_run("Boats and quays").bold = True
    word.add_paragraph("Text under it.")
    document = saved(tmp_path, word)
    assert [(b.kind, b.level) for b in document.blocks][:2] == [(BlockKind.HEADING, 3), (BlockKind.HEADING, 3)]
