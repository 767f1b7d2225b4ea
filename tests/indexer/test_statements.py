from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer import embedding, statement_writing, status
from indexer.documents import Passage, Role
from indexer.glossary import find_terms, terms
from indexer.lexical_query import passage_token_set
from indexer.passage_words import PassageWords
from indexer.statements import Held, Statements, passage_words, stating
from indexer.status import passage_statuses
from indexer.word_vectors import likeness, word_vectors

ENGLISH = "Online booking of appointments began in May. It saves three hours a week.\nTitle\nWhat we do next is this:"
FRENCH = "La prise de rendez-vous en ligne a commencé en mai. Les agents de service gagnent du temps."


@pytest.fixture
def passages(make_passage: Callable[..., Passage]) -> list[Passage]:
    made = [(ENGLISH, "en", ("Booking",)), ("Title", "en", ()), (FRENCH, "fr", ("Rendez-vous",))]
    return [
        make_passage(id=f"p{number}", text=text, end=len(text), language=language, heading=heading)
        for number, (text, language, heading) in enumerate(made)
    ]


def opened(folder: Path, passages: Sequence[Passage]) -> Statements:
    return Statements(folder, len(passages), embedding.load().dimension)


@pytest.fixture
def written(tmp_path: Path, passages: list[Passage]) -> Statements:
    statement_writing.write(tmp_path / "sentences", passages, embedding.load())
    return opened(tmp_path / "sentences", passages)


def assert_reads(found: Statements, passages: Sequence[Passage]) -> None:
    """That everything is as the texts say."""
    order = list(range(len(passages)))[::-1]
    read = found.of(order)
    said = [(order.index(n), span) for n in order for span in stating(passages[n])]
    assert [(at, tuple(span)) for at, span in zip(read.passage.tolist(), read.spans.tolist(), strict=True)] == said
    texts = [(passages[order[at]].text[start:end], passages[order[at]].language) for at, (start, end) in said]
    exact = embedding.load().encode_documents([text for text, _ in texts])
    assert np.abs(found.vectors(read) - exact).max() < 1e-3
    tokens = found.tokens(read)
    names = found.written(tokens.values.tolist())
    for row, (text, language) in enumerate(texts):
        assert {names[n] for n in tokens.values[tokens.row == row].tolist()} == passage_token_set(text, language)
    named = found.naming(read, terms(), [passages[n] for n in order])
    for row, (text, _) in enumerate(texts):
        held = {term for term, is_named in zip(terms(), named[row], strict=True) if is_named}
        assert held == {match.term for match in find_terms(text)}
    assert named.any()
    statuses = [passage_statuses(passages[order[at]], *span) for at, span in said]
    assert found.statuses(read) == statuses
    assert len(set(statuses)) > 1


def test_what_is_read_back_is_what_the_texts_say(written: Statements, passages: list[Passage]) -> None:
    assert_reads(written, passages)


def test_another_glossary_has_the_texts_read(
    written: Statements, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "same_glossary", False)
    assert_reads(written, passages)


def test_statuses_that_other_rules_gave_are_not_told(
    written: Statements, passages: list[Passage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(status, "rules_digest", lambda: "others")
        now = opened(tmp_path / "sentences", passages)
        assert now.statuses(now.of([0])) is None
        patch.setattr(statement_writing, "analyse", lambda passages: pytest.fail("only the statuses are read again"))
        statement_writing.write(tmp_path / "later", passages, embedding.load(), now)
        later = opened(tmp_path / "later", passages)
        assert later.statuses(later.of([0, 2])) == written.statuses(written.of([0, 2]))
    assert opened(tmp_path / "later", passages).statuses(later.of([0])) is None


def test_a_passage_of_another_role_is_read_again(written: Statements, passages: list[Passage], tmp_path: Path) -> None:
    now = [replace(passage, role=Role.NEED) for passage in passages]
    statement_writing.write(tmp_path / "later", now, embedding.load(), written)
    assert_reads(opened(tmp_path / "later", now), now)


def test_what_stays_is_taken_over_and_what_is_new_is_read(
    written: Statements, passages: list[Passage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = replace(passages[1], text="Quite another thing is said here by Ontario.", heading=())
    now = [passages[2], new, passages[0]]
    read: list[Passage] = []
    analyse = statement_writing.analyse
    monkeypatch.setattr(statement_writing, "analyse", lambda some: read.extend(some) or analyse(some))
    statement_writing.write(tmp_path / "later", now, embedding.load(), written)
    assert read == [new]
    assert_reads(opened(tmp_path / "later", now), now)


def test_tokens_held_are_told_by_sentence(written: Statements) -> None:
    read = written.of([0])
    held = Held(written, written.tokens(read), len(read), ["en:book", "en=appointments", "en:nowhere"])
    assert held.all_of({"en:book", "en=appointments"}).tolist() == [True, False]
    assert held.all_of({"en:book", "en:nowhere"}).tolist() == [False, False]
    assert held.best_of({"en:book": 0.5, "en=appointments": 0.75, "en:nowhere": 1.0}).tolist() == [0.75, 0.0]


@pytest.mark.parametrize("ahead", [False, True])
def test_likenesses_are_those_of_the_words(written: Statements, passages: list[Passage], ahead: bool) -> None:
    words = PassageWords(written)
    if ahead:
        words.read_ahead()
    asked, weights = word_vectors().of(["booking", "temps"]), np.array([2.0, 1.0], np.float32)
    found = words.likenesses(asked, weights, [2, 0])
    exact = [likeness(asked, weights, word_vectors().of(passage_words(passages[n]))) for n in (2, 0)]
    assert found == pytest.approx(exact, abs=1e-5)


def test_words_beyond_the_room_leave_those_read_ahead(
    written: Statements, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {number: len(set(passage_words(passage))) for number, passage in enumerate(passages)}
    monkeypatch.setattr("indexer.passage_words._READ_AHEAD", 3)
    monkeypatch.setattr("indexer.passage_words._MOST_KEPT", 3 + max(held.values()))
    words = PassageWords(written)
    words.read_ahead()
    asked, weights = word_vectors().of(["booking", "temps"]), np.array([2.0, 1.0], np.float32)
    first = words._table[:3].copy()
    exact = {n: likeness(asked, weights, word_vectors().of(passage_words(passages[n]))) for n in held}

    def look(order: list[int]) -> None:
        for number in order:
            assert words.likenesses(asked, weights, [number])[0] == pytest.approx(exact[number], abs=1e-5)

    look([*held, *held])
    with ThreadPoolExecutor(4) as callers:  # each needs the room of the others' words
        for done in [callers.submit(look, [*held][turn:] * 20) for turn in range(len(held))]:
            done.result()
    assert len(words._table) == 3 + max(held.values()) < sum(held.values())
    assert np.array_equal(words._table[:3], first)


def test_more_words_than_are_kept_at_once_are_compared_all_the_same(
    written: Statements, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, weights = word_vectors().of(["booking", "temps"]), np.array([2.0, 1.0], np.float32)
    kept = PassageWords(written).likenesses(asked, weights, [2, 0])
    monkeypatch.setattr("indexer.passage_words._MOST_AT_ONCE", 1)
    assert PassageWords(written).likenesses(asked, weights, [2, 0]) == pytest.approx(kept, abs=1e-6)
