"""Exchange analyses: themes with their titles, achievements with their organisation, the annex by cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from indexer import describe, layouts, passages
from indexer.documents import (
    AsideReason,
    Attribution,
    Document,
    DocumentRecord,
    DocumentType,
    Layout,
    PassageKind,
    Role,
)
from indexer.readers import read

Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]

ROWS = [
    ["ORGANIZATIONS", "Priorities and achievements", "To showcase", "Issues and needs", "Remarks"],
    ["NOVA SCOTIA", "A lamp for each pier.", "The lamp catalogue, with British Columbia.", "How do others pay?", "N/A"],
    ["PRINCE EDWARD ISLAND", "N/A", "N/A", "N/A", "N/A"],
    ["BRITISH COLUMBIA", "Achievements:|Ten bells.", "N/A", "Who rings them at night?", "Highlights: bells."],
]


@pytest.fixture
def annex(tmp_path: Path) -> tuple[Document, DocumentRecord, Layout]:
    """An analysis in Word with an annex of three organisations, as recognised."""
    file = docx.Document()
    file.add_heading("Exchange analysis, May 2030", 1)
    file.add_heading("Annex A", 2)
    table = file.add_table(len(ROWS), 5)
    for cells, row in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            first, *others = text.split("|")
            cell.text = first
            for other in others:
                cell.add_paragraph(other)
    file.save(str(tmp_path / "analysis.docx"))
    document = read(tmp_path / "analysis.docx")
    record = describe.describe(document, "0", None)
    assert record.type is DocumentType.EXCHANGE_ANALYSIS
    return document, record, layouts.recognise(document, record)


def said(document: Document, layout: Layout) -> list[tuple[str, Role, tuple[str, ...], Attribution]]:
    return [
        (
            document.text[section.blocks[0].start : section.blocks[-1].end],
            section.role,
            section.jurisdictions,
            section.attribution,
        )
        for section in layout.sections
    ]


def test_each_cell_has_the_role_of_its_column_and_the_organisation_of_its_row(
    annex: tuple[Document, DocumentRecord, Layout],
) -> None:
    document, _, layout = annex
    stated = Attribution.STATED
    assert said(document, layout)[2:] == [
        ("NOVA SCOTIA\nA lamp for each pier.", Role.PRIORITY, ("NS",), stated),
        ("The lamp catalogue, with British Columbia.", Role.SHOWCASE, ("NS",), stated),
        ("How do others pay?", Role.NEED, ("NS",), stated),
        ("N/A", Role.REMARK, ("NS",), stated),
        ("PRINCE EDWARD ISLAND\nN/A", Role.PRIORITY, ("PE",), stated),
        ("N/A", Role.SHOWCASE, ("PE",), stated),
        ("N/A", Role.NEED, ("PE",), stated),
        ("N/A", Role.REMARK, ("PE",), stated),
        ("BRITISH COLUMBIA\nAchievements:\nTen bells.", Role.ACHIEVEMENT, ("BC",), stated),
        ("N/A", Role.SHOWCASE, ("BC",), stated),
        ("Who rings them at night?", Role.NEED, ("BC",), stated),
        ("Highlights: bells.", Role.REMARK, ("BC",), stated),
    ]
    assert [(document.text[a.start : a.end], a.reason) for a in layout.asides] == [
        (head, AsideReason.INSTRUCTION) for head in ROWS[0]
    ]
    assert layout.sections[3].heading == ("Annex A", "NOVA SCOTIA", "To showcase")


def test_an_answer_that_says_nothing_is_known_to_be_empty(annex: tuple[Document, DocumentRecord, Layout]) -> None:
    document, record, layout = annex
    kinds = {passage.text: passage.kind for passage in passages.cut(document, record, layout.sections)}
    assert kinds["PRINCE EDWARD ISLAND\nN/A"] is kinds["N/A"] is PassageKind.NO_ANSWER
    assert kinds["How do others pay?"] is PassageKind.STATEMENT
    assert kinds["Annex A"] is PassageKind.HEADING


def test_a_cell_put_together_from_running_text_says_so(annex: tuple[Document, DocumentRecord, Layout]) -> None:
    document, record, _ = annex
    table = document.tables[0]
    rows = [*table.rows]
    rows[1] = tuple(replace(cell, inferred=cell.column == 2) for cell in rows[1])
    unsure = replace(document, tables=(replace(table, rows=tuple(rows)),))
    layout = layouts.recognise(unsure, record)
    inferred = [text for text, _, _, how in said(unsure, layout) if how is Attribution.INFERRED]
    assert inferred == ["The lamp catalogue, with British Columbia."]


THEMES = [
    ("paragraph", "The table gathered what members need, under these themes:"),
    ("list_item", "Where do lamps come from?", 1),
    ("list_item", "Who buys the oil?", 1),
    ("heading", "Lamps", 2),
    ("list_item", "How loud may a bell be?", 1),
    ("heading", "Bells", 2),
]


def test_titles_of_themes_that_follow_their_questions_are_paired_with_them(
    make_document: Make, make_record: MakeRecord
) -> None:
    document = make_document(
        ("heading", "Issues and needs", 2), *THEMES, ("heading", "Context", 2), ("paragraph", "So.")
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS))
    assert [(section.heading, section.role, section.jurisdictions) for section in layout.sections] == [
        (("Issues and needs",), Role.NEED, ()),
        (("Issues and needs", "Lamps"), Role.NEED, ()),
        (("Issues and needs", "Bells"), Role.NEED, ()),
        (("Context",), Role.BACKGROUND, ()),
    ]
    texts = [text for text, *_ in said(document, layout)]
    assert texts[1] == "Where do lamps come from?\nWho buys the oil?\nLamps"


def test_titles_of_themes_above_their_questions_stay_with_them(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "Problèmes et besoins", 2),
        ("paragraph", "Voici les thèmes :"),
        ("heading", "Lampes", 3),
        ("list_item", "D’où viennent-elles?", 1),
        ("heading", "Cloches", 3),
        ("list_item", "Jusqu’où les entend-on?", 1),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS, language="fr"))
    assert [
        (section.heading[-1], text) for section, (text, *_) in zip(layout.sections, said(document, layout), strict=True)
    ] == [
        ("Problèmes et besoins", "Problèmes et besoins\nVoici les thèmes :"),
        ("Lampes", "Lampes\nD’où viennent-elles?"),
        ("Cloches", "Cloches\nJusqu’où les entend-on?"),
    ]


def test_an_achievement_belongs_to_whom_its_words_say_or_to_nobody(
    make_document: Make, make_record: MakeRecord
) -> None:
    document = make_document(
        ("heading", "Notable achievements", 2),
        ("paragraph", "Organizations Achievements"),
        ("list_item", "Manitoba: a lamp with two wicks.", 1),
        ("list_item", "A bell for every boat was cast.", 1),
        ("list_item", "A rope walk was opened in Yukon.", 1),
        ("list_item", "It is the longest of its kind.", 2),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS))
    assert [entry for entry in said(document, layout) if entry[1] is Role.ACHIEVEMENT][1:] == [
        ("Manitoba: a lamp with two wicks.", Role.ACHIEVEMENT, ("MB",), Attribution.STATED),
        ("A bell for every boat was cast.", Role.ACHIEVEMENT, (), Attribution.STATED),
        (
            "A rope walk was opened in Yukon.\nIt is the longest of its kind.",
            Role.ACHIEVEMENT,
            ("YT",),
            Attribution.INFERRED,
        ),
    ]


def test_an_achievement_is_not_of_whom_it_only_thanks(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "Notable achievements", 2),
        ("list_item", "A tide table was drawn. Its makers thank Nunavut.", 1),
        ("list_item", "A rope walk, for which its makers thank Nunavut, was opened in Yukon.", 1),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS))
    assert [(owner, how) for _, _, owner, how in said(document, layout)][-2:] == [
        ((), Attribution.STATED),
        (("YT",), Attribution.INFERRED),
    ]


def test_a_nested_achievement_that_opens_with_a_name_belongs_to_that_member(
    make_document: Make, make_record: MakeRecord
) -> None:
    document = make_document(
        ("heading", "Notable achievements", 2),
        ("list_item", "On the coast", 1),
        ("list_item", "Nova Scotia: a lamp was lit.", 2),
        ("list_item", "It burns all night.", 3),
        ("list_item", "Manitoba: a bell was hung.", 2),
        ("list_item", "A rope was spliced.", 2),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS))
    assert [(text.split("\n")[-1], owner) for text, _, owner, _ in said(document, layout)] == [
        ("On the coast", ()),
        ("It burns all night.", ("NS",)),
        ("Manitoba: a bell was hung.", ("MB",)),
        ("A rope was spliced.", ()),
    ]


def test_achievements_under_an_organisations_name_are_its_own(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "Notable achievements", 2),
        ("heading", "Yukon", 3),
        ("list_item", "A lamp was lit.", 1),
        ("list_item", "A bell was hung.", 1),
        ("heading", "Needs", 3),
        ("list_item", "Alberta: who sells tar?", 1),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS))
    assert [(text.split("\n")[-1], role, owner) for text, role, owner, _ in said(document, layout)] == [
        ("A bell was hung.", Role.ACHIEVEMENT, ("YT",)),
        ("Alberta: who sells tar?", Role.NEED, ()),
    ]
