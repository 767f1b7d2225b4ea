"""Decides where one block ends and the next begins, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.document_words import find_opening, is_no_answer
from indexer.readers.contacts import contact_groups, is_mailto, is_name
from indexer.readers.headings import is_heading, is_line_heading, is_upper
from indexer.readers.joining import (
    Spellings,
    begins_lower,
    begins_upper,
    ends_hyphenated,
    ends_linking,
    ends_sentence,
    first_letter,
    is_finished,
    is_open,
    is_url,
    join,
    names_somebody,
)
from indexer.readers.lines import Line
from indexer.readers.markers import Marker, find_marker
from indexer.readers.typography import Typography

# No paragraph that a person wrote is longer (characters); without an end, joining would take ever longer.
_LONGEST = 20_000
_FULL = 0.98  # of the column's width


@dataclass(slots=True)
class Group:
    """Lines that will make one block.

    `width` is that of the widest line, `column` that of the column as far as the lines tell: the last line of a block
    is short anyway.
    """

    lines: list[Line] = field(default_factory=list)
    marker: Marker | None = None
    contact: bool = False
    sealed: bool = False
    text: str = ""
    breaks: list[tuple[int, int]] = field(default_factory=list)
    width: float = 0.0
    column: float = 0.0

    def append(self, line: Line, text: str, spellings: Spellings) -> None:
        """Adds a line, with its text as it is to be read."""
        if self.text:
            before = self.lines[-1].page
            self.text, offset = join(self.text, text, spellings)
            if line.page is not None and line.page != before:
                self.breaks.append((offset, line.page))
        else:
            self.text = text
        self.lines.append(line)
        self.column, self.width = self.width, max(self.width, line.width)


def group_lines(lines: Sequence[Line], spellings: Spellings, typography: Typography) -> list[Group]:
    """The lines in groups, in order; groups hold text."""
    return _Grouping(lines, spellings, typography).groups()


class _Grouping:
    """One pass over the lines that decides where a block ends."""

    def __init__(self, lines: Sequence[Line], spellings: Spellings, typography: Typography) -> None:
        self._lines = [line for line in lines if line.text]
        self._spellings = spellings
        self._typography = typography
        self._groups: list[Group] = []
        self._names = _name_lines(self._lines)
        self._ranked = _ranked_lines(self._lines)
        self._has_side_column = any(
            typography.is_narrow(line.width) and find_opening(line.text) for line in self._lines
        )

    def groups(self) -> list[Group]:
        contacts = {r.start: r for r in contact_groups(self._lines)}
        i = 0
        while i < len(self._lines):
            if i in contacts:
                self._add_contact(contacts[i])
                i = contacts[i].stop
                continue
            self._add_line(i)
            i += 1
        return [g for g in self._groups if g.text]

    def _add_contact(self, run: range) -> None:
        group = Group(contact=True, sealed=True)
        lines = [self._lines[i] for i in run]
        if all(is_mailto(line.text) for line in lines):
            # The target of a link, printed at the foot of the page, goes with the contact above it.
            near = [g for g in self._groups[-3:] if g.contact]
            if near:
                group = near[-1]
        for line in lines:
            group.append(line, line.text, self._spellings)
        if not any(g is group for g in self._groups):
            self._groups.append(group)

    def _add_line(self, i: int) -> None:
        line = self._lines[i]
        group = self._groups[-1] if self._groups else None
        marker = Marker("1", line.text, self._ranked[i]) if i in self._ranked else self._marker(line, group)
        if group is not None and marker is None and not self._begins_block(i, line, group):
            group.append(line, line.text, self._spellings)
            self._seal(i, group)
            return
        new = Group(marker=marker, sealed=line.tabular or i in self._names)
        new.append(line, marker.text if marker else line.text, self._spellings)
        self._groups.append(new)
        self._seal(i, new)

    def _seal(self, i: int, group: Group) -> None:
        """Closes a group that is a heading by itself, unless the next line completes it."""
        if len(group.lines) == 1 and group.marker is None and is_no_answer(group.text):
            group.sealed = True
        if group.sealed or not is_line_heading(group.text):
            return
        following = self._lines[i + 1] if i + 1 < len(self._lines) else None
        if following is None:
            return
        begins = begins_lower(following.text) or following.text.startswith("(")
        goes_on = (not following.gap and begins) or ends_linking(group.text)
        group.sealed = not (goes_on or (not following.gap and is_upper(group.text) and is_upper(following.text)))

    def _marker(self, line: Line, group: Group | None) -> Marker | None:
        """The line's marker, if it opens a list item here rather than going on with a sentence."""
        marker = find_marker(line.text)
        if marker is None or line.tabular:
            return None
        if group is None or line.gap or group.sealed or is_finished(group.text):
            return marker
        if marker.number:
            before = self._last_number(marker.sign)
            in_order = before is not None and marker.number == before + 1
            return marker if in_order or marker.number == 1 or is_line_heading(line.text) else None
        if not marker.light or line.fresh:
            return marker
        siblings = group.marker is not None and group.marker.sign == marker.sign
        return marker if siblings or not begins_lower(marker.text) or marker.sign == "o" else None

    def _last_number(self, sign: str) -> int | None:
        for group in reversed(self._groups[-12:]):
            if group.marker is not None and group.marker.sign == sign:
                return group.marker.number
        return None

    def _begins_block(self, i: int, line: Line, group: Group) -> bool:
        if group.sealed or group.contact or line.tabular or i in self._names or len(group.text) > _LONGEST:
            return True
        if not group.text:
            return False
        if find_opening(line.text):
            return True
        last = group.lines[-1]
        if self._typography.differs(last, line) and not begins_lower(line.text):
            broken = ends_hyphenated(group.text) and not (line.gap or line.fresh)
            if not broken:
                return True
        if line.gap or line.fresh:
            return not self._goes_on(i, line, group)
        if is_line_heading(line.text) and (is_finished(group.text) or self._broke_early(last, line, group)):
            return True
        if ends_hyphenated(group.text) or begins_lower(line.text):
            return False
        if is_no_answer(line.text) and (is_finished(group.text) or self._broke_early(last, line, group)):
            return True
        if _is_url(line.text) and (_is_url(last.text) or not group.text.endswith((":", ","))):
            return True
        if _is_url(last.text) and len(group.lines) == 1:
            return " " in line.text
        return begins_upper(line.text) and self._broke_early(last, line, group)

    def _broke_early(self, last: Line, line: Line, group: Group) -> bool:
        """Whether the last line ended though the next word would have fitted: its writer ended it."""
        room = max(group.width, line.width)
        if ends_sentence(group.text):
            return last.width + _word_width(line) < 0.9 * room
        titled = len(group.lines) == 1 and is_heading(group.text) and group.marker is None
        return titled and last.width + _word_width(line) < 0.75 * room

    def _goes_on(self, i: int, line: Line, group: Group) -> bool:
        """Whether a sentence goes on over white space, a page or a column."""
        if line.far and not line.fresh:
            return False
        narrow = self._typography.is_narrow(group.width)
        # What ends the sentence is its last line; the next cell would hardly do so.
        linked = ends_linking(group.text) and begins_lower(line.text) and is_finished(line.text)
        if line.gap and not line.fresh and not narrow and not linked and self._is_beside(i):
            return False
        ahead = self._column_ahead(i)
        if not self._typography.same_column(group.column, ahead):
            return False
        if line.fresh and narrow and not self._typography.positioned:
            return False
        wrapped = group.lines[-1].width + _word_width(line)
        if max(group.column, ahead) and wrapped < 0.7 * max(group.column, ahead):
            # The next word would have fitted on the line: nothing was cut here.
            return False
        if not group.column and ahead and narrow != self._typography.is_narrow(ahead):
            return False
        if ends_hyphenated(group.text) and first_letter(line.text).isalnum():
            return True
        if line.fresh and not narrow and self._is_cut(line, group, wrapped >= _FULL * max(group.column, ahead)):
            return True
        if is_finished(group.text) or _is_url(group.lines[-1].text):
            return False
        if begins_lower(line.text):
            return True
        if is_upper(group.text):
            return ends_linking(group.text) and is_upper(line.text)
        # In a narrow column the next line may be the next cell; but an item has more than its linking word.
        begun = not narrow or (group.marker is not None and len(group.lines) == 1)
        return begun and ends_linking(group.text) and begins_upper(line.text) and not is_line_heading(line.text)

    def _is_beside(self, i: int) -> bool:
        """Whether line `i` is in a side column that goes on at the foot of the page: all is narrow down to its end."""
        if not self._has_side_column:
            return False
        end = i
        while end < len(self._lines) and (end == i or not self._lines[end].fresh):
            if not self._typography.is_narrow(self._lines[end].width):
                return False
            end += 1
        return True

    def _is_cut(self, line: Line, group: Group, full: bool) -> bool:
        """Whether the end of a page cut the paragraph: a bracket is open, or the last line had no room left.

        A name may open a turn of its own, and a line that stands as a heading opens something new.
        """
        if is_open(group.text):
            return True
        titled = is_line_heading(line.text) or is_heading(group.text)
        return full and group.column > 0 and not titled and not names_somebody(line.text)

    def _column_ahead(self, i: int) -> float:
        """The width of the column that begins with line `i`, 0 where one line stands alone."""
        end = i + 1
        while end < len(self._lines) and not (self._lines[end].gap or self._lines[end].fresh):
            if find_marker(self._lines[end].text) is not None:
                break
            end += 1
        return max((line.width for line in self._lines[i : end - 1]), default=0.0)


def _name_lines(lines: Sequence[Line]) -> frozenset[int]:
    """Lists of three names or more, one a line under the other, that no sentence runs through."""
    found: set[int] = set()
    start = 0
    for i in range(len(lines) + 1):
        inside = i < len(lines) and is_name(lines[i].text) and not ends_linking(lines[i].text)
        if inside and (i == start or not lines[i].gap):
            continue
        if i - start >= 3:
            found.update(range(start, i))
        start = i if inside else i + 1
    return frozenset(found)


def _ranked_lines(lines: Sequence[Line]) -> dict[int, int]:
    """Lines that count up from 1 without a sign ("1 First thing", "2 Second thing"), with their figures."""
    found: dict[int, int] = {}
    for start in (at for at, line in enumerate(lines) if line.text.startswith("1 ")):
        end = start
        while (
            end < len(lines)
            and lines[end].text.startswith(f"{end - start + 1} ")
            and not (end > start and (lines[end].fresh or lines[end].gap))
        ):
            end += 1
        if end - start >= 3 and all(begins_upper(line.text.split(None, 1)[1]) for line in lines[start:end]):
            found.update((i, i - start + 1) for i in range(start, end))
    return found


def _word_width(line: Line) -> float:
    word = line.text.split(None, 1)[0]
    return line.width * (len(word) + 1) / max(1, len(line.text))


def _is_url(text: str) -> bool:
    return " " not in text and is_url(text)
