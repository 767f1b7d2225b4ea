"""What may have been meant by a word that no passage holds: the nearest of the words that the caller's passages hold.

Only words of the index's view are ever proposed. Those that the service knows without the index are taken as meant:
names of jurisdictions, terms of the glossary, words that the bilingual lexicon translates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions, text
from indexer.bilingual_lexicon import bilingual_lexicon
from indexer.documents import LANGUAGES
from indexer.index_protocol import Index
from service.kept_by_view import KeptByView
from service.query import Query
from service.stages import staged

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4  # letters; shorter words are near to too many others
_LONG = 7  # letters, from which two slips are looked for
_RARE = 2  # passages at most: a word as rare may be a slip that some document makes,
_COMMONER = 20  # where one that differs by one slip is in so many times as many
_READ = 5  # passages in which it is looked up how a word is written
_LETTERS = 128


@staged("spelling")
def suggestion(index: Index, query: Query) -> str | None:
    """The query's text with likelier words in it; None where there is nothing to better.

    A word is bettered that no passage of `index` holds in any inflection, or next to none does.
    """
    named = [(term.start, term.end) for term in query.terms]
    named += [(mention.start, mention.end) for mention in jurisdictions.find_mentions(query.text)]
    found = query.text
    for match in reversed(list(_WORD.finditer(query.text))):
        word = text.fold(match.group())
        if any(start < match.end() and match.start() < end for start, end in named) or not _doubtful(index, word):
            continue
        better = _spellers.get(index, "", lambda: _Speller(index.vocabulary)).better(word)
        if better is not None:
            found = found[: match.start()] + _as_written(index, better) + found[match.end() :]
    return found if found != query.text else None


def _doubtful(index: Index, word: str) -> bool:
    """Whether a folded word may be a slip: a speller takes its time to be made, and few searches need one."""
    return (
        len(word) >= _SHORTEST
        and word.isascii()
        and word not in text.stop_words().either
        and not any(
            bilingual_lexicon().translations(str(text.stemmer(language).stemWords([word])[0]), language)
            for language in LANGUAGES
        )
        and len(index.holding(word, _RARE + 1)) <= _RARE  # last, as it reads the index
    )


class _Speller:
    """The words of a view of an index, in a form in which the near ones are soon found."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._counts = vocabulary
        self._words = sorted(word for word in vocabulary if word.isascii() and word.isalpha())
        self._stems = {language: set(text.stemmer(language).stemWords(list(vocabulary))) for language in LANGUAGES}
        self._bags = _bags(self._words)

    def better(self, word: str) -> str | None:
        """A likelier word than a doubtful one."""
        count = self._counts.get(word, 0)
        stems = {language: str(text.stemmer(language).stemWords([word])[0]) for language in LANGUAGES}
        if not count and any(stems[language] in self._stems[language] for language in LANGUAGES):
            return None
        near = self._near(word, 1 if count or len(word) < _LONG else 2)
        if count:
            near = [
                one
                for one in near
                if self._counts[one.word] >= _COMMONER * count
                and all(str(text.stemmer(spoken).stemWords([one.word])[0]) != stems[spoken] for spoken in LANGUAGES)
            ]
        return min(near, key=_Near.rank).word if near else None

    def _near(self, word: str, slips: int) -> list[_Near]:
        bag = _bags([word])[0].astype(np.int16)
        # A slip changes two letters at most, as one for another.
        alike = np.flatnonzero(np.abs(self._bags.astype(np.int16) - bag).sum(axis=1) <= 2 * slips)
        found = []
        for place in alike.tolist():
            other = self._words[place]
            if abs(len(other) - len(word)) <= slips and other != word:
                apart = distance(word, other)
                if apart <= slips:
                    found.append(_Near(other, apart, other[0] != word[0], self._counts[other]))
        return found


_spellers: KeptByView[str, _Speller] = KeptByView(1)


@dataclass(frozen=True, slots=True)
class _Near:
    word: str
    slips: int
    other_initial: bool
    count: int

    def rank(self) -> tuple[int, bool, int, str]:
        return self.slips, self.other_initial, -self.count, self.word


def distance(one: str, other: str) -> int:
    """Slips between two words: letters put in, left out, taken for another, or two neighbours swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, last, row = row, before, [at]
        for place, sign in enumerate(other, 1):
            best = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != sign))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == sign:
                best = min(best, last[place - 2] + 1)
            row.append(best)
    return row[-1]


def _bags(words: list[str]) -> npt.NDArray[np.uint8]:
    """How often each letter stands in each word, of shape (words, letters)."""
    letters = np.frombuffer("".join(words).encode("ascii"), np.uint8)
    rows = np.repeat(np.arange(len(words)), [len(word) for word in words])
    found = np.zeros((len(words), _LETTERS), np.uint8)
    np.add.at(found, (rows, letters), 1)
    return found[:, ord("a") : ord("z") + 1]


def _as_written(index: Index, word: str) -> str:
    """A folded word as passages write it: with its accents, in lower case where any has it so."""
    forms = Counter(
        match.group()
        for passage in index.numbered(index.holding(word, _READ))
        for match in _WORD.finditer("\n".join((passage.text, *passage.heading)))
        if text.fold(match.group()) == word
    )
    return min(forms, key=lambda form: (form != form.lower(), -forms[form], form), default=word)
