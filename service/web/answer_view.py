"""An answer with all that the page, its print and its files show of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from indexer import dates, jurisdictions
from indexer.documents import DocumentRecord, Language, Passage
from service.answering.composing import ordered, short_answers
from service.briefs.wording import clean
from service.contract import Answer, Finding
from service.engine import Engine
from service.messages import message
from service.query import DEFAULT_LIMIT
from service.requests import AnswerRequest
from service.web.asking import Asked, conditions
from service.web.proofs import Proofs, proofs


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer to what was asked, its proofs, and when it was drawn: `YYYY-MM-DD`.

    `need` is the passage whose needs were asked about, if that was asked, and `need_document` its document.
    """

    asked: Asked
    answer: Answer
    proofs: Proofs
    drawn: str
    need: Passage | None = None
    need_document: DocumentRecord | None = None

    @property
    def heading(self) -> str:
        """What was asked, on one line."""
        question = " ".join(clean(self.answer.question).split())
        if self.need is None:
            return question
        return f"{message('ask.need.title', self.answer.language)} {question}"

    @property
    def findings(self) -> list[Finding]:
        """The findings in the order that they are shown in."""
        return ordered(self.answer.findings) if self.answer.kind == "list" else self.answer.findings

    @property
    def short(self) -> str:
        """The short answer, with citation marks; "" without one."""
        listed = self.answer.kind == "list"
        return "" if listed else short_answers(self.answer.language, self.answer.findings, self.answer.citations)

    @property
    def remarks(self) -> list[str]:
        """When the answer was drawn, and to what it is limited."""
        spoken = self.answer.language
        limits = conditions(self.asked, spoken)
        return [
            message("ask.printed.drawn", spoken, date=dates.written(self.drawn, spoken)),
            *([message("ask.printed.limited", spoken, conditions=limits)] if limits else []),
        ]


def answered(engine: Engine, asked: Asked, spoken: Language) -> AnswerView:
    """The answer to what is asked, in the language `spoken`: the one that the API gives.

    Raises RefusedError for a question that cannot be used, UnknownPassageError for a need that is not seen.
    """
    index, need, filters = engine.index(), asked.need, asked.filters
    if need is None:
        # By the key of the API, so that either finds what the other made.
        body = AnswerRequest.model_construct(question=asked.question, language=spoken, filters=filters)
        key = f"answer {body.model_dump_json()}"
    else:
        key = f"precedents {need} {spoken} {filters.model_dump_json()}"

    def made(of: Engine) -> Answer:
        if need is None:
            return of.answer(filters.query(asked.question, spoken, DEFAULT_LIMIT))
        return of.precedents(need, language=spoken, filters=filters.filters(), statuses=tuple(filters.status))

    answer = Answer.model_validate_json(engine.response(key, made))
    drawn = date.today().isoformat()
    passage = None if need is None else index.passage(need)
    if passage is None:
        return AnswerView(asked, answer, proofs(answer, index), drawn)
    document = next(iter(index.documents_by_id([passage.document_id])), None)
    return AnswerView(asked, answer, proofs(answer, index, [passage.document_id]), drawn, passage, document)


def jurisdiction_names(codes: Iterable[str], spoken: Language) -> str:
    """The names of jurisdictions, by their codes."""
    known = [jurisdictions.get(code) for code in codes]
    return "; ".join(one.name_fr if spoken == "fr" else one.name_en for one in known)
