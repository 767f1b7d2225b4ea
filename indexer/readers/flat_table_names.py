"""Organisations' names that open the rows of a dumped table: alone in a paragraph, or before a cell's first words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.document_words import is_no_answer
from indexer.jurisdictions import exact, find_mentions
from indexer.readers.flat_table_units import sheet
from indexer.readers.headings import is_upper
from indexer.readers.joining import NO_SPELLINGS, begins_lower, ends_hyphenated, ends_linking, join
from indexer.readers.lines import Line
from indexer.readers.markers import find_marker
from indexer.text import fold

_MAX_NAME_LINES = 7
_MAX_NAME_WIDTH = 60
_MAX_LINE_WIDTH = 200
# A table's names are set in capitals where more than this share of them is.
MOSTLY = 0.7
_LONG_NAME = 3
_DASHES = (" - ", " – ", " — ")


@dataclass(frozen=True, slots=True)
class Name:
    """An organisation's name at `lines[at:stop]`; `rest` is what its last line says after it, past a dash or not."""

    at: int
    stop: int
    lines: tuple[Line, ...]
    rest: Line | None = None

    @property
    def text(self) -> str:
        """The name in one line."""
        text = ""
        for line in self.lines:
            text = join(text, line.text, NO_SPELLINGS)[0] if text else line.text
        return text


def name_at(lines: Sequence[Line], at: int) -> Name | None:
    """The organisation's name that begins at this line, if a paragraph begins there and one does."""
    line = lines[at]
    before = lines[at - 1] if at else None
    if (
        not (line.gap or line.fresh or before is None)
        or find_marker(line.text) is not None
        or line.width > _MAX_LINE_WIDTH
    ):
        return None
    if begins_lower(line.text) or not any(c.isalpha() for c in line.text):
        return None
    inside = before is not None and sheet(before) == sheet(line) and not is_upper(line.text)
    if inside and before is not None and (ends_linking(before.text) or ends_hyphenated(before.text)):
        return None
    found: Name | None = None
    text = ""
    for stop in range(at + 1, min(len(lines), at + _MAX_NAME_LINES) + 1):
        last = lines[stop - 1]
        if stop > at + 1 and (sheet(last) != sheet(line) or find_marker(last.text) is not None):
            break
        name, rest = _name_and_rest(text, last)
        if name is not None:
            if rest is not None or is_closed(lines, stop):
                replaced = (*lines[at : stop - 1], replace(last, text=name, width=len(name)))
                found = Name(at, stop, replaced, rest)
            if rest is not None:
                break
        if last.width > _MAX_NAME_WIDTH:
            break
        text = join(text, last.text, NO_SPELLINGS)[0] if text else last.text
    return found


def plausible(names: Sequence[Name]) -> list[Name]:
    """The names without those that other rows only mention.

    Where most are set in capitals, a short one that is not is a word of a cell. A name before a dash must not be that
    of the row it would end: there it begins a title.
    """
    capitals = sum(1 for name in names if is_upper(name.text)) > MOSTLY * len(names)
    kept: list[Name] = []
    for name in names:
        code = exact(name.text)
        again = bool(kept) and exact(kept[-1].text) == code
        if capitals and not is_upper(name.text) and (len(name.text.split()) < _LONG_NAME or name.rest is not None):
            continue
        if again and (name.rest is not None or fold(name.text) == fold(kept[-1].text)):
            continue
        kept.append(name)
    return kept


def _name_and_rest(before: str, last: Line) -> tuple[str | None, Line | None]:
    """The part of the line that ends a name begun by `before`, and the rest as a line; None where no name ends here."""
    whole = join(before, last.text, NO_SPELLINGS)[0] if before else last.text
    if exact(whole) is not None and _reaches(whole, len(before)):
        return last.text, None
    for cut in cuts(last.text):
        head, rest = last.text[:cut].rstrip(), last.text[cut:].lstrip()
        name = join(before, head, NO_SPELLINGS)[0] if before else head
        if head and rest and exact(name) is not None and _reaches(name, len(before)):
            return head, replace(last, text=rest, width=len(rest), gap=True)
    return None, None


def _reaches(name: str, length: int) -> bool:
    """Whether the name needs what stands in it from `length` on, or that is an abbreviation in brackets."""
    if exact(name[:length]) is None or name[length:].lstrip().startswith("("):
        return True
    mentions = find_mentions(name)
    return not mentions or mentions[-1].end > length


def cuts(text: str) -> list[int]:
    """Where a cell's text may begin in a line that begins with a name: at a dash, or at an answer without content."""
    cuts = [text.find(dash) for dash in _DASHES if dash in text]
    for i, letter in enumerate(text):
        if i and letter.isupper() and text[i - 1] == " " and is_no_answer(text[i:]):
            cuts.append(i)
            break
    return sorted(cuts)


def is_closed(lines: Sequence[Line], stop: int) -> bool:
    """Whether a new paragraph begins at line `stop`."""
    if stop >= len(lines):
        return True
    after = lines[stop]
    return after.gap or after.fresh or find_marker(after.text) is not None or is_no_answer(after.text)
