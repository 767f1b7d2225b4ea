"""The same short answer in the other version of a sentence: "12,000 people" for « 12 000 personnes »."""

from __future__ import annotations

import re

from indexer.documents import Passage
from service.answering.draft import Span
from service.answering.short_answers import ShortAnswer, quantities
from service.wording.figures import days, figures


def find(passage: Passage, sentence: Span, short: Span, other: Passage, there: Span) -> Span | None:
    """Where the sentence `there` of another passage gives the short answer of `sentence`; None where it does not.

    It is written alike, or it is a quantity of the same kind and value: the second of two such where it is the second.
    """
    written = passage.text[short.start - passage.start : short.end - passage.start]
    alike = re.compile(rf"(?<!\w){re.escape(written)}(?!\w)").search(
        other.text, there.start - other.start, there.end - other.start
    )
    if alike:
        return Span(other.start + alike.start(), other.start + alike.end())
    own = _within(passage, sentence)
    answer = next((one for one in own if (passage.start + one.start, passage.start + one.end) == _ends(short)), None)
    if answer is None:
        return None
    same = [one for one in own if _value(passage, one) == _value(passage, answer)]
    theirs = [one for one in _within(other, there) if _value(other, one) == _value(passage, answer)]
    if len(same) != len(theirs):
        return None
    found = theirs[same.index(answer)]
    return Span(other.start + found.start, other.start + found.end)


def _within(passage: Passage, sentence: Span) -> list[ShortAnswer]:
    """The quantities of a sentence."""
    first, last = sentence.start - passage.start, sentence.end - passage.start
    return [one for one in quantities(passage.text, passage.language) if first <= one.start and one.end <= last]


def _value(passage: Passage, quantity: ShortAnswer) -> tuple[object, ...]:
    """What is equal for the same quantity in both languages; of one without figures ("half a day") its kind alone."""
    written = passage.text[quantity.start : quantity.end]
    return quantity.type, days(written) or figures(written)


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end
