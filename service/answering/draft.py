"""What an answer is made of before it is cited and worded: statements, each with the passage that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexer.documents import Passage, RecordItem, Status
from service.retrieval import Hit


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a document's canonical text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to say: the span of a hit's document that says it, about whom, and how far it is.

    `asked` is false where it is to be mentioned apart. `short` is the part that answers by itself, `why` says why a
    precedent may help, `item` is the decision or follow-up that it is. `further` are other statuses of the same
    jurisdiction, or what became of the item.
    """

    hit: Hit
    span: Span
    status: Status
    jurisdiction: str | None = None
    asked: bool = True
    short: Span | None = None
    why: str | None = None
    item: RecordItem | None = None
    further: tuple[Statement, ...] = ()

    @property
    def quote(self) -> str:
        """The words of the span."""
        passage = self.hit.passage
        return passage.text[self.span.start - passage.start : self.span.end - passage.start]


class Missing(StrEnum):
    """Why the documents do not answer."""

    TOPIC = "topic"  # nothing is close to what is asked
    ELSEWHERE = "elsewhere"  # it is said of others than the jurisdiction named
    DETAIL = "detail"  # the passages on the topic do not give the one thing asked for


@dataclass(frozen=True, slots=True)
class Draft:
    """The statements of an answer, in their order, and statements about the council as a whole.

    Without statements, `missing` says why, and `empty_handed` are passages that say that there is nothing to say
    ("N/A"). `nearest` are the passages to show with it, best first, where it was not drafted from the question's hits.
    """

    statements: tuple[Statement, ...] = ()
    context: tuple[Statement, ...] = ()
    empty_handed: tuple[Hit, ...] = ()
    missing: Missing | None = None
    nearest: tuple[Hit, ...] = ()


def whole(passage: Passage) -> Span:
    """The span of a passage."""
    return Span(passage.start, passage.end)
