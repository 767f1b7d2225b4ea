"""Answers worded by a language model: what it is shown, and what becomes of its reply."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from indexer import dates
from indexer.documents import Language
from service.contract import Citation, Finding, FurtherFinding, QuestionKind
from service.messages import message
from service.settings import LanguageModelSettings
from service.wording.acceptance import MOST_CHARACTERS, NotAcceptedError, accepted, speaks_to_a_model
from service.wording.chat import ChatError, ChatModel, Message
from service.wording.words import words

_CHARACTERS_A_WORD = 10

_logger = logging.getLogger("service.answering")


class Writer:
    """Words answers by a language model, where what it writes is borne out by the citations."""

    def __init__(self, settings: LanguageModelSettings) -> None:
        self._model = ChatModel(settings)

    def text(
        self,
        question: str,
        kind: QuestionKind,
        language: Language,
        findings: Sequence[Finding],
        citations: Sequence[Citation],
    ) -> str | None:
        """The text of the answer, None where the extractive one has to do; the reason is logged, never raised.

        The model is shown the question, the findings and the quotes of their citations, and no other passage.
        """
        try:
            told = [citation.number for citation in citations if speaks_to_a_model(citation.quote)]
            if told:
                raise NotAcceptedError(f"{told} hold instructions to a language model")
            reply = self._model.reply(_messages(question, language, findings, citations))
            return accepted(reply, kind, language, findings, citations)
        except (ChatError, NotAcceptedError) as error:
            _logger.warning("extractive text given instead of the language model's: %s", error)
        except Exception as error:  # an optional part must not take the answer with it
            # Its text may hold words of the question.
            _logger.warning("extractive text given instead of the language model's: %s", type(error).__name__)
        return None


def _messages(
    question: str, language: Language, findings: Sequence[Finding], citations: Sequence[Citation]
) -> list[Message]:
    prompt = words().prompt[language].format(words=MOST_CHARACTERS // (2 * _CHARACTERS_A_WORD))
    data = {"question": question, "findings": _shown(language, findings, citations)}
    return [
        {"role": "system", "content": prompt},
        {"role": "user", "content": json.dumps(data, ensure_ascii=False, indent=1)},
    ]


def _shown(language: Language, findings: Sequence[Finding], citations: Sequence[Citation]) -> list[dict[str, object]]:
    """What the model sees: one entry a citation, with what the findings say of it."""
    entries: list[dict[str, object]] = []
    for citation in citations:
        entry: dict[str, object] = {
            "number": citation.number,
            "quotation": citation.quote,
            "language": citation.document_language,
        }
        for finding in findings:
            statements: list[Finding | FurtherFinding] = [finding, *finding.further]
            for proved in statements:
                if citation.number not in proved.citations:
                    continue
                if finding.jurisdiction is not None:
                    entry["jurisdiction"] = finding.jurisdiction.name
                entry["how_far"] = message(f"status.{proved.status}", language)
                if proved.meeting_date is not None:
                    entry["meeting"] = dates.written(proved.meeting_date, language)
                if finding.short_answer is not None:
                    entry["short_answer"] = finding.short_answer
        entries.append(entry)
    return entries
