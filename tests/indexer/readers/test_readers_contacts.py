"""Contacts that a label announces are kept out of the text, whatever the format; so are their names."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import BlockKind, CellPosition, Document
from indexer.readers import read
from indexer.readers.canonical import CanonicalBuilder
from indexer.readers.contacts import is_contact_label, is_person, labelled_contact
from indexer.readers.lines import Draft


def flat(tmp_path: Path, content: str) -> Document:
    path = tmp_path / "flat.txt"
    path.write_text(content, encoding="utf-8")
    return read(path)


def texts(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("Contact: Ada Quill, harbour clerk", "Contact: Ada Quill, harbour clerk"),
        ("Contact for the piers: Ada Quill, 506-555-0100", "Contact for the piers: Ada Quill, 506-555-0100"),
        ("Personne à joindre : Mme Ève du Quai (greffe)", "Personne à joindre : Mme Ève du Quai (greffe)"),
        ("Yukon Contact person: Ada Quill", "Contact person: Ada Quill"),
        ("It opened (Contact: a.quill@example.org). We paint.", "(Contact: a.quill@example.org)."),
        ("Contact centre: New Opening Hours", None),
        ("Contact: Nova Scotia", None),
        ("Contact: the clerk of the harbour", None),
        ("We asked each contact: Ada Quill came", None),
        (
            "Contact: we have written to each of the many towns that lie along the coast, as a.quill@example.org says",
            None,
        ),
        ("Contact:", None),
        ("Ada Quill", None),
    ],
)
def test_a_label_and_a_name_or_address_make_a_contact(text: str, contact: str | None) -> None:
    found = labelled_contact(text)
    assert (text[slice(*found)] if found else None) == contact


def test_labels_and_persons_are_told_from_other_short_texts() -> None:
    assert is_contact_label("Prepared by:") and is_contact_label("PERSONNE-RESSOURCE")
    assert not is_contact_label("Contact centre:") and not is_contact_label("Title:") and not is_contact_label("")
    assert is_person("Ada Quill, harbour clerk") and is_person("Ève du Quai – greffe")
    assert (
        not is_person("Main Achievements")
        and not is_person("Nova Scotia")
        and not is_person("The clerk of the harbour")
        and not is_person("")
    )


@given(
    st.lists(st.sampled_from(["Contact", ": ", "Ada Quill", "a@b.ca", "(", ")", ". ", "é", "ﬁ", "506-555-0100", "\n"]))
)
def test_a_contact_lies_in_the_text_and_begins_with_its_label(pieces: list[str]) -> None:
    text = "".join(pieces)
    if found := labelled_contact(text):
        start, end = found
        assert 0 <= start < end <= len(text)
        assert text[start:end].lstrip("(").startswith("Contact")


@given(
    st.text("ab .", min_size=1, max_size=30).map(str.strip).filter(bool),
    st.text("cd .", max_size=30).map(str.strip),
    st.integers(0, 60),
)
def test_what_stands_around_a_contact_keeps_its_page(before: str, after: str, cut: int) -> None:
    text = f"{before} Contact: ada@example.org {after}".strip()
    cut = min(cut, len(text) - 1)
    builder = CanonicalBuilder()
    builder.add(Draft(BlockKind.PARAGRAPH, text, page=1, breaks=((cut, 2),) if cut else ()))
    document = builder.build("form.pdf", "pdf", page_count=2)
    assert len(document.contacts) == 1 and "@" not in document.text
    for number, block in enumerate(document.blocks):
        kept = document.text[block.start : block.end]
        assert kept in ((before,) if number == 0 else (after, after.lstrip(".) ")))
        place = text.rindex(kept) if number else 0
        assert block.page == (2 if cut and cut <= place else 1)


def test_flat_text_gives_up_name_label_and_address(tmp_path: Path) -> None:
    content = (
        "Jurisdiction: Government of Yukon\nContact:\nAda Quill, harbour clerk\nada.quill@example.org\n867-555-0100\n\n"
        "1. Achievements\n\nThe pier was painted by hand in one summer, and the boats came back.\n\n"
        "Prepared by:\nEve Hook\nRope Adviser\nTel.: 867-555-0101\n\n"
        "The bell rings again.\n\n"
        "Personne à contacter :\nÈve Duquai, greffière\n\nThe tide is known.\n"
    )
    document = flat(tmp_path, content)
    assert texts(document) == [
        "Jurisdiction: Government of Yukon", "1. Achievements",
        "The pier was painted by hand in one summer, and the boats came back.", "The bell rings again.",
        "The tide is known.",
    ]  # fmt: skip
    assert len(document.contacts) == 3


def test_the_jurisdiction_line_is_no_part_of_a_contact(tmp_path: Path) -> None:
    after = flat(tmp_path, "Contact: Ada Quill\nada@example.org\nMember: Yukon\n\nThe pier stands.\n")
    assert texts(after) == ["Member: Yukon", "The pier stands."]
    before = flat(tmp_path, "Member: Yukon\nAda Quill\nada@example.org\n\nThe pier stands.\n")
    assert texts(before) == ["Member: Yukon", "The pier stands."]


def test_word_paragraphs_and_cells_give_up_what_a_label_announces(tmp_path: Path) -> None:
    word = docx.Document()
    for text in ("Contact:", "Ada Quill, Harbour Clerk", "Contact for this part: Eve Hook, 506-555-0100", "Ada Quill"):
        word.add_paragraph(text)
    table = word.add_table(2, 3)
    for row, cells in enumerate((("Personne-ressource", "Ève Duquai", "Port"), ("Membre", "Yukon", "Jean Duport"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    word.save(str(tmp_path / "form.docx"))
    document = read(tmp_path / "form.docx")
    assert texts(document) == ["Contact:", "Ada Quill", "Personne-ressource", "Port", "Membre", "Yukon", "Jean Duport"]
    assert "Ève Duquai" in document.contacts and "Ada Quill, Harbour Clerk" in document.contacts
    empty = document.tables[0].rows[0][1]
    assert empty.start == empty.end


def test_a_label_announces_only_what_follows_in_its_row() -> None:
    builder = CanonicalBuilder()
    table = builder.open_table()
    for row, text in ((0, "Contact"), (1, "Ada Quill")):
        builder.open_row(table)
        builder.add_cell(CellPosition(table, row, 0), [Draft(BlockKind.PARAGRAPH, text)])
    assert builder.build("form.docx", "docx").text == "Contact\nAda Quill"
