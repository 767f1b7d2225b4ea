"""Flat text: decoded, cut into pages by form feed or by the extractor's convention, and reflowed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.document_words import is_no_answer
from indexer.documents import Document
from indexer.errors import UnreadableDocumentError
from indexer.readers.bounds import check_characters, check_pages
from indexer.readers.canonical import CanonicalBuilder
from indexer.readers.cleaning import LINE_BREAKS, clean_line
from indexer.readers.flat_table_rows import find_flat_table
from indexer.readers.flat_tables import add_flat_table
from indexer.readers.furniture import furniture, is_page_line
from indexer.readers.joining import Spellings
from indexer.readers.lines import Line
from indexer.readers.link_targets import link_targets
from indexer.readers.reflow import reflow
from indexer.readers.typography import Typography

_RARE = 0.05
_OFTEN = 0.5
_ONE_SPACE = re.compile(r" \S")
_INDENTED = re.compile(r"[ \t]{2,}\S|\t\S")
_COLUMN_GAP = re.compile(r"\S {3,}\S")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# A line drawn with signs, under a title or between parts.
_RULE_SIGNS = "=_~*#.–—-"
_RULE = re.compile(rf"([{_RULE_SIGNS}])\1{{3,}}")
_MOJIBAKE = 0.02
_ODD_BREAKS = "\r\x0b\x85\u2028\u2029"  # of LINE_BREAKS all but the usual one
# Printed at the end of a line only, inside a word that the line break cuts.
_SOFT_HYPHEN = "\u00ad"


def read_text(path: Path, data: bytes, source: str) -> Document:
    """The document in the bytes of a text file. Raises UnreadableDocumentError for binary content."""
    text = decode(path, data)
    check_characters(path, len(text))
    pages, numbered = _pages(text)
    check_pages(path, len(pages))
    lines = [line for page in _furnished(pages, numbered) for line in page]
    spellings, typography = Spellings.of(line.text for line in lines), Typography.of(lines)
    builder = CanonicalBuilder()
    table = find_flat_table(lines)
    if table is None:
        builder.add_all(reflow(lines, spellings, typography))
    else:
        builder.add_all(reflow(lines[: table.start], spellings, typography, before_table=True))
        add_flat_table(builder, table, spellings)
        builder.add_all(reflow(lines[table.stop :], spellings, typography))
    if builder.is_empty:
        raise UnreadableDocumentError(path, "holds no text", "add its content, or leave it out")
    return builder.build(source, "text", len(pages) if numbered else 0)


def decode(path: Path, data: bytes) -> str:
    """Bytes as text: UTF-8 or UTF-16 by their marks, else UTF-8, else Windows-1252."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _binary(path) from error
            break
    else:
        if b"\0" in data:
            raise _binary(path)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            # Five bytes stand for nothing in Windows-1252; a stray one is no reason to refuse the file.
            text = data.decode("cp1252", errors="replace").replace("\ufffd", "")
    if len(_CONTROLS.findall(text)) > _MOJIBAKE * len(text):
        raise _binary(path)
    return text


def _binary(path: Path) -> UnreadableDocumentError:
    return UnreadableDocumentError(
        path,
        f"is named {path.suffix.lower()} but its content is binary, not text",
        "give it the suffix of its real format, or save it as plain text (UTF-8)",
    )


def _pages(text: str) -> tuple[list[list[str]], bool]:
    """The raw lines of each page, and whether the file shows pages at all."""
    if "\f" in text:
        pages = [_raw_lines(page) for page in text.split("\f")]
        if pages and not any(line.strip() for line in pages[-1]):
            pages.pop()
        return pages, True
    lines = _raw_lines(text)
    if not _marks_pages(lines):
        return [lines], False
    pages = [[]]
    for line in lines:
        if _ONE_SPACE.match(line) and any(other.strip() for other in pages[-1]):
            pages.append([])
        pages[-1].append(line)
    return pages, True


def _raw_lines(text: str) -> list[str]:
    odd = any(sign in text for sign in _ODD_BREAKS)
    lines = LINE_BREAKS.split(text) if odd else text.split("\n")
    return _whole_words(lines) if _SOFT_HYPHEN in text else lines


def _whole_words(lines: Sequence[str]) -> list[str]:
    """The lines, each word that a soft hyphen cuts at the end of a line whole on the line where it begins."""
    whole: list[str] = []
    for line in lines:
        head, tail = whole[-1].rstrip() if whole else "", line.split(None, 1)
        if not (head.endswith(_SOFT_HYPHEN) and tail and tail[0][0].isalpha()):
            whole.append(line)
            continue
        whole[-1] = head.rstrip(_SOFT_HYPHEN) + tail[0]
        if len(tail) > 1:
            whole.append(line[: len(line) - len(line.lstrip())] + tail[1])
    return whole


def _marks_pages(lines: Sequence[str]) -> bool:
    """Whether a single leading space marks the first line of a page, as the council's extractor writes it."""
    filled = [line for line in lines if line.strip()]
    marked = sum(1 for line in filled if _ONE_SPACE.match(line))
    if not marked:
        return False
    if _ONE_SPACE.match(filled[0]):
        return marked == 1 or marked < _OFTEN * len(filled)
    indented = sum(1 for line in filled if _INDENTED.match(line))
    return marked < _RARE * len(filled) and indented <= marked


def _furnished(pages: Sequence[Sequence[str]], numbered: bool) -> list[list[Line]]:
    """Clean lines of each page, without furniture."""
    laid_out = [_lines(page, number if numbered else None) for number, page in enumerate(pages, start=1)]
    texts = [[line.text for line in page] for page in laid_out]
    if numbered:
        gone = furniture(texts)
    else:  # without pages nothing repeats from page to page, and a lone number may be content
        gone = [frozenset(i for i, text in enumerate(page) if is_page_line(text)) for page in texts]
    # A cell that says that there is nothing to say may stand at the foot of most pages.
    kept = [
        list(_kept(page, frozenset(i for i in drop if not is_no_answer(page[i].text))))
        for page, drop in zip(laid_out, gone, strict=True)
    ]
    return [_without_targets(page, ends_page=number < len(kept)) for number, page in enumerate(kept, start=1)]


def _without_targets(page: Sequence[Line], *, ends_page: bool) -> list[Line]:
    targets = link_targets(page, ends_page=ends_page)
    return [line for i, line in enumerate(page) if i not in targets]


def _kept(page: Sequence[Line], drop: frozenset[int]) -> Iterator[Line]:
    """The lines that are not dropped; a page number between them tells that a page ended there."""
    leaf = 0
    for i, line in enumerate(page):
        if i not in drop:
            yield replace(line, leaf=leaf) if leaf else line
        elif i and is_page_line(line.text):
            leaf += 1


def _lines(page: Sequence[str], number: int | None) -> list[Line]:
    lines: list[Line] = []
    blank = 0
    for position, raw in enumerate(page):
        text = clean_line(raw)
        if not text or (text[0] in _RULE_SIGNS and _RULE.fullmatch(text)):
            blank += 1
            continue
        expanded = raw.expandtabs(4) if "\t" in raw else raw
        indent = len(expanded) - len(expanded.lstrip())
        first = not lines
        lines.append(
            Line(
                text,
                number,
                indent=0 if number is not None and indent < 3 else indent,
                width=len(text),
                gap=blank > 0 or (first and number is None),
                far=blank > 1,
                fresh=first,
                tabular="   " in raw and _is_tabular(page, position),
            )
        )
        blank = 0
    return lines


def _is_tabular(page: Sequence[str], position: int) -> bool:
    """Whether the line stands in a list set in columns by runs of spaces (two such lines at least)."""
    if len(_COLUMN_GAP.findall(page[position])) not in (1, 2):
        return False
    around = [*page[max(0, position - 1) : position], *page[position + 1 : position + 2]]
    return any(_COLUMN_GAP.search(line) for line in around)
