"""What holds for every document, whatever its format and content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.errors import UnreadableDocumentError
from indexer.readers import SUPPORTED_SUFFIXES, read

_RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def assert_sound(document: Document) -> None:
    text, reached = document.text, 0
    for block in document.blocks:
        assert block.start >= reached, "blocks overlap or are out of order"
        assert block.start < block.end
        inside = text[block.start : block.end]
        assert inside == inside.strip()
        assert text[reached : block.start].strip() == "", "text outside of blocks"
        reached = block.end
    assert text[reached:].strip() == ""
    assert not re.search(r"[\u00a0\u2009\u202f\ufb00-\ufb06\ue000-\uf8ff\x00-\x09\x0b-\x1f\u00ad]|  ", text)
    if document.pages:
        assert document.pages[0].start == 0
        assert document.pages[-1].end == len(text)
        assert [p.number for p in document.pages] == list(range(1, len(document.pages) + 1))
        for one, other in zip(document.pages, document.pages[1:], strict=False):
            assert one.start <= one.end == other.start
    for number, table in enumerate(document.tables):
        for r, row in enumerate(table.rows):
            assert [c.column for c in row] == sorted({c.column for c in row})
            for cell in row:
                assert cell.row == r
                assert 0 <= cell.start <= cell.end <= len(text)
                blocks = [b for b in document.blocks if cell.start <= b.start and b.end <= cell.end]
                assert bool(blocks) == (cell.start < cell.end)
        assert all(b.cell.table < len(document.tables) for b in document.blocks if b.cell), number


_ALPHABET = st.sampled_from(
    [*"abcdeéàçœABCÉ0123456789 .,;:!?()'’«»–—-•*/@", *"\u00a0\u2009\ufb01\uf0b7\u00ad", *"\n\n\f\t"]
)
_LINE = st.builds(
    lambda bullet, words: bullet + " ".join(words),
    st.sampled_from(["", "• ", "- ", "o ", "\uf0b7 ", "1. ", "2) ", "a) ", "  ", " ", "* "]),
    st.lists(st.text("abcdeéABC.,:;-’", min_size=1, max_size=9), max_size=12),
)


@_RELAXED
@given(content=st.text(_ALPHABET, max_size=400))
@example(content="1. \n- \n• \n")
@example(content="a-\n\u0301b")
def test_any_text_is_sound_or_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "any.txt"
    path.write_text(content, encoding="utf-8")
    try:
        assert_sound(read(path))
    except UnreadableDocumentError as error:
        assert not re.search(r"\w", content) or "binary" in error.reason or _is_furniture(content)


@_RELAXED
@given(lines=st.lists(_LINE, max_size=30), ending=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_any_lines_with_bullets_are_sound(tmp_path: Path, lines: list[str], ending: str) -> None:
    path = tmp_path / "lines.txt"
    path.write_text(ending.join(lines), encoding="utf-8", newline="")
    try:
        document = read(path)
    except UnreadableDocumentError:
        assert not re.search(r"\w", "".join(lines).replace("o ", ""))
        return
    assert_sound(document)


@_RELAXED
@given(
    paragraphs=st.lists(
        st.lists(st.text("abcdefghilmnoprstuvéè", min_size=2, max_size=9), min_size=1, max_size=40),
        min_size=1,
        max_size=8,
    )
)
def test_no_word_is_lost_from_plain_text(tmp_path: Path, paragraphs: list[list[str]]) -> None:
    wrapped = []
    for words in paragraphs:
        lines = [" ".join(words[i : i + 8]) for i in range(0, len(words), 8)]
        wrapped.append("\n".join(lines).capitalize() + ".")
    path = tmp_path / "plain.txt"
    path.write_text("\n\n".join(wrapped), encoding="utf-8")
    document = read(path)
    assert_sound(document)
    found = re.findall(r"\w+", document.text.lower())
    assert found == [word.lower() for words in paragraphs for word in words]


_MAGIC = {
    ".pdf": b"%PDF-1.4\n",
    ".docx": b"PK\x03\x04",
    ".html": b"<!doctype html><html><body>",
    ".htm": b"<html>",
    ".txt": b"",
    ".text": b"\xff\xfe",
}


@pytest.mark.parametrize("suffix", sorted(SUPPORTED_SUFFIXES))
@settings(parent=_RELAXED, max_examples=60)
@given(content=st.binary(max_size=600), magic=st.booleans())
def test_any_bytes_give_a_document_or_the_one_error(tmp_path: Path, suffix: str, content: bytes, magic: bool) -> None:
    path = tmp_path / f"fuzz{suffix}"
    path.write_bytes((_MAGIC[suffix] if magic else b"") + content)
    try:
        assert_sound(read(path))
    except UnreadableDocumentError as error:
        assert str(path) in str(error)
        assert error.reason
        assert error.mend


def _is_furniture(content: str) -> bool:
    """Whether the only words stand in lines that say nothing but the number of a page."""
    return all(len(re.findall(r"\w+", line)) <= 2 for line in re.split(r"[\n\f]", content))
