"""The layout of a document's text: nothing lost, nothing added, and exactly what is asked for marked."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents import Distribution, DocumentRecord, DocumentType, Passage, Role
from service.web.document_text import LaidText, lay_out

_LINE = st.text("ab é:;.•1) ", min_size=1, max_size=12)


def record(text: str) -> DocumentRecord:
    return DocumentRecord(
        id="d", source="d.txt", title="D", type=DocumentType.OTHER, language="en", distribution=Distribution.PUBLIC,
        meeting_date=None, jurisdiction=None, format="text", pages=None, digest="", text=text,
    )  # fmt: skip


def passage(text: str, start: int, end: int, *heading: str, role: Role = Role.BACKGROUND) -> Passage:
    return Passage(
        id=f"p{start}", document_id="d", text=text[start:end], start=start, end=end, page=None, language="en",
        role=role, heading=heading,
    )  # fmt: skip


def pieces(laid: LaidText):
    return [
        piece
        for part in laid.parts
        for block in part.blocks
        if block.kind != "above"
        for line in block.lines
        for piece in line
    ]


@settings(deadline=None)
@given(lines=st.lists(_LINE, min_size=1, max_size=20), data=st.data())
def test_every_character_once_and_the_mark_exactly(lines, data):
    text = "\n".join(lines)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    headings = st.lists(st.sampled_from([*lines, "Elsewhere"]), max_size=3)
    passages = [
        passage(text, start, end, *data.draw(headings)) for start, end in pairwise(cuts) if data.draw(st.booleans())
    ]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = pieces(lay_out(record(text), passages, (start, end)))
    shown = sorted(at for piece in found for at in range(piece.start, piece.start + len(piece.text)))
    assert len(shown) == len(set(shown))
    assert not set(range(len(text))) - set(shown) - {at for at, sign in enumerate(text) if sign.isspace()}
    assert all(text[piece.start : piece.start + len(piece.text)] == piece.text for piece in found)
    assert [piece.start for piece in found] == sorted(piece.start for piece in found)
    marked = {at for piece in found if piece.marked for at in range(piece.start, piece.start + len(piece.text))}
    assert marked == set(shown) & set(range(start, end))


def test_headings_are_told_from_the_text_they_open():
    text = "1.\nFees\nNight desk:\nIt answers at once."
    laid = lay_out(record(text), [passage(text, 0, len(text), "Fees", "Night desk")])
    (part,) = laid.parts
    assert [(block.kind, block.level) for block in part.blocks] == [("heading", 2), ("heading", 3), ("paragraph", 0)]
    assert [(entry.title, entry.level) for entry in laid.contents] == [("Fees", 2), ("Night desk", 3)]


def test_a_heading_that_the_text_lacks_stands_above_it_and_no_level_is_skipped():
    text = "It answers at once.\nIt closes at noon."
    at = text.index("It closes")
    laid = lay_out(
        record(text),
        [passage(text, 0, at - 1, "Fees", "Desk"), passage(text, at, len(text), "Fees", "Desk", "Hours", "Late")],
    )
    levels = [block.level for part in laid.parts for block in part.blocks if block.kind == "above"]
    assert levels == [2, 3, 4, 4]


def test_what_a_colon_announces_and_semicolons_part_is_a_list():
    text = "The desk:\nanswers calls;\nsells passes;\nlends boats.\nIt is shut on Sunday."
    laid = lay_out(record(text), [passage(text, 0, len(text))])
    assert [(block.kind, len(block.lines)) for block in laid.parts[0].blocks] == [
        ("paragraph", 1),
        ("list", 3),
        ("paragraph", 1),
    ]


def test_a_label_is_told_where_it_changes(index):
    for held in index.documents():
        laid = lay_out(held, index.passages(held.id))
        labels = [part.label for part in laid.parts if part.label]
        assert labels and all(one != other for one, other in pairwise(labels))
        assert re.sub(r"\s", "", "".join(piece.text for piece in pieces(laid))) == re.sub(r"\s", "", held.text)
