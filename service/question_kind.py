"""Which kind of answer a question wants: a list, a fact, a decision or a precedent.

A multinomial logistic regression over what `question_words` leaves of the question, so that its topic counts for
nothing. The weights (`data/question_kinds.json`) are learned by `python -m eval.question_kinds.train`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import get_args

from service.contract import QuestionKind
from service.question_words import ASKED, BREAK, JURISDICTION, SHAPES, mark

KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
WEIGHTS = "question_kinds.json"

_QUESTION_WORDS = frozenset(
    ["who", "whose", "which", "which_one", "which_many", "what", "where", "when", "by_when", "why", "how", "how_much"]
)
_OPENINGS = _QUESTION_WORDS | {"anyone", "state_of_play", "list_them"}
_OPENS_WITHIN = 3  # marks of a sentence
_GRAMMAR = SHAPES | {"be", "have", "a", "the", "do", "can", "will", "to", "and", "about", "if", "their"}
# Of what is said before the question only what states a problem, or names whom it is about; the rest is topic.
_STATED = frozenset(
    [
        "trouble",
        "wish",
        "we",
        "peers",
        "experience",
        "asks",
        "helps",
        "already",
        "month",
        "decide",
        "orgs",
        "members",
        "explores",
        "plans",
        "one_person",
        "must",
        "past",
        "record",
        "council",
        "meeting",
    ]
) | {JURISDICTION}
_WISHES = frozenset({"wish", "trouble", "asks", "we"})
# A lead with one of these says something; one without names a topic.
_SAYS = frozenset({"be", "have", "do", "can", "must", "will", "wish", "trouble", "explores", "plans", "asks"})


@dataclass(frozen=True, slots=True)
class _Model:
    """The start and each feature's weights, a number for each of `KINDS`."""

    start: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]


def kind_of(text: str) -> QuestionKind:
    """The likeliest kind of the question `text`, in either language."""
    model = _model()
    known = [model.weights[name] for name in features(text) if name in model.weights]
    totals = [sum(column) for column in zip(model.start, *known, strict=True)]
    return KINDS[totals.index(max(totals))]


def features(text: str) -> tuple[str, ...]:
    """The names of what holds of the question, each once, in a fixed order.

    `x` is a class or mark in it, `x y` two neighbours, `~x y` neighbours once grammar and topic are left out.
    `q & x` is the question word with a class anywhere in the question. `lead:x` stands in what is said before the
    question itself, `tail:x` in what is said after it.
    """
    return tuple(dict.fromkeys(_features(mark(text))))


def _features(marks: list[str]) -> Iterator[str]:
    sentences = _sentences(marks)
    first = next((at for at, sentence in enumerate(sentences) if _asks(sentence)), 0)
    lead = [name for sentence in sentences[:first] for name in sentence]
    asked = [name for sentence in sentences[first:] for name in (BREAK, *sentence)][1:]
    question_word = next((name for name in asked if name in _QUESTION_WORDS), "none")
    yield from asked
    yield from (f"{one} {other}" for one, other in pairwise(["<", *asked]))
    telling = [name for name in asked if name not in _GRAMMAR]
    yield from (f"~{one} {other}" for one, other in pairwise(["<", *telling]))
    yield f"first:{question_word}"
    yield from (f"{question_word} & {name}" for name in telling)
    if ASKED not in asked:
        yield "no ?"
    yield from _lead(lead, question_word) if lead else ("no lead",)
    yield from _tail(sentences)


def _lead(lead: list[str], question_word: str) -> Iterator[str]:
    """What is said before the question: a topic ("Open data: who ...?"), or a problem ("Yukon struggles with ...")."""
    yield "lead"
    yield from (f"lead:{name}" for name in lead if name in _STATED)
    if lead[0] in (JURISDICTION, "we"):
        yield f"lead<{lead[0]}"
    if not _WISHES.isdisjoint(lead):
        yield f"wish, first:{question_word}"
    if not _SAYS.isdisjoint(lead):
        yield "lead says"
        yield f"lead says, first:{question_word}"


def _tail(sentences: list[list[str]]) -> Iterator[str]:
    """What is said after the last question ("Who has one? We do not.")."""
    last = max((at for at, sentence in enumerate(sentences) if ASKED in sentence), default=len(sentences))
    after = [name for sentence in sentences[last + 1 :] for name in sentence]
    if after:
        yield "tail"
        yield from (f"tail:{name}" for name in after if name in _STATED)


def _sentences(marks: list[str]) -> list[list[str]]:
    """The marks between stops; a question mark stays with its sentence."""
    sentences: list[list[str]] = [[]]
    for name in marks:
        if name == BREAK:
            sentences.append([])
        elif name == ASKED:
            sentences[-1].append(name)
            sentences.append([])
        else:
            sentences[-1].append(name)
    return [sentence for sentence in sentences if sentence and sentence != [ASKED]]


def _asks(sentence: list[str]) -> bool:
    return ASKED in sentence or not _OPENINGS.isdisjoint(sentence[:_OPENS_WITHIN])


@lru_cache(maxsize=1)
def _model() -> _Model:
    raw = json.loads((files("service") / "data" / WEIGHTS).read_text(encoding="utf-8"))
    return _Model(tuple(raw["start"]), {name: tuple(weights) for name, weights in raw["weights"].items()})
