"""How parts of a brief read, whatever the format: dates, quotation marks, where a quotation stands."""

from __future__ import annotations

from itertools import islice

from indexer import dates
from indexer.documents import Language
from service.briefs.content import Brief, Cited, Standing
from service.messages import message
from service.workbook import NOT_XML

_MEETINGS_ABREAST = 5  # columns of the overview that a page takes


def clean(text: str) -> str:
    """A text without the characters that neither Word, Excel nor a browser takes."""
    return NOT_XML.sub("", text)


def quoted(text: str, language: Language) -> str:
    """A quotation on one line, with the marks of its language."""
    marks = ("«\u00a0", "\u00a0»") if language == "fr" else ("“", "”")
    return marks[0] + " ".join(clean(text).split()) + marks[1]


def meeting(date: str | None, language: Language) -> str:
    """A meeting by its date in words."""
    return message("brief.undated", language) if date is None else dates.written(date, language)


def whereabouts(cited: Cited, language: Language) -> str:
    """File, page and language of a citation."""
    page = [message("page.number", language, number=cited.page)] if cited.page is not None else []
    return ", ".join([clean(cited.source.source), *page, message(f"brief.in.{cited.source.language}", language)])


def overviews(brief: Brief) -> list[tuple[str | None, ...]]:
    """The meetings, as many at a time as stand side by side on a page."""
    left = iter(brief.meetings)
    return list(iter(lambda: tuple(islice(left, _MEETINGS_ABREAST)), ()))


def furthest(standings: tuple[Standing, ...], at: str | None) -> Standing | None:
    """The furthest standing at a meeting."""
    return next((standing for standing in standings if standing.meeting == at), None)
