"""Which of the glossary's terms the words of a text name, in each language: where forms begin, and how they go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain, compress
from operator import attrgetter
from typing import NamedTuple

from indexer import glossary_table
from indexer.documents import LANGUAGES, Language
from indexer.glossary_table import Glossary, Term
from indexer.glossary_words import APOSTROPHE, ARTICLES, HYPHEN, STOP, compared, compared_whole, read_word
from indexer.remembered import Remembered

_KEPT = 32_768  # words of which it is kept what they may begin


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """What forms of several words begin with: by the next stem more of it; `term` is the one of which it is all."""

    then: dict[str, _Begun] = field(default_factory=dict)
    ended: list[tuple[int, Term]] = field(default_factory=list)  # at most one, with its place among the forms


@cache
def _begun_forms(language: Language) -> Mapping[str, _Begun]:
    """The forms of several words by their first stem."""
    every = _Begun()
    forms = chain.from_iterable(glossary_table.glossary().forms[language].several.values())
    for order, (stems, term) in enumerate(forms):
        begun = every
        for stem in stems:
            begun = begun.then.setdefault(stem, _Begun())
        begun.ended.append((order, term))
    return every.then


class _Reading(NamedTuple):
    """A word as one language compares it, the form that it is alone, and what it begins.

    What is passed over, an article, is compared with nothing.
    """

    stem: str
    passed_over: bool
    alone: Term | None = None
    begun: _Begun | None = None


_PASSED_OVER = _Reading("", passed_over=True)


class Known(NamedTuple):
    """What is known of a word as it is written; most begin no form and are no abbreviation: those are not `telling`.

    `alone` tells whether it is a form or an abbreviation by itself. `stems` are those of both languages, nothing where
    one passes it over; those of `goes_on` are the ones with which a form that it begins may go on.
    """

    folded: str
    en: _Reading
    fr: _Reading
    meanings: Sequence[Term]
    telling: bool
    alone: bool
    stems: frozenset[str]
    goes_on: frozenset[str]


def _know(written: str) -> Known:
    seen, folded = read_word(written)
    en, fr = _reading(folded, "en"), _reading(folded, "fr")
    meanings = _meanings(seen, glossary_table.glossary())
    alone = bool(en.alone or fr.alone or meanings)
    begins = bool(en.begun or fr.begun)
    return Known(
        folded,
        en,
        fr,
        meanings,
        telling=alone or begins,
        alone=alone,
        # A possessive is passed over too.
        stems=frozenset((en.stem, fr.stem, "") if folded == "s" else (en.stem, fr.stem)),
        goes_on=_goes_on(en.begun, fr.begun) if begins else _NOTHING,
    )


_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=_KEPT)
def _goes_on(*begun: _Begun | None) -> frozenset[str]:
    """The stems of the next word with which forms may go on: nothing too, since beyond it they may."""
    return frozenset(("", *chain.from_iterable(one.then for one in begun if one is not None)))


known_words = Remembered(_know, most=_KEPT)


def _reading(folded: str, language: Language) -> _Reading:
    if folded in ARTICLES[language]:
        return _PASSED_OVER
    return _compared(*compared(folded, language, glossary_table.glossary().spellings), language)


@lru_cache(maxsize=_KEPT)
def _compound(first: str, second: str, language: Language) -> _Reading:
    """Two folded words that a hyphen joins, read as one."""
    return _compared(*compared_whole(first + second, language, glossary_table.glossary().spellings), language)


def _compared(stem: str, singular: str, language: Language) -> _Reading:
    alone = glossary_table.glossary().forms[language].single.get(singular)
    return _Reading(stem, False, alone, _begun_forms(language).get(stem))


_READING: Mapping[Language, Callable[[Known], _Reading]] = {"en": attrgetter("en"), "fr": attrgetter("fr")}
_TELLING = attrgetter("telling")


class _Steps:
    """The words of a text as one language compares them: each word, and the compounds by their first word."""

    __slots__ = ("_joints", "compounds", "words")

    def __init__(self, known: Sequence[Known], joints: bytes, language: Language) -> None:
        self._joints = joints
        self.words = [*map(_READING[language], known)]
        if language == "en":
            for number in _all(APOSTROPHE, joints):
                if known[number].folded == "s":
                    self.words[number] = _PASSED_OVER
        self.compounds: dict[int, tuple[_Reading, int]] = {}  # each with its last word
        for number in _all(HYPHEN, joints):
            first = None if self.words[number].passed_over else self._before(number)
            if first is not None:
                compound = _compound(known[first].folded, known[number].folded, language)
                self.compounds[first] = compound, number

    def at(self, number: int) -> list[tuple[_Reading, int]]:
        """What begins with a word, each with its last word: the word, and its compound."""
        word = self.words[number], number
        return [word, self.compounds[number]] if number in self.compounds else [word]

    def after(self, number: int) -> list[tuple[_Reading, int]]:
        """What stands next to a word, as `at` gives it; nothing where a stop parts them."""
        for following in range(number + 1, len(self.words)):
            if self._joints[following] == STOP:
                break
            if not self.words[following].passed_over:
                return self.at(following)
        return []

    def _before(self, number: int) -> int | None:
        """The word that a word stands next to."""
        while number and self._joints[number] != STOP:
            number -= 1
            if not self.words[number].passed_over:
                return number
        return None

    def ends(self, number: int, begun: _Begun) -> list[tuple[int, Term, int]]:
        """The forms that go on with what is begun after a word, by their place among the forms, with the last word."""
        found: list[tuple[int, Term, int]] = []
        for reading, last in self.after(number):
            more = begun.then.get(reading.stem)
            if more is not None:
                found += [(order, term, last) for order, term in more.ended]
                if self.may_go_on(last, more):
                    found += self.ends(last, more)
        return found

    def may_go_on(self, number: int, begun: _Begun) -> bool:
        """Whether what stands next to a word may go on with what is begun: mostly not."""
        if self.compounds:
            return True
        following = number + 1
        if following == len(self.words) or self._joints[following] == STOP:
            return False
        return self.words[following].stem in begun.then or self.words[following].passed_over


def _all(joint: int, joints: bytes) -> list[int]:
    """The words that follow the last so: mostly none."""
    return [number for number, one in enumerate(joints) if one == joint] if joint in joints else []


Named = tuple[Term, int, int]  # a term, and the first and the last word that name it


def named(known: Sequence[Known], joints: bytes) -> list[Named]:
    """Every term that words name, those too that overlap."""
    telling = [*compress(range(len(known)), map(_TELLING, known))]
    if HYPHEN not in joints:
        telling = [number for number in telling if known[number].alone or _may_go_on(known, number)]
        if not telling:
            return []
    found: list[Named] = []
    for language in LANGUAGES:
        steps = _Steps(known, joints, language)
        words = steps.words
        for number in telling:
            reading = words[number]
            if reading.alone is not None or reading.begun is not None:
                found += _begun_with(steps, number, reading, number)
        for number, (compound, last) in steps.compounds.items():
            found += _begun_with(steps, number, compound, last)
    for number in telling:
        if known[number].meanings:
            meant = _meant(known, joints, number)
            if meant is not None:
                found.append((meant, number, number))
    return found


def _may_go_on(known: Sequence[Known], number: int) -> bool:
    """Whether a form that begins with a word may go on with the next, as far as the two tell: mostly not."""
    following = number + 1
    return following < len(known) and not known[number].goes_on.isdisjoint(known[following].stems)


def _begun_with(steps: _Steps, first: int, reading: _Reading, last: int) -> Iterable[Named]:
    """The forms that begin with what is read from one word to another."""
    _, _, alone, begun = reading
    longer = _in_order(steps.ends(last, begun)) if begun is not None and steps.may_go_on(last, begun) else ()
    found = [(term, first, end) for term, end in longer] if longer else []
    return [(alone, first, last), *found] if alone is not None else found


def _in_order(ends: Sequence[tuple[int, Term, int]]) -> Sequence[tuple[Term, int]]:
    """Each form that was found, in the order of the table, with its first end: a compound may end it too."""
    if len(ends) < 2:
        return [(term, end) for _, term, end in ends]
    first = {order: (term, end) for order, term, end in reversed(ends)}
    return [first[order] for order in sorted(first)]


def _meanings(word: str, glossary: Glossary) -> Sequence[Term]:
    """The terms that an abbreviation stands for, in the plural too."""
    if word.islower():  # as most words are
        return ()
    return glossary.abbreviations.get(word) or (glossary.abbreviations.get(word[:-1], ()) if word.endswith("s") else ())


def _meant(known: Sequence[Known], joints: bytes, number: int) -> Term | None:
    """The term that an abbreviation stands for: of several, the one that most of the company tells."""
    glossary = glossary_table.glossary()
    best, most = None, 0
    for term in known[number].meanings:
        company = len(_company(known, joints) & glossary.contexts[term.en[0]]) if term.context else 1
        if company > most:
            best, most = term, company
    return best


def _company(known: Sequence[Known], joints: bytes) -> frozenset[str]:
    """The words of a text, folded, and their stems in either language."""
    found = {word.folded for word in known}
    for language in LANGUAGES:
        steps = _Steps(known, joints, language)
        found.update(word.stem for word in steps.words)
        found.update(compound.stem for compound, _ in steps.compounds.values())
    return frozenset(found)
