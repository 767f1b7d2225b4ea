"""Decisions and follow-ups: the filters held against a reference, the API, and the language of what is shown."""

from __future__ import annotations

import re
import unicodedata

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import jurisdictions
from indexer.documents import ItemStatus, Role
from indexer.layouts.record_words import record_words
from indexer.store import open_index
from service.contract import FollowUpList
from service.filters import MAX_OWNER_CHARACTERS, ItemFilters, make_item_filters
from service.follow_ups import MAX_PAGE, listed
from service.messages import RefusedError

# Of each language version of the corpus's records, by meeting.
NUMBERS = {
    "2017-10-05": {"decision": ["1", "2"], "follow_up": ["1A", "1B", "1C", "2A", "2B", "2C", "3"]},
    "2021-10-28": {"decision": ["1", "2", "3"], "follow_up": ["1", "2A", "2B", "2C", "3", "4"]},
}


def folded(text):
    decomposed = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).split())


def get(client, **parameters):
    response = client.get("/v1/follow-ups", params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


# What the records hold


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("meeting", NUMBERS)
def test_all_decisions_and_follow_ups_of_the_corpus_are_listed(client, meeting, language):
    items = get(client, meeting=meeting, doc_language=language)["follow_ups"]
    assert len({item["document_id"] for item in items}) == 1
    for kind, numbers in NUMBERS[meeting].items():
        assert [item["number"] for item in items if item["kind"] == kind] == numbers
    assert [item["start"] for item in items] == sorted(item["start"] for item in items)


def test_items_are_slices_of_their_documents(client, corpus_index):
    index = open_index(corpus_index)
    items = get(client)["follow_ups"]
    assert len({item["item_id"] for item in items}) == len(items) == len(index.items())
    for item in items:
        document = index.document(item["document_id"])
        assert document.text[item["start"] : item["end"]] == item["text"]
        assert document.text[item["start"] : item["end"]].strip() == item["text"]
        assert (item["document_title"], item["meeting_date"]) == (document.title, document.meeting_date)
        assert document.source.endswith(item["source"]) and "/" not in item["source"]
        assert item["heading"] and item["number"] in item["text"]
        for said in (item["owner"], item["due"]):
            assert said is None or folded(said) in folded(item["text"])


def test_the_response_has_the_shape_of_the_contract(client):
    response = client.get("/v1/follow-ups")
    assert list(response.json()) == ["total", "limit", "offset", "follow_ups"]
    assert FollowUpList.model_validate_json(response.content).total == len(response.json()["follow_ups"])


def test_items_come_by_meeting_and_in_the_order_of_the_record(harbour):
    found = [
        (item.meeting_date, item.kind, item.number) for item in listed(open_index(harbour), ItemFilters()).follow_ups
    ]
    assert found == [
        ("2022-05-04", "decision", "1"),
        ("2022-05-04", "follow_up", "1A"),
        ("2022-05-04", "follow_up", "1B"),
        ("2022-05-04", "follow_up", "2"),
        ("2023-06", "decision", "1"),
        ("2023-06", "follow_up", "1"),
        ("2023-06", "follow_up", "2"),
    ]


# Filters


def reference(item, document, values):
    """The filters written apart from the code that is tested."""

    def same_time(meeting):
        return all(a == b for a, b in zip(meeting.split("-"), item.meeting_date.split("-"), strict=False))

    def owns(owner):
        codes = {known.code for known in jurisdictions.all_jurisdictions()}
        if owner.upper() in codes:
            return owner.upper() in item.jurisdictions
        return folded(owner) in folded(item.owner or "")

    return all(
        [
            not values.get("meetings") or any(map(same_time, values["meetings"])),
            not values.get("owners") or any(map(owns, values["owners"])),
            not values.get("kinds") or item.kind in values["kinds"],
            not values.get("statuses") or item.status in values["statuses"],
            not values.get("document_languages") or document.language in values["document_languages"],
        ]
    )


MEETINGS = ["2017", "2017-10", "2017-10-05", "2017-10-06", "2021", "2022-05", "2030"]
OWNERS = ["ICCS", "bc", "Peter", "SECRÉTARIAT", "copresidents", "ar", "on"]


@settings(max_examples=150, deadline=None)
@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            "meetings": st.lists(st.sampled_from(MEETINGS), max_size=2),
            "owners": st.lists(st.sampled_from(OWNERS), max_size=2),
            "kinds": st.lists(st.sampled_from(["decision", "follow_up"]), max_size=2),
            "statuses": st.lists(st.sampled_from([str(status) for status in ItemStatus]), max_size=2),
            "document_languages": st.lists(st.sampled_from(["en", "fr"]), max_size=2),
        },
    ),
    limit=st.none() | st.integers(1, 40),
    offset=st.integers(0, 50),
)
def test_filters_let_through_all_that_meets_them_and_nothing_else(index, values, limit, offset):
    documents = {document.id: document for document in index.documents()}
    right = [item.id for item in index.items() if reference(item, documents[item.document_id], values)]
    found = listed(index, make_item_filters(**values), limit=limit, offset=offset)
    shown = [item.item_id for item in found.follow_ups]
    assert found.total == len(right)
    assert len(shown) == max(0, min(len(right) - offset, len(right) if limit is None else limit))
    assert set(shown) <= set(right) and len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("owner", "numbers"),
    [
        ("ICCS", ["1A", "1"]),
        ("iccs", ["1A", "1"]),
        ("ISAC", ["1A", "1"]),
        ("isac", ["1A", "1"]),
        ("Colombie-Britannique", ["2"]),
        ("british  COLUMBIA", ["2"]),
        ("BC", ["2"]),
        ("eric dube", ["1B", "2"]),
        ("Éric", ["1B", "2"]),
        ("l'isac", ["1A", "1"]),
        ("secretariat", ["1A", "1"]),
        ("ON", []),
        ("Ann Lee", []),
    ],
)
def test_owners_are_found_by_code_name_or_part_of_their_words(harbour, owner, numbers):
    found = listed(open_index(harbour), make_item_filters(owners=[owner]))
    assert [item.number for item in found.follow_ups] == numbers


@pytest.mark.parametrize(
    ("meeting", "total"),
    [("2022", 4), ("2022-05", 4), ("2022-05-04", 4), ("2022-05-05", 0), ("2023-06-09", 3), ("2023-07", 0), ("2024", 0)],
)
def test_a_meeting_is_met_over_as_many_characters_as_both_dates_give(harbour, meeting, total):
    assert listed(open_index(harbour), make_item_filters(meetings=[meeting])).total == total


def test_items_without_owner_or_date_meet_no_filter_on_them(harbour):
    index = open_index(harbour)
    assert {item.kind for item in listed(index, make_item_filters(owners=["e"])).follow_ups} == {Role.FOLLOW_UP}


@pytest.mark.parametrize("values", [{"owners": [value]} for value in ("", "  ", "=", "a" * (MAX_OWNER_CHARACTERS + 1))])
def test_an_owner_that_says_nothing_is_refused_in_both_languages(values):
    with pytest.raises(RefusedError, match="owner") as refusal:
        make_item_filters(**values)
    assert "responsable" in refusal.value.detail("fr")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("meeting", {"meetings": ["2020-13"]}),
        ("kind", {"kinds": ["need"]}),
        ("status", {"statuses": ["delivered"]}),
        ("doc-language", {"document_languages": ["de"]}),
    ],
)
def test_an_unknown_value_is_refused_by_name(name, values):
    with pytest.raises(RefusedError, match=name):
        make_item_filters(**values)


# Words


@pytest.mark.parametrize("language", ["en", "fr", None])
def test_the_word_for_the_status_is_in_the_language_asked_for_or_the_items_own(client, language):
    found = get(client, **({"language": language} if language else {}))
    assert found["total"] == get(client)["total"]
    words = record_words().status_words
    for item in found["follow_ups"]:
        assert item["status_word"] == words[language or item["language"]][ItemStatus(item["status"])]
    assert {item["language"] for item in found["follow_ups"]} == {"en", "fr"}


@pytest.mark.parametrize("status", ItemStatus)
def test_every_status_has_a_word_in_both_languages(status):
    words = {record_words().status_words[language][status] for language in ("en", "fr")}
    assert len(words) == 2 and all(words)


# Over HTTP


@pytest.mark.parametrize(
    ("parameters", "meets"),
    [
        ({"kind": "decision"}, lambda item: item["kind"] == "decision"),
        ({"kind": "follow-up"}, lambda item: item["kind"] == "follow_up"),
        ({"kind": "follow_up"}, lambda item: item["kind"] == "follow_up"),
        ({"kind": ["decision", "follow-up"]}, lambda item: True),
        ({"status": "decided"}, lambda item: item["status"] == "decided"),
        ({"status": ["open", "continuing"]}, lambda item: item["status"] in {"open", "continuing"}),
        ({"meeting": "2021"}, lambda item: item["meeting_date"] == "2021-10-28"),
        ({"meeting": ["2017-10-05", "2021-10"]}, lambda item: True),
        ({"owner": "ICCS"}, lambda item: "ICCS" in item["jurisdictions"]),
        ({"doc_language": "fr"}, lambda item: item["language"] == "fr"),
        ({"doc-language": "fr"}, lambda item: item["language"] == "fr"),
    ],
    ids=str,
)
def test_filters_hold_over_http(client, parameters, meets):
    everything = get(client)["follow_ups"]
    found = get(client, **parameters)
    assert found["follow_ups"] == [item for item in everything if meets(item)] != []
    assert found["total"] == len(found["follow_ups"])


def test_pages_follow_each_other_without_gap(client):
    everything = get(client)
    pages = [get(client, limit=7, offset=offset) for offset in range(0, everything["total"], 7)]
    assert [item for page in pages for item in page["follow_ups"]] == everything["follow_ups"]
    assert {page["total"] for page in pages} == {everything["total"]}
    assert (pages[1]["limit"], pages[1]["offset"]) == (7, 7)
    assert get(client, offset=10_000)["follow_ups"] == []


def test_nothing_that_meets_the_filters_is_an_empty_list(client):
    assert get(client, meeting="2030") == {"total": 0, "limit": 100, "offset": 0, "follow_ups": []}


BAD = [
    ({"meeting": "spring"}, "meeting"),
    ({"meeting": "2020-13"}, "meeting"),
    ({"meeting": ["2017", "2021-02-30"]}, "meeting"),
    ({"owner": ""}, "owner"),
    ({"owner": "?!"}, "owner"),
    ({"owner": "a" * (MAX_OWNER_CHARACTERS + 1)}, "owner"),
    ({"kind": "need"}, "kind"),
    ({"kind": "followup"}, "kind"),
    ({"status": "delivered"}, "status"),
    ({"language": "de"}, "language"),
    ({"doc_language": "de"}, "doc.language"),
    ({"limit": 0}, "limit"),
    ({"limit": MAX_PAGE + 1}, "limit"),
    ({"limit": "all"}, "limit"),
    ({"offset": -1}, "offset"),
    ({"colour": "blue"}, "colour"),
]


@pytest.mark.parametrize(("parameters", "named"), BAD, ids=lambda value: str(value)[:40])
def test_bad_values_are_problems_in_the_callers_language(client, parameters, named):
    bodies = []
    for spoken, title in (("en", "The request cannot be used"), ("fr", "La demande n’est pas utilisable")):
        response = client.get("/v1/follow-ups", params=parameters, headers={"Accept-Language": spoken})
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["content-language"] == spoken
        assert response.json()["title"] == title
        assert re.search(named, response.json()["detail"])
        bodies.append(response.json()["detail"])
    assert bodies[0] != bodies[1]
    assert "Enum" not in bodies[0] and "Role." not in bodies[0]


def test_the_description_names_the_filters_and_what_they_take(client):
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/follow-ups"]["get"]
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"] if parameter["in"] == "query"}
    assert set(parameters) == {"meeting", "owner", "kind", "status", "doc_language", "language", "limit", "offset"}
    assert parameters["kind"]["schema"]["items"]["enum"] == ["decision", "follow_up"]
    fields = document["components"]["schemas"]["FollowUp"]["properties"]
    assert all(fields[name]["description"] for name in ("owner", "due", "status_word", "jurisdictions", "heading"))


def test_an_index_without_records_gives_an_empty_list(letters, tmp_path, embedder, serving):
    from indexer.build import build

    build([letters], tmp_path / "index", embedder)
    with serving(tmp_path / "index") as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        assert get(client)["total"] == 0
