"""The people of a decision record: who attended for whom, who speaks where, under which variants of a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from indexer import jurisdictions
from indexer.layouts.record_words import record_words
from indexer.text import fold

_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][\w’'-]*\.?"
_ABBREVIATION = re.compile(r"[A-ZÀ-ÖØ-Þ]{3,}")
_LONGEST_NAME = 5  # words
_SHORTEST_PREFIX = 3  # letters that a short form of a first name keeps: "Rob", "Deb"
_SAME_LETTERS = 5  # shorter surnames must be equal, longer ones may differ by a letter
_APPOSITION = 200  # characters after a name in which commas may set off an office


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a person begins to speak: `text[start:]` opens with the name; `affiliation` as written there, or ""."""

    start: int
    names: tuple[str, ...]
    affiliation: str


@dataclass(slots=True)
class _Person:
    forms: Counter[str] = field(default_factory=Counter)
    listed: str | None = None
    listed_codes: tuple[str, ...] = ()
    spoken_codes: Counter[tuple[str, ...]] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        if self.listed:
            return self.listed
        return max(self.forms, key=lambda form: (self.forms[form], len(form)))

    @property
    def codes(self) -> tuple[str, ...]:
        if self.listed_codes:
            return self.listed_codes
        return max(self.spoken_codes, key=lambda codes: self.spoken_codes[codes]) if self.spoken_codes else ()


class People:
    """Everybody whom a record names, with their affiliations; made from its attendance list and its turns."""

    def __init__(self) -> None:
        self._people: list[_Person] = []
        self._by_form: dict[str, _Person] = {}

    def attends(self, line: str, group: str = "") -> bool:
        """Takes in a line of the attendance list ("Name Affiliation"); `group` is the heading it stands under.

        False where the line names nobody.
        """
        name, rest = _listed_name(line)
        if not name:
            return False
        codes = jurisdictions.named_in(rest) or jurisdictions.named_in(group)
        person = self._of(name, codes)
        person.listed = person.listed or name
        person.listed_codes = person.listed_codes or codes
        return True

    def speaks(self, name: str, affiliation: str) -> None:
        """Takes in a name from the discussion with its affiliation as written there."""
        codes = jurisdictions.named_in(affiliation)
        person = self._of(name, codes)
        person.forms[name] += 1
        if codes:
            person.spoken_codes[codes] += 1

    def knows(self, name: str) -> bool:
        """Whether this form of a name, or a variant of it, was taken in."""
        return self._find(name, ()) is not None

    def name(self, name: str) -> str:
        """The one name under which all variants are shown: that of the attendance list, else the most frequent."""
        person = self._find(name, ())
        return person.name if person else name

    def codes(self, name: str) -> tuple[str, ...]:
        """Codes of the person's affiliation, as the attendance list or else most of the turns have it."""
        person = self._find(name, ())
        return person.codes if person else ()

    def _of(self, name: str, codes: tuple[str, ...]) -> _Person:
        person = self._find(name, codes)
        if person is None:
            person = _Person()
            self._people.append(person)
        self._by_form.setdefault(fold(name), person)
        if not person.forms:
            person.forms[name] += 1
        return person

    def _find(self, name: str, codes: tuple[str, ...]) -> _Person | None:
        folded = fold(name)
        if folded in self._by_form:
            return self._by_form[folded]
        found = [
            person
            for person in self._people
            if any(_same_person(name, form) for form in person.forms) and _may_be(person, codes)
        ]
        return found[0] if len(found) == 1 else None


def turns(text: str, people: People) -> Iterator[Turn]:
    """The turns that begin at the start of `text` or of a sentence in it.

    At the start a name is enough that a word for speaking follows, after its affiliation if there is one; inside the
    text it also has to be somebody known, or to stand with an affiliation.
    """
    for match in _opening().finditer(text):
        names = list(_split_names(match["names"]))
        if any(not _is_person(name) for name in names):
            continue
        affiliation, after = _affiliation(text[match.end("names") :])
        second = _second().match(after) if affiliation and len(names) == 1 else None
        if second and _is_person(second["name"]):
            names.append(second["name"])
            after = _affiliation(after[second.end() :])[1]
        known = all(people.knows(name) for name in names)
        goes_on = re.match(r"\s+[a-zà-öø-ÿ]", after) is not None
        at_start = not text[: match.start("names")].strip(" .0123456789") or match["lead"] is not None
        bracketed = text[match.end("names") :].lstrip(" ,").startswith("(")
        if (
            (known and goes_on)
            or (_speaks(after) and (affiliation or at_start))
            or (at_start and affiliation and bracketed)
        ):
            yield Turn(match.start("names"), tuple(names), affiliation)


def affiliations(text: str) -> Iterator[tuple[str, str]]:
    """Names anywhere in `text` that stand with an affiliation in brackets."""
    for match in _bracketed().finditer(text):
        affiliation, _ = _affiliation(text[match.end("name") :])
        if affiliation and _is_person(match["name"]):
            yield match["name"], affiliation


@cache
def _name() -> str:
    particles = "|".join(re.escape(word) for word in sorted(record_words().particles, key=len, reverse=True))
    return rf"{_CAPITALISED}(?:\s(?:(?:{particles})\s)?{_CAPITALISED}){{1,3}}"


@cache
def _opening() -> re.Pattern[str]:
    both = "|".join(re.escape(word) for word in record_words().conjunctions)
    lead = r"(?:\d{1,2}\.\s+)?(?P<lead>[A-ZÀ-Þ][^.,;:()]{2,40},\s)?"
    return re.compile(rf"(?:^{lead}|(?<=[.!?])\s+)(?P<names>{_name()}(?:\s(?:{both})\s{_name()})?)(?![\w’'-])")


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w’'-])(?P<name>{_name()})\s?(?=\()")


def _split_names(written: str) -> tuple[str, ...]:
    both = "|".join(re.escape(word) for word in record_words().conjunctions)
    return tuple(" ".join(name.split()) for name in re.split(rf"\s+(?:{both})\s+", written))


def _is_person(name: str) -> bool:
    """Whether capitalised words can be a person: no organisation is among them."""
    words = name.split()
    if not 2 <= len(words) <= _LONGEST_NAME or jurisdictions.exact(name):
        return False
    if fold(words[0]) in record_words().articles or any(_ABBREVIATION.fullmatch(word) for word in words):
        return False
    mentions = jurisdictions.find_mentions(name)
    # "Rochelle York": a surname may be a place's name, a first name is none.
    return all(mention.start > 0 and mention.end - mention.start < len(name) / 1.5 for mention in mentions)


@cache
def _second() -> re.Pattern[str]:
    """A second speaker after the first one's affiliation."""
    both = "|".join(re.escape(word) for word in record_words().conjunctions)
    return re.compile(rf"\s(?:{both})\s(?P<name>{_name()})(?![\w’'-])")


def _affiliation(rest: str) -> tuple[str, str]:
    """The affiliation at the start of `rest`, in brackets or between commas, and what follows it."""
    opened = re.match(r",?\s*\(", rest)
    if opened:
        depth = 0
        for at, sign in enumerate(rest[: 4 * _APPOSITION]):
            depth += (sign == "(") - (sign == ")")
            if depth == 0 and at >= opened.end():
                following = rest[at + 1 :]
                return rest[opened.end() : at].strip(), following[1:] if following[:1] == "," else following
        return "", rest
    if rest.startswith(","):
        for match in re.finditer(r",\s", rest[:_APPOSITION]):
            if match.start() and _speaks(rest[match.end() - 1 :]):
                return rest[1 : match.start()].strip(), rest[match.end() - 1 :]
    return "", rest


def _speaks(after: str) -> bool:
    word = re.match(r"\s+([^\W\d_]+['’]?)", after)
    if word is None or not word[1][:1].islower():
        return False
    folded = fold(word[1])
    return any(folded == stem or (len(stem) > 2 and folded.startswith(stem)) for stem in record_words().verbs)


def _listed_name(line: str) -> tuple[str, str]:
    """The name at the start of a line of the attendance list, and the rest of the line."""
    words = line.split()
    starts = [mention.start for mention in jurisdictions.find_mentions(line)]
    for count in range(2, min(_LONGEST_NAME, len(words)) + 1):
        end = len(" ".join(words[:count]))
        if not all(_is_capital(word) for word in words[:count]):
            break
        if any(end <= start <= end + 2 for start in starts):
            return " ".join(words[:count]).rstrip(",:–- "), line[end:].strip(" ,:–-")
    name, comma, rest = line.partition(",")
    if comma and 2 <= len(name.split()) <= _LONGEST_NAME and all(_is_capital(word) for word in name.split()):
        return name.strip(), rest.strip()
    taken = _name_words(words)
    if len(words) < 2 or not all(_is_capital(word) for word in words[:taken]):
        return "", ""
    if len(words) < _LONGEST_NAME and all(_is_capital(word) for word in words):
        taken = len(words)
    return " ".join(words[:taken]).rstrip(","), " ".join(words[taken:])


def _name_words(words: list[str]) -> int:
    """How many words a first name, its particles and a surname take."""
    count = 1
    while count < len(words) and words[count] in record_words().particles:
        count += 1
    return min(count + 1, len(words))


def _is_capital(word: str) -> bool:
    return (word[:1].isupper() and not word.isupper()) or word in record_words().particles


def _may_be(person: _Person, codes: tuple[str, ...]) -> bool:
    known = person.codes
    return not codes or not known or bool(set(codes) & set(known))


def _same_person(one: str, other: str) -> bool:
    words, others = fold(one).split(), fold(other).split()
    if min(len(words), len(others)) < 2:
        return False  # a bare surname may be anybody's
    first, last, other_first, other_last = words[0], words[-1], others[0], others[-1]
    if not _same_surname(last, other_last):
        return False
    if first == other_first:
        return True
    short, long = sorted((first, other_first), key=len)
    if len(short) >= _SHORTEST_PREFIX and long.startswith(short):
        return True
    return any(first in names and other_first in names for names in record_words().nicknames)


def _same_surname(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < _SAME_LETTERS or abs(len(one) - len(other)) > 1:
        return False
    return _one_letter_apart(one, other)


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter added, left out or changed makes the one the other."""
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at:] == long[at + 1 :] or (len(short) == len(long) and short[at + 1 :] == long[at + 1 :])
