"""The index folder: opening what is whole, refusing what is not, reading and filtering."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import store
from indexer.documents import Distribution, DocumentRecord, DocumentType, Passage, Role
from indexer.errors import IndexUnusableError
from indexer.preparing import embedded_text
from indexer.store import Filters, Index, open_index
from indexer.text import surface_forms

MakeRecord = Callable[..., DocumentRecord]
MakePassage = Callable[..., Passage]

# id, type, language, meeting date
DOCUMENTS = [
    ("d1", DocumentType.EXCHANGE_FORM, "en", "2018-06"),
    ("d2", DocumentType.EXCHANGE_FORM, "fr", "2019-02"),
    ("d3", DocumentType.DECISION_RECORD, "fr", "2019-10-05"),
    ("d4", DocumentType.OTHER, "en", None),
    ("d5", DocumentType.EXCHANGE_ANALYSIS, "en", "2020"),
]
# document, role, jurisdictions; numbers follow
PASSAGES = [
    ("d1", Role.ACHIEVEMENT, ("BC",)),
    ("d1", Role.NEED, ("BC", "YT")),
    ("d2", Role.NEED, ("QC",)),
    ("d3", Role.DECISION, ()),
    ("d3", Role.FOLLOW_UP, ("ON", "QC")),
    ("d4", Role.BACKGROUND, ("YT",)),
    ("d5", Role.ACHIEVEMENT, ("ON",)),
]


@pytest.fixture(scope="module")
def values(make_record: MakeRecord, make_passage: MakePassage) -> tuple[list[DocumentRecord], list[Passage]]:
    dates = {identifier: date for identifier, _, _, date in DOCUMENTS}
    records = [
        make_record(
            id=identifier,
            source=f"{identifier}.txt",
            type=kind,
            language=language,
            meeting_date=date,
            distribution=list(Distribution)[number % 3],
            pages=number or None,
            text=f"Texte de {identifier} : « l’été » \U0001f600 \x00 fin",
        )
        for number, (identifier, kind, language, date) in enumerate(DOCUMENTS)
    ]
    passages = [
        make_passage(
            id=f"p{number}",
            document_id=document,
            text=f"Passage {number} – counter’s\nsecond line",
            start=number * 100,
            end=number * 100 + 30,
            page=number or None,
            role=role,
            jurisdictions=jurisdictions,
            speaker="Ann Lee" if number % 2 else None,
            heading=("Partie « un »", "Two") if number % 2 else (),
            meeting_date=dates[document],
        )
        for number, (document, role, jurisdictions) in enumerate(PASSAGES)
    ]
    return records, passages


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    write_index: Callable[..., Path],
    values: tuple[list[DocumentRecord], list[Passage]],
) -> Path:
    return write_index(tmp_path_factory.mktemp("store") / "index", *values)


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return open_index(folder)


def test_what_was_written_is_read(index: Index, values: tuple[list[DocumentRecord], list[Passage]]) -> None:
    records, passages = values
    assert index.passages() == passages
    assert sorted(index.documents(), key=lambda record: record.id) == records
    assert [index.document(record.id) for record in records] == records
    assert [index.passage(passage.id) for passage in passages] == passages
    assert index.passages("d3") == passages[3:5]
    assert index.numbered([4, 0, 4]) == index.numbered(np.array([4, 0, 4])) == [passages[n] for n in (4, 0, 4)]
    assert {record.id for record in index.documents_by_id(["d1", "none", "d4"])} == {"d1", "d4"}
    assert {p.id for p in index.passages_by_id([passages[0].id, "none", passages[4].id])} == {
        passages[0].id,
        passages[4].id,
    }
    assert index.embedded() == {f"digest-{number}": number for number in range(len(passages))}
    assert index.jurisdiction_counts() == {"BC": 2, "YT": 2, "QC": 2, "ON": 2}
    assert (index.generation, index.manifest.documents, index.manifest.passages) == ("g000001", 5, 7)


def test_what_many_places_say_is_read_at_once(index: Index) -> None:
    texts = {document.id: document.text for document in index.documents()}
    asked = [(key, start, end) for key in texts for start, end in ((0, 5), (3, 9), (2, 2), (-1, 4), (1, 20))]
    asked += [("none such", 0, 5), asked[0]]
    said = [texts.get(key, "")[start:end] if 0 <= start < end else "" for key, start, end in asked]
    assert index.written_at(asked) == said == [index.written(*place) for place in asked]
    assert any(said)
    assert index.written_at([]) == []


def test_documents_come_by_meeting_date(index: Index) -> None:
    assert [record.id for record in index.documents()] == ["d4", "d1", "d2", "d3", "d5"]


@pytest.mark.parametrize("unknown", ["", "p99", "P0", "p0'; DROP TABLE passages; --", "p%", "\x00"])
def test_unknown_ids_are_not_held(index: Index, unknown: str) -> None:
    assert index.document(unknown) is None
    assert index.passage(unknown) is None
    assert index.passages(unknown) == []
    assert index.documents_by_id([unknown]) == []


# Filters


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(jurisdictions=("BC",)), [0, 1]),
        (Filters(jurisdictions=("YT", "QC")), [1, 2, 4, 5]),
        (Filters(types=("exchange_form",)), [0, 1, 2]),
        (Filters(types=("decision_record", "other")), [3, 4, 5]),
        (Filters(roles=("need",)), [1, 2]),
        (Filters(document_languages=("fr",)), [2, 3, 4]),
        (Filters(documents=("d5", "d1")), [0, 1, 6]),
        (Filters(date_from="2019"), [2, 3, 4, 6]),
        (Filters(date_from="2019-10"), [3, 4, 6]),
        (Filters(date_from="2019-10-06"), [6]),
        (Filters(date_from="2020-07"), [6]),
        (Filters(date_to="2018"), [0, 1]),
        (Filters(date_to="2019-02"), [0, 1, 2]),
        (Filters(date_to="2019-02-11"), [0, 1, 2]),
        (Filters(date_to="2019-10-04"), [0, 1, 2]),
        (Filters(date_to="2019-10-05"), [0, 1, 2, 3, 4]),
        (Filters(date_from="2019-01", date_to="2019-12-31"), [2, 3, 4]),
        (Filters(date_from="2021"), []),
        (Filters(roles=("need",), jurisdictions=("QC",), document_languages=("fr",)), [2]),
        (Filters(roles=("need",), jurisdictions=("ON",)), []),
        (Filters(jurisdictions=("XX",)), []),
        (Filters(types=("' OR 1=1 --",)), []),
    ],
)
def test_filters_allow_just_what_meets_them(index: Index, filters: Filters, expected: list[int]) -> None:
    allowed = index.allowed(filters)
    assert allowed is not None
    assert allowed.tolist() == expected
    assert allowed.dtype == np.int64


def test_no_filter_is_no_filter(index: Index) -> None:
    assert index.allowed(Filters()) is None
    assert not Filters()


def partial_dates() -> st.SearchStrategy[str]:
    parts = st.tuples(
        st.sampled_from(["2018", "2019", "2020"]),
        st.sampled_from(["01", "02", "12"]),
        st.sampled_from(["01", "15", "28"]),
    )
    return st.tuples(parts, st.integers(1, 3)).map(lambda drawn: "-".join(drawn[0][: drawn[1]]))


def first_day(date: str) -> str:
    return (date + "-01-01")[:10]


def last_day(date: str) -> str:
    return date + "-12-31"[-(10 - len(date)) :] if len(date) < 10 else date


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.none() | partial_dates(), min_size=1, max_size=25),
    st.lists(st.tuples(st.none() | partial_dates(), st.none() | partial_dates()), min_size=5, max_size=25),
)
def test_a_range_holds_every_date_that_may_lie_in_it(
    tmp_path_factory: pytest.TempPathFactory,
    write_index: Callable[..., Path],
    make_record: MakeRecord,
    make_passage: MakePassage,
    dates: list[str | None],
    ranges: list[tuple[str | None, str | None]],
) -> None:
    passages = [make_passage(id=f"p{number}", meeting_date=date) for number, date in enumerate(dates)]
    index = open_index(write_index(tmp_path_factory.mktemp("dates") / "index", [make_record()], passages))
    for begin, end in ranges:
        if begin is None and end is None:
            continue
        expected = [
            number
            for number, date in enumerate(dates)
            if date is not None
            and (begin is None or last_day(date) >= first_day(begin))
            and (end is None or first_day(date) <= last_day(end))
        ]
        allowed = index.allowed(Filters(date_from=begin, date_to=end))
        assert allowed is not None and allowed.tolist() == expected


# What cannot be opened


def refusal(folder: Path, **options: str) -> str:
    with pytest.raises(IndexUnusableError) as refused:
        open_index(folder, **options)
    return str(refused.value)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A copy of the index to damage."""
    return copytree(folder, tmp_path / "copied index")


def files(folder: Path) -> list[Path]:
    """The files of the generation, from its folder."""
    base = folder / "g000001"
    return [p.relative_to(base) for p in base.rglob("*") if p.is_file() and not p.name.startswith(".")]


def damaged(folder: Path, copies: Path) -> Iterator[tuple[Path, Path]]:
    """A fresh copy of the index for each of its files, never opened before, and where the file is in it."""
    for number, file in enumerate(files(folder)):
        copied = copytree(folder, copies / f"copy-{number}")
        yield copied, copied / "g000001" / file


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.97])
def test_any_file_cut_short_is_refused_by_name_and_with_the_mend(folder: Path, tmp_path: Path, share: float) -> None:
    for copied, path in damaged(folder, tmp_path):
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        message = refusal(copied)
        assert str(copied) in message
        assert f"council index SOURCE... --index {copied} --rebuild" in message


def test_any_file_missing_is_refused_by_name_and_with_the_mend(folder: Path, tmp_path: Path) -> None:
    for copied, path in damaged(folder, tmp_path):
        path.unlink()
        message = refusal(copied)
        assert str(copied) in message
        assert f"council index SOURCE... --index {copied} --rebuild" in message


def test_files_of_other_content_are_refused(folder: Path, tmp_path: Path) -> None:
    for copied, path in damaged(folder, tmp_path):
        path.write_bytes(b"not what it was\n" * (path.stat().st_size // 16 + 1))
        assert "--rebuild" in refusal(copied)


def test_a_missing_generation_is_refused(copy: Path) -> None:
    store.switch(copy, "g000009")
    message = refusal(copy)
    assert str(copy / "g000009") in message and "--rebuild" in message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_an_unreadable_current_is_refused(copy: Path, content: bytes | None) -> None:
    (copy / store.CURRENT).unlink()
    if content is None:
        (copy / store.CURRENT).mkdir()
    else:
        (copy / store.CURRENT).write_bytes(content)
    assert str(copy) in refusal(copy)


def test_an_empty_current_is_no_index(copy: Path) -> None:
    (copy / store.CURRENT).write_text("\n", encoding="utf-8")
    assert "no index here" in refusal(copy)


def rewrite_manifest(folder: Path, **changes: object) -> None:
    path = folder / "g000001" / store.MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, **changes}), encoding="utf-8")


@pytest.mark.parametrize("version", [0, store.FORMAT_VERSION + 1, str(store.FORMAT_VERSION), None])
def test_another_format_version_is_refused(copy: Path, version: object) -> None:
    rewrite_manifest(copy, format_version=version)
    message = refusal(copy)
    assert f"{copy}: the index has format version {version}, this program reads {store.FORMAT_VERSION}" in message
    assert f"--index {copy} --rebuild" in message


def test_a_manifest_that_says_other_counts_is_refused(copy: Path) -> None:
    rewrite_manifest(copy, passages=8)
    message = refusal(copy)
    assert "7 passages, 7 vectors and 8 in the manifest" in message and "--rebuild" in message


@pytest.mark.parametrize("changes", [{"passages": "many"}, {"sources": {"a": 1}}, {"model": None}])
def test_a_manifest_with_a_wrong_field_is_refused(copy: Path, changes: dict[str, object]) -> None:
    rewrite_manifest(copy, **changes)
    assert "manifest is damaged" in refusal(copy)


@pytest.mark.parametrize("content", ["[]", "null", "{}", '"text"'])
def test_a_manifest_of_another_shape_is_refused(copy: Path, content: str) -> None:
    (copy / "g000001" / store.MANIFEST).write_text(content, encoding="utf-8")
    assert "manifest cannot be read" in refusal(copy)


def test_another_model_is_refused_and_the_same_is_not(folder: Path) -> None:
    assert open_index(folder, model="model-1").generation == "g000001"
    message = refusal(folder, model="model-2")
    assert "written with the model model-1, this is model-2" in message
    assert "--model" in message and f"council index SOURCE... --index {folder} --rebuild" in message


# Switching and threads


def test_switching_is_one_rename(tmp_path: Path) -> None:
    assert store.current_generation(tmp_path) is None
    store.switch(tmp_path, "g000001")
    store.switch(tmp_path, "g000002")
    assert store.current_generation(tmp_path) == "g000002"
    assert [path.name for path in tmp_path.iterdir()] == [store.CURRENT]


def test_threads_read_what_one_thread_reads(index: Index) -> None:
    def read(number: int) -> tuple[object, ...]:
        number %= len(PASSAGES)
        filters = Filters(jurisdictions=PASSAGES[number][2] or ("BC",))
        allowed = index.allowed(filters)
        assert allowed is not None
        return index.passage(f"p{number}"), index.numbered([number]), allowed.tolist(), index.documents()

    alone = [read(number) for number in range(100)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(100))) == alone


def test_threads_may_open_it_while_others_read(folder: Path) -> None:
    def read(_: int) -> int:
        return len(open_index(folder).passages())

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(40))) == {7}


def test_a_list_of_no_documents_allows_none(index: Index) -> None:
    allowed = index.allowed(Filters(documents=()))
    assert allowed is not None
    assert allowed.tolist() == []


def test_meetings_are_filtered_by_date_month_or_year(corpus_index: Path) -> None:
    index = open_index(corpus_index)
    dates = [passage.meeting_date for passage in index.passages()]
    assert list(index.meetings) == sorted({date for date in dates if date}, reverse=True)
    for meetings in (("2017",), ("2017-10",), ("2017-10-05",), ("2019-02", "2020")):
        allowed = index.allowed(Filters(meetings=meetings))
        expected = [n for n, date in enumerate(dates) if date and any(f"{date}-".startswith(f"{m}-") for m in meetings)]
        assert allowed is not None and allowed.tolist() == expected and expected
    none = index.allowed(Filters(meetings=("201",)))
    assert none is not None and not len(none)


def test_a_tally_counts_values_of_the_passages_named(corpus_index: Path) -> None:
    index = open_index(corpus_index)
    passages = index.passages()
    numbers = np.arange(3, len(passages), 7)
    chosen = [passages[number] for number in numbers]
    assert index.tally("roles", numbers) == Counter(str(passage.role) for passage in chosen)
    assert index.tally("codes", numbers) == Counter(passage.jurisdictions for passage in chosen)
    assert index.tally("dates", numbers[:0]) == {}


def test_the_vocabulary_and_who_holds_a_word_are_of_the_view(corpus_index: Path) -> None:
    whole = open_index(corpus_index)
    hidden = [record.id for record in whole.documents() if record.type == "decision_record"]
    view = whole.seen_by(whole.audience, hidden)
    left = [passage for passage in whole.passages() if passage.document_id not in hidden]
    words: Counter[str] = Counter()
    for passage in left:
        words.update(set(surface_forms(embedded_text(passage))))
    assert view.vocabulary == words
    assert set(whole.vocabulary) > set(words)
    word, count = next((w, n) for w, n in sorted(words.items()) if 3 < n < whole.vocabulary[w])
    holders = view.numbered(view.holding(word, 1_000))
    assert len(holders) == count
    assert all(word in surface_forms(embedded_text(passage)) for passage in holders)
