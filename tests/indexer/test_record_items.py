"""Decisions and follow-ups of records never seen: their labels, who has to see to them, by when, how they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import layouts
from indexer.document_words import opening_pattern
from indexer.documents import Document, DocumentRecord, DocumentType, ItemStatus, Layout, RecordItem, Role
from indexer.layouts.record_zones import is_label
from indexer.readers import read

Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]

OPEN, GOING_ON, DONE = ItemStatus.OPEN, ItemStatus.CONTINUING, ItemStatus.COMPLETED


def recognised(make_document: Make, make_record: MakeRecord, *lines: str) -> Layout:
    """The layout of a record whose only agenda item holds `lines`, after a member has spoken."""
    document = make_document(
        ("heading", "1. Harbours", 1),
        ("list_item", "Odile Marsh (Yukon) asks for paint.", 1),
        *(("paragraph", line) for line in lines),
    )
    return layouts.recognise(document, make_record(type=DocumentType.DECISION_RECORD))


@pytest.fixture
def items(make_document: Make, make_record: MakeRecord) -> Callable[..., tuple[RecordItem, ...]]:
    return lambda *lines: recognised(make_document, make_record, *lines).items


@pytest.fixture
def one(items: Callable[..., tuple[RecordItem, ...]]) -> Callable[[str], RecordItem]:
    """The follow-up that says `body`."""

    def make(body: str) -> RecordItem:
        (item,) = items(f"Action item 7: {body}")
        return item

    return make


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("Action item 4-C:", "4C"),
        ("Suivi n° 5-A :", "5A"),
        ("Point de suivi 6(b) :", "6B"),
        ("Point de suivi 6 (b) :", "6B"),
        ("Suivi 8 c)", "8C"),
        ("Décision 8c) :", "8C"),
        ("Suivi 9 B :", "9B"),
        ("Follow-up 7.2:", "7.2"),
        ("Décision 2031-04 :", "2031-04"),
        ("Decision D-9:", "D-9"),
        ("Action item B6:", "B6"),
        ("AI-12:", "AI-12"),
        ("MS-3 :", "MS-3"),
        ("Decision VII:", "VII"),
        ("Decision 5 and 6:", "5, 6"),
        ("Décisions nos 5, 6 et 7 :", "5, 6, 7"),
        ("Mesures de suivi nos 2A et 2B :", "2A, 2B"),
        ("Resolution 12:", "12"),
        ("Résolution no 12 :", "12"),
        ("Motion #4:", "4"),
        ("Action point 4:", "4"),
        ("Action required 4:", "4"),
        ("Action requise 4 :", "4"),
        ("Followup 4:", "4"),
        ("Task 4 –", "4"),
        ("Tâche 4 –", "4"),
        ("Engagement 4.", "4"),
    ],
)
def test_the_number_is_whole_and_no_part_of_what_is_said(
    items: Callable[..., tuple[RecordItem, ...]], label: str, number: str
) -> None:
    (item,) = items(f"{label} Manitoba will mend the pier by June 2031.")
    assert (item.number, item.text.startswith(label)) == (number, True)
    if item.kind is Role.FOLLOW_UP:
        assert (item.owner, item.jurisdictions) == ("Manitoba", ("MB",))


@pytest.mark.parametrize(
    "text",
    [
        "Decision 4 is older than the harbour.",
        "Decision 4 and 5 were read out twice.",
        "Mesure 3 mètres avant la porte.",
        "Action 5 of the harbour plan fell through.",
        "Action 3-year plans are the rule.",
        "Actions 2029-30 are in the annex.",
        "Motion G7 was lost.",
        "Reaction 3: none of the boats moved.",
        "Decision I made long ago stands.",
        "AI-3 is a model of the shipyard.",
    ],
)
def test_ordinary_text_stays_ordinary(items: Callable[..., tuple[RecordItem, ...]], text: str) -> None:
    assert items(text) == ()


@given(
    word=st.sampled_from(["Decision", "Décision no", "Action item", "Suivi", "Motion #"]),
    figure=st.integers(1, 199),
    letter=st.sampled_from("ABCDEF"),
    form=st.sampled_from(["{0}{1}", "{0}-{1}", "{0}({1})", "{0} ({1})", "{0} {1})", "{0}{1})", "{0} {1}"]),
    small=st.booleans(),
    after=st.sampled_from([": ", " : ", " – ", ". "]),
)
def test_a_letter_is_read_in_whatever_way_it_is_set(
    make_document: Make,
    make_record: MakeRecord,
    word: str,
    figure: int,
    letter: str,
    form: str,
    small: bool,
    after: str,
) -> None:
    label = f"{word} {form.format(figure, letter.lower() if small else letter)}"
    text = f"{label}{after}The lamp stays."
    found = opening_pattern().match(text)
    assert is_label(text) and found is not None and found.end() == len(label)
    (item,) = recognised(make_document, make_record, text).items
    assert item.number == f"{figure}{letter}"


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Decision:", Role.DECISION),
        ("Décision :", Role.DECISION),
        ("Resolution:", Role.DECISION),
        ("Action:", Role.FOLLOW_UP),
        ("Suivi :", Role.FOLLOW_UP),
        ("Mesure :", Role.FOLLOW_UP),
    ],
)
def test_a_label_without_a_number_opens_an_item_in_the_agenda(
    make_document: Make, make_record: MakeRecord, label: str, kind: Role
) -> None:
    text = f"{label} Manitoba will paint the bell."
    (item,) = recognised(make_document, make_record, text).items
    assert (item.kind, item.number, item.text) == (kind, None, text)
    before = make_document(("heading", "Record", 1), ("paragraph", text), ("heading", "1. Harbours", 1))
    assert layouts.recognise(before, make_record(type=DocumentType.DECISION_RECORD)).items == ()


def test_a_word_without_a_colon_opens_none(items: Callable[..., tuple[RecordItem, ...]]) -> None:
    assert items("Action was taken on the pier.", "Décision du port : rien.", "Follow-up on lamps goes well.") == ()


def test_a_title_that_is_a_label_opens_the_item_under_it(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "1. Harbours", 1),
        ("heading", "Suivi :", 2),
        ("paragraph", "Le Manitoba repeindra la cloche."),
        ("heading", "2. Piers", 1),
        ("heading", "Décision :", 2),
        ("paragraph", "Aucune"),
    )
    layout = layouts.recognise(document, make_record(type=DocumentType.DECISION_RECORD, language="fr"))
    assert [(item.owner, item.heading) for item in layout.items] == [("Le Manitoba", ("1. Harbours",))]
    assert [section.role for section in layout.sections][-1] is Role.DECISION


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("Manitoba will finish the pier.", OPEN),
        ("Le Manitoba achèvera la règle du port.", OPEN),
        ("Les gardiens compléteront le registre.", OPEN),
        ("The pier is not finished.", OPEN),
        ("Manitoba will write when the pier is finished.", OPEN),
        ("Manitoba to look at the map that was sent.", OPEN),
        ("Le registre n’a pas été transmis.", OPEN),
        ("Une fois que le quai est terminé, le Manitoba écrira.", OPEN),
        ("Complete the register of boats.", OPEN),
        ("Faits saillants à résumer.", OPEN),
        ("The map was sent, but Manitoba should draw it again.", OPEN),
        ("Manitoba to speak of the ongoing repairs.", OPEN),
        ("Partially done? Nobody knows.", OPEN),
        ("Done.", DONE),
        ("Done – the bell rings.", DONE),
        ("Achevé : la cloche sonne.", DONE),
        ("Faite.", DONE),
        ("Manitoba paints the bell – completed", DONE),
        ("Peinture de la cloche (terminée).", DONE),
        ("The map has been handed over.", DONE),
        ("The map was circulated in May.", DONE),
        ("La carte a été distribuée aux gardiens.", DONE),
        ("Le quai est terminé.", DONE),
        ("Paint the bell. Status: completed.", DONE),
        ("Peindre la cloche. État : en cours.", GOING_ON),
        ("In progress: half of the bell is red.", GOING_ON),
        ("En cours – la moitié est rouge.", GOING_ON),
        ("Ongoing", GOING_ON),
        ("Partially completed.", GOING_ON),
        ("Manitoba will continue to ring.", GOING_ON),
        ("Manitoba will not continue to ring.", OPEN),
        ("Les gardiens poursuivront la ronde.", GOING_ON),
    ],
)
def test_only_whole_forms_tell_how_it_stands(one: Callable[[str], RecordItem], body: str, status: ItemStatus) -> None:
    assert one(body).status is status


@pytest.mark.parametrize(
    ("body", "owner"),
    [
        ("Manitoba to paint the bell.", "Manitoba"),
        ("Odile Marsh to paint the bell.", "Odile Marsh"),
        ("Le Manitoba à repeindre la cloche.", "Le Manitoba"),
        ("Mr. O'Dell and Mrs. Fyfe will paint it.", "Mr. O'Dell and Mrs. Fyfe"),
        ("M. Caillou repeindra la cloche.", "M. Caillou"),
        ("Y. L’Ancre repeindra la cloche.", "Y. L’Ancre"),
        ("St. Peter's Bay will paint it.", "St. Peter's Bay"),
        ("It was agreed that Manitoba will paint it.", "Manitoba"),
        ("Il a été décidé que le Manitoba repeindra la cloche.", "le Manitoba"),
        ("Les gardiens ont convenu qu’à la prochaine réunion, le port peindra.", "le port"),
        ("Manitoba, together with the port, will paint it.", "Manitoba"),
        ("Le Manitoba, de concert avec le port, repeindra la cloche.", "Le Manitoba"),
        ("All jurisdictions: paint your bells.", "All jurisdictions"),
        ("Toutes les administrations : repeindre les cloches.", "Toutes les administrations"),
        ("Paint the bell. Lead: Manitoba.", "Manitoba"),
        ("Paint the bell. Owners: Manitoba, Yukon; due: May 2.", "Manitoba, Yukon"),
        ("Repeindre la cloche. Responsable : M. B. Caillou. Échéance : mai.", "M. B. Caillou"),
        ("Repeindre la cloche (Responsables : les gardiens).", "les gardiens"),
        ("The bell will be painted by Mrs. Fyfe before June.", "Mrs. Fyfe"),
        ("La cloche sera repeinte par le Manitoba d’ici juin.", "le Manitoba"),
        ("The bell will be painted by June 2031.", None),
        ("La carte sera envoyée par courriel.", None),
        ("Access to the bell is to be had.", None),
        ("Note: the bell is red.", None),
        ("Changes to our bell are few.", None),
    ],
)
def test_the_owner_is_whole(one: Callable[[str], RecordItem], body: str, owner: str | None) -> None:
    assert one(body).owner == owner


@pytest.mark.parametrize(
    ("body", "due"),
    [
        ("Paint it. Due: June 3, 2031.", "June 3, 2031"),
        ("Paint it. Deadline: Sept. 3, 2031. Owner: Manitoba.", "Sept. 3, 2031"),
        ("Repeindre. Échéance : 3 juin 2031", "3 juin 2031"),
        ("Repeindre (date limite : le 3 juin).", "le 3 juin"),
        ("Paint it by Monday.", "by Monday"),
        ("Repeindre d’ici mardi.", "d’ici mardi"),
        ("Paint it by Oct. 12.", "by Oct. 12"),
        ("Paint it by the end of the month.", "by the end of the month"),
        ("Repeindre d’ici la fin de la semaine.", "d’ici la fin de la semaine"),
        ("Repeindre d’ici le printemps 2031.", "d’ici le printemps 2031"),
        ("Repeindre à l’automne 2031.", "à l’automne 2031"),
        ("Paint it in winter 2031.", "in winter 2031"),
        ("Paint it – Spring 2031", "Spring 2031"),
        ("Paint it in Q3 2031-32.", "in Q3 2031-32"),
        ("Repeindre au T3 2031-2032.", "au T3 2031-2032"),
        ("Bring it to the June 2031 meeting.", "to the June 2031 meeting"),
        ("Paint it before the October call.", "before the October call"),
        ("Paint it before the spring meeting.", "before the spring meeting"),
        ("Montrer la cloche à la rencontre de juin.", "à la rencontre de juin"),
        ("Montrer la cloche à la réunion du 3 juin 2031.", "à la réunion du 3 juin 2031"),
        ("La cloche a été repeinte.", None),
        ("Paint what may fall.", None),
        ("Show marks on the bell.", None),
    ],
)
def test_the_due_date_in_its_own_words(one: Callable[[str], RecordItem], body: str, due: str | None) -> None:
    assert one(body).due == due


def table_record(tmp_path: Path, tables: Sequence[Sequence[Sequence[str]]]) -> Layout:
    """A record in Word with tables given by rows of cells, lines of a cell parted by a line end."""
    file = docx.Document()
    file.add_heading("Record of decisions", 1)
    file.add_paragraph("Harbour table, 4 May 2031")
    file.add_heading("Attendance", 2)
    file.add_paragraph("Odile Marsh, Yukon")
    file.add_paragraph("Bertrand Caillou, Manitoba")
    for rows in tables:
        file.add_heading("Log", 2)
        table = file.add_table(0, len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                first, *others = text.split("\n")
                cell.text = first
                for line in others:
                    cell.add_paragraph(line)
    path = tmp_path / "record.docx"
    file.save(str(path))
    from indexer import describe

    document = read(path)
    return layouts.recognise(document, describe.describe(document, "0", None))


def told(layout: Layout) -> list[tuple[str | None, str | None, tuple[str, ...], str | None, ItemStatus]]:
    return [(item.number, item.owner, item.jurisdictions, item.due, item.status) for item in layout.items]


HEAD = ("Item", "Discussion", "Decisions and actions", "Lead", "Deadline", "Status")
FRENCH = ("Point", "Discussion", "Mesures", "Responsable", "Échéance", "État")


@pytest.mark.parametrize("head", [HEAD, FRENCH])
def test_columns_tell_owner_due_date_and_status(tmp_path: Path, head: Sequence[str]) -> None:
    layout = table_record(
        tmp_path,
        [
            [
                head,
                ("1. Bells", "Odile Marsh (Yukon) rings.", "Decision 1: Bells ring.", "n/a", "n/a", "n/a"),
                head,
                ("2. Piers", "Odile Marsh walks.", "Action 2: Mend the pier.", "B. Caillou", "June 2031", "En cours"),
                ("3. Boats", "None sails.", "None", "", "", ""),
                ("4. Nets", "Nets dry.", "Action 4A: Dry.\nAction 4B: Mend.", "Yukon\nManitoba", "May", "Done\nOpen"),
                ("5. Oars", "Oars rot.", "Action 5A: Buy.\nAction 5B: Sell.", "Yukon", "", ""),
            ]
        ],
    )
    assert told(layout) == [
        ("1", None, (), None, ItemStatus.DECIDED),
        ("2", "B. Caillou", ("MB",), "June 2031", GOING_ON),
        ("4A", "Yukon", ("YT",), "May", DONE),
        ("4B", "Manitoba", ("MB",), "May", OPEN),
        ("5A", "Yukon", ("YT",), None, OPEN),
        ("5B", "Yukon", ("YT",), None, OPEN),
    ]
    assert layout.items[0].text == "Decision 1: Bells ring."
    assert len(layout.asides) == 2 * len(head)


def test_a_label_alone_in_its_cell_takes_the_rest_of_its_row(tmp_path: Path) -> None:
    layout = table_record(
        tmp_path,
        [
            [
                ("No.", "Action", "Owner", "Due", "Status"),
                ("Action 1A", "Odile Marsh (Yukon) paints the bell.", "Yukon", "Fall 2031", "Completed in May"),
                ("Suivi 1B", "Vendre la cloche.\nGarder la corde.", "S. O.", "S. O.", "En cours"),
            ]
        ],
    )
    assert told(layout) == [
        ("1A", "Yukon", ("YT",), "Fall 2031", DONE),
        ("1B", None, (), None, GOING_ON),
    ]
    assert "paints the bell" in layout.items[0].text and "Garder la corde" in layout.items[1].text


def test_a_log_without_labels_is_read_by_its_heads(tmp_path: Path) -> None:
    layout = table_record(
        tmp_path,
        [
            [
                ("No.", "Action item", "Assigned to", "By when"),
                ("3.1", "Paint the bell.", "Odile Marsh", "June 2031"),
                ("7b)", "Odile Marsh (Yukon) sells the rope.\nThe knot stays.", "Manitoba", "n/a"),
                ("8(c)", "Lend the oars.", "", ""),
                ("9)", "None", "", ""),
            ],
            [
                ("Point", "Discussion", "Suivi", "Responsable"),
                ("1", "La cloche sonne.", "Repeindre la cloche.", "Manitoba"),
                ("2", "Le quai dort.", "S. O.", "S. O."),
            ],
        ],
    )
    assert told(layout) == [
        ("3.1", "Odile Marsh", ("YT",), "June 2031", OPEN),
        ("7B", "Manitoba", ("MB",), None, OPEN),
        ("8C", None, (), None, OPEN),
        (None, "Manitoba", ("MB",), None, OPEN),
    ]
    assert "The knot stays." in layout.items[1].text
    assert layout.items[3].text == "Repeindre la cloche.\nManitoba"


def test_who_leads_the_discussion_owns_no_follow_up(tmp_path: Path) -> None:
    layout = table_record(
        tmp_path,
        [
            [
                ("Item", "Lead", "Discussion", "Decision or action"),
                ("1. Bells", "Odile Marsh", "They ring.", "Action 1: Manitoba will paint them."),
            ]
        ],
    )
    assert told(layout) == [("1", "Manitoba", ("MB",), None, OPEN)]


@pytest.mark.parametrize("nothing", ["None", "n/a", "S. O.", "Aucune"])
def test_an_empty_action_cell_says_that_there_is_none(tmp_path: Path, nothing: str) -> None:
    layout = table_record(
        tmp_path,
        [
            [
                ("Item", "Discussion", "Actions"),
                ("1. Bells", "Odile Marsh (Yukon) rings.", "Action 1: Yukon will ring."),
                ("2. Piers", "Bertrand Caillou (Manitoba) walks.", nothing),
            ]
        ],
    )
    assert [item.number for item in layout.items] == ["1"]
    assert layout.sections[-1].role is Role.FOLLOW_UP and layout.sections[-1].speaker is None
