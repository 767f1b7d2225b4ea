"""Word documents: content controls, custom markup, tracked changes and notes, wherever they wrap text."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import BlockKind, Document
from indexer.readers import read
from indexer.readers.docx_content import paragraph_text, paragraphs_and_tables

_TABLE = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>{}</w:tbl>"


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def control(content: str, properties: str = "<w:alias w:val='Lamp'/>") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def read_body(folder: Path, *blocks: str, notes: dict[str, str] | None = None) -> Document:
    word = docx.Document()
    end = word.element.body[-1]
    for block in blocks:
        end.addprevious(parse_xml(f"<w:body {nsdecls('w')}>{block}</w:body>")[0])
    path = folder / "made.docx"
    word.save(str(path))
    with zipfile.ZipFile(path, "a") as archive:
        for name, xml in (notes or {}).items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {nsdecls('w')}>{xml}</w:{name}>")
    return read(path)


def texts(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


def test_wrapped_blocks_stand_in_their_place_and_keep_their_kind(tmp_path: Path) -> None:
    document = read_body(
        tmp_path,
        paragraph("The pier opens."),
        control(
            paragraph("Lamps", "<w:pStyle w:val='Heading2'/>") + paragraph("Oil", "<w:pStyle w:val='ListBullet'/>")
        ),
        f"<w:customXml w:element='a'>{control(paragraph('Bells ring at noon.'))}</w:customXml>",
        f"<w:ins w:id='1' w:author='x'>{paragraph('Ropes were added.')}</w:ins>",
        f"<w:del w:id='2' w:author='x'>{paragraph('Sails were struck.')}</w:del>",
        f"<w:moveFrom w:id='3' w:author='x'>{paragraph('Oars moved.')}</w:moveFrom>",
        f"<w:moveTo w:id='3' w:author='x'>{paragraph('Oars moved.')}</w:moveTo>",
        paragraph("The pier closes."),
    )
    assert [(b.kind, b.level, t) for b, t in zip(document.blocks, texts(document), strict=True)] == [
        (BlockKind.PARAGRAPH, 0, "The pier opens."),
        (BlockKind.HEADING, 2, "Lamps"),
        (BlockKind.LIST_ITEM, 1, "Oil"),
        (BlockKind.PARAGRAPH, 0, "Bells ring at noon."),
        (BlockKind.PARAGRAPH, 0, "Ropes were added."),
        (BlockKind.PARAGRAPH, 0, "Oars moved."),
        (BlockKind.PARAGRAPH, 0, "The pier closes."),
    ]


def test_tables_cells_and_rows_in_controls(tmp_path: Path) -> None:
    tall, wide = "<w:vMerge w:val='restart'/>", "<w:gridSpan w:val='2'/>"
    first = f"<w:tr>{cell(paragraph('Pier'))}{control(cell(paragraph('Fee'), tall))}</w:tr>"
    inside = control(_TABLE.format(f"<w:tr>{cell(paragraph('in'))}{cell(paragraph('out'))}</w:tr>"))
    second = control(
        f"<w:tr>{cell(paragraph('North') + control(paragraph('old')) + inside + '<w:p/>')}"
        f"{cell('<w:p/>', '<w:vMerge/>')}</w:tr>"
    )
    struck = f"<w:tr><w:trPr><w:del w:id='4' w:author='x'/></w:trPr>{cell('<w:p/>')}{cell('<w:p/>')}</w:tr>"
    last = f"<w:tr>{cell(paragraph('All piers'), wide)}</w:tr>"
    document = read_body(tmp_path, control(_TABLE.format(first + second + struck + last)), paragraph("After."))
    assert texts(document) == ["Pier", "Fee", "North", "old", "in", "out", "All piers", "After."]
    outer, inner = document.tables
    assert [[(c.row, c.column) for c in row] for row in outer.rows] == [[(0, 0), (0, 1)], [(1, 0)], [(2, 0)]]
    assert document.text[outer.rows[1][0].start : outer.rows[1][0].end] == "North\nold\nin\nout"
    assert len(inner.rows[0]) == 2


def test_inline_controls_and_changes_are_text_of_their_paragraph(tmp_path: Path) -> None:
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
    document = read_body(
        tmp_path,
        f"<w:p>{run.format('Boats: ')}{control(run.format('nine'))}<w:ins w:id='1'>{run.format(' sail')}</w:ins>"
        f"<w:del w:id='2'><w:r><w:delText> sank</w:delText></w:r></w:del>{run.format(' out.')}</w:p>",
    )
    assert texts(document) == ["Boats: nine sail out."]


def test_a_prompt_that_nobody_answered_is_no_text(tmp_path: Path) -> None:
    prompt = "<w:showingPlcHdr/>"
    document = read_body(
        tmp_path,
        control(paragraph("Tap here to name a pier."), prompt),
        f"<w:p><w:r><w:t>Pier:</w:t></w:r>{control('<w:r><w:t>choose one</w:t></w:r>', prompt)}</w:p>",
    )
    assert texts(document) == ["Pier:"]


def test_notes_stand_at_the_end_in_order_of_reference(tmp_path: Path) -> None:
    def noted(text: str, reference: str) -> str:
        return f"<w:p><w:r><w:t>{text}</w:t></w:r>{reference}</w:p>"

    foot = "<w:r><w:footnoteReference w:id='{}'/></w:r>"
    document = read_body(
        tmp_path,
        noted("Lamps burn.", foot.format(3)),
        noted("Bells ring.", "<w:r><w:endnoteReference w:id='1'/></w:r>"),
        control(noted("Ropes hold.", foot.format(2) + f"<w:del w:id='9'>{foot.format(4)}</w:del>")),
        notes={
            "footnotes": f"<w:footnote w:id='0' w:type='separator'>{paragraph('rule')}</w:footnote>"
            + "".join(
                f"<w:footnote w:id='{number}'>{paragraph(text)}</w:footnote>"
                for number, text in ((2, "Counted in June."), (3, "Oil lamps only."), (4, "Struck with its text."))
            ),
            "endnotes": f"<w:endnote w:id='1'>{control(paragraph('Three bells are cracked.'))}</w:endnote>",
        },
    )
    expected = ["Lamps burn.", "Bells ring.", "Ropes hold.", "Oil lamps only.", "Counted in June."]
    assert texts(document) == [*expected, "Three bells are cracked."]


@pytest.mark.parametrize("properties", ["", "<w:pStyle w:val='ListBullet'/>"])
def test_contacts_are_kept_apart_from_the_text(tmp_path: Path, properties: str) -> None:
    address = "Ulla Brandt, ulla@pier.example, 902-555-0147"
    row = f"<w:tr>{cell(paragraph('Pier'))}{cell(control(paragraph(address, properties)))}</w:tr>"
    document = read_body(tmp_path, _TABLE.format(row))
    assert texts(document) == ["Pier"]
    assert document.contacts == (address,)


@given(st.recursive(st.integers(0, 99), lambda inner: st.tuples(st.sampled_from("sxid"), st.lists(inner, max_size=4))))
def test_any_nesting_is_read_in_order_without_what_was_struck(tree: object) -> None:
    kept: list[str] = []

    def built(node: object, shown: bool) -> str:
        if not isinstance(node, tuple):
            if shown:
                kept.append(f"Boat {node}")
            return paragraph(f"Boat {node}")
        sign, children = node
        content = "".join(built(child, shown and sign != "d") for child in children)
        if sign == "s":
            return control(content)
        tag = {"x": "customXml", "i": "ins", "d": "del"}[sign]
        return f"<w:{tag}>{content}</w:{tag}>"

    body = parse_xml(f"<w:body {nsdecls('w')}>{built(tree, True)}</w:body>")
    assert [paragraph_text(element) for element in paragraphs_and_tables(body)] == kept
