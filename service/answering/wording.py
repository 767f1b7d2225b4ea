"""The small pieces of an answer's text: quotations, dates, citation marks, names joined into one phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args

from indexer import dates
from indexer.documents import LANGUAGES, Language
from service.answering import names
from service.contract import Citation
from service.messages import message

_SPACE = re.compile(r"[^\S\u00a0\u202f]+")  # no-break spaces stay
_NUMBER = re.compile(r"\[(?=\d+\])")
_WORD_JOINER = "\u2060"
_LONGEST_WORD = 20  # characters of an answer such as "N/A"; a longer one is a sentence


@dataclass(frozen=True, slots=True)
class Named:
    """A jurisdiction in a phrase: its code, when, and the numbers of the citations that prove it."""

    code: str
    numbers: tuple[int, ...] = ()
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Jurisdictions as one phrase, for the field {who} of a message; its format tells the form of the names.

    f"{who:place}" is "au Manitoba (septembre 2020) [1] et en Ontario [2]".
    """

    named: tuple[Named, ...]
    language: Language

    def __format__(self, form: str) -> str:
        if form not in get_args(names.Form):
            raise ValueError(f"no form of a name: {form!r}")
        wanted = cast(names.Form, form)
        return joined([self._one(item, wanted) for item in self.named], self.language)

    @property
    def plural(self) -> bool:
        """Whether the verb after it is in the plural."""
        return len(self.named) > 1 or any(names.forms(item.code, self.language).plural for item in self.named)

    def _one(self, item: Named, form: names.Form) -> str:
        date = f" ({dates.written(item.date, self.language)})" if item.date else ""
        numbers = f" {marks(item.numbers)}" if item.numbers else ""
        return names.form(item.code, self.language, form) + date + numbers


def joined(items: Sequence[str], language: Language) -> str:
    """Items as one phrase: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return message("answer.and", language, first=", ".join(items[:-1]), last=items[-1])


def sentence(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def marks(numbers: Sequence[int]) -> str:
    """Citation marks: "[1][2]"."""
    return "".join(f"[{number}]" for number in numbers)


def plain(text: str) -> str:
    """A document's words on one line; a number in brackets of its own cannot be taken for a citation mark."""
    return _NUMBER.sub(f"[{_WORD_JOINER}", _SPACE.sub(" ", text).strip())


def quoted(text: str, spoken: Language, reader: Language) -> str:
    """A quotation in the marks of the language it is in, which is named where the reader's is another."""
    quote = message("answer.quote", spoken, quote=plain(text))
    return quote if spoken == reader else message(f"answer.foreign.{spoken}", reader, quote=quote)


def short(text: str, spoken: Language, reader: Language) -> str:
    """A short answer: bare where any reader understands it, as a name or number; else as a quotation."""
    universal = spoken == reader or not any(word[:1].islower() for word in text.split())
    return plain(text) if universal else quoted(text, spoken, reader)


def source(title: str, date: str | None, language: Language) -> str:
    """A document's title with the date of the meeting, where the title does not say it."""
    untold = untold_date(title, date)
    return f"{plain(title)}, {dates.written(untold, language)}" if untold else plain(title)


def untold_date(title: str, date: str | None) -> str | None:
    """The date of a meeting, unless there is none or the title says it."""
    return None if date is None or (dates.first_date(title) or "").startswith(date) else date


def when(date: str, language: Language) -> str:
    """When something was: "in September 2020", "le 28 octobre 2021"."""
    return message(f"answer.when.{_precision(date)}", language, date=dates.written(date, language))


def meeting(date: str, language: Language) -> str:
    """A meeting by its date: "meeting of September 2020", "réunion d’octobre 2021"."""
    written = dates.written(date, language)
    kind = _precision(date)
    if kind == "month" and written[0] in "ao":
        kind = "elided"
    return message(f"answer.meeting.{kind}", language, date=written)


def empty_word(citation: Citation, reader: Language) -> str:
    """What was answered where there was nothing to say, quoted: “N/A”; without the heading above it."""
    words = citation.quote.strip().splitlines()[-1]
    spoken = citation.document_language
    original = message("answer.quote", spoken, quote=plain(words))
    known = {_letters(message("answer.empty.abbreviation", language)) for language in LANGUAGES}
    if spoken == reader:
        return original
    if _letters(words) not in known:
        return message(f"answer.foreign.{spoken}", reader, quote=original)
    word = message("answer.quote", reader, quote=message("answer.empty.abbreviation", reader))
    return word if word == original else message("answer.empty.translated", reader, word=word, original=original)


def is_word(quote: str) -> bool:
    """Whether a quote says no more than a word such as "N/A", under its heading or not."""
    lines = quote.strip().splitlines()
    return bool(lines) and len(lines[-1]) <= _LONGEST_WORD


def _precision(date: str) -> str:
    return "day" if date.count("-") == 2 else "month"


def _letters(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalpha())
