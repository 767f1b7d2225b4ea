"""Precedents: what others did that may help with a problem."""

from __future__ import annotations

from service import need_sought, precedents
from service.answering.draft import Draft, Span, Statement
from service.answering.found import Found


def helpful(found: Found) -> Draft:
    """The precedents for what the question is about."""
    sought = need_sought.of_question(found.index, found.embedder, found.query)
    good = precedents.find(found.index, found.embedder, sought, found.query, 30)
    return Draft(tuple(Statement(p.hit, Span(p.start, p.end), p.status, p.jurisdiction) for p in good[:8]))
