"""The answer's text, in the reader's language: the same content as the findings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from indexer import dates
from indexer.documents import Language, Role, Status
from indexer.layouts.record_words import record_words
from service.answering import wording
from service.answering.draft import Missing
from service.answering.names import forms
from service.answering.wording import Named, Who
from service.contract import Citation, DecisionItem, Finding, FurtherFinding, QuestionKind
from service.messages import message

_FURTHEST = {status: place for place, status in enumerate(Status)}


def compose(
    kind: QuestionKind,
    language: Language,
    findings: Sequence[Finding],
    citations: Sequence[Citation],
    context: Sequence[int] = (),
    *,
    passages: bool = True,
    missing: Missing | None = None,
    named: Sequence[str] = (),
) -> str:
    """The text of an answer; `passages` says whether there is any to show as near where nothing was found.

    One line says one thing: a group of a list, a fact, a decision. Without findings the citations are of answers
    such as "N/A", `missing` says why the documents do not answer, and `named` are the codes that the question names.
    """
    text = _Text(language, {citation.number: citation for citation in citations})
    if findings:
        lines = text.listed(findings) if kind == "list" else text.stated(kind, findings)
        lines += text.context(context)
    else:
        lines = [*text.empty(citations), _nothing(language, passages, missing, named)]
    return "\n".join(lines)


def _nothing(language: Language, passages: bool, missing: Missing | None, named: Sequence[str]) -> str:
    """That the documents do not answer, and why."""
    if not passages:
        return message("answer.nothing_allowed", language)
    if missing is Missing.DETAIL:
        return message("answer.missing.detail", language)
    if missing is Missing.ELSEWHERE and named:
        who = wording.joined([forms(code, language).of for code in named], language)
        return message("answer.missing.elsewhere", language, who=who)
    return message("answer.nothing", language)


def short_answers(language: Language, findings: Sequence[Finding], citations: Sequence[Citation]) -> str:
    """What answers by itself, on one line: "September 2020: 54 [1]; February 2019: 40 [2]."; "" without any."""
    return _Text(language, {citation.number: citation for citation in citations}).short_answers(findings)


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a list as its text names them: those asked for, then those apart, each the furthest first."""
    return sorted(findings, key=lambda finding: (not finding.asked, _FURTHEST[finding.status]))


def item_label(item: DecisionItem, language: Language) -> str:
    """Which item it is: "Follow-up 2A"."""
    label = message(f"answer.item.{item.kind}", language)
    return f"{label} {wording.plain(item.number)}" if item.number else label


def item_details(finding: Finding, language: Language) -> list[tuple[str, str]]:
    """Status, owner, due date and jurisdiction of the item that a finding is, each with its label."""
    item = finding.item
    if item is None:
        return []
    values = {
        "status": record_words().status_words[language][item.status],
        "owner": item.owner,
        "due": item.due,
        "jurisdiction": finding.jurisdiction.name if finding.jurisdiction else None,
    }
    return [
        (message(f"answer.item.{name}", language), wording.plain(value))
        for name, value in values.items()
        if value and value.strip()
    ]


class _Text:
    """Composes lines in one language from findings and the citations that prove them, by number."""

    def __init__(self, language: Language, citations: dict[int, Citation]) -> None:
        self._language = language
        self._citations = citations

    def listed(self, findings: Sequence[Finding]) -> list[str]:
        """A line for each status, the furthest first; those that are not what is asked for come after, apart."""
        named = [finding for finding in ordered(findings) if finding.jurisdiction]
        lines = []
        if not any(finding.asked for finding in findings):
            lines.append(message("answer.none_asked", self._language))
        for (asked, status), group in groupby(named, key=lambda finding: (finding.asked, finding.status)):
            members = list(group)
            further = [line for finding in members for line in self._further(finding)]
            lines.append(" ".join([self._group(asked, status, members), *further]))
        for finding in findings:
            if not finding.jurisdiction:
                lines.append(" ".join([self._statement(finding), *self._further(finding)]))
        return lines

    def stated(self, kind: QuestionKind, findings: Sequence[Finding]) -> list[str]:
        """Short answers first, then each finding with its quotation, and what is known further."""
        short = self.short_answers(findings)
        lines = [short] if short else []
        for finding in findings:
            if finding.item:
                lines.append(self._item(finding, finding.item))
                lines += [self._later(further) for further in finding.further]
            else:
                lines.append(self._precedent(finding) if kind == "precedent" else self._statement(finding))
                lines += self._further(finding)
        return lines

    def short_answers(self, findings: Sequence[Finding]) -> str:
        """Each different short answer once, on one line, with its date where the dates differ; "" without any."""
        values: dict[str, tuple[str, str | None, list[int]]] = {}
        for finding in findings:
            if finding.short_answer and finding.short_answer.strip():
                text = wording.short(finding.short_answer, self._spoken(finding.citations), self._language)
                held = values.setdefault(text.casefold(), (text, finding.meeting_date, []))
                held[2].extend(number for number in finding.citations if number not in held[2])
        if not values:
            return ""
        dated = len({date for _, date, _ in values.values()}) > 1
        parts = []
        for text, date, numbers in values.values():
            value = f"{text} {wording.marks(numbers)}".strip()
            if dated and date:
                value = message("answer.dated", self._language, date=dates.written(date, self._language), value=value)
            parts.append(value)
        line = "; ".join(parts) + "."
        return wording.sentence(line) if dated else line

    def context(self, numbers: Sequence[int]) -> list[str]:
        """What is said of the council as a whole, quoted on one line."""
        quotes = [
            f"{self._quote(self._citations[number].quote, [number])} {wording.marks([number])}"
            for number in numbers
            if number in self._citations
        ]
        return [message("answer.context", self._language, quotes="; ".join(quotes))] if quotes else []

    def empty(self, citations: Sequence[Citation]) -> list[str]:
        """Who answered that there is nothing to say, when and in which part of the form."""
        groups: dict[tuple[str, str | None, Role], list[Citation]] = {}
        lines = []
        for citation in citations:
            if citation.jurisdictions and wording.is_word(citation.quote):
                word = wording.empty_word(citation, self._language)
                groups.setdefault((word, citation.meeting_date, citation.role), []).append(citation)
            else:
                lines.append(self._empty_unnamed(citation))
        return [self._empty(*key, group) for key, group in groups.items()] + lines

    def _group(self, asked: bool, status: Status, members: Sequence[Finding]) -> str:
        """The sentence on the jurisdictions with one status; a date that all share stands once, at its end."""
        every = {finding.meeting_date for finding in members}
        date = members[0].meeting_date if len(every) == 1 else None
        who = Who(
            tuple(
                Named(
                    finding.jurisdiction.code,
                    tuple(finding.citations),
                    finding.meeting_date if len(every) > 1 else None,
                )
                for finding in members
                if finding.jurisdiction
            ),
            self._language,
        )
        key = f"answer.says.{status}.{'many' if who.plural else 'one'}" if asked else f"answer.apart.{status}"
        shared = f" ({dates.written(date, self._language)})" if date else ""
        return wording.sentence(message(key, self._language, who=who, when=shared))

    def _further(self, finding: Finding) -> list[str]:
        """The other statuses of a finding's jurisdiction, as one sentence."""
        items = []
        for further in finding.further:
            date = f" ({dates.written(further.meeting_date, self._language)})" if further.meeting_date else ""
            status = message(f"status.{further.status}", self._language)
            items.append(f"{status}{date} {wording.marks(further.citations)}".strip())
        if not items:
            return []
        if finding.jurisdiction is None:
            return [message("answer.further.unnamed", self._language, items="; ".join(items))]
        who = Who((Named(finding.jurisdiction.code),), self._language)
        return [message("answer.further.named", self._language, who=who, items="; ".join(items))]

    def _statement(self, finding: Finding) -> str:
        """A finding as its source, of whom and how far where it is about one, and its quotation."""
        status = message(f"status.{finding.status}", self._language)
        about = f" ({finding.jurisdiction.name}, {status})" if finding.jurisdiction else ""
        return self._proved("answer.statement", finding, self._source(finding) + about)

    def _precedent(self, finding: Finding) -> str:
        """Who is how far and when, the quotation, and why it may help."""
        about = [
            finding.jurisdiction.name if finding.jurisdiction else self._source(finding),
            message(f"status.{finding.status}", self._language),
        ]
        date = f" ({dates.written(finding.meeting_date, self._language)})" if finding.meeting_date else ""
        why = wording.plain(finding.why or "").rstrip(".")
        key = "answer.precedent" if why else "answer.statement"
        return self._proved(key, finding, ", ".join(about) + date, why=why)

    def _item(self, finding: Finding, item: DecisionItem) -> str:
        """A decision or follow-up: which, of which meeting, its status, owner and due date, and its words."""
        label = item_label(item, self._language)
        if finding.meeting_date:
            label += f", {wording.meeting(finding.meeting_date, self._language)}"
        details = [
            message("answer.item.detail", self._language, label=name, value=value)
            for name, value in item_details(finding, self._language)
        ]
        return self._proved("answer.statement", finding, f"{label} ({'; '.join(details)})")

    def _later(self, further: FurtherFinding) -> str:
        return self._proved("answer.later", further, self._source(further))

    def _proved(self, key: str, finding: Finding | FurtherFinding, source: str, **more: str) -> str:
        return message(
            key,
            self._language,
            source=source,
            quote=self._quote(finding.statement, finding.citations),
            numbers=wording.marks(finding.citations),
            **more,
        )

    def _empty(self, word: str, date: str | None, role: Role, group: Sequence[Citation]) -> str:
        single = len(group) == 1
        who = Who(
            tuple(Named(citation.jurisdictions[0], () if single else (citation.number,)) for citation in group),
            self._language,
        )
        number = "many" if not single else "many_one" if who.plural else "one"
        text = message(
            f"answer.empty.{number}",
            self._language,
            who=who,
            word=word,
            when=f" {wording.when(date, self._language)}" if date else "",
            section=message(f"answer.section.{role}", self._language),
            numbers=wording.marks([citation.number for citation in group]),
        )
        return wording.sentence(text)

    def _empty_unnamed(self, citation: Citation) -> str:
        return message(
            "answer.empty.unnamed",
            self._language,
            source=wording.source(citation.document_title, citation.meeting_date, self._language),
            section=message(f"answer.section.{citation.role}", self._language),
            word=self._quote(citation.quote, [citation.number]),
            numbers=wording.marks([citation.number]),
        )

    def _source(self, finding: Finding | FurtherFinding) -> str:
        """The title of the document that a finding is from, with its meeting's date."""
        citation = self._cited(finding.citations)
        return wording.source(citation.document_title if citation else "", finding.meeting_date, self._language)

    def _quote(self, text: str, numbers: Sequence[int]) -> str:
        return wording.quoted(text, self._spoken(numbers), self._language)

    def _spoken(self, numbers: Sequence[int]) -> Language:
        """The language of the document cited."""
        citation = self._cited(numbers)
        return citation.document_language if citation else self._language

    def _cited(self, numbers: Sequence[int]) -> Citation | None:
        return next((self._citations[number] for number in numbers if number in self._citations), None)
