"""Versions of one document in both languages, linked."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import translations
from indexer.documents import Distribution, DocumentRecord, DocumentType

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
    """As the secretariat sees them, who sees everything."""
    return {record.id: None for record in records} | seen_by(Distribution.SECRETARIAT, records, stated)


def seen_by(
    audience: Distribution, records: list[DocumentRecord], stated: dict[str, str] | None = None
) -> dict[str, str]:
    return translations.originals(records, stated or {})[audience]


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


# By audience


def test_a_hidden_document_takes_no_visible_one_from_another(make_record: MakeRecord) -> None:
    """The nearest of two is taken, but only by whom it is shown to: the others keep what they would have without it."""
    french = make_record(
        id="fr", language="fr", text=FRENCH, type=DocumentType.DECISION_RECORD, distribution=Distribution.PUBLIC
    )
    far = make_record(
        id="far",
        language="en",
        text=ENGLISH.replace("38", "39").replace("CRA", "IRB"),
        type=DocumentType.DECISION_RECORD,
        distribution=Distribution.PUBLIC,
    )
    near = make_record(
        id="near",
        language="en",
        text=ENGLISH,
        type=DocumentType.DECISION_RECORD,
        distribution=Distribution.MEMBERS,
    )
    for records in ([far, french, near], [near, french, far]):
        assert seen_by(Distribution.PUBLIC, records) == {"fr": "far"}
        assert seen_by(Distribution.MEMBERS, records) == seen_by(Distribution.SECRETARIAT, records) == {"fr": "near"}
        # By the catalogue's word it is no other.
        assert seen_by(Distribution.PUBLIC, records, {"fr": "near"}) == {"fr": "far"}
        assert seen_by(Distribution.MEMBERS, records, {"fr": "far"}) == {"fr": "far"}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["en", "fr"]), st.integers(0, 3), st.sampled_from(list(Distribution))), max_size=9
    ),
    st.dictionaries(st.integers(0, 8).map(str), st.integers(0, 8).map(str), max_size=4),
)
def test_the_links_of_an_audience_are_those_without_what_it_may_not_see(
    make_record: MakeRecord, drawn: list[tuple[str, int, Distribution]], stated: dict[str, str]
) -> None:
    records = [
        make_record(
            id=str(place),
            language=language,
            text=(ENGLISH if language == "en" else FRENCH) + " Zoé" * changed,
            type=DocumentType.DECISION_RECORD,
            distribution=distribution,
        )
        for place, (language, changed, distribution) in enumerate(drawn)
    ]
    for audience in Distribution:
        visible = [record for record in records if record.distribution.rank <= audience.rank]
        links = seen_by(audience, records, stated)
        assert links == seen_by(audience, visible, stated) == seen_by(Distribution.SECRETARIAT, visible, stated)
        assert set(links) | set(links.values()) <= {record.id for record in visible}
