"""A brief as a Word document."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.documents import Language
from service.briefs.content import Brief, Quote, Settled, Source
from service.briefs.restricted import footer_notice
from service.briefs.word import Cell, Paragraph, Run, WordDocument
from service.briefs.wording import furthest, meeting, overviews, quoted, whereabouts
from service.messages import message


def as_docx(brief: Brief) -> bytes:
    """The file of a brief."""
    return _Writer(brief).content()


def notice(sources: Sequence[Source], language: Language) -> list[Paragraph]:
    """The paragraphs that name the documents that may not be passed on."""
    return [
        [Run(message("brief.notice.title", language), bold=True)],
        [Run(message("brief.notice.text", language))],
        *([Run(source.title, source.language), Run(f" ({source.source})")] for source in sources),
    ]


class _Writer:
    def __init__(self, brief: Brief) -> None:
        self._brief, self._language = brief, brief.language
        self._document = WordDocument(
            _title(brief),
            brief.language,
            notice=footer_notice(brief.restricted, brief.language),
        )

    def content(self) -> bytes:
        brief, document = self._brief, self._document
        if brief.restricted:
            document.boxed(notice(brief.restricted, self._language))
        document.paragraph([Run(self._text("brief.drawn", date=meeting(brief.indexed, self._language)))])
        if brief.asked:
            document.paragraph([Run(self._text("brief.limited", conditions="; ".join(brief.asked)))])
        self._overview()
        self._standings()
        self._context()
        self._needs()
        self._items("decisions", brief.decisions)
        self._items("follow_ups", brief.follow_ups)
        self._sources()
        return document.content()

    def _text(self, key: str, **values: object) -> str:
        return message(key, self._language, **values)

    def _meeting(self, date: str | None) -> Cell:
        return [[Run(meeting(date, self._language))]]

    def _overview(self) -> None:
        if not self._brief.members:
            return
        self._document.heading(self._text("brief.heading.overview"))
        for meetings in overviews(self._brief):
            rows: list[list[Cell]] = []
            for member in self._brief.members:
                row: list[Cell] = [[[Run(member.name, bold=True)]]]
                for date in meetings:
                    held = furthest(member.standings, date)
                    if held is None:
                        row.append([[Run("—", muted=True)]])
                    else:
                        row.append([[Run(self._text(f"status.{held.status}") + " "), *_numbers(held.quote)]])
                rows.append(row)
            heads = [
                self._text("brief.column.jurisdiction"),
                *(meeting(date, self._language) for date in meetings),
            ]
            self._document.table(self._text("brief.overview.caption"), heads, rows, [2.2, *([1.2] * len(meetings))])

    def _standings(self) -> None:
        self._document.heading(self._text("brief.heading.standings"))
        if not self._brief.members:
            self._document.paragraph([Run(self._text("brief.standings.none"))])
            return
        rows: list[list[Cell | None]] = []
        for member in self._brief.members:
            for at, standing in enumerate(member.standings):
                same = at > 0 and member.standings[at - 1].meeting == standing.meeting
                rows.append(
                    [
                        [[Run(member.name, bold=True)]] if at == 0 else None,
                        None if same else self._meeting(standing.meeting),
                        [[Run(self._text(f"status.{standing.status}"))]],
                        [_said(standing.quote)],
                    ]
                )
        heads = [self._text(f"brief.column.{name}") for name in ("jurisdiction", "meeting", "status", "words")]
        self._document.table(self._text("brief.standings.caption"), heads, rows, [2.2, 1.5, 1.4, 5])

    def _context(self) -> None:
        if not self._brief.context:
            return
        self._document.heading(self._text("brief.heading.context"))
        for quote in self._brief.context:
            self._document.paragraph(_said(quote))

    def _needs(self) -> None:
        self._document.heading(self._text("brief.heading.needs"))
        if not self._brief.needs:
            self._document.paragraph([Run(self._text("brief.needs.none"))])
            return
        rows = [
            [[[Run(need.name, bold=True)]], self._meeting(need.meeting), [_said(need.quote)]]
            for need in self._brief.needs
        ]
        heads = [self._text(f"brief.column.{name}") for name in ("jurisdiction", "meeting", "words")]
        self._document.table(self._text("brief.needs.caption"), heads, rows, [2.2, 1.5, 6.4])

    def _items(self, name: str, items: Sequence[Settled]) -> None:
        self._document.heading(self._text(f"brief.heading.{name}"))
        if not items:
            self._document.paragraph([Run(self._text(f"brief.{name}.none"))])
            return
        unsaid = [[Run(self._text("brief.unsaid"), muted=True)]]
        rows = [
            [
                [[Run(item.number or "—", bold=True)]],
                self._meeting(item.meeting),
                [_said(item.quote)],
                [[Run(item.owner, item.quote.language)]] if item.owner else unsaid,
                [[Run(item.due, item.quote.language)]] if item.due else unsaid,
                [[Run(item.status)]],
            ]
            for item in items
        ]
        columns = ("number", "meeting", "words", "owner", "due", "state")
        heads = [self._text(f"brief.column.{column}") for column in columns]
        self._document.table(self._text(f"brief.{name}.caption"), heads, rows, [0.7, 1.3, 4, 1.7, 1.4, 1.1])

    def _sources(self) -> None:
        self._document.heading(self._text("brief.heading.sources"))
        for cited in self._brief.citations:
            self._document.paragraph(
                [
                    Run(f"[{cited.number}]\t"),
                    Run(cited.source.title, cited.source.language),
                    Run(f", {whereabouts(cited, self._language)}", muted=True),
                ],
                bookmark=_anchor(cited.number),
                hanging=True,
            )


def _title(brief: Brief) -> Paragraph:
    before, mark, after = message("brief.title", brief.language, topic="\0").partition("\0")
    return [Run(before), Run(brief.topic, brief.topic_language), *([Run(after)] if mark and after else [])]


def _said(quote: Quote) -> Paragraph:
    return [Run(quoted(quote.text, quote.language), quote.language), Run(" "), *_numbers(quote)]


def _numbers(quote: Quote) -> list[Run]:
    return [Run(f"[{number}]", anchor=_anchor(number)) for number in quote.numbers]


def _anchor(number: int) -> str:
    return f"source_{number}"
