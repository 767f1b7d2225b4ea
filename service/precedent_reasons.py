"""Why a precedent may help, in the reader's language: what it shares with the need, and how far it is."""

from __future__ import annotations

import re

from indexer import dates, text
from indexer.documents import LANGUAGES, Language, Role, Status
from indexer.glossary import find_terms
from indexer.lexical_query import lexical_query, passage_tokens
from service.messages import message
from service.need_sought import Sought
from service.needs import shortened
from service.precedents import Precedent

_MOST = 3  # terms or words named
_SURE = 0.3  # weight of a translation that is shown as the same word
_WORD = re.compile(r"[^\W_][\w’'-]*")
_SHORT = 120  # characters of a need that is named


class Reasons:
    """Tells why precedents may help with one thing sought, in the reader's language.

    `need` is the one of several needs that they answer, in its document's words.
    """

    def __init__(self, sought: Sought, language: Language, need: str | None = None) -> None:
        self._language, self._need = language, need
        self._terms = list(dict.fromkeys(term for wording in sought.wordings for term in wording.terms))
        queries = [lexical_query(wording.text, wording.language) for wording in sought.wordings]
        self._tokens = {
            spoken: {
                token
                for query in queries
                for found in query.words[spoken]
                for token, weight in found.tokens
                if weight >= _SURE
            }
            for spoken in LANGUAGES
        }

    def why(self, precedent: Precedent, quoted: Precedent | None = None) -> str:
        """What the precedent shares with what is sought, how far it is, and when that was told.

        Its words are those of the version `quoted`, its own unless given.
        """
        language, passage = self._language, precedent.hit.passage
        status = message(f"status.{precedent.status}", language)
        date = passage.meeting_date
        parts = [
            self._shared(precedent, quoted or precedent),
            message("why.told", language, status=status, date=dates.written(date, language)) if date else status,
        ]
        if passage.role is Role.SHOWCASE and precedent.status is not Status.SHARING:
            parts.append(message("status.sharing", language))
        reason = "; ".join(parts)
        if self._need is None:
            return reason
        return message("why.need", language, need=shortened(self._need, _SHORT), reason=reason)

    def _shared(self, precedent: Precedent, quoted: Precedent) -> str:
        """The terms of the field that need and statement both name, else the words, else that they are alike."""
        held = {
            match.term
            for match in find_terms("\n".join((*precedent.hit.passage.heading[-1:], precedent.quote)))
            if match.term.topic
        }
        terms = [term.forms(self._language)[0] for term in self._terms if term in held][:_MOST]
        if terms:
            return message("why.terms", self._language, terms=", ".join(terms))
        words = self._words(quoted)[:_MOST]
        if words:
            return message("why.words", self._language, words=", ".join(words))
        return message("why.meaning", self._language)

    def _words(self, precedent: Precedent) -> list[str]:
        """Words of the statement that are words of the need, or translations of them, as the statement writes them."""
        spoken = precedent.hit.passage.language
        asked, skipped = self._tokens[spoken], text.stop_words().either | text.stop_words().question
        return list(
            dict.fromkeys(
                word.lower()
                for word in _WORD.findall(precedent.quote)
                if asked.intersection(passage_tokens(word, spoken)) and not skipped.issuperset(text.words(word))
            )
        )
