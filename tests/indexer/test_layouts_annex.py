"""The annex of an exchange analysis: its heads in any words and place, and whose row it is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import describe, layouts
from indexer.document_words import column_role
from indexer.documents import Attribution, Document, DocumentType, Layout, Role
from indexer.readers import read

STATED, INFERRED = Attribution.STATED, Attribution.INFERRED
Said = tuple[str, Role, tuple[str, ...], Attribution]


def analysis(folder: Path, *tables: Sequence[Sequence[str]], title: str = "") -> tuple[Document, Layout]:
    """An analysis in HTML with these tables, as recognised; `title` is a row merged over the first one."""
    parts = ["<html lang=en><body><h1>Exchange analysis</h1><p>May 2031</p>"]
    for rows in tables:
        width = max(map(len, rows))
        lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
        merged = f"<tr><td colspan={width}>{title}</td></tr>" if title and len(parts) == 1 else ""
        parts.append(f"<h2>Annex {len(parts)}</h2><table>{merged}{''.join(lines)}</table>")
    path = folder / "analysis.html"
    path.write_text("".join(parts) + "</body></html>", encoding="utf-8")
    document = read(path)
    record = describe.describe(document, "0", None)
    assert record.type is DocumentType.EXCHANGE_ANALYSIS
    return document, layouts.recognise(document, record)


def said(document: Document, layout: Layout) -> list[Said]:
    """What stands in the tables' sections, with role, jurisdictions and attribution."""
    return [
        (document.text[s.blocks[0].start : s.blocks[-1].end], s.role, s.jurisdictions, s.attribution)
        for s in layout.sections
        if any(block.cell for block in s.blocks)
    ]


def set_aside(document: Document, layout: Layout) -> list[str]:
    return [document.text[aside.start : aside.end] for aside in layout.asides]


@pytest.mark.parametrize(
    ("heads", "role"),
    [
        ("Priorities/Accomplishments|Priorities & achievements|Achievements and priorities", Role.PRIORITY),
        ("Top priorities|Current Priorities and Key Achievements|2-3 main priorities", Role.PRIORITY),
        ("Principales priorités|Priorités clés (deux ou trois)|Priorités / réalisations", Role.PRIORITY),
        ("Recent achievements|Réalisations récentes|Successes|Autres réalisations", Role.ACHIEVEMENT),
        ("Issues|Issues & needs|Challenges/Needs|Issues, Needs and Questions|Key issues", Role.NEED),
        ("Enjeux/besoins|Défis et besoins|Principaux enjeux", Role.NEED),
        ("Demonstrations|Showcase/Demo|Items to showcase|Showcase opportunities", Role.SHOWCASE),
        ("À présenter|Éléments à présenter|Démonstrations possibles", Role.SHOWCASE),
        ("Commentaires|Other comments|Notes", Role.REMARK),
        ("Top\npriorities|Priorities and\nachievements: two or three", Role.PRIORITY),
        ("Contact|Date|Échéance|Visits 2018|Representative|2018||Budget needs|Date of presentation", None),
    ],
)
def test_the_head_of_a_column_tells_its_role_in_compounds_and_with_qualifiers(heads: str, role: Role | None) -> None:
    assert {head: column_role(head) for head in heads.split("|")} == dict.fromkeys(heads.split("|"), role)


def test_among_other_lines_every_part_of_a_head_has_to_be_known() -> None:
    assert column_role("Ropes and needs") is Role.NEED
    assert column_role("Ropes and needs", whole=True) is None
    assert column_role("Key issues and needs", whole=True) is Role.NEED
    assert column_role("Priorities and", whole=True) is None


def test_a_head_that_says_no_role_gives_none_by_its_place(tmp_path: Path) -> None:
    document, layout = analysis(
        tmp_path,
        [
            ["Organization", "Contact", "Issues", "Échéance"],
            ["Yukon", "Ada Marsh", "Who mends the ropes?", "Fall"],
        ],
    )
    assert said(document, layout) == [
        ("Yukon\nAda Marsh", Role.BACKGROUND, ("YT",), STATED),
        ("Who mends the ropes?", Role.NEED, ("YT",), STATED),
        ("Fall", Role.BACKGROUND, ("YT",), STATED),
    ]


def test_two_columns_make_an_annex_whose_heads_are_set_aside(tmp_path: Path) -> None:
    document, layout = analysis(tmp_path, [["Organizations", "Achievements"], ["Ontario", "Nine lamps were lit."]])
    assert said(document, layout) == [("Ontario\nNine lamps were lit.", Role.ACHIEVEMENT, ("ON",), STATED)]
    assert set_aside(document, layout) == ["Organizations", "Achievements"]


@pytest.mark.parametrize("head", [["Province", "Lamps in 2018", "Lamps in 2019"], None])
def test_figures_by_organisation_are_no_priorities(tmp_path: Path, head: list[str] | None) -> None:
    rows = [["Manitoba", "41,200 lamps", "12%"], ["Ontario", "9,100 lamps", "8%"]]
    document, layout = analysis(tmp_path, [head, *rows] if head else rows)
    figures = [entry for entry in said(document, layout) if "%" in entry[0]]
    assert figures
    assert {role for _, role, _, _ in figures} == {Role.BACKGROUND}
    if head:
        assert [owner for _, _, owner, _ in figures] == [("MB",), ("ON",)]


def test_without_any_heads_the_place_tells_the_role_unsurely(tmp_path: Path) -> None:
    rows = [
        ["Manitoba", "We cast three new bells this year.", "The bell song can be heard."],
        ["Nova Scotia", "We oil the old winch on Fridays.", "N/A"],
    ]
    document, layout = analysis(tmp_path, rows)
    assert [(role, owner, how) for _, role, owner, how in said(document, layout)] == [
        (Role.PRIORITY, ("MB",), INFERRED),
        (Role.SHOWCASE, ("MB",), INFERRED),
        (Role.PRIORITY, ("NS",), INFERRED),
        (Role.SHOWCASE, ("NS",), INFERRED),
    ]


HEADS = ["Organization", "Needs", "Showcase", "Priorities"]
ROWS = [["Alberta", "A longer rope?", "The red lamp.", "Paint it."], ["Guild of Bells", "Oil?", "N/A", "Ring."]]
EXPECTED = [
    ("Alberta\nA longer rope?", Role.NEED, ("AB",), STATED),
    ("The red lamp.", Role.SHOWCASE, ("AB",), STATED),
    ("Paint it.", Role.PRIORITY, ("AB",), STATED),
    ("Guild of Bells\nOil?", Role.NEED, (), STATED),
    ("N/A", Role.SHOWCASE, (), STATED),
    ("Ring.", Role.PRIORITY, (), STATED),
]


def test_the_heads_may_stand_under_a_title_merged_over_the_table(tmp_path: Path) -> None:
    document, layout = analysis(tmp_path, [HEADS, *ROWS], title="All that was sent in")
    assert said(document, layout) == [("All that was sent in", Role.BACKGROUND, (), STATED), *EXPECTED]
    assert set_aside(document, layout) == HEADS


def test_heads_said_again_further_down_are_set_aside_too(tmp_path: Path) -> None:
    document, layout = analysis(tmp_path, [HEADS, ROWS[0], HEADS, ROWS[1]])
    assert said(document, layout) == EXPECTED
    assert set_aside(document, layout) == [*HEADS, *HEADS]


def test_a_table_without_heads_takes_those_of_the_annex_before_it(tmp_path: Path) -> None:
    more = [["Nunavut", "Snow?", "A sled.", "Wax it."], ["Yukon", "Ice?", "A boat.", "Tar it."]]
    document, layout = analysis(tmp_path, [HEADS, *ROWS], more)
    roles = [Role.NEED, Role.SHOWCASE, Role.PRIORITY]
    assert said(document, layout)[6:] == [
        (text, role, (code,), STATED)
        for code, texts in (
            ("NU", ["Nunavut\nSnow?", "A sled.", "Wax it."]),
            ("YT", ["Yukon\nIce?", "A boat.", "Tar it."]),
        )
        for text, role in zip(texts, roles, strict=True)
    ]
    narrow = [row[:3] for row in more]
    document, layout = analysis(tmp_path, [HEADS, *ROWS], narrow)
    assert {how for *_, how in said(document, layout)[6:]} == {INFERRED}


@pytest.mark.parametrize("number", ["No.", ""])
def test_a_column_of_numbers_may_stand_before_the_organisations(tmp_path: Path, number: str) -> None:
    rows = [[str(at), *row] for at, row in enumerate(ROWS, 1)]
    document, layout = analysis(tmp_path, [[number, *HEADS], *rows])
    assert [(role, owner) for _, role, owner, _ in said(document, layout)] == [
        (role, owner) for _, role, owner, _ in EXPECTED
    ]
    assert said(document, layout)[0][0] == "1\nAlberta\nA longer rope?"
    assert layout.sections[-1].heading[-2:] == ("Guild of Bells", "Priorities")


def test_what_stands_before_the_organisation_in_its_row_is_its_own_too(tmp_path: Path) -> None:
    document, layout = analysis(
        tmp_path, [["Needs", "Team", "Priorities"], ["Ropes?", "Alberta", "Knots."], ["Oil?", "Yukon", "Lamps."]]
    )
    assert [(text, role, owner) for text, role, owner, _ in said(document, layout)] == [
        ("Ropes?", Role.NEED, ("AB",)),
        ("Alberta\nKnots.", Role.PRIORITY, ("AB",)),
        ("Oil?", Role.NEED, ("YT",)),
        ("Yukon\nLamps.", Role.PRIORITY, ("YT",)),
    ]


CELLS = st.sampled_from(
    ["", "7", "Alberta", "Guild of Bells", "Needs", "Priorities", "Organization", "Lamps, 12.", "N/A"]
)
GRIDS = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grids=st.lists(GRIDS, min_size=1, max_size=2))
def test_no_text_of_a_table_is_lost_or_said_twice(tmp_path: Path, grids: list[list[list[str]]]) -> None:
    document, layout = analysis(tmp_path, *grids)
    blocks = itertools.chain.from_iterable(section.blocks for section in layout.sections)
    spans = sorted([*((one.start, one.end) for one in blocks), *((one.start, one.end) for one in layout.asides)])
    assert spans == [(block.start, block.end) for block in document.blocks]
