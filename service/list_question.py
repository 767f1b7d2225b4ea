"""What a question for a list asks: which statuses its verbs want, of what kind of jurisdiction, on what topic."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from indexer import text as text_words
from indexer.cues import any_of, plain
from indexer.documents import Status


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """What is asked. `statuses` are all of them where no verb says which.

    `kinds` are those of jurisdictions, empty where any will do. `topic` is what is left of the question, folded: empty
    where it names no topic ("who offered a demo in 2020?").
    """

    statuses: frozenset[Status]
    kinds: frozenset[str]
    topic: str

    def wants(self, status: Status) -> bool:
        """Whether a jurisdiction of this status is what the verb asks for."""
        return status in self.statuses


@dataclass(frozen=True, slots=True)
class _Words:
    verbs: tuple[tuple[re.Pattern[str], frozenset[Status]], ...]
    whom: tuple[tuple[re.Pattern[str], frozenset[str]], ...]
    neutral: re.Pattern[str]
    partners: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw: dict[str, Any] = tomllib.loads((files("service") / "data" / "list_words.toml").read_text(encoding="utf-8"))
    return _Words(
        verbs=tuple((any_of(verb["patterns"]), frozenset(map(Status, verb["statuses"]))) for verb in raw["verb"]),
        whom=tuple((any_of(whom["patterns"]), frozenset(whom["kinds"])) for whom in raw["whom"]),
        neutral=any_of(raw["neutral"]["patterns"]),
        partners=any_of(raw["partners"]["patterns"]),
    )


@lru_cache(maxsize=256)
def read_list_question(question: str) -> ListQuestion:
    """What `question` asks, in either language."""
    words, text = _words(), plain(question)
    verbs = [(verb, asked) for verb, asked in words.verbs if verb.search(text)]
    whom = [(kind, wanted) for kind, wanted in words.whom if kind.search(text)]
    topic = list(text)
    for pattern in (*(verb for verb, _ in verbs), *(kind for kind, _ in whom), words.neutral):
        for found in pattern.finditer(text):
            topic[found.start() : found.end()] = " " * len(found.group())
    left = "".join(topic)
    skipped = text_words.stop_words().question | text_words.stop_words().either
    named = any(word not in skipped and len(word) > 1 for word in text_words.words(left))
    return ListQuestion(
        statuses=frozenset().union(*(asked for _, asked in verbs)) or frozenset(Status),
        kinds=frozenset().union(*(wanted for _, wanted in whom)),
        topic=" ".join(left.split()) if named else "",
    )


def tells_of_partners(sentence: str) -> bool:
    """Whether a sentence tells of something done with others, so that those whom it names take part in it."""
    return _words().partners.search(plain(sentence)) is not None
