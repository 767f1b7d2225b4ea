"""Which of the two languages a text is in: a passage of a page, or a question of three words.

Words and spellings that one language has vote first; where they say too little, the statistics of letters
that `langdetect` brings for French and English decide. The same text always gets the same answer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Any

from indexer.documents import LANGUAGES, Language
from indexer.errors import SettingError
from indexer.remembered import Remembered

_TABLE = "indexer/data/language_words.toml"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
# An address is in no language: "www.example.ca/services/index.html" must not outvote the words around it.
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+")
_SHORTEST_ENDED_WORD = 4
# A passage says in its first thousand words what it is written in.
_ENOUGH = 8_000
# langdetect's own smoothing, and the length of its longest run of letters.
_SMOOTHING = 0.5 / 10_000
_LONGEST_GRAM = 3


@dataclass(frozen=True, slots=True)
class _Cues:
    """The table as loaded: points for French (above 0) and English (below 0)."""

    words: Mapping[str, int]
    elisions: Mapping[str, int]
    contractions: Mapping[str, int]
    letters: Mapping[str, int]
    endings: Mapping[str, int]
    longest_ending: int
    lead: int
    lean: float
    margin: float


def detect(text: str, default: Language | None = None) -> Language:
    """The language of a text; `default` (English if None) where it has no word to tell by.

    With a default, words that say next to nothing ("Exception") get it too.
    """
    runs = text[:_ENOUGH].split()
    cues = _cues()
    points = sum(map(_points_of.__getitem__, runs))
    if points and abs(points) >= cues.lead:
        return "fr" if points > 0 else "en"
    words = [word for run in runs for word in _words(run)]
    if not words:
        return default or "en"
    # The words' few points still count, each as much as a clear run of letters.
    balance = _letter_balance(words, cues) + points
    if default is not None and abs(balance) < cues.margin:
        return default
    return "fr" if balance > 0 else "en"


def _words(run: str) -> list[str]:
    """The words, in lower case, of what stands between white space, which no word and no address crosses."""
    lowered = run.lower().replace("’", "'")
    if "@" in lowered or "://" in lowered or "www." in lowered:
        lowered = _ADDRESS.sub(" ", lowered)
    return _WORD.findall(lowered)


def _points_in(run: str) -> int:
    cues = _cues()
    return sum(_points(word, cues) for word in _words(run))


_points_of = Remembered(_points_in)


def _points(word: str, cues: _Cues) -> int:
    """What one word says, above 0 for French."""
    known = cues.words.get(word)
    if known is not None:
        return known
    head, apostrophe, tail = word.partition("'")
    if apostrophe:
        elided = cues.elisions.get(head, 0)
        if elided:
            return elided + _points(tail, cues)
        return cues.contractions.get(tail, 0)
    for letter in word:
        if letter in cues.letters:
            return cues.letters[letter]
    if len(word) >= _SHORTEST_ENDED_WORD:
        for length in range(cues.longest_ending, 0, -1):
            points = cues.endings.get(word[-length:])
            if points is not None:
                return points
    return 0


def _letter_balance(words: list[str], cues: _Cues) -> float:
    """How much likelier the words' letters are in French than in English, as a logarithm; neutral words aside."""
    grams = _grams()
    balance = 0.0
    for word in words:
        if cues.words.get(word) == 0:
            continue
        padded = f" {word} "
        balance -= cues.lean
        for length in range(1, _LONGEST_GRAM + 1):
            for start in range(len(padded) - length + 1):
                balance += grams.get(padded[start : start + length], 0.0)
    return balance


@cache
def _grams() -> Mapping[str, float]:
    """Runs of letters with the logarithm of their odds for French, from langdetect's two profiles.

    langdetect's own detector draws runs at random until it feels sure; adding up all of them costs no more on
    a short text, and needs no seed to give the same answer twice.
    """
    import langdetect
    from langdetect.detector_factory import DetectorFactory

    profiles = files(langdetect).joinpath("profiles")
    factory = DetectorFactory()
    factory.load_json_profile([profiles.joinpath(name).read_text(encoding="utf-8") for name in ("fr", "en")])
    return {
        gram: log((french + _SMOOTHING) / (english + _SMOOTHING))
        for gram, (french, english) in factory.word_lang_prob_map.items()
        if gram.strip()
    }


@cache
def _cues() -> _Cues:
    return _load(tomllib.loads(files("indexer").joinpath("data/language_words.toml").read_text(encoding="utf-8")))


def _load(data: Mapping[str, Any]) -> _Cues:
    """Turn the table's lists into points, refusing a word that two of them claim."""
    words: dict[str, int] = dict.fromkeys(_list(data, "neutral", "words"), 0)
    for section in ("function", "content"):
        for word, points in _votes(data, section).items():
            if word in words:
                raise SettingError(f"{_TABLE}: {word!r} stands in [{section}] and elsewhere; keep one")
            words[word] = points
    endings = _votes(data, "endings")
    decision = data.get("decision", {})
    for name in ("lead", "lean", "margin"):
        if not isinstance(decision.get(name), int | float) or decision[name] < 0:
            raise SettingError(f"{_TABLE}: decision.{name} is {decision.get(name)!r}; give a number from 0")
    return _Cues(
        words=words,
        elisions=_votes(data, "elisions"),
        contractions=_votes(data, "contractions"),
        letters=_votes(data, "letters"),
        endings=endings,
        longest_ending=max(map(len, endings), default=0),
        lead=decision["lead"],
        lean=decision["lean"],
        margin=decision["margin"],
    )


def _votes(data: Mapping[str, Any], section: str) -> dict[str, int]:
    """A section's words with their points."""
    weight = data.get(section, {}).get("weight")
    if not isinstance(weight, int) or weight < 1:
        raise SettingError(f"{_TABLE}: {section}.weight is {weight!r}; give a whole number above 0")
    votes: dict[str, int] = {}
    for language in LANGUAGES:
        for word in _list(data, section, language):
            if word in votes:
                raise SettingError(f"{_TABLE}: {word!r} stands twice in [{section}]; keep one")
            votes[word] = weight if language == "fr" else -weight
    return votes


def _list(data: Mapping[str, Any], section: str, key: str) -> list[str]:
    value = data.get(section, {}).get(key, "")
    if not isinstance(value, str):
        raise SettingError(f"{_TABLE}: {section}.{key} is no text; give words parted by spaces")
    return value.split()
