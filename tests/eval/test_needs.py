from __future__ import annotations

import json
import re
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.needs import MOST_OF_A_QUOTE, Need, covers, gold_files, read_needs
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


def written(tmp_path, *lines, name="gold.jsonl"):
    path = tmp_path / name
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_needs_are_read_and_blank_lines_passed_over(tmp_path):
    needs = read_needs(written(tmp_path, GOOD, "", GOOD | {"id": "n2", "split": "test"}))
    assert [need.id for need in needs] == ["n1", "n2"]
    assert (needs[0].question("en"), needs[0].question("fr")) == ("When?", "Quand?")


def test_one_split_can_be_chosen(tmp_path):
    path = written(tmp_path, GOOD, GOOD | {"id": "n2", "split": "test"})
    assert [need.id for need in read_needs(path, split="test")] == ["n2"]


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
        read_needs(written(tmp_path, GOOD), split="test")


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


@given(
    st.lists(st.sampled_from("abc"), max_size=12).map(" ".join),
    st.lists(st.sampled_from("abc"), max_size=9).map(" ".join),
)
def test_covering_is_what_the_longest_common_run_of_words_says(text, quote):
    held, sought = (re.findall(r"[^\W_]+", words) for words in (text, quote))
    longest = SequenceMatcher(None, held, sought, autojunk=False).find_longest_match().size
    assert covers(text, quote) is (bool(sought) and longest >= MOST_OF_A_QUOTE * len(sought))


def test_a_run_begins_and_ends_with_whole_words():
    assert not covers("rebooking portals", "booking portal")


def test_several_files_and_folders_are_read_as_one_set_each_file_once(tmp_path):
    first = written(tmp_path, GOOD)
    second = written(tmp_path, GOOD | {"id": "n2", "split": "test"}, name="more.jsonl")
    (tmp_path / "README.md").write_text("no needs", encoding="utf-8")
    for paths in ([first, second], [tmp_path], [first, tmp_path, second]):
        assert [need.id for need in read_needs(*paths)] == ["n1", "n2"]
    assert gold_files([tmp_path]) == [first, second]
    assert [need.id for need in read_needs(tmp_path, split="test")] == ["n2"]


def test_an_id_that_two_needs_share_is_named_with_both_places(tmp_path):
    first, second = written(tmp_path, GOOD), written(tmp_path, "", GOOD, name="more.jsonl")
    with pytest.raises(SettingError, match=r"more\.jsonl, line 2: the id 'n1' .*gold\.jsonl, line 1"):
        read_needs(first, second)


def test_a_folder_without_needs_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingError, match=r"empty: the folder holds no file \*\.jsonl"):
        read_needs(tmp_path / "empty")
