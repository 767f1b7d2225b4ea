"""What every layout promises, on documents of any kind put together at random: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import layouts, passages
from indexer.documents import Document, DocumentRecord, DocumentType, Layout, Passage
from indexer.readers import read

Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]

TEXTS = st.sampled_from(
    """
    1. Achievements
    2. Priorités :
    3. Présentation/partage
    4. Questions and needs
    Attendance
    Présences
    N/A
    S.O.
    S. O. S. O.
    Please describe what your organization has achieved.
    Veuillez décrire vos priorités.
    Jurisdiction: Yukon
    Administration :
    Manitoba
    Item Topic and discussion Decision or action
    Sujets de discussion
    Decision 1: The lamp stays.
    Action Item 2A:
    Décision no 3
    Point de suivi no 4 : Ada Marsh revient.
    Ada Marsh (Nova Scotia) asks for more. Gil Delorme (CRA) says no.
    Ada Marsh replies that it may rain.
    Elle ajoute un mot.
    Members agreed on three things:
    2.
    The lamp was lit in May 2030. Decision 7: It stays lit.
    Issues and needs
    Notable achievements
    Annex A
    Organizations Achievements
    Contexte
    https://lamp.example/a
    No action item was named.
    Aucune mesure de suivi n'est notée.
    Nothing in this form may be shared without the approval of its author.
    Words without any weight
    • loose • signs
    """.strip().split("\n    ")
)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(["heading", "paragraph", "list_item"]), TEXTS, st.integers(1, 3)), max_size=30
)
KINDS = st.sampled_from(list(DocumentType))


def check(document: Document, record: DocumentRecord, layout: Layout) -> tuple[Passage, ...]:
    """Holds what a layout promises to what it gives, and the passages cut from it too."""
    text = document.text
    covered = [0] * len(text)
    for section in layout.sections:
        assert section.blocks
        assert all(one.end <= other.start for one, other in pairwise(section.blocks))
        between = [text[one.end : other.start] for one, other in pairwise(section.blocks)]
        assert not any(part.strip() for part in between), "a section skips over text"
        for block in section.blocks:
            for place in range(block.start, block.end):
                covered[place] += 1
    for aside in layout.asides:
        for place in range(aside.start, aside.end):
            covered[place] += 1
    assert all(count == 1 for count, sign in zip(covered, text, strict=True) if not sign.isspace())
    for item in layout.items:
        assert text[item.start : item.end] == item.text
    assert len({item.id for item in layout.items}) == len(layout.items)
    cut = passages.cut(document, record, layout.sections)
    assert all(text[passage.start : passage.end] == passage.text for passage in cut)
    ordered = sorted(cut, key=lambda passage: passage.start)
    assert all(one.end <= other.start for one, other in pairwise(ordered))
    aside = {place for part in layout.asides for place in range(part.start, part.end)}
    said = {place for passage in cut for place in range(passage.start, passage.end)}
    assert all(place in said or place in aside for place, sign in enumerate(text) if not sign.isspace())
    assert not said & aside
    return cut


@given(BLOCKS, KINDS, st.sampled_from([None, "ON"]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_character_is_in_one_section_or_set_aside(
    make_document: Make,
    make_record: MakeRecord,
    blocks: list[tuple[str, str, int]],
    kind: DocumentType,
    code: str | None,
) -> None:
    document = make_document(*blocks)
    record = make_record(type=kind, jurisdiction=code)
    check(document, record, layouts.recognise(document, record))


ROWS = st.lists(st.lists(st.lists(TEXTS, max_size=3), min_size=3, max_size=3), min_size=1, max_size=5)


@given(ROWS, KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_of_a_table_is_lost(
    tmp_path_factory: pytest.TempPathFactory, make_record: MakeRecord, rows: list[list[list[str]]], kind: DocumentType
) -> None:
    import docx

    file = docx.Document()
    file.add_paragraph("A table follows.")
    table = file.add_table(len(rows), 3)
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, texts in zip(cells.cells, row, strict=True):
            for text in texts:
                cell.add_paragraph(text)
    path = tmp_path_factory.mktemp("table") / "table.docx"
    file.save(str(path))
    document = read(path)
    record = make_record(type=kind)
    check(document, record, layouts.recognise(document, record))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=400), KINDS)
@settings(max_examples=100, deadline=None)
def test_any_text_file_is_read_without_loss(
    tmp_path_factory: pytest.TempPathFactory, make_record: MakeRecord, text: str, kind: DocumentType
) -> None:
    path = tmp_path_factory.mktemp("text") / "any.txt"
    path.write_text(f"The lamp.\n\n{text}\n", encoding="utf-8")
    document = read(path)
    record = make_record(type=kind)
    check(document, record, layouts.recognise(document, record))


COUNCIL = Path(__file__).parents[3] / "shared" / "council"


@pytest.mark.parametrize("number", range(5))
def test_the_councils_own_documents_are_read_without_loss(number: int) -> None:
    found = sorted(COUNCIL.glob("*.txt"))
    if len(found) <= number:
        pytest.skip("the council's documents are not here")
    from indexer import describe

    document = read(found[number])
    record = describe.describe(document, "0", None)
    cut = check(document, record, layouts.recognise(document, record))
    assert record.type is not DocumentType.OTHER and len(cut) > 20
