"""Analyses without a table: an organisation's name as a title, the annex's heads under it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer import layouts
from indexer.documents import Document, DocumentRecord, DocumentType, Layout, Role

Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]


def said(document: Document, layout: Layout) -> list[tuple[str, Role, tuple[str, ...]]]:
    return [
        (document.text[s.blocks[0].start : s.blocks[-1].end].replace("\n", " / "), s.role, s.jurisdictions)
        for s in layout.sections
    ]


@pytest.fixture
def recognise(make_document: Make, make_record: MakeRecord) -> Callable[..., list[tuple[str, Role, tuple[str, ...]]]]:
    """What each section of an analysis of these blocks says, its role, and whose it is."""

    def recognised(*blocks: tuple[object, ...]) -> list[tuple[str, Role, tuple[str, ...]]]:
        document = make_document(*blocks)
        return said(document, layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS)))

    return recognised


@pytest.mark.parametrize(
    ("levels", "colon"),
    [((2, 2), ":"), ((1, 2), ":"), ((2, 3), ":"), ((2, 3), "")],
    ids=["flat text", "capitals", "styles", "no colons"],
)
@pytest.mark.parametrize("french", [False, True])
def test_every_section_is_the_organisations_under_whose_name_it_stands(
    recognise: Callable[..., object], levels: tuple[int, int], colon: str, french: bool
) -> None:
    name, head = levels
    first, second = ("Nouvelle-Écosse", "Île-du-Prince-Édouard (Î.-P.-É.)") if french else ("Nova Scotia", "PEI")
    heads = (
        ("Priorités et réalisations", "Présentation/partage", "Défis et besoins", "Suite")
        if french
        else ("Priorities and achievements", "Showcase", "Issues & needs", "Next steps")
    )
    priority, showcase, need = (f"{text}{colon}" for text in heads[:3])
    assert recognise(
        ("heading", "Annex A", 1),
        ("heading", first, name),
        ("heading", priority, head),
        ("list_item", "Oil for lamps.", 1),
        ("heading", showcase, head),
        ("heading", need, head),
        ("paragraph", "Who rings?"),
        ("heading", "Guild of Bells", name),
        ("heading", need, head),
        ("paragraph", "Which rope?"),
        ("heading", second, name),
        ("heading", priority, head),
        ("paragraph", "A new pier."),
        ("heading", heads[3], name if colon == "" or name == 2 else 2),
        ("paragraph", "Write to us."),
    ) == [
        ("Annex A", Role.BACKGROUND, ()),
        (f"{first} / {priority} / Oil for lamps.", Role.PRIORITY, ("NS",)),
        (showcase, Role.SHOWCASE, ("NS",)),
        (f"{need} / Who rings?", Role.NEED, ("NS",)),
        (f"Guild of Bells / {need} / Which rope?", Role.NEED, ()),
        (f"{second} / {priority} / A new pier.", Role.PRIORITY, ("PE",)),
        (f"{heads[3]} / Write to us.", Role.BACKGROUND, ()),
    ]


def test_heads_on_one_line_with_their_text_and_empty_heads_stay_with_their_organisation(
    recognise: Callable[..., object],
) -> None:
    assert recognise(
        ("heading", "Yukon", 2),
        ("paragraph", "Priorities and achievements: Tar the boats."),
        ("paragraph", "Needs: Who sells tar?"),
        ("heading", "Contact:", 2),
        ("heading", "Alberta", 2),
        ("heading", "Contact: Ada Marsh", 2),
        ("heading", "Needs:", 2),
        ("paragraph", "N/A"),
        ("heading", "Contact: Gil Delorme", 2),
    ) == [
        ("Yukon / Priorities and achievements: Tar the boats.", Role.PRIORITY, ("YT",)),
        ("Needs: Who sells tar?", Role.NEED, ("YT",)),
        ("Contact:", Role.BACKGROUND, ("YT",)),
        ("Alberta / Contact: Ada Marsh", Role.BACKGROUND, ("AB",)),
        ("Needs: / N/A", Role.NEED, ("AB",)),
        ("Contact: Gil Delorme", Role.BACKGROUND, ("AB",)),
    ]


def test_titles_inside_a_section_stay_in_it(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "Yukon", 2),
        ("heading", "Priorities and achievements", 3),
        ("heading", "Boats", 4),
        ("paragraph", "Tar them."),
        ("heading", "Highlights", 4),
        ("paragraph", "Two sails."),
        ("heading", "Annex B", 2),
        ("paragraph", "Lists of boats."),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.EXCHANGE_ANALYSIS))
    assert [(section.heading, section.role, section.jurisdictions) for section in layout.sections] == [
        (("Yukon", "Priorities and achievements", "Boats"), Role.PRIORITY, ("YT",)),
        (("Yukon", "Priorities and achievements", "Highlights"), Role.PRIORITY, ("YT",)),
        (("Annex B",), Role.BACKGROUND, ()),
    ]


def test_a_part_of_the_analysis_after_a_members_achievement_is_not_that_members(
    recognise: Callable[..., object],
) -> None:
    assert recognise(
        ("heading", "Notable achievements", 2),
        ("heading", "Yukon", 2),
        ("paragraph", "A boat was tarred."),
        ("heading", "Needs", 2),
        ("paragraph", "Who sells tar?"),
    )[-1] == ("Needs / Who sells tar?", Role.NEED, ())  # type: ignore[index]
