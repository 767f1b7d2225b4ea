"""Passages: their promises about offsets, lengths and ids on arbitrary documents, and what they say of themselves.

What holds of lengths: no passage has more than MAX_WORDS words. Sentences of more than MAX_SENTENCE_WORDS words are cut
into pieces, headings stand with the sentence that follows; of all ways to group these units, the one taken has the
fewest passages outside MIN_WORDS to MAX_WORDS. So a passage is shorter than MIN_WORDS only where its section has fewer
words, or where long sentences beside it leave no room; with no unit of more than MAX_WORDS - 2 * (MIN_WORDS - 1) words
there always is room.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from indexer import layouts, sentences
from indexer.describe import describe
from indexer.documents import (
    Attribution,
    BlockKind,
    Document,
    DocumentRecord,
    Passage,
    PassageKind,
    Role,
    Section,
)
from indexer.passages import MAX_SENTENCE_WORDS, MAX_WORDS, MIN_WORDS, TARGET_WORDS, cut, passage_id
from indexer.readers import read

Make = Callable[..., Document]
MakeRecord = Callable[..., DocumentRecord]
ALWAYS_ROOM = MAX_WORDS - 2 * (MIN_WORDS - 1)

WORDS = ("counter", "opens", "guichet", "l’été", "Alberta,", "45", "(a", "b)", "renew;", "€", "co-located", "St.", "Ce")


@st.composite
def a_sentence(draw: st.DrawFn, longest: int = 200) -> str:
    count = draw(st.one_of(st.integers(1, 40), st.integers(1, longest)))
    first = draw(st.integers(0, 1000))
    words = [WORDS[(first + place * (1 + first % 5)) % len(WORDS)] for place in range(count)]
    return " ".join(["The", *words[1:]]) + draw(st.sampled_from([".", " ?", "!", "…", ""]))


@st.composite
def some_blocks(draw: st.DrawFn) -> list[tuple[str, str, int]]:
    blocks = []
    for _ in range(draw(st.integers(0, 10))):
        kind = draw(st.sampled_from(["heading", "paragraph", "paragraph", "paragraph", "list_item"]))
        if kind == "heading":
            text = draw(a_sentence(longest=100)).rstrip(".")
        else:
            text = " ".join(draw(st.lists(a_sentence(), min_size=1, max_size=5)))
        blocks.append((kind, text, draw(st.integers(1, 3))))
    return blocks


def sections_and_passages(
    document: Document, record: DocumentRecord
) -> tuple[tuple[Section, ...], tuple[Passage, ...]]:
    sections = layouts.recognise(document, record).sections
    return sections, cut(document, record, sections)


def span(section: Section) -> tuple[int, int]:
    return section.blocks[0].start, section.blocks[-1].end


def units(document: Document, section: Section) -> list[int]:
    """Word counts of what is never cut: sentences, pieces of long ones, headings with what follows them."""
    counts: list[int] = []
    opening = 0
    for block in section.blocks:
        text = document.text[block.start : block.end]
        if block.kind is BlockKind.HEADING:
            opening += len(text.split())
            continue
        for start, end in sentences.split(text):
            counts.append(opening + len(text[start:end].split()))
            opening = 0
    return [*counts, opening] if opening else counts


def fewest_outside(counts: list[int]) -> int:
    """The least number of groups of consecutive units that are shorter than MIN_WORDS, none longer than MAX_WORDS."""
    best = [0]
    for end in range(1, len(counts) + 1):
        options = []
        for begin in range(end):
            words = sum(counts[begin:end])
            if words <= MAX_WORDS:
                options.append(best[begin] + (words < MIN_WORDS))
        best.append(min(options))
    return best[-1]


def check_promises(document: Document, sections: tuple[Section, ...], passages: tuple[Passage, ...]) -> None:
    text = document.text
    assert all(text[p.start : p.end] == p.text and p.text == p.text.strip() != "" for p in passages)
    assert all(first.end <= second.start for first, second in pairwise(passages))
    spans = [span(section) for section in sections]
    for passage in passages:
        (held,) = [s for s, (a, b) in zip(sections, spans, strict=True) if a <= passage.start and passage.end <= b]
        assert (passage.role, passage.speaker, passage.heading) == (held.role, held.speaker, held.heading)
        assert len(passage.text.split()) <= MAX_WORDS
    # All is in a passage but white space.
    covered = {place for p in passages for place in range(p.start, p.end)}
    for block in document.blocks:
        solid = {place for place in range(block.start, block.end) if not text[place].isspace()}
        assert solid <= covered
    assert len({p.id for p in passages}) == len(passages)


def check_lengths(document: Document, sections: tuple[Section, ...], passages: tuple[Passage, ...]) -> None:
    for section in sections:
        first, last = span(section)
        lengths = [len(p.text.split()) for p in passages if first <= p.start and p.end <= last]
        counts = units(document, section)
        outside = sum(length < MIN_WORDS for length in lengths)
        if sum(counts) < MIN_WORDS:
            assert len(lengths) == 1
        elif max(counts) <= ALWAYS_ROOM:
            assert not outside
        elif max(counts) <= MAX_SENTENCE_WORDS:
            assert outside == fewest_outside(counts)


@settings(max_examples=120, deadline=None)
@given(some_blocks())
@example([("paragraph", " ".join(["The word."] * 20 + ["The " + "word " * 118 + "word."] + ["The word."] * 20), 1)])
@example([("heading", "A LONG TITLE OF MANY WORDS " * 10, 1)] * 5 + [("paragraph", "The end.", 1)])
@example([("paragraph", " ".join(["The " + "word " * n + "end." for n in (57, 118, 57)]), 1)])
def test_promises_on_arbitrary_blocks(
    make_document: Make, make_record: MakeRecord, blocks: list[tuple[str, str, int]]
) -> None:
    document = make_document(*blocks)
    sections, passages = sections_and_passages(document, make_record())
    check_promises(document, sections, passages)
    check_lengths(document, sections, passages)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(a_sentence(60), min_size=1, max_size=9).map(" ".join), min_size=1, max_size=8),
    st.sampled_from(["\n\n", "\n", "\f", "\n\n- ", "\n\nNEXT PART\n\n", "\nAnn Lee\nann.lee@example.org\n\n"]),
)
def test_promises_on_text_files(tmp_path: Path, paragraphs: list[str], between: str) -> None:
    path = tmp_path / "notes.txt"
    # The reader takes lines that come again and again for page furniture; one line must not.
    path.write_text(between.join([*paragraphs, "A last word on parking."]), encoding="utf-8")
    document = read(path)
    record = describe(document, "digest", None)
    sections, passages = sections_and_passages(document, record)
    check_promises(document, sections, passages)
    check_lengths(document, sections, passages)
    assert passages == sections_and_passages(read(path), describe(read(path), "digest", None))[1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_promises_on_any_text_file(tmp_path: Path, content: str) -> None:
    content = re.sub("[\x00-\x1f\ud800-\udfff]", " ", content)
    assume(content.strip("\ufeff \u200b") and any(sign.isalnum() for sign in content))
    path = tmp_path / "notes.txt"
    path.write_text(content + " The end.", encoding="utf-8")
    document = read(path)
    sections, passages = sections_and_passages(document, describe(document, "digest", None))
    check_promises(document, sections, passages)


@settings(max_examples=60, deadline=None)
@given(st.lists(a_sentence(60), min_size=1, max_size=30))
def test_short_sentences_are_never_cut(make_document: Make, make_record: MakeRecord, written: list[str]) -> None:
    document = make_document(("paragraph", "\n".join(written)))
    _, passages = sections_and_passages(document, make_record())
    borders = {document.text.index(line) for line in written} | {p.start for p in passages}
    starts = [start for start, _ in sentences.split(document.text)]
    assert {p.start for p in passages} <= set(starts) and borders


def test_a_long_sentence_is_cut_after_a_clause(make_document: Make, make_record: MakeRecord) -> None:
    sentence = "The counter " + "opens early " * 45 + "every day; " + "it closes late " * 40 + "at night."
    _, passages = sections_and_passages(make_document(("paragraph", sentence)), make_record())
    assert len(passages) == 2
    assert passages[0].text.endswith("every day;")


# Ids


@settings(max_examples=40, deadline=None)
@given(st.lists(a_sentence(50), min_size=8, max_size=20), st.data())
def test_an_id_stays_when_another_passage_of_the_document_changes(
    make_document: Make, make_record: MakeRecord, written: list[str], data: st.DataObject
) -> None:
    blocks = [block for n, line in enumerate(written) for block in (("heading", f"Part {n}"), ("paragraph", line))]
    changed = data.draw(st.integers(0, len(written) - 1))
    other = [*blocks]
    other[2 * changed + 1] = ("paragraph", "Something quite different stands here now.")
    _, before = sections_and_passages(make_document(*blocks), make_record())
    _, after = sections_and_passages(make_document(*other), make_record())
    kept = [p.id for n, p in enumerate(before) if n != changed]
    assert kept == [p.id for n, p in enumerate(after) if n != changed]
    assert before[changed].id != after[changed].id


def test_equal_texts_of_a_document_have_different_ids(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(*[("heading", "Needs"), ("paragraph", "S.O.")] * 3)
    _, passages = sections_and_passages(document, make_record())
    assert [p.text for p in passages] == ["Needs\nS.O."] * 3
    assert len({p.id for p in passages}) == 3


def test_an_id_depends_on_document_and_text_alone(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(("paragraph", "The counter opens."))
    _, (passage,) = sections_and_passages(document, make_record())
    _, (dated,) = sections_and_passages(document, make_record(meeting_date="2019", title="Other", digest="other"))
    _, (elsewhere,) = sections_and_passages(document, make_record(id="notes-2"))
    assert passage.id == dated.id == passage_id("notes-1", "The counter opens.", 1) != elsewhere.id
    assert dated.meeting_date == "2019"


# What a passage says of itself


def test_a_passage_bears_the_page_on_which_it_begins(make_document: Make, make_record: MakeRecord) -> None:
    long = "The counter opens early on Saturday. " * 20
    document = make_document(
        ("heading", "One"), ("paragraph", long), ("paragraph", "It goes on here."), ("heading", "Two"),
        ("paragraph", long), pages=(2, 1, 2),
    )  # fmt: skip
    _, passages = sections_and_passages(document, make_record())
    assert passages[0].page == 1 and passages[-1].page == 3
    headings = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    for passage in passages:
        titles = [block.end for block in headings if block.start == passage.start]
        begin = titles[0] + 1 if titles else passage.start
        (page,) = [page for page in document.pages if page.start <= begin < page.end]
        assert passage.page == page.number


def test_the_page_is_where_its_words_begin_not_its_titles(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "One"), ("paragraph", "The counter opens."), ("heading", "Two"), ("paragraph", "It closes."),
        ("heading", "Three"), pages=(3, 1, 1),
    )  # fmt: skip
    _, passages = sections_and_passages(document, make_record())
    assert [(p.text.split("\n")[0], p.page) for p in passages] == [("One", 1), ("Two", 2), ("Three", 3)]


def test_pages_of_a_text_file_with_form_feeds(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    parts = ["PART A\n\nThe counter opens.", "", "PART B\n\nThe telephone rings.", "PART C\n\nThe letter comes."]
    path.write_text("\f".join(parts), encoding="utf-8")
    document = read(path)
    _, passages = sections_and_passages(document, describe(document, "digest", None))
    assert [(p.text.split("\n")[-1], p.page) for p in passages] == [
        ("The counter opens.", 1),
        ("The telephone rings.", 3),
        ("The letter comes.", 4),
    ]


def test_without_pages_there_is_none(make_document: Make, make_record: MakeRecord) -> None:
    _, (passage,) = sections_and_passages(make_document(("paragraph", "The counter opens.")), make_record())
    assert passage.page is None


def test_each_passage_has_its_own_language(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "Un"),
        ("paragraph", "Les comptoirs de la région ouvrent le samedi pour les familles."),
        ("heading", "Two"),
        ("paragraph", "The counters of the region open on Saturday for families."),
        ("heading", "3"),
        ("paragraph", "2019 : 45"),
    )
    for language in ("fr", "en"):
        _, passages = sections_and_passages(document, make_record(language=language))
        assert [p.language for p in passages] == ["fr", "en", language]


def test_jurisdictions_of_heading_then_text_then_none(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(
        ("heading", "Saskatchewan"),
        ("paragraph", "It works with Ontario and with Yukon; Ontario leads."),
        ("heading", "Summary"),
        ("paragraph", "Nobody is named."),
    )
    _, passages = sections_and_passages(document, make_record())
    assert [p.jurisdictions for p in passages] == [("SK", "ON", "YT"), ()]


def test_a_name_in_the_title_of_a_section_that_has_an_owner_credits_nobody(
    make_document: Make, make_record: MakeRecord
) -> None:
    document = make_document(("heading", "The lamp of Yukon"), ("paragraph", "It was lit with Ontario."))
    owned = Section(document.blocks, jurisdictions=("SK",))
    nobodys = Section(document.blocks)
    found = cut(document, make_record(), (owned, nobodys, replace(nobodys, credits_named=False)))
    assert [p.jurisdictions for p in found] == [("SK", "ON"), ("YT", "ON"), ()]
    assert [p.attribution for p in found] == [Attribution.STATED, Attribution.INFERRED, Attribution.STATED]


def test_whom_a_text_thanks_it_is_not_about(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(("paragraph", "The counter of Ontario is open. It thanks Yukon."))
    (passage,) = cut(document, make_record(), (Section(document.blocks),))
    assert passage.jurisdictions == ("ON",)


def test_what_says_that_there_is_nothing_to_say_is_no_answer(make_document: Make, make_record: MakeRecord) -> None:
    document = make_document(("paragraph", "Nothing came of it."))
    kinds = [
        cut(document, make_record(), (Section(document.blocks, says_none=says),))[0].kind for says in (True, False)
    ]
    assert kinds == [PassageKind.NO_ANSWER, PassageKind.STATEMENT]


def sentence_of(words: int) -> str:
    return " ".join(["The", *["counter"] * (words - 2), "opens."])


def test_a_cut_comes_between_paragraphs_where_one_is_near(make_document: Make, make_record: MakeRecord) -> None:
    first, second = [sentence_of(20)] * 6, [sentence_of(20)] * 5  # 120 and 100 words; 110 would halve them
    document = make_document(("paragraph", " ".join(first)), ("paragraph", " ".join(second)))
    found = cut(document, make_record(), (Section(document.blocks),))
    assert [p.text for p in found] == [" ".join(first), " ".join(second)]


def test_what_a_colon_announces_stands_with_it(make_document: Make, make_record: MakeRecord) -> None:
    lead = f"{sentence_of(99)} So:"
    document = make_document(("paragraph", lead), *[("list_item", sentence_of(20), 1) for _ in range(6)])
    found = cut(document, make_record(), (Section(document.blocks),))
    assert len(found) == 2 and found[0].text.startswith(f"{lead}\n")


@given(st.lists(st.tuples(st.integers(2, 12), st.integers(-5, 5)), min_size=1, max_size=8))
def test_paragraphs_of_a_passages_length_stay_whole(
    make_document: Make, make_record: MakeRecord, paragraphs: list[tuple[int, int]]
) -> None:
    """No paragraph near the target is cut: a cut inside one costs more than the others could save by it."""
    texts = []
    for sentences_in_it, more in paragraphs:
        words, rest = divmod(TARGET_WORDS + more, sentences_in_it)
        texts.append(" ".join([sentence_of(words)] * (sentences_in_it - 1) + [sentence_of(words + rest)]))
    document = make_document(*[("paragraph", text) for text in texts])
    assert [p.text for p in cut(document, make_record(), (Section(document.blocks),))] == texts


def test_jurisdiction_of_a_labelled_line_is_that_of_all_its_form(tmp_path: Path) -> None:
    path = tmp_path / "form.txt"
    path.write_text(
        "EXCHANGE FORM\n\nJurisdiction: Prince Edward Island\n\n1. Achievements\n\nNunavut opened a counter too.\n\n"
        "2. Priorities\n\nWe want one more.\n",
        encoding="utf-8",
    )
    document = read(path)
    _, passages = sections_and_passages(document, describe(document, "digest", None))
    by_role = {p.role: p.jurisdictions for p in passages}
    assert by_role[Role.ACHIEVEMENT] == ("PE", "NU")
    assert by_role[Role.PRIORITY] == ("PE",)


def test_jurisdiction_of_a_table_row(tmp_path: Path) -> None:
    path = tmp_path / "table.html"
    path.write_text(
        "<html><body><h1>Overview</h1><table>"
        "<tr><th>Jurisdiction</th><th>Achievements</th><th>Needs</th></tr>"
        "<tr><td>Manitoba</td><td>It opened a counter.</td><td>It seeks partners.</td></tr>"
        "<tr><td>Nouveau-Brunswick</td><td>It closed a counter.</td><td>It seeks staff.</td></tr>"
        "</table></body></html>",
        encoding="utf-8",
    )
    document = read(path)
    _, passages = sections_and_passages(document, describe(document, "digest", None))
    found = {p.text.split("\n")[-1]: (p.jurisdictions, p.role) for p in passages}
    assert found["It opened a counter."] == (("MB",), Role.ACHIEVEMENT)
    assert found["It seeks partners."] == (("MB",), Role.NEED)
    assert found["It seeks staff."] == (("NB",), Role.NEED)
    assert [p.jurisdictions for p in passages if "Manitoba" in p.text] == [("MB",)]


def test_a_document_without_blocks_has_no_passage(make_document: Make, make_record: MakeRecord) -> None:
    assert sections_and_passages(make_document(), make_record()) == ((), ())


@pytest.mark.parametrize("sentence_count", [3_000])
def test_a_section_of_a_whole_book_is_cut_in_good_time(
    make_document: Make, make_record: MakeRecord, sentence_count: int
) -> None:
    written = "The counter opens early on Saturday for families of the region. " * sentence_count
    document = make_document(("paragraph", written.strip()))
    sections, passages = sections_and_passages(document, make_record())
    check_promises(document, sections, passages)
    assert all(MIN_WORDS <= len(p.text.split()) <= MAX_WORDS for p in passages)
