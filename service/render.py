"""Answers and search results as text for a terminal."""

from __future__ import annotations

import re
import textwrap

from indexer import dates
from indexer.documents import Attribution, Language
from service.answering.wording import untold_date
from service.contract import Answer, Citation, PassageHit, SearchResult
from service.marking import around_answer
from service.messages import message

_WIDTH = 100
_MARKED = "‹{}›"  # around a short answer; plain characters, which a pipe or file keeps
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")  # no-break spaces stay


def answer(found: Answer) -> str:
    """The answer's text, then its citations; the nearest passages where there is no answer."""
    parts = [_wrapped(line) for line in found.text.split("\n")]
    if found.citations:
        parts += ["", *(_citation(citation, found.language) for citation in found.citations)]
    if found.dropped_citations:
        number = "one" if found.dropped_citations == 1 else "many"
        parts += ["", message(f"shown.dropped.{number}", found.language, number=found.dropped_citations)]
    if not found.answered and found.passages:
        parts += ["", message("shown.close", found.language)]
        parts += [_hit(rank, hit, found.language) for rank, hit in enumerate(found.passages[:3], start=1)]
    return "\n".join(parts)


def search_result(found: SearchResult) -> str:
    """The passages, best first, each with where it stands."""
    if not found.passages:
        return message("search.nothing", found.language)
    return "\n\n".join(_hit(rank, hit, found.language) for rank, hit in enumerate(found.passages, start=1))


def _citation(citation: Citation, spoken: Language) -> str:
    where = [citation.document_title, citation.source]
    if citation.page is not None:
        where.append(message("page.number", spoken, number=citation.page))
    if date := untold_date(citation.document_title, citation.meeting_date):
        where.append(dates.written(date, spoken))
    if citation.document_language != spoken:
        where.append(message(f"shown.language.{citation.document_language}", spoken))
    before, short, after = around_answer(citation)
    words = before + (_MARKED.format(short) if short else "") + after
    quote = message("answer.quote", citation.document_language, quote=_SPACE.sub(" ", words).strip())
    return f"[{citation.number}] {', '.join(where)}\n{_wrapped(quote, '    ')}"


def _hit(rank: int, hit: PassageHit, spoken: Language) -> str:
    where = [hit.document_title, hit.source]
    if hit.page is not None:
        where.append(message("page.number", spoken, number=hit.page))
    if hit.meeting_date:
        where.append(dates.written(hit.meeting_date, spoken))
    if hit.jurisdictions:
        inferred = hit.attribution is Attribution.INFERRED
        where.append(" ".join([*hit.jurisdictions, *([message("attribution.inferred", spoken)] if inferred else [])]))
    where.append(message(f"role.{hit.role}", spoken))
    where.extend(message(f"version.{language}", spoken) for language in hit.other_languages())
    return f"{rank}. {', '.join(where)}\n{_wrapped(' '.join(hit.text.split()), '   ')}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
