"""An answer as a Word document: what the page shows, without what only a screen needs."""

from __future__ import annotations

from collections.abc import Sequence

from indexer import dates
from indexer.documents import Language
from service.answering.composing import item_details, item_label
from service.briefs.brief_docx import notice
from service.briefs.restricted import footer_notice
from service.briefs.word import Cell, Paragraph, Run, WordDocument
from service.briefs.wording import quoted
from service.contract import Finding, FurtherFinding
from service.messages import message
from service.web.answer_view import AnswerView

_WIDTHS = (3, 2, 2, 1.5)  # shares of the table's columns


def as_docx(view: AnswerView) -> bytes:
    """The file of an answer."""
    return _Writer(view).content()


class _Writer:
    def __init__(self, view: AnswerView) -> None:
        self._view, self._answer, self._language = view, view.answer, view.answer.language
        foot = footer_notice(view.proofs.restricted, self._language)
        self._document = WordDocument([Run(view.heading)], self._language, notice=foot)

    def content(self) -> bytes:
        view, document = self._view, self._document
        if view.proofs.restricted:
            document.boxed(notice(view.proofs.restricted, self._language))
        document.paragraph([Run(" ".join(view.remarks), muted=True)])
        document.heading(self._text("page.answer"))
        if not self._answer.answered:
            for line in self._answer.text.split("\n"):
                document.paragraph([Run(line)])
        elif self._answer.kind == "list":
            self._lists()
        else:
            self._statements()
        if self._answer.context:
            document.paragraph([Run(f"{self._text('page.context')} "), *_numbers(self._answer.context)])
        self._proofs()
        self._nearest()
        return document.content()

    def _text(self, key: str, **values: object) -> str:
        return message(key, self._language, **values)

    def _lists(self) -> None:
        asked = [finding for finding in self._view.findings if finding.asked]
        apart = [finding for finding in self._view.findings if not finding.asked]
        if not asked:
            self._document.paragraph([Run(self._text("answer.none_asked"))])
        if asked:
            self._table(self._view.heading, asked)
        if apart:
            self._document.paragraph([Run(self._text("page.apart"), bold=True)])
            self._table(self._text("page.apart"), apart)

    def _table(self, caption: str, findings: Sequence[Finding]) -> None:
        rows: list[list[Cell | None]] = []
        for finding in findings:
            name = finding.jurisdiction.name if finding.jurisdiction else self._text("page.nobody")
            rows.append([[[Run(name, bold=True)]], *self._standing(finding, "")])
            rows += [[None, *self._standing(one, f"{self._text('page.also')} ")] for one in finding.further]
        heads = [self._text(key) for key in ("page.jurisdiction", "page.status", "ask.since", "page.proof")]
        self._document.table(caption, heads, rows, _WIDTHS)

    def _standing(self, of: Finding | FurtherFinding, before: str) -> list[Cell]:
        status = before + self._text(f"status.{of.status}")
        return [[[Run(status)]], [[Run(self._date(of.meeting_date))]], [_numbers(of.citations)]]

    def _statements(self) -> None:
        if self._view.short:
            self._document.paragraph([Run(self._view.short, bold=True)])
        for finding in self._view.findings:
            if about := self._about(finding):
                self._document.paragraph([Run(about, bold=True)])
            self._document.paragraph(self._quote(finding))
            if finding.item:
                details = [f"{label}: {value}" for label, value in self._details(finding)]
                self._document.paragraph([Run("; ".join(details), muted=True)])
            if finding.why:
                self._document.paragraph([Run(f"{self._text('page.why')} {finding.why}")])
            for other in finding.further:
                date = f" ({self._date(other.meeting_date)})" if other.meeting_date else ""
                before = self._text("page.later" if finding.item else "page.also")
                self._document.paragraph([Run(f"{before} "), *self._quote(other), Run(date, muted=True)])

    def _details(self, finding: Finding) -> list[tuple[str, str]]:
        return item_details(finding, self._language)

    def _about(self, finding: Finding) -> str:
        date = self._date(finding.meeting_date)
        if finding.item:
            return ", ".join(filter(None, [item_label(finding.item, self._language), date]))
        if finding.jurisdiction is None:
            return ""
        said = f"{finding.jurisdiction.name}, {self._text(f'status.{finding.status}')}"
        return f"{said} ({date})" if date else said

    def _quote(self, of: Finding | FurtherFinding) -> Paragraph:
        spoken = self._spoken(of.citations)
        return [Run(quoted(of.statement, spoken), spoken), Run(" "), *_numbers(of.citations)]

    def _spoken(self, numbers: Sequence[int]) -> Language:
        return self._view.proofs.by_number[numbers[0]].citation.document_language if numbers else self._language

    def _date(self, date: str | None) -> str:
        return dates.written(date, self._language) if date else ""

    def _proofs(self) -> None:
        if not self._view.proofs.by_number:
            return
        self._document.heading(self._text("page.proofs"))
        for number, proof in self._view.proofs.by_number.items():
            self._document.paragraph(
                [Run(f"[{number}]\t"), Run(proof.reference)], bookmark=_anchor(number), hanging=True
            )

    def _nearest(self) -> None:
        if self._answer.answered or not self._answer.passages:
            return
        self._document.heading(self._text("page.close"))
        for hit in self._answer.passages:
            page = f", {self._text('page.number', number=hit.page)}" if hit.page else ""
            distribution = self._view.proofs.notices.get(hit.document_id)
            told = "" if distribution is None else f" {self._text(f'ask.notice.{distribution}')}"
            self._document.paragraph([Run(quoted(hit.text, hit.language), hit.language)])
            self._document.paragraph(
                [Run(hit.document_title, hit.document_language), Run(f"{page} ({hit.source}).{told}", muted=True)]
            )


def _numbers(numbers: Sequence[int]) -> list[Run]:
    return [Run(f"[{number}]", anchor=_anchor(number)) for number in numbers]


def _anchor(number: int) -> str:
    return f"source_{number}"
