"""Contact blocks: runs of short lines with a name, a title, and an e-mail address or telephone number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.readers.joining import ends_sentence
from indexer.readers.lines import Line
from indexer.readers.markers import find_marker
from indexer.readers.vocabulary import layout_words

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])(?:\+?1[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]\d{4}(?![\w-])")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_LONGEST = 200
_MAX_WORDS = 8
_MAX_OTHER_WORDS = 4
_MAX_RUN = 14


def is_mailto(text: str) -> bool:
    """Whether the line is the target of an e-mail link, as extractors print it."""
    return _MAILTO.match(text) is not None


def holds_contact(text: str) -> bool:
    """Whether the line is mainly an e-mail address or a telephone number."""
    if is_mailto(text):
        return True
    if len(text) > _LONGEST:
        return False
    rest, found = _EMAIL.subn(" ", text)
    rest, phones = _PHONE.subn(" ", rest)
    return bool(found or phones) and len(re.findall(r"\w+", rest)) <= _MAX_OTHER_WORDS


def is_name(text: str) -> bool:
    """Whether the line could be a person's name: two to five capitalised words, no figure or closing sign."""
    words = text.split()
    if not 2 <= len(words) <= 5 or text[-1] in ".:;?!" or any(c.isdigit() for c in text) or text.isupper():
        return False
    particles = layout_words().particles
    return all(w[0].isupper() or w.lower() in particles for w in words) and words[0][0].isupper()


def contact_groups(lines: Sequence[Line]) -> list[range]:
    """The runs of lines that are contact blocks, in order, none touching another."""
    if not lines:
        return []
    runs = _runs(lines)
    marked = [_begin_of_contact(lines, run) for run in runs]
    # A person without an address, set between contacts, belongs with them.
    for i, run in enumerate(runs):
        beside = i > 0 and marked[i - 1] is not None and i + 1 < len(runs) and marked[i + 1] is not None
        if marked[i] is None and beside and is_name(lines[run.start].text) and _all_short(lines, run):
            marked[i] = run.start
    # A name and title set off from the address by white space belong to it.
    for i in range(len(runs) - 1, 0, -1):
        if marked[i] == runs[i].start and marked[i - 1] is None and not _has_name(lines, runs[i]):
            before = runs[i - 1]
            starts = [k for k in before if is_name(lines[k].text)]
            if starts and starts[-1] == before.start and len(before) <= 6 and _all_short(lines, before):
                marked[i - 1] = before.start
    groups: list[range] = []
    for run, start in zip(runs, marked, strict=True):
        if start is None:
            continue
        end = _end_of_contact(lines, run)
        if groups and groups[-1].stop == start:
            groups[-1] = range(groups[-1].start, end)
        else:
            groups.append(range(start, end))
    return groups


def _runs(lines: Sequence[Line]) -> list[range]:
    starts = [i for i, line in enumerate(lines) if i == 0 or line.gap or line.fresh]
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _begin_of_contact(lines: Sequence[Line], run: range) -> int | None:
    """Where in the run the contact begins: at the name before its first address, or at the address."""
    first = next((i for i in run if holds_contact(lines[i].text)), None)
    if first is None:
        return None
    start = first
    while start > run.start and _is_short(lines[start - 1]) and first - start < _MAX_RUN:
        start -= 1
        if is_name(lines[start].text) and (start == run.start or not _is_short(lines[start - 1])):
            break
    # Short lines that do not open with a name are the end of something else, unless they are the whole run.
    if start > run.start and not is_name(lines[start].text):
        names = [i for i in range(start, first) if is_name(lines[i].text)]
        start = names[0] if names else first
    return start


def _end_of_contact(lines: Sequence[Line], run: range) -> int:
    last = max((i for i in run if holds_contact(lines[i].text)), default=run.stop - 1)
    end = last + 1
    while end < run.stop and _is_short(lines[end]):
        end += 1
    return end


def _has_name(lines: Sequence[Line], run: range) -> bool:
    return any(is_name(lines[i].text) for i in run)


def _all_short(lines: Sequence[Line], run: range) -> bool:
    return all(_is_short(lines[i]) for i in run)


def _is_short(line: Line) -> bool:
    return (
        len(line.text.split()) <= _MAX_WORDS
        and not ends_sentence(line.text)
        and not line.text.endswith((":", ";"))
        and find_marker(line.text) is None
        and "://" not in line.text
    )
