"""Versions of one document in both languages, linked."""

from __future__ import annotations

from collections.abc import Callable

from indexer.documents import DocumentRecord, DocumentType
from indexer.translations import linked

MakeRecord = Callable[..., DocumentRecord]

ENGLISH = (
    "In Halifax, Ada Marsh counted 4,120 lamps and 17.5 bells on 3 May 2030; Bertrand Caillou sold 38 of them to CRA."
)
FRENCH = "Le 3 mai 2030, à Halifax, Ada Marsh compte 4 120 lampes et 17,5 cloches; Bertrand Caillou en vend 38 à CRA."
OTHER = (
    "Le 9 juin 2031, à Iqaluit, Odile Marée mesure 212 cordes et 64 voiles; Gil Delorme en garde 5 pour ACC en 2032."
)


def pair(make_record: MakeRecord, **french: object) -> list[DocumentRecord]:
    fields = {"type": DocumentType.DECISION_RECORD, "meeting_date": "2030-05"}
    return [
        make_record(id="en", language="en", text=ENGLISH, **fields),
        make_record(**{"id": "fr", "language": "fr", "text": FRENCH, **fields, **french}),
    ]


def originals(records: list[DocumentRecord], stated: dict[str, str] | None = None) -> dict[str, str | None]:
    return {record.id: record.translation_of for record in linked(records, stated or {})}


def test_versions_are_known_by_what_no_translation_changes(make_record: MakeRecord) -> None:
    assert originals(pair(make_record)) == {"en": None, "fr": "en"}
    assert originals(pair(make_record, meeting_date="2030-05-03")) == {"en": None, "fr": "en"}
    assert originals(pair(make_record, meeting_date=None)) == {"en": None, "fr": "en"}


def test_other_text_meeting_kind_jurisdiction_or_language_is_no_version(make_record: MakeRecord) -> None:
    for change in (
        {"text": OTHER},
        {"meeting_date": "2031-05"},
        {"type": DocumentType.OTHER},
        {"language": "en"},
        {"text": FRENCH + " Encore." * 100},
    ):
        assert originals(pair(make_record, **change)) == {"en": None, "fr": None}, change
    english, french = pair(make_record, jurisdiction="ON")
    (two,) = [make_record(id="two", language="en", text=ENGLISH, jurisdiction="BC", type=english.type)]
    assert originals([two, french])["fr"] is None


def test_what_the_catalogue_states_wins(make_record: MakeRecord) -> None:
    assert originals(pair(make_record), {"en": "fr"}) == {"en": "fr", "fr": None}
    assert originals(pair(make_record, text=OTHER), {"fr": "en"}) == {"en": None, "fr": "en"}
    assert originals(pair(make_record, text=OTHER), {"fr": "gone", "en": "en"}) == {"en": None, "fr": None}


def test_of_two_candidates_the_nearer_is_taken_and_nobody_is_linked_twice(make_record: MakeRecord) -> None:
    near = make_record(id="near", language="en", text=ENGLISH, type=DocumentType.DECISION_RECORD)
    far = make_record(
        id="far",
        language="en",
        text=ENGLISH.replace("38", "39").replace("CRA", "IRB"),
        type=DocumentType.DECISION_RECORD,
    )
    french = pair(make_record)[1]
    assert originals([far, french, near]) == {"far": None, "fr": "near", "near": None}
