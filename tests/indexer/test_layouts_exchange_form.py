"""Exchange forms as a member of the council reads them: parts, instructions, notices, whose form it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer import layouts, passages
from indexer.describe import describe
from indexer.documents import (
    AsideReason,
    Attribution,
    Block,
    BlockKind,
    Cell,
    CellPosition,
    Document,
    DocumentRecord,
    DocumentType,
    Layout,
    Page,
    PassageKind,
    Role,
    Section,
    Table,
)
from indexer.form_headings import template_headings
from indexer.form_template import parted_blocks
from indexer.layouts import exchange_form
from indexer.layouts.instructions import is_remark, leading_instruction
from indexer.readers import read
from indexer.whose_form import STATED_IN_LINE

CORPUS = Path(__file__).parents[2] / "corpus" / "documents"
Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]


@pytest.fixture
def form(make_record: MakeRecord) -> Callable[..., Layout]:
    """The layout of a document taken for a form of Nova Scotia."""

    def recognised(document: Document, **fields: object) -> Layout:
        given_fields = {"jurisdiction": "NS", "jurisdiction_reason": STATED_IN_LINE, **fields}
        return exchange_form.recognise(document, make_record(type=DocumentType.EXCHANGE_FORM, **given_fields))

    return recognised


def text_of(document: Document, section: Section) -> str:
    return " | ".join(document.text[block.start : block.end] for block in section.blocks)


def outline(document: Document, layout: Layout) -> list[tuple[Role, tuple[str, ...], str]]:
    return [(section.role, section.heading, text_of(document, section)) for section in layout.sections]


def set_aside(document: Document, layout: Layout) -> list[tuple[AsideReason, str]]:
    return [(aside.reason, document.text[aside.start : aside.end]) for aside in layout.asides]


def of_cells(rows: Sequence[Sequence[Sequence[tuple[str, str]]]]) -> Document:
    """A document that is one table; a cell is a list of `(kind, text)`."""
    text = ""
    blocks: list[Block] = []
    table: list[tuple[Cell, ...]] = []
    for row_number, row in enumerate(rows):
        cells = []
        for column, cell in enumerate(row):
            first = len(blocks)
            for kind, content in cell:
                text += "\n" if blocks else ""
                position = CellPosition(0, row_number, column)
                blocks.append(Block(BlockKind(kind), len(text), len(text) + len(content), None, 1, position))
                text += content
            start = blocks[first].start if len(blocks) > first else len(text)
            cells.append(Cell(row_number, column, start, len(text)))
        table.append(tuple(cells))
    return Document("form.docx", "docx", text, tuple(blocks), tables=(Table(tuple(table)),))


ASK_EN = "Please describe briefly what your organization has finished over the past six to twelve months."
ASK_FR = "Veuillez énumérer les chantiers de votre organisation pour les 12 à 36 prochains mois."


# Roles and headings


@pytest.mark.parametrize(
    "titles",
    [
        ("1. Achievements", "2. Priorities", "3. Showcase/sharing", "4. Issues and needs"),
        ("1. RÉALISATIONS :", "2. PRIORITÉS :", "3. PRÉSENTATION / PARTAGE :", "4. QUESTIONS ET BESOINS :"),
        ("1) Achievements over the past year", "2) Priorities ahead", "3) Sharing with members", "4) Needs"),
        ("Réalisations", "Priorités", "Vitrine", "Besoins"),
    ],
)
def test_a_part_has_the_role_of_its_template_heading(
    make_document: Make, form: Callable[..., Layout], titles: tuple[str, ...]
) -> None:
    document = make_document(
        ("heading", "Exchange form", 1),
        *(block for title in titles for block in (("heading", title, 1), ("paragraph", "The counter opened."))),
    )
    assert outline(document, form(document))[1:] == [
        (role, (title,), f"{title} | The counter opened.")
        for role, title in zip((Role.ACHIEVEMENT, Role.PRIORITY, Role.SHOWCASE, Role.NEED), titles, strict=True)
    ]


def test_sub_headings_of_any_name_change_neither_role_nor_jurisdiction(
    make_document: Make, form: Callable[..., Layout]
) -> None:
    document = make_document(
        ("heading", "1. Réalisations", 1),
        ("heading", "Réalisations – guichets", 2),
        ("paragraph", "Deux guichets."),
        ("heading", "Réalisations :", 2),
        ("paragraph", "Un troisième."),
        ("heading", "2. Priorités", 1),
        ("heading", "Réalisations :", 2),
        ("paragraph", "Un quatrième."),
        ("heading", "Besoins", 1),
        ("paragraph", "Un cinquième."),
        ("heading", "Ontario", 2),
        ("paragraph", "Un sixième."),
        ("heading", "3. Présentation", 1),
        ("paragraph", "Un septième."),
    )
    layout = form(document)
    assert [(section.role, section.heading) for section in layout.sections] == [
        (Role.ACHIEVEMENT, ("1. Réalisations", "Réalisations – guichets")),
        (Role.ACHIEVEMENT, ("1. Réalisations", "Réalisations – guichets", "Réalisations :")),
        (Role.PRIORITY, ("2. Priorités", "Réalisations :")),
        (Role.PRIORITY, ("2. Priorités", "Besoins")),
        (Role.PRIORITY, ("2. Priorités", "Besoins", "Ontario")),
        (Role.SHOWCASE, ("3. Présentation",)),
    ]
    assert {section.jurisdictions for section in layout.sections} == {("NS",)}


def test_a_numbered_sub_heading_is_not_taken_for_the_template(make_document: Make) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1),
        ("heading", "1. Counters", 1),
        ("heading", "2. Presentation", 1),
        ("paragraph", "Slides were made."),
        ("heading", "2. Priorities", 1),
        ("heading", "3. Showcase", 1),
        ("heading", "4. Needs", 1),
    )
    short = template_headings(document.text, document.blocks[:5])
    assert [(heading.index, heading.role) for heading in short] == [(0, Role.ACHIEVEMENT), (4, Role.PRIORITY)]
    found = template_headings(document.text, document.blocks)
    assert [(heading.index, heading.role) for heading in found] == [
        (0, Role.ACHIEVEMENT), (4, Role.PRIORITY), (5, Role.SHOWCASE), (6, Role.NEED),
    ]  # fmt: skip


def test_a_heading_printed_again_goes_on_with_its_part(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("paragraph", "One."), ("heading", "1. Achievements", 1),
        ("paragraph", "Two."), ("heading", "2. Priorities", 1), ("paragraph", "Three."),
    )  # fmt: skip
    assert [section.heading for section in form(document).sections] == [
        ("1. Achievements",), ("1. Achievements",), ("2. Priorities",),
    ]  # fmt: skip


def test_a_heading_right_after_another_goes_under_it(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("heading", "Counters", 2), ("heading", "In the north", 2),
        ("paragraph", "One."), ("heading", "Highlights:", 2), ("paragraph", "Two."), ("heading", "Telephone", 2),
        ("paragraph", "Three."), ("heading", "2. Needs", 1),
    )  # fmt: skip
    assert [section.heading[1:] for section in form(document).sections] == [
        ("Counters", "In the north"), ("Counters", "In the north", "Highlights:"), ("Telephone",), (),
    ]  # fmt: skip


# Headings glued to other text


@pytest.mark.parametrize(
    ("role", "item", "kept", "heading"),
    [
        ("1. Réalisations", "Un prototype existe. Réalisations Guichet bleu", "Un prototype existe.", None),
        ("1. Achievements", "It can be tried. Achievements – Blue counter", "It can be tried.", None),
        ("2. Priorités", "Un accord en santé Priorités : Le guichet bleu", "Un accord en santé", None),
        ("2. Priorities", "Priorities Blue Counter", None, "Priorities Blue Counter"),
    ],
)
def test_a_sub_heading_glued_to_an_item_is_parted(
    make_document: Make, form: Callable[..., Layout], role: str, item: str, kept: str | None, heading: str | None
) -> None:
    other = "2. Priorities" if role.startswith("1") else "1. Achievements"
    parts = [[("heading", role, 1), ("paragraph", "First."), ("list_item", item, 1), ("paragraph", "It pays.")]]
    parts.insert(0 if role.startswith("2") else 1, [("heading", other, 1), ("paragraph", "Other words.")])
    document = make_document(*(block for part in parts for block in part))
    heading = heading or item[len(kept or "") :].strip()
    shown = [(section.heading, text_of(document, section)) for section in form(document).sections]
    assert ((role, heading), f"{heading} | It pays.") in shown
    assert kept is None or any(text.endswith(f"| {kept}") for _, text in shown)


@pytest.mark.parametrize(
    "item",
    [
        "Achievements include three counters",
        "Priorities: fewer forms",  # not the word of the part it stands in
        "We showed our Achievements that count",
        "Achievements: Two counters were opened.",
        "Achievements: Two counters",  # one of several items
    ],
)
def test_an_item_that_speaks_of_the_word_stays_whole(make_document: Make, item: str) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("list_item", item, 1), ("list_item", "More.", 1),
        ("heading", "2. Priorities", 1), ("paragraph", "Words."),
    )  # fmt: skip
    assert parted_blocks(document) == document.blocks


def test_the_last_item_of_a_part_is_no_heading(make_document: Make) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("list_item", "It can be tried. Achievements Blue Counter", 1),
        ("heading", "2. Priorities", 1), ("paragraph", "Words."),
    )  # fmt: skip
    assert parted_blocks(document) == document.blocks


def test_a_template_heading_glued_on_either_side_is_parted(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1),
        ("paragraph", f"The counter opened. 2. Priorities: {ASK_EN} We want one more."),
        pages=(2,),
    )
    layout = form(document)
    assert outline(document, layout) == [
        (Role.ACHIEVEMENT, ("1. Achievements",), "1. Achievements | The counter opened."),
        (Role.PRIORITY, ("2. Priorities:",), "2. Priorities:"),
        (Role.PRIORITY, ("2. Priorities:",), "We want one more."),
    ]
    assert set_aside(document, layout) == [(AsideReason.INSTRUCTION, ASK_EN)]
    assert layout.sections[1].blocks[0].kind is BlockKind.HEADING


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("3. Showcase Tell us.", "3. Showcase", "Tell us."),
        ("3) Présentation / partage S.O.", "3) Présentation / partage", "S.O."),
        ("3. PARTAGE – Un guichet", "3. PARTAGE", "– Un guichet"),
    ],
)
def test_a_template_heading_glued_to_what_follows_is_parted_without_a_colon_too(
    make_document: Make, text: str, title: str, rest: str
) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("paragraph", "One."), ("heading", "2. Priorities", 1),
        ("list_item", text, 1), ("heading", "4. Needs", 1),
    )  # fmt: skip
    blocks = parted_blocks(document)
    assert [document.text[block.start : block.end] for block in blocks[3:5]] == [title, rest]
    assert [heading.index for heading in template_headings(document.text, blocks)] == [0, 2, 3, 5]


def test_a_counted_item_that_is_no_heading_stays_whole(make_document: Make) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("list_item", "1. Presentation Skills, a course", 1),
        ("list_item", "2. Sharing Days", 1), ("heading", "2. Priorities", 1), ("heading", "3. Showcase", 1),
        ("heading", "4. Needs", 1),
    )  # fmt: skip
    assert parted_blocks(document) == document.blocks


# Instructions


INSTRUCTIONS = [
    (Role.ACHIEVEMENT, ASK_EN),
    (Role.ACHIEVEMENT, "List the main results of the past six to twelve months."),
    (Role.ACHIEVEMENT, "Sum up what your services brought to an end. Give no more than five for your organization."),
    (Role.ACHIEVEMENT, "Résumez ce que vos services ont mené à terme depuis six mois à un an."),
    (Role.PRIORITY, ASK_FR),
    (Role.PRIORITY, "In a few words, name what your ministry will begin next year."),
    (Role.PRIORITY, "Dites au Conseil ce que vous entreprendrez."),
    (Role.SHOWCASE, "Does your jurisdiction have tools that others could take up?"),
    (
        Role.SHOWCASE,
        "Votre organisation a-t-elle des outils à faire connaître? (ceci servira aux prochaines réunions.)",
    ),
    (Role.SHOWCASE, "Quels outils pourriez-vous montrer aux autres membres, et votre équipe viendrait-elle?"),
    (Role.NEED, "Please describe the problems that you would like to bring to the council."),
    (Role.NEED, "Avez-vous des questions à poser au Conseil ?"),
    (Role.ACHIEVEMENT, "(Énumérez ce qui a été mené à terme.)"),
    (Role.ACHIEVEMENT, "What are you pleased with since the last meeting?"),
]
ANSWERS = [
    (Role.ACHIEVEMENT, "We launched a counter over the past six to twelve months."),
    (Role.ACHIEVEMENT, "Votre Ontario, le portail des résidents, est en ligne."),
    (Role.ACHIEVEMENT, "List management moved to the cloud."),
    (Role.ACHIEVEMENT, "Share Your Story, a campaign for seniors, began."),
    (Role.ACHIEVEMENT, "Your Services Online went live in May."),
    (Role.PRIORITY, "Name changes will be made online."),
    (Role.PRIORITY, "Rendez-vous en ligne : les gens prennent leur place eux-mêmes."),
    (Role.SHOWCASE, "(Yes) We can show the counter."),
    (Role.SHOWCASE, "Oui, notre administration peut présenter son guichet."),
    (Role.NEED, "Does your jurisdiction have a counter for newcomers?"),
    (Role.NEED, "Comment votre administration traite-t-elle les plaintes?"),
    (Role.NEED, "Please share how your organization trains its staff."),
    (Role.NEED, "S.O."),
    (Role.NEED, "How do you count boats, and would other members show us?"),
    (Role.PRIORITY, "(Listed in the plan.)"),
]


@pytest.mark.parametrize(("role", "text"), INSTRUCTIONS)
def test_what_invites_the_author_is_an_instruction(role: Role, text: str) -> None:
    assert leading_instruction(text, role, instructed=False) == len(text)
    assert leading_instruction(f"{text} The counter opened in May.", role, instructed=False) == len(text)


def test_under_needs_a_question_on_the_author_s_wishes_is_the_template_s_where_it_instructs() -> None:
    for text in ("What would you like to ask other members?", "Que souhaitez-vous demander aux autres membres?"):
        assert leading_instruction(text, Role.NEED, instructed=True) == len(text)
        assert leading_instruction(text, Role.NEED, instructed=False) == 0


@pytest.mark.parametrize(("role", "text"), ANSWERS)
def test_what_the_author_says_is_no_instruction(role: Role, text: str) -> None:
    assert leading_instruction(text, role, instructed=False) == 0


def test_under_needs_an_invitation_counts_where_the_form_has_others() -> None:
    text = "Please list what your organization struggles with."
    assert leading_instruction(text, Role.NEED, instructed=True) == len(text)
    question = "Does your jurisdiction have a counter for newcomers?"
    assert leading_instruction(question, Role.NEED, instructed=True) == 0


def test_a_remark_in_brackets_is_known_by_its_words() -> None:
    assert is_remark("(Ces réponses servent à bâtir l’ordre du jour.)")
    assert is_remark("(This helps to plan the agenda).")
    assert not is_remark("(see the counter of Sydney)")
    assert not is_remark("We met at a meeting (in May).")


@pytest.mark.parametrize("answer", ["We launched a counter.", "Votre Ontario est en ligne.", "(Two) counters opened."])
def test_instructions_are_set_aside_and_the_answer_is_not(
    make_document: Make, form: Callable[..., Layout], answer: str
) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1),
        ("paragraph", ASK_EN),
        ("paragraph", answer),
        ("heading", "3. Sharing", 1),
        ("paragraph", "Does your jurisdiction have tools that others could take up?"),
        ("paragraph", "(This is for the agenda of coming meetings.)"),
        ("paragraph", "Does your jurisdiction have a tool to match?"),
        ("heading", "4. Needs", 1),
        ("paragraph", answer),
    )
    layout = form(document)
    assert [text for _, text in set_aside(document, layout)] == [
        document.text[block.start : block.end] for block in (document.blocks[i] for i in (1, 4, 5))
    ]
    assert outline(document, layout) == [
        (Role.ACHIEVEMENT, ("1. Achievements",), "1. Achievements"),
        (Role.ACHIEVEMENT, ("1. Achievements",), answer),
        (Role.SHOWCASE, ("3. Sharing",), "3. Sharing"),
        (Role.SHOWCASE, ("3. Sharing",), "Does your jurisdiction have a tool to match?"),
        (Role.NEED, ("4. Needs",), f"4. Needs | {answer}"),
    ]


def test_an_invitation_further_down_is_an_answer(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(
        ("heading", "2. Priorities", 1), ("heading", "Surveys", 2), ("paragraph", ASK_EN),
        ("heading", "4. Needs", 1), ("paragraph", "Help."), ("paragraph", ASK_EN),
    )  # fmt: skip
    assert form(document).asides == ()


# Tables


def test_in_a_table_the_left_cell_is_the_template_s(form: Callable[..., Layout]) -> None:
    document = of_cells(
        [
            [[("paragraph", "Administration :")], [("paragraph", "Nouvelle-Écosse")]],
            [
                [("heading", "1. Réalisations"), ("paragraph", "Dans vos mots."), ("list_item", "cinq au plus")],
                [("heading", "Guichets"), ("paragraph", "Deux ont ouvert.")],
            ],
            [[("heading", "2. Priorités"), ("paragraph", "Ce qui vient, dit")], [("paragraph", "Un troisième.")]],
            [[("paragraph", "en peu de mots.")], [("paragraph", "Un quatrième.")]],
            [[("heading", "3. Présentation")], [("paragraph", ASK_FR), ("paragraph", "S.O.")]],
            [[("heading", "4. Besoins"), ("paragraph", "Nous cherchons un appui.")], []],
        ]
    )
    layout = form(document)
    assert [text for _, text in set_aside(document, layout)] == [
        "Administration :", "Dans vos mots.", "cinq au plus", "Ce qui vient, dit", "en peu de mots.", ASK_FR,
    ]  # fmt: skip
    assert outline(document, layout) == [
        (Role.BACKGROUND, (), "Nouvelle-Écosse"),
        (Role.ACHIEVEMENT, ("1. Réalisations",), "1. Réalisations"),
        (Role.ACHIEVEMENT, ("1. Réalisations", "Guichets"), "Guichets | Deux ont ouvert."),
        (Role.PRIORITY, ("2. Priorités",), "2. Priorités"),
        (Role.PRIORITY, ("2. Priorités",), "Un troisième."),
        (Role.PRIORITY, ("2. Priorités",), "Un quatrième."),
        (Role.SHOWCASE, ("3. Présentation",), "3. Présentation"),
        (Role.SHOWCASE, ("3. Présentation",), "S.O."),
        (Role.NEED, ("4. Besoins",), "4. Besoins | Nous cherchons un appui."),
    ]


def test_headings_side_by_side_head_their_columns(form: Callable[..., Layout]) -> None:
    document = of_cells(
        [
            [[("heading", "1. Achievements")], [("heading", "2. Priorities")], [("heading", "4. Needs")]],
            [[("paragraph", "Two counters.")], [("paragraph", "A third.")], [("paragraph", "Advice.")]],
        ]
    )
    assert outline(document, form(document))[3:] == [
        (Role.ACHIEVEMENT, ("1. Achievements",), "Two counters."),
        (Role.PRIORITY, ("2. Priorities",), "A third."),
        (Role.NEED, ("4. Needs",), "Advice."),
    ]


def test_a_word_file_is_read_as_the_same_form(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("Exchange form", 1)
    word.add_paragraph("Jurisdiction: Prince Edward Island")
    table = word.add_table(3, 2)
    rows = [("1. Achievements", "Two counters opened."), ("2. Priorities", "One more."), ("4. Needs", "N/A")]
    for (title, answer), row in zip(rows, table.rows, strict=True):
        row.cells[0].text = title
        row.cells[0].add_paragraph("As briefly as can be.")
        row.cells[1].text = answer
    word.save(str(tmp_path / "form.docx"))
    document = read(tmp_path / "form.docx")
    record = describe(document, "digest", None)
    layout = layouts.recognise(document, record)
    assert (record.jurisdiction, record.type) == ("PE", DocumentType.EXCHANGE_FORM)
    assert len(layout.asides) == 3
    found = {p.text: (p.role, p.jurisdictions, p.kind) for p in passages.cut(document, record, layout.sections)}
    assert found["Two counters opened."] == (Role.ACHIEVEMENT, ("PE",), PassageKind.STATEMENT)
    assert found["N/A"] == (Role.NEED, ("PE",), PassageKind.NO_ANSWER)
    assert found["2. Priorities"] == (Role.PRIORITY, ("PE",), PassageKind.HEADING)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*exchange-form*")), ids=lambda path: path.name)
def test_the_corpus_s_forms_are_read_in_every_format(path: Path) -> None:
    document = read(path)
    record = describe(document, "digest", None)
    layout = layouts.recognise(document, record)
    assert record.jurisdiction == path.name.split("-")[2].upper()
    assert [role for role, _ in groupby(section.role for section in layout.sections)] == [
        Role.BACKGROUND, Role.ACHIEVEMENT, Role.PRIORITY, Role.SHOWCASE, Role.NEED,
    ]  # fmt: skip
    instructions = [text for reason, text in set_aside(document, layout) if reason is AsideReason.INSTRUCTION]
    assert sum(len(text.split()) > 8 for text in instructions) == 4
    check_nothing_is_lost(document, record)


# Notice, labels, empty answers


NOTICE = "This form may not be passed on without the approval of its author."


def test_the_notice_and_the_labels_are_set_aside(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(
        ("heading", "Exchange form", 1),
        ("paragraph", f"It was made for the meeting. {NOTICE}"),
        ("heading", "Jurisdiction:", 1),
        ("heading", "Contact person", 2),
        ("heading", "1. Achievements", 1),
        ("paragraph", "Records cannot be shared without the consent of the client."),
        ("heading", "4. Needs", 1),
        ("paragraph", "Advice."),
        ("heading", "Contact", 2),
    )
    layout = form(document)
    assert set_aside(document, layout) == [
        (AsideReason.NOTICE, f"It was made for the meeting. {NOTICE}"),
        (AsideReason.INSTRUCTION, "Jurisdiction:"),
        (AsideReason.INSTRUCTION, "Contact person"),
        (AsideReason.INSTRUCTION, "Contact"),
    ]
    assert [section.role for section in layout.sections] == [Role.BACKGROUND, Role.ACHIEVEMENT, Role.NEED]


def test_a_long_block_loses_only_its_notice(make_document: Make, form: Callable[..., Layout]) -> None:
    long = "The council meets twice a year in one of the cities of its members. " * 8
    document = make_document(("paragraph", long + NOTICE), ("heading", "1. Achievements", 1), ("heading", "2. Needs"))
    assert set_aside(document, form(document)) == [(AsideReason.NOTICE, NOTICE)]


def test_a_notice_at_the_end_must_speak_of_the_form(make_document: Make, form: Callable[..., Layout]) -> None:
    def asides_with(last: str) -> int:
        document = make_document(("heading", "1. Achievements", 1), ("heading", "4. Needs", 1), ("paragraph", last))
        return len(form(document).asides)

    assert asides_with(NOTICE) == 1
    assert asides_with("Records cannot be shared without the consent of the client.") == 0
    assert asides_with("Do not share the keys.") == 0


def test_notices_at_the_end_leave_the_answer_before_them(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("paragraph", NOTICE), ("heading", "4. Needs", 1),
        ("paragraph", "Advice on ropes. Do not distribute."), ("paragraph", "Ne pas diffuser à l’extérieur."),
        ("heading", "Réservé aux membres", 2),
    )  # fmt: skip
    layout = form(document)
    assert [text for _, text in set_aside(document, layout)] == [
        "Do not distribute.", "Ne pas diffuser à l’extérieur.", "Réservé aux membres",
    ]  # fmt: skip
    assert {reason for reason, _ in set_aside(document, layout)} == {AsideReason.NOTICE}
    assert outline(document, layout)[-1] == (Role.NEED, ("4. Needs",), "4. Needs | Advice on ropes.")


@pytest.mark.parametrize("label", ["Prepared by:", "Contact:", "Personne à contacter :", "Soumis par :"])
@pytest.mark.parametrize("kind", ["heading", "paragraph"])
def test_a_label_whose_contact_is_gone_heads_no_answer(
    make_document: Make, form: Callable[..., Layout], label: str, kind: str
) -> None:
    document = make_document(
        ("heading", "1. Achievements", 1), ("paragraph", "One."), (kind, label, 2), ("paragraph", "Two."),
        ("heading", "2. Priorities", 1), ("paragraph", "Three."),
    )  # fmt: skip
    layout = form(document)
    assert set_aside(document, layout) == [(AsideReason.INSTRUCTION, label)]
    assert [heading for _, heading, _ in outline(document, layout)] == [
        ("1. Achievements",), ("1. Achievements",), ("2. Priorities",),
    ]  # fmt: skip


@pytest.mark.parametrize("answer", ["S.O.", "N/A", "n/a", "Sans objet", "Not applicable"])
@pytest.mark.parametrize("instruction", [[], [("paragraph", "Dites au Conseil ce qui vous préoccupe.")]])
def test_no_answer_is_a_section_of_its_own(
    make_document: Make, make_record: MakeRecord, answer: str, instruction: list[tuple[str, str]]
) -> None:
    document = make_document(
        ("heading", "1. Réalisations", 1), ("paragraph", "Deux guichets."), ("heading", "4. Questions et besoins", 1),
        *instruction, ("paragraph", answer),
    )  # fmt: skip
    record = make_record(type=DocumentType.EXCHANGE_FORM, jurisdiction="NU")
    cut = passages.cut(document, record, layouts.recognise(document, record).sections)
    assert (cut[-1].kind, cut[-1].role, cut[-1].heading) == (
        PassageKind.NO_ANSWER, Role.NEED, ("4. Questions et besoins",),
    )  # fmt: skip
    assert cut[-1].text.endswith(answer) and cut[-1].jurisdictions == ("NU",)


# Attribution


@pytest.mark.parametrize(
    ("reason", "attribution"),
    [
        (STATED_IN_LINE, Attribution.STATED),
        ("stated in the catalogue", Attribution.STATED),
        ("inferred: 8 of 9 mentions are of NS", Attribution.INFERRED),
    ],
)
def test_sections_say_how_their_owner_is_known(
    make_document: Make, form: Callable[..., Layout], reason: str, attribution: Attribution
) -> None:
    document = make_document(("heading", "1. Achievements", 1), ("paragraph", "One."), ("heading", "2. Priorities", 1))
    layout = form(document, jurisdiction_reason=reason)
    assert {(section.attribution, section.jurisdictions) for section in layout.sections} == {(attribution, ("NS",))}
    nobody = form(document, jurisdiction=None, jurisdiction_reason="not known: no line")
    assert {section.jurisdictions for section in nobody.sections} == {()}


# Nothing is lost


TEXTS = [
    "1. Achievements", "2. Priorités :", "3. Showcase/sharing", "4. Questions et besoins", "Priorities", "Yukon",
    "Réalisations :", ASK_EN, ASK_FR, f"{ASK_EN} We want one more.", "(It is for the agenda.)", NOTICE, "S.O.",
    "Contact", "Jurisdiction:", "It opened. Achievements Blue Counter", "It opened. 2. Priorities: More", "x",
]  # fmt: skip
KINDS = st.sampled_from(["heading", "paragraph", "list_item"])
CONTENT = st.one_of(
    st.sampled_from(TEXTS), st.text("aA1.:?( )–é\u00a0", min_size=1).filter(lambda t: t == t.strip() != "")
)
BLOCKS = st.lists(st.tuples(KINDS, CONTENT), max_size=16)


def check_nothing_is_lost(document: Document, record: DocumentRecord) -> None:
    layout = exchange_form.recognise(document, record)
    text = document.text
    spans = [(b.start, b.end) for s in layout.sections for b in s.blocks] + [(a.start, a.end) for a in layout.asides]
    held = [place for start, end in spans for place in range(start, end)]
    assert len(held) == len(set(held))
    assert {place for place, sign in enumerate(text) if not sign.isspace()} <= set(held)
    borders = [(section.blocks[0].start, section.blocks[-1].end) for section in layout.sections]
    assert all(start < end for start, end in borders)
    assert all(first[1] <= second[0] for first, second in pairwise(borders))
    for section in layout.sections:
        assert all(not text[a.end : b.start].strip() for a, b in pairwise(section.blocks))
        kinds = [block.kind is BlockKind.HEADING for block in section.blocks]
        assert kinds == sorted(kinds, reverse=True)
        assert section.role is Role.BACKGROUND or section.heading
    cut = passages.cut(document, record, layout.sections)
    assert all(text[p.start : p.end] == p.text for p in cut)
    assert all(first.end <= second.start for first, second in pairwise(cut))
    assert not any(a.start < p.end and p.start < a.end for p in cut for a in layout.asides)


@settings(max_examples=150, deadline=None)
@given(BLOCKS)
@example([("heading", "1. Achievements"), ("list_item", "It opened. Achievements Blue Counter"), ("paragraph", "x")])
def test_any_blocks_are_in_a_section_or_set_aside(
    make_document: Make, make_record: MakeRecord, blocks: list[tuple[str, str]]
) -> None:
    document = make_document(*((kind, text, 1) for kind, text in blocks))
    check_nothing_is_lost(document, make_record(jurisdiction="YT"))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.lists(st.tuples(KINDS, CONTENT), max_size=3), min_size=1, max_size=3), max_size=6))
def test_any_cells_are_in_a_section_or_set_aside(
    make_record: MakeRecord, rows: list[list[list[tuple[str, str]]]]
) -> None:
    check_nothing_is_lost(of_cells(rows), make_record(jurisdiction="YT"))


def test_a_part_of_a_block_knows_its_page(make_document: Make) -> None:
    document = make_document(
        ("paragraph", "1. Achievements: It opened in May. 2. Priorities: It grows."), ("heading", "4. Needs", 1),
        pages=(1, 1),
    )  # fmt: skip
    turn = document.text.index("in May")
    document = replace(document, pages=(Page(1, 0, turn), Page(2, turn, len(document.text))))
    shown = [(document.text[block.start : block.end], block.page) for block in parted_blocks(document)]
    assert shown[:4] == [("1. Achievements:", 1), ("It opened in May.", 1), ("2. Priorities:", 2), ("It grows.", 2)]


def test_an_instruction_set_as_a_title_is_one(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(("heading", "1. Achievements", 1), ("heading", ASK_EN, 2), ("heading", "Counters", 2))
    layout = form(document)
    assert set_aside(document, layout) == [(AsideReason.INSTRUCTION, ASK_EN)]
    assert layout.sections[-1].heading == ("1. Achievements", "Counters")


def test_a_form_without_headings_is_all_background(make_document: Make, form: Callable[..., Layout]) -> None:
    document = make_document(("heading", "Notes", 1), ("paragraph", "We met."), ("paragraph", "Jurisdiction: Yukon"))
    assert outline(document, form(document)) == [(Role.BACKGROUND, ("Notes",), "Notes | We met. | Jurisdiction: Yukon")]
    assert form(replace(document, text="", blocks=())).sections == ()
