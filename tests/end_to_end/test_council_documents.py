"""The council's own documents, where they are at hand: whose passages are, and its decisions and follow-ups.

They may not be part of the project; without them these tests are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval import attribution
from eval.needs import read_needs
from indexer import build, embedding
from indexer.documents import DocumentType, PassageKind, Role
from indexer.store import Index, open_index

SHARED = Path(__file__).parents[3] / "shared"
COUNCIL, GOLD = SHARED / "council", SHARED / "gold" / "dev.jsonl"
pytestmark = pytest.mark.skipif(
    not (COUNCIL.is_dir() and GOLD.is_file()), reason="the council's documents are not here"
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("council") / "index"
    build.build([COUNCIL], folder, embedding.load())
    yield open_index(folder)


def test_quotes_are_credited_to_whom_they_belong(index: Index) -> None:
    report = attribution.check(index, read_needs(GOLD))
    assert report.jurisdictions > 50 and report.decisions > 3
    assert report.jurisdiction_share >= 0.9, report.misses
    assert report.role_share >= 0.95, report.misses


def test_every_decision_and_follow_up_comes_out_once(index: Index) -> None:
    found = sorted((str(item.meeting_date), str(item.kind), str(item.number)) for item in index.items())
    follow_ups = {
        "2017-10-05": ["1A", "1B", "1C", "2A", "2B", "2C", "3"],
        "2021-10-28": ["1", "2A", "2B", "2C", "3", "4"],
    }
    decisions = {"2017-10-05": ["1", "2"], "2021-10-28": ["1", "2", "3"]}
    expected = [(date, "decision", number) for date, numbers in decisions.items() for number in numbers]
    expected += [(date, "follow_up", number) for date, numbers in follow_ups.items() for number in numbers]
    assert found == sorted(expected)
    documents = {record.id: record for record in index.documents()}
    for item in index.items():
        assert documents[item.document_id].text[item.start : item.end] == item.text
        assert item.text.rstrip().endswith("."), item.text  # cut nowhere
        assert item.kind is Role.DECISION or item.owner, item.text


def test_kinds_dates_and_whose_forms_are_known(index: Index) -> None:
    known = {
        (record.type, record.meeting_date, record.jurisdiction, record.distribution.value)
        for record in index.documents()
    }
    assert known == {
        (DocumentType.EXCHANGE_FORM, None, "BC", "members"),
        (DocumentType.EXCHANGE_FORM, "2019-02", "ON", "members"),
        (DocumentType.EXCHANGE_ANALYSIS, "2020-09", None, "members"),
        (DocumentType.DECISION_RECORD, "2021-10-28", None, "members"),
        (DocumentType.DECISION_RECORD, "2017-10-05", None, "members"),
    }


def test_no_contact_and_no_instruction_is_in_a_passage(index: Index) -> None:
    said = [passage.text for passage in index.passages()]
    assert sum(len(record.contacts) for record in index.documents()) >= 3
    for record in index.documents():
        for contact in record.contacts:
            name = " ".join(contact.split()[:2])
            assert not any(name in text for text in said)
    assert any(passage.kind is PassageKind.NO_ANSWER and "YT" in passage.jurisdictions for passage in index.passages())
