"""When evidence counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When evidence counts; chosen on the tune split of `eval/gold`, `settled` on the whole of it."""

    # A question is taken for unanswered where its best sentence's cosine and so much of the first passage's score
    # reach less than `close` together.
    passage_share: float = 0.3
    close: float = 0.41
    list_close: float = 0.3  # the same for lists, which weigh sentence by sentence what they name
    # The same where a word that weighs so much of the question, or more, has no counterpart in the first passages.
    closer: float = 0.8
    unspoken: float = 0.36
    own: float = 0.9  # share of the best sentence's score that one about the jurisdiction named needs
    hits: int = 30  # passages looked at
    statements: int = 4  # sentences quoted where the question does not ask for a list
    facts: int = 3  # the same, where a detail is asked for
    detail: float = 0.17  # clearness of a detail asked for below which the passages lack it
    also: float = 0.6  # share of the first sentence's score that a further one needs
    settled: float = 0.5  # what a decision or follow-up gains on other sentences where one is asked for
    # Lists.
    listed: float = 0.6  # share of the best sentence's score that a jurisdiction's sentence needs to be listed
    list_least: float = 0.45  # score that it needs at least
    best_alone: float = 0.95  # share of the best sentence's score that it needs where even that one has less
    apart: float = 0.7  # the same share, for one that has no status that the question asks for
    apart_term: float = 0.55  # and where the question names a term of the field alone
    same: float = 0.8  # share of a jurisdiction's best sentence's score, from which another tells of the same thing
    same_asked: float = 0.7  # the same, for one with a status that the question asks for
    near: float = 0.35  # share of the first passage's score, from which passages are judged for a list
    near_term: float = 0.2  # the same where the question names a term of the field alone: all who name it are listed
    list_hits: int = 120  # of them, unless the last is still as near as that: then more,
    most_list_hits: int = 3_000  # up to so many
    # In an index of more passages than these, those that are near may be thousands: then the best of all are looked at,
    # and the best about each jurisdiction, so that none is crowded out.
    large_index: int = 10_000
    of_all: int = 60
    of_each: int = 5


DEFAULT_THRESHOLDS = Thresholds()
