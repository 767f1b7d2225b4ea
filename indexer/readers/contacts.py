"""Contact blocks: runs of short lines with a name, a title, and an e-mail address or telephone number.

A label such as "Contact:" makes a name alone a contact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from indexer import jurisdictions
from indexer.form_titles import title_role
from indexer.form_words import form_words
from indexer.openings import by_first_word
from indexer.readers.joining import ends_sentence
from indexer.readers.lines import Line
from indexer.readers.markers import find_marker
from indexer.readers.vocabulary import layout_words
from indexer.text import fold, fold_in_place

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])(?:\+?1[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]\d{4}(?![\w-])")
_FIGURES = re.compile(r"\d{3}[ .-]\d{4}")  # that end a telephone number
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_LONGEST = 200
_MAX_WORDS = 8
_MAX_OTHER_WORDS = 4
_MAX_RUN = 14
_MAX_PERSON_WORDS = 12  # name, title and organisation
_MAX_LABELLED_WORDS = 14  # before a labelled contact's address, or between two
_TITLE_SIGN = re.compile(r"\s*[,;(/|]\s*|\s+[–—-]\s+")


def is_mailto(text: str) -> bool:
    """Whether the line is the target of an e-mail link, as extractors print it."""
    return text[6:7] == ":" and _MAILTO.match(text) is not None


def holds_contact(text: str) -> bool:
    """Whether the line is mainly an e-mail address or a telephone number."""
    if is_mailto(text):
        return True
    if len(text) > _LONGEST or ("@" not in text and not _FIGURES.search(text)):
        return False
    rest, found = _EMAIL.subn(" ", text) if "@" in text else (text, 0)
    rest, phones = _PHONE.subn(" ", rest)
    return bool(found or phones) and len(re.findall(r"\w+", rest)) <= _MAX_OTHER_WORDS


def is_contact(text: str) -> bool:
    """Whether a block of its own is a contact: mainly an address or number, and no sentence."""
    return is_mailto(text) or (holds_contact(text) and not text.endswith("."))


def is_name(text: str) -> bool:
    """Whether the line could be a person's name: two to five capitalised words, no figure or closing sign."""
    if text.endswith((".", ":", ";", "?", "!")):
        return False
    words = text.split(None, 5)
    if not 2 <= len(words) <= 5 or not words[0][0].isupper() or text.isupper():
        return False
    particles = layout_words().particles
    return all(w[0].isupper() or w.lower() in particles for w in words) and not any(c.isdigit() for c in text)


def is_contact_label(text: str) -> bool:
    """Whether the text only announces a person: "Contact:", "Prepared by"."""
    if len(text) > _LONGEST or not _may_open_label(text):
        return False
    return _people_label().fullmatch(f"{fold(text).rstrip(' :')}:") is not None


@by_first_word
def _may_open_label(word: str) -> bool:
    folded = fold(word).strip()  # an accent by itself folds to a blank
    return not folded or folded.startswith(_first_words_of_labels())


@lru_cache(maxsize=1)
def _first_words_of_labels() -> tuple[str, ...]:
    return tuple({label.split()[0] for label in form_words().people_labels})


def is_person(text: str) -> bool:
    """Whether the text is a person's name, with or without title and organisation after a sign; no member's name."""
    if len(text.split()) > _MAX_PERSON_WORDS or ends_sentence(text):
        return False
    name = _TITLE_SIGN.split(text.strip(), maxsplit=1)[0]
    return bool(name) and is_name(name) and title_role(name) is None and not jurisdictions.named_in(name)


def labelled_contact(text: str) -> tuple[int, int] | None:
    """The span of the first contact in `text` that a label announces, label included; None without one.

    It reaches to the last of the addresses that follow closely, or to the end of a text that only names a person.
    """
    if ":" not in text:
        return None
    folded = fold_in_place(text)
    for label in _people_label().finditer(folded):
        if label.start() and not text[label.start()].isupper():
            continue
        end = _after_addresses(text, label.end())
        if end is None and is_person(text[label.end() :]):
            end = len(text)
        if end is not None:
            opened = text[: label.start()].rstrip()
            return (len(opened) - 1 if opened.endswith("(") else label.start()), end
    return None


def _after_addresses(text: str, start: int) -> int | None:
    """Where the last address ends of those that follow `start` closely, with the stop after it."""
    found = sorted(match.span() for sign in (_EMAIL, _PHONE) for match in sign.finditer(text, start))
    end: int | None = None
    for first, last in found:
        if len(re.findall(r"\w+", text[end or start : first])) > _MAX_LABELLED_WORDS:
            break
        end = last
    while end is not None and text[end : end + 1] in (")", ".", ";", ","):
        end += 1
    return end


@lru_cache(maxsize=1)
def _people_label() -> re.Pattern[str]:
    """A label that announces a person, on folded text: "contact:", "contact for this part:"."""
    words = form_words()
    labels, joiners = ("|".join(map(re.escape, found)) for found in (words.people_labels, sorted(words.title_joiners)))
    return re.compile(rf"(?<!\w)(?:{labels})(?:\(s\))?(?:\s(?:{joiners})\s[^:.;?!\n]{{1,40}})?\s?:")


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
        found = _labelled_lines(lines, range(run.start, run.stop if start is None else start))
        if start is not None:
            found.append(range(start, _end_of_contact(lines, run)))
        for group in found:
            if groups and groups[-1].stop == group.start:
                groups[-1] = range(groups[-1].start, group.stop)
            else:
                groups.append(group)
    return groups


def _runs(lines: Sequence[Line]) -> list[range]:
    starts = [i for i, line in enumerate(lines) if i == 0 or line.gap or line.fresh]
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _labelled_lines(lines: Sequence[Line], within: range) -> list[range]:
    """The lines in which a label names a person who has no address, or in which the label stands before the name."""
    found: list[range] = []
    for i in within:
        text = lines[i].text
        if not (_may_open_label(text) or text.startswith("(")):
            continue
        named = is_contact_label(text) and i + 1 < within.stop and is_person(lines[i + 1].text)
        if named or labelled_contact(text) == (0, len(text)):
            found.append(range(i, i + 1 + named))
    return found


def _begin_of_contact(lines: Sequence[Line], run: range) -> int | None:
    """Where in the run the contact begins: at the name before its first address, or at the address."""
    first = next((i for i in run if holds_contact(lines[i].text)), None)
    if first is None:
        return None
    labels = [i for i in range(max(run.start, first - _MAX_RUN), first + 1) if _is_labelled(lines[i].text)]
    if labels and _all_short(lines, range(labels[-1] + 1, first)):
        return labels[-1]
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


def _is_labelled(text: str) -> bool:
    """Whether the line begins with the label of a contact and goes no further than the contact's name and address."""
    return is_contact_label(text) or labelled_contact(text) == (0, len(text))


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
        and jurisdictions.labelled(line.text) is None
    )
