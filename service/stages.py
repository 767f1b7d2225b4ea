"""What is seen of the request under way: how long each stage of its answer took, and what came of it.

Outside of a request nothing is noted, and a stage costs next to nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from service.contract import Answer

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Spans(Protocol):
    """Where stages are told as they begin and end: a trace."""

    def begin(self, stage: str) -> Any:
        """The stage begins; what this returns is given back at its end."""

    def end(self, begun: Any) -> None:
        """The stage has ended."""


@dataclass(slots=True)
class Observation:
    """Of one request; filled in by the thread that works on it.

    `stages` are seconds by stage, all its runs added up; a stage within another counts in both. `question` is the text
    asked, for those who may write it down. The counts are those of an answer or a search, None where there was none.
    """

    question: str | None = None
    kind: str | None = None
    answered: bool | None = None
    findings: int | None = None
    citations: int | None = None
    passages: int | None = None
    dropped: int | None = None
    stages: dict[str, float] = field(default_factory=dict)
    spans: Spans | None = None


_CURRENT: ContextVar[Observation | None] = ContextVar("observation", default=None)


def begin(spans: Spans | None = None) -> Observation:
    """Begin to note what comes of a request, in this task and the threads that it starts."""
    seen = Observation(spans=spans)
    _CURRENT.set(seen)
    return seen


def asked(question: str) -> None:
    """Note what was asked, in the caller's words: before the work, so that a failure is told with it."""
    seen = _CURRENT.get()
    if seen is not None:
        seen.question = question


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer came to."""

    kind: str
    answered: bool
    findings: int
    citations: int
    passages: int
    dropped: int

    @classmethod
    def of(cls, answer: Answer) -> Told:
        """What `answer` came to."""
        return cls(
            answer.kind,
            answer.answered,
            len(answer.findings),
            len(answer.citations),
            len(answer.passages),
            answer.dropped_citations,
        )


def answered(answer: Answer) -> Answer:
    """Note what an answer came to, and give it back."""
    told(Told.of(answer))
    return answer


def told(what: Told) -> None:
    """Note what an answer came to."""
    seen = _CURRENT.get()
    if seen is not None:
        seen.kind, seen.answered, seen.dropped = what.kind, what.answered, what.dropped
        seen.findings, seen.citations, seen.passages = what.findings, what.citations, what.passages


def searched(passages: int) -> None:
    """Note how many passages a search gave."""
    seen = _CURRENT.get()
    if seen is not None:
        seen.passages = passages


class stage:
    """`with stage("retrieve"):` times the block as a stage of the request under way."""

    __slots__ = ("_began", "_begun", "_name", "_seen")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._seen = seen = _CURRENT.get()
        if seen is not None:
            self._begun = None if seen.spans is None else seen.spans.begin(self._name)
            self._began = time.perf_counter()

    def __exit__(self, *failure: object) -> None:
        seen = self._seen
        if seen is not None:
            seen.stages[self._name] = seen.stages.get(self._name, 0.0) + time.perf_counter() - self._began
            if seen.spans is not None:
                seen.spans.end(self._begun)


def staged(name: str) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """A decorator: each call of the function is the stage `name`."""

    def decorated(function: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(function)
        def timed(*arguments: _P.args, **named: _P.kwargs) -> _T:
            with stage(name):
                return function(*arguments, **named)

        return timed

    return decorated
