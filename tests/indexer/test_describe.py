"""What a document is taken for, from its text and from the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalogue import CatalogueEntry
from indexer.describe import describe, document_id
from indexer.document_words import heading_role, table
from indexer.documents import Distribution, Document, DocumentRecord, DocumentType, Role
from indexer.readers import read

Make = Callable[..., Document]


def described(document: Document, **entry: Any) -> DocumentRecord:
    return describe(document, "digest", CatalogueEntry(file="notes.txt", **entry) if entry else None)


FORM_EN = [
    ("heading", "1. Achievements"),
    ("paragraph", "We opened two counters."),
    ("heading", "2. Priorities"),
    ("paragraph", "We want a third."),
    ("heading", "4. Issues and needs:"),
    ("paragraph", "We look for advice."),
]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Record of Decisions", DocumentType.DECISION_RECORD),
        ("COMPTE RENDU DES DÉCISIONS", DocumentType.DECISION_RECORD),
        ("Relevé de décisions, printemps", DocumentType.DECISION_RECORD),
        ("Analysis of the Information Exchange", DocumentType.EXCHANGE_ANALYSIS),
        ("Analyse de l’échange d’information", DocumentType.EXCHANGE_ANALYSIS),
        ("Information Exchange Form", DocumentType.EXCHANGE_FORM),
        ("Gabarit d’échange", DocumentType.EXCHANGE_FORM),
        ("Annual picnic", DocumentType.OTHER),
    ],
)
def test_the_title_tells_the_kind(make_document: Make, title: str, kind: DocumentType) -> None:
    assert described(make_document(("heading", title), ("paragraph", "Some words."))).type is kind
    declared = make_document(("paragraph", "Some words."), metadata_title=title)
    assert described(declared).type is kind


@pytest.mark.parametrize(
    "mention",
    [
        "Subject: Your exchange form",
        "Objet : votre formulaire d’échange",
        "3. Review of the exchange analysis",
        "We send you the record of decisions.",
    ],
)
def test_a_document_that_only_mentions_another_kind_is_not_of_it(make_document: Make, mention: str) -> None:
    document = make_document(("heading", "A letter"), ("paragraph", mention), ("paragraph", "It rained."))
    assert described(document).type is DocumentType.OTHER


def test_the_first_kind_named_counts(make_document: Make) -> None:
    document = make_document(("heading", "Exchange analysis"), ("paragraph", "It goes with the record of decisions."))
    assert described(document).type is DocumentType.EXCHANGE_ANALYSIS


def test_three_headings_of_the_template_make_a_form(make_document: Make) -> None:
    assert described(make_document(*FORM_EN)).type is DocumentType.EXCHANGE_FORM
    assert described(make_document(*FORM_EN[:4])).type is DocumentType.OTHER


def test_numbered_headings_of_the_template_make_a_form_even_where_they_are_glued(make_document: Make) -> None:
    glued = [
        ("paragraph", f"{title} We opened a counter.") for title in ("1. Achievements", "2. Priorities", "4. Needs")
    ]
    assert described(make_document(*glued)).type is DocumentType.EXCHANGE_FORM


def test_a_mention_far_into_the_text_is_no_title(make_document: Make) -> None:
    filler = [("paragraph", "These are words of a long report on counters.")] * 60
    document = make_document(*filler, ("paragraph", "See the record of decisions of 5 May 2016."))
    record = described(document)
    assert (record.type, record.meeting_date) == (DocumentType.OTHER, None)


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Réalisations", Role.ACHIEVEMENT),
        ("1. ACHIEVEMENTS:", Role.ACHIEVEMENT),
        ("2) Priorités – ", Role.PRIORITY),
        ("Présentation / partage", Role.SHOWCASE),
        ("Questions  et besoins : ce que vous cherchez", Role.NEED),
        ("Members’ discussion", Role.DISCUSSION),
        ("Décision", Role.DECISION),
        ("Action items\nowner and date", Role.FOLLOW_UP),
        ("Présences", Role.ATTENDANCE),
        ("Remarks", Role.REMARK),
        ("Achievements of the year", None),
        ("", None),
    ],
)
def test_headings_of_the_templates_have_a_role(heading: str, role: Role | None) -> None:
    assert heading_role(heading) is role


def test_the_meeting_date_stands_in_the_title_zone_or_the_declared_title(make_document: Make) -> None:
    stated = make_document(("heading", "Notes"), ("paragraph", "Held on 3 May 2016 in Regina"))
    assert described(stated).meeting_date == "2016-05-03"
    declared = make_document(("heading", "Notes"), metadata_title="Notes, mai 2016")
    assert described(declared).meeting_date == "2016-05"
    assert described(make_document(("heading", "Notes"))).meeting_date is None


def test_a_date_in_a_form_s_answers_is_not_that_of_the_meeting(make_document: Make) -> None:
    answer = ("paragraph", "The counter opened in March 2014.")
    assert described(make_document(("heading", "Exchange form"), *FORM_EN, answer)).meeting_date is None
    dated = make_document(("heading", "Exchange form"), ("paragraph", "June 2015"), *FORM_EN, answer)
    assert described(dated).meeting_date == "2015-06"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Jurisdiction: Nova Scotia", "NS"),
        ("Administration : Nouveau-Brunswick", "NB"),
        ("ORGANISATION : Service Canada", "ESDC"),
        ("Jurisdiction:", None),
        ("Contact: Nova Scotia", None),
        ("Jurisdiction: to be completed", None),
    ],
)
def test_a_form_names_its_jurisdiction(make_document: Make, line: str, code: str | None) -> None:
    document = make_document(("heading", "Exchange form"), ("paragraph", line), *FORM_EN)
    assert described(document).jurisdiction == code
    assert described(make_document(("paragraph", line), ("paragraph", "Hello."))).jurisdiction is None


def test_the_language_is_that_of_the_text(make_document: Make) -> None:
    assert described(make_document(("paragraph", "Les comptoirs ouvrent le samedi."))).language == "fr"
    assert described(make_document(("paragraph", "The counters open on Saturday."))).language == "en"


NOTICES = [
    "This form may not be shared outside the council without the approval of its author.",
    "Do not circulate unless you have the member’s consent.",
    "No part of it is to be passed on without written permission.",
    "It can be released only with the consent of those who wrote it.",
    "Ces pages ne peuvent être partagées qu’avec l’accord de leur auteur.",
    "Rien ne sera communiqué à d’autres, à moins que l’auteur n’y consente.",
    "Ne pas diffuser sans l’autorisation de l’auteur.",
    "Ce document ne peut être transmis à d’autres sans l’approbation de la personne qui l’a rédigé.",
    "INTERDIT DE PARTAGER SANS LE CONSENTEMENT DU MEMBRE.",
]
NO_NOTICES = [
    "The council gave its approval without debate. The results were shared.",
    "Les résultats ont été diffusés à tous.",
    "The approval of the budget comes in May.",
    "Nothing can be done without money.",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_makes_a_document_for_members(make_document: Make, notice: str) -> None:
    document = make_document(("heading", "Notes"), ("paragraph", "We met."), ("paragraph", notice))
    assert described(document).distribution is Distribution.MEMBERS
    assert described(document, distribution="public").distribution is Distribution.MEMBERS
    assert described(document, distribution="members").distribution is Distribution.MEMBERS
    assert described(document, distribution="secretariat").distribution is Distribution.SECRETARIAT


@pytest.mark.parametrize(
    ("front", "last", "audience"),
    [
        ("Prepared for the spring.", "Catch figures are shared only with the consent of the fisher.", "public"),
        ("Prepared for the spring.", "Nothing is released without the approval of the harbour master.", "public"),
        ("Prepared for the spring.", "Prière de ne pas diffuser.", "members"),
        ("Prepared for the spring.", "This form may not be released without the approval of its author.", "members"),
        ("Nothing may be released without the approval of its author.", "We need rope.", "members"),
        ("Members only", "We need rope.", "members"),
    ],
)
def test_a_form_s_answers_on_sharing_are_no_notice(make_document: Make, front: str, last: str, audience: str) -> None:
    document = make_document(("heading", "Exchange form"), ("paragraph", front), *FORM_EN, ("paragraph", last))
    assert described(document, distribution="public").distribution is Distribution(audience)
    assert described(document).distribution is Distribution.MEMBERS


def test_a_season_dates_a_meeting_by_its_year_until_a_date_in_it_follows(make_document: Make) -> None:
    season = [("heading", "Exchange form – Fall 2031/Automne 2031"), *FORM_EN]
    assert described(make_document(*season)).meeting_date == "2031"
    later = [season[0], ("paragraph", "Sent in May 2030."), ("paragraph", "Oct. 31 – Nov. 1, 2031"), *FORM_EN]
    assert described(make_document(*later)).meeting_date == "2031-10-31"


@pytest.mark.parametrize("text", NO_NOTICES)
def test_without_a_notice_the_catalogue_decides_and_members_is_the_default(make_document: Make, text: str) -> None:
    document = make_document(("paragraph", text))
    assert described(document).distribution is Distribution.MEMBERS
    for audience in Distribution:
        assert described(document, distribution=audience.value).distribution is audience


def test_the_catalogue_wins(make_document: Make) -> None:
    document = make_document(
        ("heading", "Exchange form"), ("paragraph", "Jurisdiction: Nova Scotia"), ("paragraph", "June 2015")
    )
    record = described(
        document,
        title="Compte rendu",
        type="decision_record",
        language="fr",
        meeting_date="2016",
        jurisdiction="MB",
    )
    assert (record.title, record.type, record.language) == ("Compte rendu", DocumentType.DECISION_RECORD, "fr")
    assert (record.meeting_date, record.jurisdiction) == ("2016", "MB")
    partly = described(document, language="fr")
    assert (partly.type, partly.meeting_date, partly.jurisdiction) == (DocumentType.EXCHANGE_FORM, "2015-06", "NS")


def test_a_document_without_title_gets_one_in_its_language(make_document: Make) -> None:
    english = make_document(
        ("heading", "Exchange form"), ("paragraph", "Jurisdiction: Nova Scotia"), ("paragraph", "June 2015")
    )
    assert described(english).title == "Exchange form, Nova Scotia, June 2015"
    french = make_document(
        ("heading", "Fiche d’échange"),
        ("paragraph", "Administration : Nouvelle-Écosse"),
        ("paragraph", "Juin 2015"),
        ("paragraph", "Les comptoirs ouvrent le samedi."),
    )
    assert described(french).title == "Formulaire d’échange, Nouvelle-Écosse, juin 2015"


@pytest.mark.parametrize("tool_title", ["", "  ", "Microsoft Word - x", "Untitled", "Document1", "notes.docx"])
def test_a_declared_title_counts_unless_a_program_made_it(tmp_path: Path, tool_title: str) -> None:
    def title(declared: str, *, headed: bool = True) -> str:
        """The title given to a real file, read from the disk, that declares one."""
        word = docx.Document()
        word.core_properties.title = declared
        if headed:
            word.add_heading("Picnic")
        word.add_paragraph("We eat outside.")
        word.save(str(tmp_path / "notes.docx"))
        return described(read(tmp_path / "notes.docx")).title

    assert title("Summer plans") == "Summer plans"
    assert title(tool_title) == "Picnic"
    assert title(tool_title, headed=False) == "notes"


def test_ids_are_readable_stable_and_apart() -> None:
    first = document_id("2019/Réunion d’été (finale).docx")
    assert first.startswith("reunion-d-ete-finale-")
    assert first == document_id("2019/Réunion d’été (finale).docx") != document_id("2020/Réunion d’été (finale).docx")
    assert document_id("???.txt").startswith("document-")


def test_the_record_keeps_what_was_read(make_document: Make) -> None:
    document = make_document(("heading", "Notes"), ("paragraph", "Two pages."), pages=(1, 1))
    record = described(document)
    assert (record.source, record.text, record.pages, record.digest) == ("notes.txt", document.text, 2, "digest")
    assert described(make_document(("heading", "Notes"))).pages is None


@given(st.lists(st.tuples(st.sampled_from(["heading", "paragraph"]), st.text(min_size=1)), max_size=6))
def test_any_text_can_be_described(make_document: Make, blocks: list[tuple[str, str]]) -> None:
    record = described(make_document(*blocks))
    assert record.title and record.id and record.distribution is Distribution.MEMBERS


def test_the_table_of_words_is_whole() -> None:
    words = table()
    assert set(words.types) == set(DocumentType) - {DocumentType.OTHER}
    assert set(words.roles.values()) == set(Role) - {Role.BACKGROUND}
    for language in ("en", "fr"):
        assert len(words.months[language]) == len(words.month_names[language]) == 12
        assert set(words.titles[language]) == set(words.types)
