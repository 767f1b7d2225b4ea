"""From a question as typed to what is asked: its language, its kind, the conditions it must meet."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.documents import Language, Status
from indexer.glossary import Match, find_terms
from indexer.store import Filters
from service.clues import Clues, read_clues
from service.contract import QuestionKind
from service.messages import RefusedError
from service.question_kind import kind_of
from service.question_language import language_of
from service.stages import staged

MAX_QUESTION_CHARACTERS = 1_000
DEFAULT_LIMIT = 10
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood. `filters` and `statuses` are hard; everything else is read from the words.

    `language` is that of the answer: of its words, and of the version quoted of a document that stands in both. What is
    answered depends on `asked_in` alone, the language of the question. `terms` are the terms of the field's glossary
    that it names, where it names them.
    """

    text: str
    language: Language
    asked_in: Language
    kind: QuestionKind
    terms: tuple[Match, ...] = ()
    clues: Clues = field(default_factory=Clues)
    filters: Filters = field(default_factory=Filters)
    statuses: tuple[Status, ...] = ()
    limit: int = DEFAULT_LIMIT


@staged("understand")
def understand(
    question: str,
    *,
    language: Language | None = None,
    filters: Filters | None = None,
    statuses: tuple[Status, ...] = (),
    limit: int = DEFAULT_LIMIT,
) -> Query:
    """The query of `question`; the answer is in `language`, the question's own unless given.

    Raises RefusedError for a question that is empty or too long, or a limit out of range.
    """
    # Bytes that are no text, as a terminal may pass them on, become question marks.
    text = " ".join(question.encode(errors="replace").decode().split())
    if not any(character.isalnum() for character in text):
        raise RefusedError("refused.empty")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise RefusedError("refused.too_long", characters=len(text), most=MAX_QUESTION_CHARACTERS)
    if not 1 <= limit <= MAX_LIMIT:
        raise RefusedError("refused.limit", limit=limit, most=MAX_LIMIT)
    terms = find_terms(text)
    asked_in = language_of(text, terms)
    return Query(
        text=text,
        language=language or asked_in,
        asked_in=asked_in,
        kind=kind_of(text),
        terms=terms,
        clues=read_clues(text),
        filters=filters or Filters(),
        statuses=statuses,
        limit=limit,
    )
