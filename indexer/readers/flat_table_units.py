"""What a dumped table's cells are put together from: paragraphs, items, and answers that fill a cell by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from indexer.document_words import is_no_answer, table
from indexer.readers.joining import (
    begins_lower,
    begins_upper,
    ends_linking,
    ends_sentence,
    is_finished,
    is_url,
)
from indexer.readers.lines import Line
from indexer.readers.markers import Marker, find_marker
from indexer.text import fold

# White space before a paragraph, in lines.
_SPACE_BEFORE = 0.33
_LEADING_IN = 0.8
_UNPOINTED = 0.35
# Their full stop ends no sentence for certain: "T.N.-O."
_INITIALS = re.compile(r"[^\W\d_]\.-?[^\W\d_]\.$")


# A page, and which of several that the file counts as one.
Sheet = tuple[int, int]


def sheet(line: Line) -> Sheet:
    """The page on which a line stands."""
    return line.page or 0, line.leaf


@dataclass(frozen=True, slots=True)
class Unit:
    """Lines of one cell on one page that nothing parts.

    `openness` says how surely the sentence goes on after it: 0 it is finished, 1 it breaks off. `lower` says that it
    begins in lower case, without marker. `apart` units were cut out of a line that held several cells.
    """

    lines: tuple[Line, ...]
    marker: Marker | None
    no_answer: bool
    lower: bool
    openness: float

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Unit:
        """The unit that these lines make."""
        first, text = lines[0].text, " ".join(line.text for line in lines)
        marker = find_marker(first)
        return cls(
            tuple(lines),
            marker,
            is_no_answer(text),
            marker is None and begins_lower(first),
            _openness(lines[-1].text),
        )

    @property
    def sheet(self) -> Sheet:
        """The page on which it stands."""
        return sheet(self.lines[0])

    @property
    def text(self) -> str:
        """Its text, in one line."""
        return " ".join(line.text for line in self.lines)

    @property
    def height(self) -> float:
        """How much of the page it takes, in lines."""
        return len(self.lines) + (0.0 if self.lower else _SPACE_BEFORE)

    @property
    def leads_in(self) -> bool:
        """Whether it ends with a colon."""
        return self.lines[-1].text.endswith(":")


def units(lines: Sequence[Line]) -> list[Unit]:
    """The lines of a row cut into units, in order."""
    found: list[list[Line]] = []
    for line in _unglued(lines):
        if not found or _begins_unit(found[-1][-1], line):
            found.append([line])
        else:
            found[-1].append(line)
    return [Unit.of(run) for run in found]


def split_answers(text: str) -> tuple[list[str], str]:
    """The answers that say that there is nothing to say at the head of a text, and what follows them.

    Several cells without content stand in one line, or one before the next cell's first line.
    """
    answers: list[str] = []
    rest = text
    phrases = table().no_answers if is_no_answer(text) else _signed_answers()
    while rest[:1].isupper():
        phrase = next((p for p in phrases if _begins_with(rest, p)), None)
        if phrase is None:
            break
        answers.append(rest[: len(phrase)])
        rest = rest[len(phrase) :].lstrip()
        if rest.startswith(".") and not answers[-1].endswith("."):
            answers[-1] += "."
            rest = rest[1:].lstrip()
    if rest and not (begins_upper(rest) or find_marker(rest) is not None):
        return [], text
    return answers, rest


def is_foot_address(lines: Sequence[Line], at: int) -> bool:
    """Whether the line is a link's target, printed alone at the foot of its page."""
    if not _is_address(lines[at]):
        return False
    after = at + 1
    while after < len(lines) and sheet(lines[after]) == sheet(lines[at]):
        if not _is_address(lines[after]):
            return False
        after += 1
    return True


def _is_address(line: Line) -> bool:
    return " " not in line.text and is_url(line.text)


def _unglued(lines: Sequence[Line]) -> list[Line]:
    """The lines, those that hold several cells cut."""
    found: list[Line] = []
    for line in lines:
        answers, rest = split_answers(line.text)
        if not answers:
            found.append(line)
            continue
        for i, part in enumerate([*answers, rest]):
            if part:
                gap = line.gap or i > 0
                found.append(replace(line, text=part, width=len(part), gap=gap, fresh=line.fresh and not i))
    return found


@cache
def _signed_answers() -> tuple[str, ...]:
    """The answers that cannot be the first word of a sentence."""
    return tuple(p for p in table().no_answers if not p.isalpha() and " " not in p.replace(". ", "."))


def _begins_with(text: str, phrase: str) -> bool:
    return fold(text[: len(phrase)]) == phrase and not text[len(phrase) : len(phrase) + 1].isalnum()


def _begins_unit(last: Line, line: Line) -> bool:
    if line.gap or line.fresh or sheet(line) != sheet(last) or is_no_answer(last.text) or is_no_answer(line.text):
        return True
    marker = find_marker(line.text)
    if marker is None:
        return False
    return not (marker.light or marker.number) or not ends_linking(last.text) or last.text.endswith(("-", ","))


def _openness(text: str) -> float:
    if text.endswith(":"):
        return _LEADING_IN
    if ends_linking(text):
        return 1.0
    if (ends_sentence(text) or is_finished(text)) and _INITIALS.search(text[-12:]) is None:
        return 0.0
    return _UNPOINTED
