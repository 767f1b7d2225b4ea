"""Spans of a sentence that could answer by themselves: quantities, dates, durations, names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from indexer import jurisdictions
from indexer.document_words import table as document_words
from indexer.documents import Language
from indexer.glossary_words import Word, read_words
from indexer.text import fold_in_place, stop_words
from service.answering.asked_for import AnswerType, counted, is_plural, table

_FIGURES = r"(?:\d{1,3}(?:[ ,]\d{3})+(?!\d)(?:[.,]\d{1,3})?|\d{1,9}(?:[.,]\d{1,3})?)(?![\d/]|-\d|[.)](?:\s|$))"
_NUMERAL = rf"(?<![\w.,/#])(?<![\w$]-){_FIGURES}"
_DATE = {"day": 1.0, "month": 0.9, "year": 0.75}
_LABEL_REACH = 20  # characters before a figure in which a word may make it a label
_NOUN_REACH = 80  # characters after a number in which its noun ends
_MOST_NAME_WORDS = 8
_REMEMBERED = 8_192  # texts: to look through one takes long, and what it gives is little
_GAP = re.compile(r"[ \u00a0\u202f'’&\-‑–]{0,3}")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;•\n(«“\"]|\d[.)])\s*$")


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """Characters `start` to `end` of a text that can answer a question for `type`.

    `noun_start` to `noun_end` is what is counted, empty where nothing is. `sureness`, from 0 to 1, is how surely
    the span is such a thing: a date without its day says less, a capitalised word may be anything.
    """

    type: AnswerType
    start: int
    end: int
    noun_start: int
    noun_end: int
    sureness: float = 1.0


def short_answers(text: str, language: Language, speaker: str | None = None) -> tuple[ShortAnswer, ...]:
    """The spans of `text` that could answer, in order: see `quantities` and `names`."""
    found = (*quantities(text, language), *names(text, language, speaker))
    return tuple(sorted(found, key=lambda span: (span.start, span.end)))


@lru_cache(maxsize=_REMEMBERED)
def quantities(text: str, language: Language) -> tuple[ShortAnswer, ...]:
    """The amounts, shares, times and numbers of a text, in order, none within another."""
    return tuple(_quantities(text, fold_in_place(text), language))


@lru_cache(maxsize=_REMEMBERED)
def names(text: str, language: Language, speaker: str | None = None) -> tuple[ShortAnswer, ...]:
    """The capitalised names of a text, in order; one name may stand for several types.

    `speaker` is who says it, where that is known: a person for sure.
    """
    return tuple(_names(text, language, speaker))


def _quantities(text: str, folded: str, language: Language) -> Iterator[ShortAnswer]:
    matches = list(_patterns().quantity.finditer(folded))
    for number, match in enumerate(matches, start=1):
        border = matches[number].start() if number < len(matches) else len(text)
        kind = AnswerType(str(match.lastgroup).partition("_")[0])
        start, end = match.span()
        if kind is AnswerType.DATE:
            grain = str(match.lastgroup).split("_")[1]
            if language == "en" and match.group().isalpha() and not text[start].isupper():
                continue  # "may" and "march" are words too
            yield ShortAnswer(kind, start, end, end, end, _DATE[grain])
        elif kind is AnswerType.COUNT:
            if match.group() in _patterns().telephones or _is_label(folded, start):
                continue
            reach = min(border, end + _NOUN_REACH)
            length, noun = counted(text[end:reach], folded[end:reach], language)
            if noun and folded[end : end + 1].isspace() and is_plural(noun[-1], language):
                yield ShortAnswer(kind, start, end + length, end + 1, end + length)
            else:
                yield ShortAnswer(kind, start, end, end, end)
        else:
            yield ShortAnswer(kind, start, end, end, end)


def _is_label(folded: str, start: int) -> bool:
    """Whether the word before a figure makes it a label ("Tab 2"), not a quantity."""
    words = folded[max(0, start - _LABEL_REACH) : start].replace(".", " ").split()
    return bool(words) and words[-1].strip("(«°") in _patterns().labels


def _names(text: str, language: Language, speaker: str | None) -> Iterator[ShortAnswer]:
    """Capitalised names, acronyms and products, without those that only name a jurisdiction, a month or a day."""
    patterns = _patterns()
    known = {(mention.start, mention.end) for mention in jurisdictions.find_mentions(text) if mention.code != "MUNI"}
    for words in _capitalised(text, language):
        start, end = words[0].start, words[-1].end
        if (start, end) in known or any(word.folded in patterns.no_names for word in words):
            continue
        if words[0].folded in patterns.labels:
            continue
        before = text[max(0, start - 30) : start]
        first = _SENTENCE_START.search(before) is not None
        marked = any(_is_marked(word.text) for word in words)
        if first and len(words) == 1 and not marked:
            continue
        called = patterns.called.search(fold_in_place(before)) is not None
        sureness = 1.0 if called or marked else 0.8 if not first else 0.6
        yield ShortAnswer(AnswerType.NAME, start, end, end, end, sureness)
        yield ShortAnswer(AnswerType.ORGANISATION, start, end, end, end, sureness)
        organisation = any(word.folded in patterns.organisations for word in words)
        person = _person(words, organisation or marked, speaker)
        if person:
            yield ShortAnswer(AnswerType.PERSON, start, end, end, end, person)
        if not organisation and not marked and len(words) <= 2 and patterns.at_place.search(fold_in_place(before)):
            yield ShortAnswer(AnswerType.PLACE, start, end, end, end, 0.9 if len(words) == 1 else 0.7)


def _person(words: Sequence[Word], thing: bool, speaker: str | None) -> float:
    """How surely a name is a person's; `thing` says that a word of it is of no person's."""
    if speaker is not None and all(word.text in speaker for word in words):
        return 1.0
    if words[0].folded in _patterns().honorifics and len(words) > 1:
        return 0.9
    named = not thing and 2 <= len(words) <= 3 and all(word.text.isalpha() for word in words)
    return 0.8 if named else 0.0


def _is_marked(word: str) -> bool:
    """Whether a word is written as only names are: WalkMe, PayBC, MERX, #RestartMB."""
    return len(word) > 1 and any(letter.isupper() for letter in word[1:])


def _capitalised(text: str, language: Language) -> Iterator[list[Word]]:
    """Runs of capitalised words, small words between them included."""
    run: list[Word] = []
    held: list[Word] = []  # small words that belong to the run if a capital follows
    stop = stop_words().of(language)
    for word in read_words(text):
        last = (held or run)[-1:] if run else []
        joins = bool(last) and _GAP.fullmatch(text[last[0].end : word.start]) is not None
        if not joins or len(run) >= _MOST_NAME_WORDS:
            if run:
                yield run
            run, held = [], []
        if word.text[0].isupper() or (run and word.text[0].isdigit() and len(word.text) < 4):
            if run or word.folded not in stop:
                run = [*run, *held, word]
                held = []
        elif run and len(held) < 2 and word.folded in _patterns().connectors:
            held.append(word)
        else:
            if run:
                yield run
            run, held = [], []
    if run:
        yield run


@dataclass(frozen=True, slots=True)
class _Patterns:
    """How quantities and names are written, in both languages, over folded text."""

    quantity: re.Pattern[str]
    telephones: frozenset[str]
    labels: frozenset[str]
    called: re.Pattern[str]
    honorifics: frozenset[str]
    at_place: re.Pattern[str]
    organisations: frozenset[str]
    connectors: frozenset[str]
    no_names: frozenset[str]


@cache
def _patterns() -> _Patterns:
    words, numbers, times, names = document_words(), table()["numbers"], table()["times"], table()["names"]
    months = [name for of_language in words.months.values() for name in of_language]
    shorts = [short for of_language in words.short_months.values() for names_ in of_language for short in names_]
    seasons = [season for of_language in words.seasons.values() for season in of_language]
    days = names["days"].split()
    return _Patterns(
        # No quantity begins inside a word: to say so first spares trying each alternative there.
        quantity=re.compile(
            rf"(?:(?<!\w)(?=\w)|(?=\$))(?:{'|'.join(_alternatives(numbers, times, months, shorts, seasons))})"
        ),
        telephones=frozenset(numbers["short_telephone"].split()),
        labels=frozenset(numbers["labels"].split()),
        called=re.compile(rf"(?<!\w)(?:{'|'.join(names['called'])}) [«“\"']?\s?$"),
        honorifics=frozenset(names["honorifics"].split()),
        at_place=re.compile(rf"(?<!\w)(?:{'|'.join(names['places_before'])}) (?:the |l'|la |le )?$"),
        organisations=frozenset(names["organisations"].split()),
        connectors=frozenset(names["connectors"].split()),
        no_names=frozenset((*months, *shorts, *days)),
    )


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _alternatives(
    numbers: dict[str, Any], times: dict[str, Any], months: Sequence[str], shorts: Sequence[str], seasons: Sequence[str]
) -> Iterator[str]:
    """Patterns of quantities, each a group named by its type; of two that fit at one place the first counts."""
    spelled = _any(f"{numbers['en']} {numbers['fr']}".split())
    one, many = _any(numbers["one"].split()), _any(numbers["multipliers"].split())
    units = _any(f"{times['units_en']} {times['units_fr']}".split())
    percent, dollars, out_of = ("|".join(numbers[key]) for key in ("percent", "dollars", "out_of"))
    half, halves = "|".join(times["half"]), "|".join(numbers["halves"])
    about = rf"(?:(?<!\w)(?:{'|'.join(numbers['about'])})\s?)?"
    word = rf"(?<![\w-])(?:{spelled})(?:[ -](?:and |et )?(?:{spelled}))*(?!\w)"
    plain = rf"(?:{_NUMERAL}|{word})(?:[ -](?:{many})(?!\w))?"
    amount = rf"{about}(?:{plain}|(?<!\w)(?:{one}) (?:{many})(?!\w))"
    month, season = rf"(?:{_any([*months, *shorts])})\b\.?", _any(seasons)
    day, year, ordinal = r"[0-3]?\d", r"(?:19|20)\d\d(?!\d)", r"(?:er|st|nd|rd|th)?(?!\w)"
    yield rf"(?P<money_sign_first>{about}\$ ?{_FIGURES}(?: ?(?:{many}|m|k|b)(?!\w))?)"
    yield rf"(?P<money>{amount} ?(?:de |d')?(?:[mkg]?\$|(?:{dollars})(?!\w)))"
    yield rf"(?P<share>{about}{plain}(?: ?%| (?:{percent})(?!\w)))"
    yield rf"(?P<share_out_of>(?<![\w-])(?:{plain}|{one}) (?:[^\W\d_]{{1,15}} )?(?:{out_of}) (?:the |les )?{plain})"
    yield rf"(?P<frequency>(?<!\w)(?:{'|'.join(times['often'])})(?!\w))"
    yield (
        rf"(?P<date_day>(?<!\w)(?:{month} {day}{ordinal}(?:,? {year})?|(?<!\d){day}{ordinal} {month}(?:,? {year})?"
        rf"|{year}-[01]\d-[0-3]\d(?!\d)))"
    )
    yield rf"(?P<date_month>(?<!\w)(?:{month}|{season})(?: (?:of |de )?{year}))"
    yield (rf"(?P<duration>{about}(?:{plain}|(?<!\w)(?:{one}|{half}))[ -](?:{units})(?!\w)(?:[ -](?:{units})(?!\w))?)")
    yield rf"(?P<count_half>{about}(?<!\w)(?:{halves})[ -](?:{many})(?!\w))"
    yield rf"(?P<share_half>{about}(?<!\w)(?:{halves})(?!\w))"
    yield rf"(?P<date_year>(?<![\w.,$/-]){year}(?![\w,.]\d|[\w%$]))"
    yield rf"(?P<date_month_alone>(?:(?<=in )|(?<=en ))(?:{_any(months)})(?!\w))"
    yield rf"(?P<count>{amount}(?!\w))"
