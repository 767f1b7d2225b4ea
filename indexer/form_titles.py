"""Titles of the exchange form's template, in any wording: a word of its headings among words that only qualify it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from indexer.document_words import heading_role
from indexer.documents import Role
from indexer.form_words import form_words
from indexer.text import fold, fold_in_place

NUMBER = re.compile(r"\s*(\d{1,2})\s?[.)]\s*")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN = re.compile(r"[\s\u00a0/,&'’()–—-]*")  # signs that may stand between a title's words
_LONGEST = 14  # words
_TITLES_KEPT = 4_096  # a document's are looked at several times, a template's come up in every form
_LONGEST_KEPT = 200  # characters
_GLUED = re.compile(r"(?:^|(?<=[.;:!?…)])[\s\u00a0]+)(?=[1-9][\s\u00a0]?[.)][\s\u00a0]*[^\W\d_])")
_COUNTED = re.compile(r"[1-9][\s\u00a0]?[.)][\s\u00a0]*[^\W\d_]")
_AFTER = re.compile(r"[\s\u00a0]*$|[\s\u00a0]+(?:[–—-][\s\u00a0]|[A-ZÀ-ÖØ-Þ0-9«(])")
_COLON = re.compile(r"[\s\u00a0]*:")


@dataclass(frozen=True, slots=True)
class _Term:
    """A word of a text from `start` to `end`, and what it is in a title: a role's word, a qualifier, or neither."""

    start: int
    end: int
    role: Role | None
    qualifies: bool
    joins: bool


def title_role(title: str) -> Role | None:
    """The role of a title that says nothing but a word of the template and its qualifiers; None for any other."""
    return _known_title_role(title) if len(title) <= _LONGEST_KEPT else _title_role(title)


def _title_role(title: str) -> Role | None:
    number = NUMBER.match(title)
    bare = title[number.end() if number else 0 :].strip(" \u00a0:.–—-")
    if known := heading_role(bare):
        return known if known in (*form_words().order, *form_words().others) and ":" not in bare else None
    terms = list(_terms(bare, 0))
    if not terms or len(terms) > _LONGEST or terms[-1].joins or terms[-1].end < len(bare.rstrip(")")):
        return None
    return _role(terms)


_known_title_role = lru_cache(maxsize=_TITLES_KEPT)(_title_role)


def word_role(title: str) -> Role | None:
    """The role of the first word of the template anywhere in a title."""
    words = (match.group() for match in _WORD.finditer(fold(title)))
    return next((role for word in words if (role := form_words().title_roles.get(word))), None)


def numbered_role(line: str) -> Role | None:
    """The role of a line that is the beginning of a numbered title of the template, which may go on in the next."""
    number = NUMBER.match(line)
    bare = line[number.end() :].rstrip(" \u00a0:.") if number else ""
    terms = list(_terms(bare, 0))
    return _role(terms) if terms and terms[-1].end == len(bare) else None


def glued_titles(text: str) -> Iterator[tuple[int, int]]:
    """The spans of `text` that could be numbered titles of the template, glued to what stands before or after them.

    A title is at the beginning or after a sentence; after it stands a colon, a dash, or what begins with a capital.
    """
    for place in _GLUED.finditer(text) if _COUNTED.search(text) else ():
        number = NUMBER.match(text, place.end())
        if number is None:
            continue
        ends: list[int] = []
        terms: list[_Term] = []
        for term in _terms(text, number.end()):
            terms.append(term)
            if len(terms) > _LONGEST:
                break
            colon = _COLON.match(text, term.end)
            end = colon.end() if colon else term.end
            if not term.joins and _role(terms) and (colon or _AFTER.match(text, end)):
                ends.append(end)
        if ends:
            yield place.end(), ends[-1]


def _role(terms: list[_Term]) -> Role | None:
    """The role of the first of the template's words."""
    return next((term.role for term in terms if term.role), None)


def _terms(text: str, start: int) -> Iterator[_Term]:
    """The words from `start` on, as long as they belong to the template's titles.

    A small word with a capital begins a sentence, unless it begins the title or the title is in capitals.
    """
    words = form_words()
    folded = fold_in_place(text)
    reached, before = start, ""
    for match in _WORD.finditer(folded, start):
        word, shown = match.group(), text[match.start() : match.end()]
        role, joins = words.title_roles.get(word), word in words.title_joiners
        if _BETWEEN.fullmatch(folded, reached, match.start()) is None:
            return
        counts = word.isdigit() and before not in ("", *words.title_roles)  # "1. Achievements 25 counters opened"
        if not (role or joins or counts or word in words.title_qualifiers):
            return
        if joins and before and shown[:1].isupper() and not text[start : match.end()].isupper():
            return
        yield _Term(match.start(), match.end(), role, not role, joins)
        reached, before = match.end(), word
