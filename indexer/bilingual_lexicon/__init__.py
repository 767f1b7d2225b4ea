"""Translations of single words, learned from parallel text: how the lexical leg finds words of the other language.

The table `bundled/lexicon.tsv` is made by `python -m indexer.bilingual_lexicon.train`; BILINGUAL_LEXICON.md beside it
says from what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from indexer.documents import Language
from indexer.errors import SettingError

_TABLE = "bilingual_lexicon/bundled/lexicon.tsv"
MOST_TRANSLATIONS = 3  # of one word; further ones gain nothing


@dataclass(frozen=True, slots=True)
class Translation:
    """A stem of the other language and how good a translation it is, over 0 to 1; 1 is the word's best one."""

    stem: str
    weight: float


@dataclass(frozen=True, slots=True)
class BilingualLexicon:
    """Which stems translate which, out of each language: (strength in hundredths, stem of the other language)."""

    out_of: Mapping[Language, Mapping[str, Sequence[tuple[int, str]]]]

    def translations(self, stem: str, language: Language) -> tuple[Translation, ...]:
        """What a stem of `language`, as `indexer.text.stems` gives it, is in the other language, best first.

        Empty where it is not known.
        """
        known = self.out_of[language].get(stem, ())
        ranked = sorted(known, key=lambda item: (-item[0], item[1]))[:MOST_TRANSLATIONS]
        return tuple(Translation(other, strength / ranked[0][0]) for strength, other in ranked)


@cache
def bilingual_lexicon() -> BilingualLexicon:
    """The bundled table, read once. Raises SettingError where a line of it is wrong."""
    return parse(files("indexer").joinpath(_TABLE).read_text(encoding="utf-8").splitlines())


def parse(lines: Iterable[str]) -> BilingualLexicon:
    """The lexicon of lines `english<TAB>french<TAB>strength`, strength in hundredths, from 1 to 100."""
    english: dict[str, list[tuple[int, str]]] = {}
    french: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(lines, start=1):
        try:
            left, right, written = line.split("\t")
            strength = int(written)
        except ValueError:
            strength = 0
        if not 0 < strength <= 100:
            raise SettingError(
                f"indexer/{_TABLE}, line {number}: {line!r} is not english<TAB>french<TAB>hundredths; train it again"
            )
        english.setdefault(left, []).append((strength, right))
        french.setdefault(right, []).append((strength, left))
    return BilingualLexicon({"en": english, "fr": french})
