"""The people of a decision record: who attended for whom, under which variants of a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from indexer import jurisdictions
from indexer.jurisdictions import Mention
from indexer.layouts.names import LONGEST_NAME, bare, is_capital, is_person, name_pattern, same_person
from indexer.layouts.record_words import record_words
from indexer.text import fold

_BEFORE_PLACE = 12  # characters, as in "Ville de " before a city
_INITIAL = re.compile(r"[A-ZÀ-Þ]\.")
_LABEL = re.compile(r"^[^\W\d_][\w’' -]{2,30}\s?:\s+(?=\S)")


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
        self._holders: dict[int, list[_Person]] = {}

    def attends(self, line: str, group: str = "") -> bool:
        """Takes in a line of the attendance list ("Name Affiliation"); `group` is the heading it stands under.

        A line may hold several people, each with an affiliation. False where it names nobody.
        """
        line = " ".join(line.split())
        placed = _by_place(line)
        if placed:
            for name, codes, office in placed:
                self._attends(name, codes, office)
            return True
        line = _LABEL.sub("", line)
        name, rest = _listed_name(line)
        if not name:
            return False
        for at, (one, affiliation) in enumerate(_people_in(name, rest)):
            codes = jurisdictions.named_in(affiliation) or jurisdictions.named_in(group)
            self._attends(one, codes, f"{affiliation} {group}" if at == 0 else affiliation)
        return True

    def _attends(self, name: str, codes: tuple[str, ...], office: str) -> None:
        person = self._of(name, codes)
        person.listed = person.listed or name
        person.listed_codes = person.listed_codes or codes
        words = re.findall(r"[\w-]+", fold(office))
        for number, offices in enumerate(record_words().offices):
            if any(word in offices for word in words):
                self._holders.setdefault(number, []).append(person)

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

    def name(self, name: str, affiliation: str = "") -> str:
        """The one name under which all variants are shown: that of the attendance list, else the most frequent.

        `affiliation`, as written with the name, tells people of one surname apart.
        """
        person = self._find(name, jurisdictions.named_in(affiliation))
        return person.name if person else name

    def codes(self, name: str, affiliation: str = "") -> tuple[str, ...]:
        """Codes of the person's affiliation, as the attendance list or else most of the turns have it."""
        person = self._find(name, jurisdictions.named_in(affiliation))
        return person.codes if person else ()

    def holder(self, office: str) -> str | None:
        """The name of the one person on the attendance list who holds an office ("the chair"); None if not one."""
        words = re.findall(r"[\w-]+", fold(office))
        for number, offices in enumerate(record_words().offices):
            if any(word in offices for word in words) and len(self._holders.get(number, [])) == 1:
                return self._holders[number][0].name
        return None

    def _of(self, name: str, codes: tuple[str, ...]) -> _Person:
        person = self._find(name, codes)
        if person is None:
            person = _Person()
            self._people.append(person)
        if " " in name:
            self._by_form.setdefault(fold(name), person)
        if not person.forms:
            person.forms[name] += 1
        return person

    def _find(self, name: str, codes: tuple[str, ...]) -> _Person | None:
        name = bare(name)
        folded = fold(name)
        if folded in self._by_form:
            return self._by_form[folded]
        if " " in name:
            found = [person for person in self._people if any(same_person(name, form) for form in person.forms)]
        else:
            found = []
        if not found:  # a surname alone is somebody's if it is one person's
            ending = f" {folded}"
            found = [person for person in self._people if any(fold(form).endswith(ending) for form in person.forms)]
        fitting = [person for person in found if _may_be(person, codes)]
        return fitting[0] if len(fitting) == 1 else None


def _may_be(person: _Person, codes: tuple[str, ...]) -> bool:
    known = person.codes
    return not codes or not known or bool(set(codes) & set(known))


def _by_place(line: str) -> list[tuple[str, tuple[str, ...], str]]:
    """People given after their place, "Quebec: Ann Lee, Bo Roy (chair)", also several places in one line."""
    places = [m for m in jurisdictions.find_mentions(line) if re.match(r"\s?:", line[m.end :])]
    if not places or places[0].start > _BEFORE_PLACE:
        return []
    found: list[tuple[str, tuple[str, ...], str]] = []
    for place, following in zip(places, [*places[1:], None], strict=True):
        names = line[place.end : following.start if following else len(line)].lstrip(" :")
        for written in re.split(r"[,;]\s|\s(?:et|and|&)\s", names):
            name = bare(re.sub(r"\(.*?\)", "", written).strip(" ,;"))
            if is_person(name):
                found.append((name, (place.code,), written))
    return found


def _people_in(name: str, rest: str) -> list[tuple[str, str]]:
    """The people of a line: the first, and each further name after an affiliation that has one of its own."""
    found = [(name, rest)]
    mentions = jurisdictions.find_mentions(rest)
    for before, mention in pairwise(mentions):
        other = _name_between(rest, before, mention)
        if other is None:
            continue
        first, _ = found.pop()
        start = rest.index(other, before.end)
        taken = sum(len(affiliation) for _, affiliation in found)
        found.append((first, rest[taken:start]))
        found.append((bare(other), rest[start + len(other) :]))
    return found


def _name_between(rest: str, before: Mention, mention: Mention) -> str | None:
    gap = rest[before.end : mention.start]
    names = [match.group() for match in re.finditer(name_pattern(), gap) if is_person(bare(match.group()))]
    closed = gap.count("(") <= gap.count(")") or gap.rstrip().endswith("(")
    return names[-1] if names and closed else None


def _listed_name(line: str) -> tuple[str, str]:
    """The name at the start of a line of the attendance list, and the rest of the line."""
    words = line.split()
    titled = 1 if words and words[0] in record_words().titles else 0
    for count in _name_lengths(line, words, titled):
        written = " ".join(words[:count])
        name = bare(written.rstrip(",:–- "))
        if all(map(is_capital, words[titled:count])) and is_person(name, sure=titled > 0 or " " in name):
            return name, line[len(written) :].strip(" ,:–-")
    return "", ""


def _name_lengths(line: str, words: list[str], titled: int) -> Iterator[int]:
    """How many words the name at the start of a line may take, the likeliest first.

    Up to the affiliation, else up to a comma, else all of a short line, else a first name and a surname.
    """
    starts = [mention.start for mention in jurisdictions.find_mentions(line)]
    for count in range(2, min(titled + LONGEST_NAME, len(words)) + 1):
        end = len(" ".join(words[:count]))
        if any(end <= start <= end + 2 for start in starts):
            yield count
    comma = len(line.partition(",")[0].split())
    if comma < len(words) and 2 <= comma <= LONGEST_NAME:
        yield comma
    if 2 <= len(words) < LONGEST_NAME:
        yield len(words)
    if len(words) >= 2:
        yield titled + _surname_at(words[titled:])


def _surname_at(words: list[str]) -> int:
    """How many words a first name, initials, particles and a surname take."""
    count = 1
    while count < len(words) and (words[count] in record_words().particles or _INITIAL.fullmatch(words[count])):
        count += 1
    return min(count + 1, len(words))
