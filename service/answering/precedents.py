"""Precedents: what others did that may help with a problem."""

from __future__ import annotations

from service.answering.draft import Draft
from service.answering.facts import stated
from service.answering.found import Found


def helpful(found: Found) -> Draft:
    """The best sentences; retrieval has looked for the documents' own words of the problem."""
    return stated(found)
