"""Why a precedent may help, in the reader's language: what it shares with the need, and how far it is."""

from __future__ import annotations

import re

from indexer import dates, text
from indexer.documents import Language, Role, Status
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


def why(precedent: Precedent, sought: Sought, language: Language, need: str | None = None) -> str:
    """Why `precedent` may help with what is sought; `need` is the one of several needs that it answers."""
    passage = precedent.hit.passage
    parts = [_shared(precedent, sought, language)]
    status = message(f"status.{precedent.status}", language)
    date = passage.meeting_date
    parts.append(message("why.told", language, status=status, date=dates.written(date, language)) if date else status)
    if passage.role is Role.SHOWCASE and precedent.status is not Status.SHARING:
        parts.append(message("status.sharing", language))
    reason = "; ".join(parts)
    return reason if need is None else message("why.need", language, need=shortened(need, _SHORT), reason=reason)


def _shared(precedent: Precedent, sought: Sought, language: Language) -> str:
    """The terms of the field that need and statement both name, else the words, else that they are alike."""
    passage = precedent.hit.passage
    named = find_terms("\n".join((*passage.heading[-1:], precedent.quote)))
    held = {match.term for match in named if match.term.topic}
    terms = [term for term in dict.fromkeys(t for w in sought.wordings for t in w.terms) if term in held]
    if terms:
        return message("why.terms", language, terms=", ".join(term.forms(language)[0] for term in terms[:_MOST]))
    words = _words(precedent, sought)
    if words:
        return message("why.words", language, words=", ".join(words[:_MOST]))
    return message("why.meaning", language)


def _words(precedent: Precedent, sought: Sought) -> list[str]:
    """Words of the statement that are words of the need, or translations of them, as the statement writes them."""
    spoken = precedent.hit.passage.language
    asked = {
        token
        for wording in sought.wordings
        for found in lexical_query(wording.text, wording.language).words[spoken]
        for token, weight in found.tokens
        if weight >= _SURE
    }
    skipped = text.stop_words().either | text.stop_words().question
    return list(
        dict.fromkeys(
            word.lower()
            for word in _WORD.findall(precedent.quote)
            if asked.intersection(passage_tokens(word, spoken)) and not skipped.issuperset(text.words(word))
        )
    )
