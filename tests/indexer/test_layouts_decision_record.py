"""Decision records: turns by speaker, decisions and follow-ups whole and once, in every shape a record comes in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from indexer import describe, layouts, passages
from indexer.documents import (
    Attribution,
    Document,
    DocumentRecord,
    DocumentType,
    ItemStatus,
    Layout,
    Passage,
    PassageKind,
    Role,
    Section,
)
from indexer.readers import read

# A made-up record, as its agenda items: title, discussion lines, decisions and follow-ups.
ATTENDANCE = {
    "Co-chairs": ["Ada Marsh, Nova Scotia (N.S.)", "Bertrand Caillou, Yukon (YK)"],
    "Members": [
        "Christopher Delorme, Canada Revenue Agency (CRA)",
        "Elizabeth Fjord, Veterans Affairs Canada (VAC)",
        "Gil De La Baie, Manitoba (Man.)",
    ],
    "Institute for Citizen-Centred Service (ICCS)": ["Nora Quill"],
}
AGENDA: list[tuple[str, list[str], list[str]]] = [
    (
        "1. Administration",
        ["The record of the spring meeting is accepted.", "Ada Marsh, treasurer of the table, reports a sound purse."],
        [
            "Decision 1: The record of the spring meeting is approved.",
            "Decision 2: The agenda is approved as sent out.",
        ],
    ),
    (
        "2. Lighthouse map (Tab 2)",
        [
            "Bertrand Caillou and Ada Marsh present the map of lighthouses. Chris Delorme shows how it is drawn.",
            "- Ada Marsh (N.S.) likes the map. Saskatchewan and Quebec have one of their own, she recalls.",
            "Nora Quill replies that the map can be bought by anyone who asks.",
            "- Libby Fjord (VAC) names two wishes:",
            "1. a lamp for each harbour;",
            "2. a bell for each pier.",
            "- Gil De La Baie asks for a Manitoba edition.",
            "Members then walked to the pier.",
        ],
        [
            "Action Item 1A: The co-chairs of the lamp group will report at the next teleconference.",
            "Action Item 1B: Nora Quill will send the cards around by March 2031.",
            "She will keep the list of harbours up to date.",
        ],
    ),
    ("3. Foghorns", ["- Ada Marsh (N.S.) is content."], ["No action item is recorded for foghorns."]),
]


def record_document(tmp_path: Path) -> Document:
    """The record in Word, as a table of item, discussion, decision."""
    file = docx.Document()
    file.add_heading("Record of decision", 1)
    file.add_paragraph("Harbour table, 4 May 2030")
    file.add_heading("Attendance", 2)
    for group, names in ATTENDANCE.items():
        file.add_heading(group, 3)
        for name in names:
            file.add_paragraph(name, style="List Bullet")
    table = file.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("Item", "Topic and discussion", "Decision or action"), strict=True):
        cell.text = text
    for title, discussion, decisions in AGENDA:
        number, _, name = title.partition(" ")
        cells = table.add_row().cells
        cells[0].text = number
        cells[1].paragraphs[0].text = name
        cells[1].paragraphs[0].style = file.styles["Heading 2"]
        for line in discussion:
            style = "List Bullet" if line.startswith("- ") else "Normal"
            cells[1].add_paragraph(line.removeprefix("- "), style=style)
        cells[2].text = decisions[0]
        for line in decisions[1:]:
            cells[2].add_paragraph(line)
    file.save(str(tmp_path / "record.docx"))
    return read(tmp_path / "record.docx")


def record_text(tmp_path: Path) -> Document:
    """The record as an extractor dumps two columns: the side column, narrow, at the foot of each page."""
    import textwrap

    wide = lambda text, **more: textwrap.wrap(text, 96, break_on_hyphens=False, **more)  # noqa: E731
    lines = [" Record of decision", "", "Harbour table, 4 May 2030", "", "Attendance", ""]
    for group, names in ATTENDANCE.items():
        lines += ["", group.upper(), *[name.replace(", ", "    ", 1) for name in names]]
    lines += ["", "Item Topic and discussion Decision or action", ""]
    for number, (title, discussion, decisions) in enumerate(AGENDA):
        filler = "It was said once more, at some length, that a harbour without light is no harbour at all. " * 2
        lines += [title, ""]
        for line in discussion:
            lines += [*wide("• " + line[2:] if line.startswith("- ") else line), ""]
        lines += ["", *wide(f"The chair sums up. {filler}"), ""]
        side = [piece for text in decisions for piece in [*textwrap.wrap(text, 26), ""]]
        if number == 1:
            # The side column goes on over the page, in the middle of a sentence of the main one.
            half = wide(f"Before the break nobody could say {filler}")
            lines += ["", *half[:1], "", *side[:2], f" {half[1]}", *half[2:], "", *side[2:], ""]
        else:
            lines += [*side]
        lines[-1:] = [""]
    path = tmp_path / "record.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read(path)


@pytest.fixture(params=[record_document, record_text], ids=["table", "dump"])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Document, Layout]:
    document = request.param(tmp_path)
    described = describe.describe(document, "0", None)
    assert described.type is DocumentType.DECISION_RECORD
    assert described.meeting_date == "2030-05-04"
    return document, layouts.recognise(document, described)


def said(document: Document, section: Section) -> str:
    return " ".join(document.text[section.blocks[0].start : section.blocks[-1].end].split())


def with_text(document: Document, layout: Layout, part: str) -> Section:
    found = [section for section in layout.sections if part in said(document, section)]
    assert len(found) == 1, (part, [said(document, section) for section in found])
    return found[0]


@pytest.mark.parametrize(
    ("part", "speaker", "codes"),
    [
        ("likes the map", "Ada Marsh", ("NS",)),
        ("can be bought", "Nora Quill", ("ICCS",)),
        ("present the map", "Bertrand Caillou, Ada Marsh", ("YT", "NS")),
        ("shows how it is drawn", "Christopher Delorme", ("CRA",)),
        ("a bell for each pier", "Elizabeth Fjord", ("VAC",)),
        ("a Manitoba edition", "Gil De La Baie", ("MB",)),
        ("walked to the pier", None, ()),
        ("a sound purse", "Ada Marsh", ("NS",)),
    ],
)
def test_turns_are_credited_to_their_speaker(
    record: tuple[Document, Layout], part: str, speaker: str | None, codes: tuple[str, ...]
) -> None:
    document, layout = record
    section = with_text(document, layout, part)
    assert (section.role, section.speaker, section.jurisdictions) == (Role.DISCUSSION, speaker, codes)


def test_decisions_and_follow_ups_come_out_whole_and_once(record: tuple[Document, Layout]) -> None:
    document, layout = record
    assert [(item.kind, item.number) for item in layout.items] == [
        (Role.DECISION, "1"),
        (Role.DECISION, "2"),
        (Role.FOLLOW_UP, "1A"),
        (Role.FOLLOW_UP, "1B"),
    ]
    expected = [text for _, _, decisions in AGENDA for text in decisions]
    one, two, first, second = (" ".join(item.text.split()) for item in layout.items)
    assert [one, two, first, second] == [*expected[:3], " ".join(expected[3:5])]
    for item in layout.items:
        assert document.text[item.start : item.end] == item.text
        assert with_text(document, layout, " ".join(item.text.split())).role is item.kind
    assert len({item.id for item in layout.items}) == 4


def test_owner_due_and_status_are_read_from_the_item(record: tuple[Document, Layout]) -> None:
    _, layout = record
    assert [(item.owner, item.jurisdictions, item.due, item.status) for item in layout.items] == [
        (None, (), None, ItemStatus.DECIDED),
        (None, (), None, ItemStatus.DECIDED),
        ("The co-chairs of the lamp group", (), "at the next teleconference", ItemStatus.OPEN),
        ("Nora Quill", ("ICCS",), "by March 2031", ItemStatus.OPEN),
    ]


def test_a_line_that_says_there_is_none_is_no_item(record: tuple[Document, Layout]) -> None:
    document, layout = record
    assert with_text(document, layout, "No action item is recorded").role is Role.FOLLOW_UP


def test_attendance_has_its_role_and_titles_their_path(record: tuple[Document, Layout]) -> None:
    document, layout = record
    section = with_text(document, layout, "Gil De La Baie Manitoba" if document.format == "text" else "Baie, Manitoba")
    assert section.role is Role.ATTENDANCE and section.speaker is None
    spoken = with_text(document, layout, "likes the map")
    assert "Lighthouse map" in spoken.heading[0]


def test_the_discussion_is_whole_where_the_side_column_cut_it(tmp_path: Path) -> None:
    document = record_text(tmp_path)
    assert "nobody could say It was said once more, at some length, that a harbour without light is no" in document.text
    items = layouts.recognise(document, describe.describe(document, "0", None)).items
    assert items[2].page == 1 and document.pages[-1].number == 2


def test_french_labels_owners_and_dates(
    make_document: Callable[..., Document], make_record: Callable[..., object]
) -> None:
    document = make_document(
        ("heading", "Compte rendu des décisions", 1),
        ("heading", "1. Phares", 1),
        ("paragraph", "Odile Marée (Québec) propose un phare."),
        ("paragraph", "Décision no 1 : Le phare est retenu jusqu’en mai 2031."),
        ("paragraph", "Mesure de suivi no 2A :"),
        ("paragraph", "À la prochaine réunion, les gardiens du phare présenteront un plan."),
        ("paragraph", "Point de suivi no 2B : On a demandé aux marins du port de repeindre la porte."),
        ("paragraph", "Mesure à prendre no 3 Le Secrétariat de l’ISAC enverra la facture au début de 2031."),
        ("paragraph", "Suivi no 4 : Odile Marée continuera d’entretenir la lampe."),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.DECISION_RECORD, language="fr"))  # type: ignore[arg-type]
    assert [(item.number, item.owner, item.due, item.status) for item in layout.items] == [
        ("1", None, "jusqu’en mai 2031", ItemStatus.DECIDED),
        ("2A", "les gardiens du phare", "À la prochaine réunion", ItemStatus.OPEN),
        ("2B", "marins du port", None, ItemStatus.OPEN),
        ("3", "Le Secrétariat de l’ISAC", "au début de 2031", ItemStatus.OPEN),
        ("4", "Odile Marée", None, ItemStatus.CONTINUING),
    ]
    assert layout.items[3].jurisdictions == ("ICCS",) and layout.items[4].jurisdictions == ("QC",)


def test_a_sentence_about_a_decision_is_no_item(
    make_document: Callable[..., Document], make_record: Callable[..., object]
) -> None:
    document = make_document(
        ("heading", "1. Phares", 1),
        ("paragraph", "Decision 2 was discussed again before noon."),
        ("paragraph", "Decision 3: The lamp stays. Decision 4: The bell goes."),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.DECISION_RECORD))  # type: ignore[arg-type]
    assert [item.text for item in layout.items] == ["Decision 3: The lamp stays.", "Decision 4: The bell goes."]


def test_passages_of_a_turn_carry_its_speaker(record: tuple[Document, Layout]) -> None:
    document, layout = record
    cut = passages.cut(document, describe.describe(document, "0", None), layout.sections)
    (held,) = [passage for passage in cut if "she recalls" in passage.text]
    # Whom a speech names comes after the speaker.
    assert (
        held.speaker == "Ada Marsh" and held.jurisdictions[0] == "NS" and set(held.jurisdictions) == {"NS", "SK", "QC"}
    )


@pytest.mark.parametrize(
    ("body", "owner", "due"),
    [
        ("At the next meeting, in February, the pier keepers will show it.", "the pier keepers", "At the next meeting"),
        ("Ada Marsh will keep the list of lamps, and will show it to the table.", "Ada Marsh", None),
        ("It falls to the secretariat to write down what was said.", "the secretariat", None),
        ("PSSDC members are asked to paint the door by May 2031.", "PSSDC members", "by May 2031"),
        ("The door will be painted by whoever comes first.", None, None),
        ("Il revient aux gardiens de repeindre la porte d’ici juin 2031.", "gardiens", "d’ici juin 2031"),
        ("En mai, à la réunion du port, les gardiens repeindront la porte.", "les gardiens", "En mai"),
        ("C’est par la poste que les gardiens recevront la peinture.", "les gardiens", None),
        ("Marsh", None, None),
    ],
)  # fmt: skip
def test_owner_and_due_in_other_words(
    make_document: Callable[..., Document],
    make_record: Callable[..., object],
    body: str,
    owner: str | None,
    due: str | None,
) -> None:
    document = make_document(
        ("heading", "1. Portes", 1),
        ("list_item", "Ada Marsh (Yukon) asks for paint.", 1),
        ("paragraph", f"Action item 1: {body}"),
    )
    (item,) = layouts.recognise(document, make_record(type=DocumentType.DECISION_RECORD)).items  # type: ignore[arg-type]
    assert (item.owner, item.due) == (owner, due)


Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]


def cut_record(make_document: Make, make_record: MakeRecord, *blocks: tuple[object, ...]) -> tuple[Passage, ...]:
    """The passages of a record of these blocks."""
    document = make_document(*blocks)
    made = make_record(type=DocumentType.DECISION_RECORD)
    return passages.cut(document, made, layouts.recognise(document, made).sections)


def test_lettered_titles_stand_beside_each_other(make_document: Make, make_record: MakeRecord) -> None:
    found = cut_record(
        make_document, make_record,
        ("heading", "1. Lamps", 1), ("heading", "A) Oil", 2), ("paragraph", "It burns."),
        ("paragraph", "B) Wicks of lamps"), ("paragraph", "They burn too."),
        ("heading", "C) Glass", 3), ("paragraph", "It does not."),
    )  # fmt: skip
    assert [p.heading for p in found] == [
        ("1. Lamps", "A) Oil"),
        ("1. Lamps", "B) Wicks of lamps"),
        ("1. Lamps", "C) Glass"),
    ]


def test_letters_that_begin_anew_stand_below(make_document: Make, make_record: MakeRecord) -> None:
    found = cut_record(
        make_document, make_record,
        ("heading", "1. Lamps", 1), ("heading", "B) Wicks", 2), ("heading", "A) Oil", 3), ("paragraph", "It burns."),
    )  # fmt: skip
    assert found[-1].heading == ("1. Lamps", "B) Wicks", "A) Oil")


def test_that_nothing_is_to_follow_up_is_no_statement(record: tuple[Document, Layout]) -> None:
    document, layout = record
    cut = passages.cut(document, describe.describe(document, "0", None), layout.sections)
    assert [p.kind for p in cut if "No action item is recorded" in p.text] == [PassageKind.NO_ANSWER]
    assert all(p.kind is PassageKind.STATEMENT for p in cut if p.text.startswith(("Decision", "Action Item")))


def test_an_address_that_a_speaker_announces_is_the_speakers(make_document: Make, make_record: MakeRecord) -> None:
    address = "https://port.example/lamps"
    for lead, speaker in (("The plan is here:", "Odile Marée"), ("The plan is drawn.", None)):
        found = cut_record(
            make_document, make_record,
            ("heading", "1. Lamps", 1), ("paragraph", f"Odile Marée (Québec) replies. {lead}"), ("paragraph", address),
        )  # fmt: skip
        assert [p.speaker for p in found if address in p.text] == [speaker]


def test_an_answer_glued_to_the_question_is_not_the_askers(make_document: Make, make_record: MakeRecord) -> None:
    found = cut_record(
        make_document, make_record,
        ("heading", "1. Lamps", 1), ("paragraph", "Odile Marée (Québec) asks: who pays for the oil?The harbour does."),
    )  # fmt: skip
    assert [(p.text.split("\n")[-1], p.speaker) for p in found] == [
        ("Odile Marée (Québec) asks: who pays for the oil?", "Odile Marée"),
        ("The harbour does.", None),
    ]


@pytest.mark.parametrize("address", ["https://port.example/lamps?Harbour=one", "port.example?Harbour=one"])
def test_the_question_mark_of_an_address_ends_no_question(
    make_document: Make, make_record: MakeRecord, address: str
) -> None:
    text = f"Odile Marée (Québec) says that the plan of lamps is at {address} since May."
    found = cut_record(make_document, make_record, ("heading", "1. Lamps", 1), ("paragraph", text))
    assert [p.text.split("\n")[-1] for p in found] == [text]


def test_where_the_meeting_was_held_credits_nobody(make_document: Make, make_record: MakeRecord) -> None:
    found = cut_record(
        make_document, make_record,
        ("heading", "Record of decision", 1), ("paragraph", "4 May 2030, Halifax, Nova Scotia"),
        ("heading", "Attendance", 2), ("list_item", "Ada Marsh, Yukon"),
        ("heading", "1. Lamps", 1), ("paragraph", "A lamp was lit in Nova Scotia."),
    )  # fmt: skip
    by_role = {p.role: p.jurisdictions for p in found}
    assert by_role[Role.BACKGROUND] == () and by_role[Role.DISCUSSION] == ("NS",)


def test_an_item_is_its_owners_alone(make_document: Make, make_record: MakeRecord) -> None:
    found = cut_record(
        make_document, make_record,
        ("heading", "1. Lamps", 1), ("paragraph", "Odile Marée (Québec) agrees."),
        ("paragraph", "Action Item 1: Odile Marée will send the lamp of Manitoba back."),
    )  # fmt: skip
    assert found[-1].role is Role.FOLLOW_UP and found[-1].jurisdictions == ("QC",)


def test_another_affiliation_than_in_the_list_makes_it_unsure(make_document: Make, make_record: MakeRecord) -> None:
    found = cut_record(
        make_document, make_record,
        ("heading", "Record of decision", 1), ("heading", "Attendance", 2), ("list_item", "Ada Marsh, Yukon"),
        ("heading", "1. Lamps", 1), ("paragraph", "Ada Marsh (Yukon) lit a lamp and thanks all."),
        ("paragraph", "Ada Marsh (Manitoba) lit a lamp too."),
    )  # fmt: skip
    assert [(p.jurisdictions, p.attribution) for p in found if p.speaker == "Ada Marsh"] == [
        (("YT",), Attribution.STATED),
        (("YT",), Attribution.INFERRED),
    ]
