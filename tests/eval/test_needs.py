from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.needs import EvidenceQuote, Need, covered, covers, read_needs
from indexer.errors import SettingError

GOOD = {
    "id": "n1",
    "kind": "fact",
    "split": "tune",
    "question_en": "When?",
    "question_fr": "Quand?",
    "answer_en": "In May.",
    "answer_fr": "En mai.",
}


def written(tmp_path, *lines):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_needs_are_read_and_blank_lines_passed_over(tmp_path):
    needs = read_needs(written(tmp_path, GOOD, "", GOOD | {"id": "n2", "split": "test"}))
    assert [need.id for need in needs] == ["n1", "n2"]
    assert (needs[0].question("en"), needs[0].question("fr")) == ("When?", "Quand?")


def test_one_split_can_be_chosen(tmp_path):
    path = written(tmp_path, GOOD, GOOD | {"id": "n2", "split": "test"})
    assert [need.id for need in read_needs(path, "test")] == ["n2"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "line 2"),
        ("[]", "line 2"),
        (GOOD | {"kind": "poem"}, "kind"),
        (GOOD | {"colour": "blue"}, "colour"),
        ({key: value for key, value in GOOD.items() if key != "question_fr"}, "question_fr"),
        (GOOD | {"jurisdictions": [{"code": "BC", "status": "done"}]}, "status"),
        (GOOD | {"evidence": [{"doc": "a.txt"}]}, "quote"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_line_is_named(tmp_path, line, named):
    with pytest.raises(SettingError) as error:
        read_needs(written(tmp_path, GOOD, line))
    assert "line 2" in str(error.value) and named in str(error.value)


def test_a_file_that_is_not_there_or_holds_nothing_is_named(tmp_path):
    with pytest.raises(SettingError, match=r"none\.jsonl: cannot be read"):
        read_needs(tmp_path / "none.jsonl")
    with pytest.raises(SettingError, match="holds no need"):
        read_needs(written(tmp_path, ""))
    with pytest.raises(SettingError, match="of the split 'test'"):
        read_needs(written(tmp_path, GOOD), "test")


def test_for_a_precedent_what_helps_is_sought():
    evidence = [
        {"doc": "a.txt", "quote": "we need it", "role": "need"},
        {"doc": "b.txt", "quote": "we have it", "role": "answer"},
    ]
    need = Need.model_validate(GOOD | {"kind": "precedent", "evidence": evidence})
    assert [quote.quote for quote in need.sought()] == ["we have it"]


QUOTE = "the new booking portal opened in May with four berths and two moorings"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (QUOTE, True),
        (f"Before. {QUOTE}. After.", True),
        (QUOTE.upper().replace(" ", "\n"), True),
        ("“The new booking portal” – opened, in May: with four berths", True),
        (" ".join(QUOTE.split()[:8]), True),  # 8 of 13 words
        (" ".join(QUOTE.split()[:7]), False),
        (" ".join(reversed(QUOTE.split())), False),
        ("the new booking portal closed in June with four berths and two moorings", False),
        ("", False),
    ],
)
def test_a_passage_covers_a_quote_when_it_holds_most_of_it_in_one_run(text, right):
    assert covers(text, QUOTE) is right


def test_a_quote_without_a_word_is_covered_by_nothing():
    assert not covers("text", "…")


@given(st.text(alphabet="ab é.\n", min_size=1, max_size=60), st.text(alphabet="ab .", max_size=20))
def test_a_text_covers_itself_wherever_it_stands(quote, around):
    assert covers(f"{around} {quote} {around}", quote) is any(character.isalnum() for character in quote)


def test_only_passages_of_the_quotes_own_document_cover_it():
    quotes = [EvidenceQuote(doc="a.txt", quote=QUOTE), EvidenceQuote(doc="b.txt", quote=QUOTE)]
    assert covered([("a.txt", QUOTE), ("b.txt", QUOTE), ("c.txt", QUOTE)], quotes) == [{0}, {1}, set()]
