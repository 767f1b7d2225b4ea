"""How lines join: sentences that go on, and words broken at the end of a line."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexer.readers.vocabulary import layout_words

_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w’'-]+\s[A-ZÀ-ÖØ-Þ][\w’'-]+")
_FINISHED = re.compile(r"[.!?:;…][\s»”\"’')\]]*$")
_SENTENCE_FINISHED = re.compile(r"[.!?…][\s»”\"’')\]]*$")
# How much of the end of a block is looked at; blocks grow line by line, and may grow long.
_TAIL = 200
_LONGEST_FIGURE = 16  # signs of a word with a figure in it that is no piece of an address
_LONGEST_WORD = 2_000
_OPENING_SIGNS = "([{«“\"'‘’ "
_HYPHENATED_END = re.compile(r"(?:^|(?<=[\s(«“\"/’']))([^\s(«“\"/’']*[\w.])-$")
_FIRST_WORD = re.compile(r"[\w’'.]*[\w.]")
_WORD = re.compile(r"\w+(?:-\w+)*")


@dataclass(frozen=True, slots=True)
class Spellings:
    """The words of a document, in lower case, as spelt inside its lines (never across two)."""

    counts: Mapping[str, int]

    @classmethod
    def of(cls, lines: Iterable[str]) -> Spellings:
        """The spellings found in lines of clean text."""
        written = list(lines)
        counts = Counter(_WORD.findall("\n".join(written).lower()))
        for line in written:
            if line.endswith("-") and (words := _WORD.findall(line.lower())):
                counts[words[-1]] -= 1  # its end is on the next line
        return cls(+counts)

    def drops_hyphen(self, head: str, tail: str) -> bool:
        """Whether `head-` and `tail` are one word broken over two lines, by the document's own evidence."""
        joined, hyphenated = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
        return joined in self.counts and hyphenated not in self.counts

    def is_split(self, head: str, tail: str) -> bool:
        """Whether a word in capitals was cut without hyphen: only the whole stands elsewhere."""
        if not (head.isupper() and tail.isupper() and min(len(head), len(tail)) > 1):
            return False
        halves = self.counts.get(head.lower(), 0), self.counts.get(tail.lower(), 0)
        return max(halves) <= 1 and f"{head}{tail}".lower() in self.counts


NO_SPELLINGS = Spellings({})


def is_finished(text: str) -> bool:
    """Whether the text ends as a sentence, clause or lead-in does."""
    return _may_be_finished(text) and _FINISHED.search(text[-_TAIL:]) is not None and not _abbreviated(text)


def ends_sentence(text: str) -> bool:
    """Whether the text ends with a full stop, question mark or the like."""
    return _may_be_finished(text) and _SENTENCE_FINISHED.search(text[-_TAIL:]) is not None and not _abbreviated(text)


def _may_be_finished(text: str) -> bool:
    """False for most lines, which end inside a sentence."""
    return not (text[-1:].isalnum() or text.endswith(","))


def _abbreviated(text: str) -> bool:
    return text.endswith(".") and text[-12:].lower().endswith(layout_words().abbreviated)


def first_letter(text: str) -> str:
    """The first character after opening quotes and brackets, or an empty string."""
    return text.lstrip(_OPENING_SIGNS)[:1]


def begins_lower(text: str) -> bool:
    """Whether the text begins in lower case, as the rest of a sentence does."""
    return first_letter(text).islower() and not is_url(text)


def is_open(text: str) -> bool:
    """Whether a bracket or quotation is still open at the end of the text."""
    return any(text.count(left) > text.count(right) for left, right in ("()", "[]", "«»"))


def names_somebody(text: str) -> bool:
    """Whether the text opens with two capitalised words, as a name does."""
    return _NAME.match(text) is not None


def is_url(text: str) -> bool:
    """Whether the text begins with an address of the web or a mailbox."""
    return text.startswith(("http://", "https://", "www.", "mailto:"))


def begins_upper(text: str) -> bool:
    """Whether the text begins with a capital or a digit."""
    letter = first_letter(text)
    return letter.isupper() or letter.isdigit()


def ends_linking(text: str) -> bool:
    """Whether the text ends with a word, comma or hyphen that something must follow."""
    if text.endswith((",", "(", "/")) or ends_hyphenated(text):
        return True
    word = text[-_TAIL:].rsplit(None, 1)[-1].lower() if text else ""
    return word in layout_words().linking


def ends_hyphenated(text: str) -> bool:
    """Whether the text ends with a word and a hyphen, without space between."""
    return text.endswith("-") and _HYPHENATED_END.search(text[-_TAIL:]) is not None


def join(head: str, tail: str, spellings: Spellings) -> tuple[str, int]:
    """Two pieces of a block made one, and the offset at which the second begins in it."""
    broken = _HYPHENATED_END.search(head[-_TAIL:]) if head.endswith("-") else None
    if broken is not None:
        first = _FIRST_WORD.match(tail)
        word = first.group() if first else ""
        if word.lower() in layout_words().coordinators:
            return f"{head} {tail}", len(head) + 1
        stem = _WORD.findall(broken.group(1))
        if stem and word and spellings.drops_hyphen(stem[-1], word):
            head = head[:-1]
        return _composed(head, tail)
    last = head[-_LONGEST_WORD:].rsplit(None, 1)[-1] if head else ""
    if _is_cut_address(head, last, tail):
        return _composed(head, tail)
    begin = tail.split(None, 1)[0] if tail else ""
    if spellings.is_split(last, begin):
        return _composed(head, tail)
    return f"{head} {tail}", len(head) + 1


def _is_cut_address(head: str, last: str, tail: str) -> bool:
    if "://" not in last or is_url(tail):
        return False
    odd = " " not in tail and any(c.isdigit() for c in tail)
    alone = odd and (last == head or len(tail) > _LONGEST_FIGURE)
    return last.endswith(("/", "_", "=")) or (alone and len(last) > 40)


def _composed(head: str, tail: str) -> tuple[str, int]:
    # An accent at the head of the second piece may compose with the end of the first.
    joined = unicodedata.normalize("NFC", head + tail)
    return joined, min(len(head), len(joined))
