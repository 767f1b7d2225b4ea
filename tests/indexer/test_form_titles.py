"""Headings of the exchange form's template in wordings of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.catalogue import CatalogueEntry
from indexer.describe import describe
from indexer.document_words import heading_role
from indexer.documents import Attribution, Document, DocumentRecord, DocumentType, Role
from indexer.form_headings import template_headings
from indexer.form_template import parted_blocks
from indexer.form_titles import glued_titles, numbered_role, title_role, word_role
from indexer.form_words import form_words
from indexer.layouts import exchange_form

Make = Callable[..., Document]
A, P, S, N = Role.ACHIEVEMENT, Role.PRIORITY, Role.SHOWCASE, Role.NEED


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("1. Major successes", A),
        ("Réussites de l’année écoulée", A),
        ("1) MAIN ACCOMPLISHMENTS SINCE THE LAST MEETING:", A),
        ("2. Top priorities for the next 12 to 36 months", P),
        ("Grandes priorités des prochains mois", P),
        ("Priorities for 2031-2032", P),
        ("3. Partage ou vitrine", S),
        ("Sharing & showcase", S),
        ("4. Questions, enjeux et défis", N),
        ("Challenges / Défis", N),
        ("5. Other comments/Autres commentaires", Role.REMARK),
        ("Remarques générales", Role.REMARK),
        ("Priorités numériques des clients", None),
        ("Priorities met by the ferry crew", None),
        ("Presentation skills", None),
        ("Achievements of the", None),  # broken off
        ("Key points for the year", None),
        ("Discussion", None),
        ("", None),
    ],
)
def test_a_word_of_the_template_with_qualifiers_gives_the_role(title: str, role: Role | None) -> None:
    assert title_role(title) is role


def test_words_and_broken_lines_tell_less_surely() -> None:
    assert word_role("What keeps our clients' needs in view") is N
    assert word_role("What we did") is None
    assert numbered_role("1. Achievements of the") is A
    assert numbered_role("Achievements of the year") is None
    assert numbered_role("1. Achievements in ferry towns") is None


def test_titles_inside_a_text_are_no_headings_of_the_templates() -> None:
    assert heading_role("Digital priorities of the ferry users") is None
    assert heading_role("Top priorities") is None


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("1. Major successes Name what you opened.", ["1. Major successes"]),
        ("2. Priorités pour les prochains mois Quels quais?", ["2. Priorités pour les prochains mois"]),
        ("Two piers opened. 2. TOP PRIORITIES FOR THE YEAR We paint.", ["2. TOP PRIORITIES FOR THE YEAR"]),
        ("1. Successes In the last year Yukon built.", ["1. Successes"]),
        ("1. Successes 25 piers", ["1. Successes"]),
        ("It ended. 4. Questions and issues: none", ["4. Questions and issues:"]),
        ("1. Successes were few", []),
        ("The 2. Priorities", []),
    ],
)
def test_a_numbered_title_is_found_in_a_text(text: str, titles: list[str]) -> None:
    assert [text[start:end] for start, end in glued_titles(text)] == titles


@given(
    st.lists(st.sampled_from(["1. ", "2) ", "Key ", "priorities", "the ", "É", " : ", ". ", "x", "ﬁ", "\n"])).map(
        "".join
    )
)
@example("ﬁ. 1. Priorités :")
def test_spans_lie_in_the_text_and_hold_a_word_of_the_template(text: str) -> None:
    last = 0
    for start, end in glued_titles(text):
        assert last <= start < end <= len(text)
        assert text[start].isdigit() and word_role(text[start:end]) in (*form_words().order, Role.REMARK)
        last = end


# Forms


def form(make_document: Make, *titles: str, kind: str = "heading") -> Document:
    return make_document(
        ("heading", "Notes of the harbour", 1),
        *(block for title in titles for block in ((kind, title, 1), ("paragraph", "The pier stands."))),
    )


def described(document: Document) -> DocumentRecord:
    return describe(document, "0" * 64, CatalogueEntry(file="notes.txt", title="Notes"))


def roles(document: Document) -> list[tuple[Role, Attribution]]:
    sections = exchange_form.recognise(document, described(document)).sections
    return [(section.role, section.attribution) for section in sections if section.role is not Role.BACKGROUND]


@pytest.mark.parametrize("kind", ["heading", "paragraph"])
@pytest.mark.parametrize(
    "titles",
    [
        ("1. Main successes", "2. Priorities ahead", "3. Sharing and showcase", "4. Issues and questions"),
        ("1. Grandes réussites", "2. Priorités à venir", "3. Vitrine", "4. Défis et besoins"),
        ("Main successes", "Upcoming priorities", "Showcase", "Challenges and needs"),
        ("Principales réussites", "Prochaines priorités", "Partage", "Enjeux et besoins"),
    ],
)
def test_headings_in_other_words_make_a_form_and_its_parts(
    make_document: Make, titles: tuple[str, ...], kind: str
) -> None:
    document = form(make_document, *titles, kind=kind)
    assert described(document).type is DocumentType.EXCHANGE_FORM
    assert roles(document) == [(role, Attribution.STATED) for role in (A, P, S, N)]


def test_the_order_of_numbered_parts_is_the_form_s_own(make_document: Make) -> None:
    document = form(make_document, "1. Our top priorities", "2. Recent successes", "3. Main issues", "4. Showcase")
    assert [role for role, _ in roles(document)] == [P, A, N, S]


@pytest.mark.parametrize(
    "titles",
    [
        ("1. Welcome", "2. Priorities for the year", "3. Presentation", "4. Questions"),  # an agenda
        ("Digital priorities of sailors", "Presentation skills", "Needs of the pier", "Achievements in rope"),
        ("1. Successes", "2. Weather"),
    ],
)
def test_other_documents_with_such_words_are_no_forms(make_document: Make, titles: tuple[str, ...]) -> None:
    assert described(form(make_document, *titles)).type is DocumentType.OTHER


def test_a_heading_in_words_of_its_own_takes_the_role_of_its_number(make_document: Make) -> None:
    document = form(make_document, "1. What went well", "2. Priorities", "3. Worth seeing", "4. Needs", "5. Comments")
    stated, inferred = Attribution.STATED, Attribution.INFERRED
    assert roles(document) == [(A, inferred), (P, stated), (S, inferred), (N, stated), (Role.REMARK, stated)]


def test_numbered_items_of_an_answer_fill_no_gap(make_document: Make) -> None:
    blocks = [
        ("heading", "1. Achievements", 1), ("heading", "1. Piers", 1), ("paragraph", "One."),
        ("heading", "2. Ropes", 1), ("paragraph", "Two."), ("heading", "3. Showcase", 1), ("paragraph", "Three."),
        ("heading", "4. Needs", 1), ("list_item", "2. Ropes", 1),
    ]  # fmt: skip
    document = make_document(*blocks)
    assert [h.role for h in template_headings(document.text, document.blocks)] == [A, S, N]
    deeper = make_document(*blocks[:1], ("heading", "2. Ropes", 2), *blocks[5:])
    assert [h.role for h in template_headings(deeper.text, deeper.blocks)] == [A, S, N]
    other = make_document(("heading", "1. Needs", 1), ("heading", "2. Ropes", 1), ("heading", "3. Showcase", 1))
    assert [h.role for h in template_headings(other.text, other.blocks)] == [N, S]  # of another order


def test_a_gap_goes_on_over_a_page(make_document: Make) -> None:
    document = form(make_document, "1. Achievements", "1. Achievements", "2. Up next", "2. Up next", "3. Showcase")
    assert [role for role, _ in roles(document)] == [A, A, P, P, S]


def test_of_two_headings_the_one_worded_as_the_template_counts(make_document: Make) -> None:
    document = form(make_document, "1. Achievements", "2. Rope priorities", "2. Priorities", "3. Showcase", "4. Needs")
    assert [heading.index for heading in template_headings(document.text, document.blocks)] == [1, 5, 7, 9]
    document = form(make_document, "Achievements", "Needs for the year", "Priorities", "Showcase", "Needs")
    assert [heading.index for heading in template_headings(document.text, document.blocks)] == [1, 5, 7, 9]


def test_a_glued_heading_is_parted_whatever_its_wording(make_document: Make) -> None:
    document = make_document(
        ("list_item", "1. Main successes List what your organization opened.", 1), ("paragraph", "The pier stands."),
        ("list_item", "2. Priorities for the next year We paint it.", 1),
        ("list_item", "3. Sharing / Partage N/A", 1), ("list_item", "4. Issues and questions None.", 1),
    )  # fmt: skip
    assert described(document).type is DocumentType.EXCHANGE_FORM
    shown = [document.text[block.start : block.end] for block in parted_blocks(document)]
    assert shown[0::2][:1] == ["1. Main successes"] and shown[3:5] == [
        "2. Priorities for the next year",
        "We paint it.",
    ]


def test_the_heads_of_a_table_side_by_side_are_no_loose_headings(make_document: Make) -> None:
    document = form(make_document, "Priorities", "Showcase", "Needs", kind="list_item")
    assert template_headings(document.text, document.blocks) == ()
