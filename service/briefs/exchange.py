"""The exchange table of a meeting: what each organisation wrote, from its form or from an analysis's annex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer import jurisdictions
from indexer.document_words import column_role
from indexer.documents import LANGUAGES, DocumentRecord, DocumentType, Language, Passage, PassageKind, Role
from indexer.errors import CouncilError
from indexer.index_protocol import Index
from indexer.text import fold
from service import access
from service.briefs.content import Source
from service.briefs.meetings import meetings_of, named, place, versions, within
from service.briefs.restricted import restricted
from service.messages import RefusedError, message

COLUMNS = ("priorities", "showcase", "needs", "remarks")
_COLUMN_OF = {
    Role.ACHIEVEMENT: "priorities",
    Role.PRIORITY: "priorities",
    Role.SHOWCASE: "showcase",
    Role.NEED: "needs",
    Role.REMARK: "remarks",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A passage as it stands, without the names that the table gives it: characters `start` to `end` of its document.

    `titles` are the titles in it, as they stand. `says_none` is set for answers such as "N/A".
    """

    passage_id: str
    text: str
    source: Source
    start: int
    end: int
    page: int | None
    role: Role
    says_none: bool
    titles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Organisation:
    """A row: who, and by column what it wrote, in reading order.

    `written` is its name as the document has it, None where it is the one shown. `parted` says that achievements and
    priorities stand apart, as in forms.
    """

    code: str | None
    name: str
    written: str | None
    source: Source
    parted: bool
    cells: dict[str, tuple[Written, ...]]


@dataclass(frozen=True, slots=True)
class ExchangeTable:
    """The table of a meeting for readers of `language`; `indexed` is the day on which the index was built."""

    meeting: str
    language: Language
    indexed: str
    organisations: tuple[Organisation, ...]
    restricted: tuple[Source, ...]


class NoExchangeError(CouncilError):
    """No exchange forms, or none of the meeting asked for."""


def exchange_table(index: Index, *, meeting: str | None = None, language: Language | None = None) -> ExchangeTable:
    """The table of a meeting `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; of the latest one with forms where none is named.

    An organisation's form is taken, else its row in the annex of an exchange analysis; of two versions the reader's.
    Without a `language` it is English, unless all that the table is drawn from is French.
    Raises NoExchangeError that names the meetings that there are, RefusedError where `meeting` is several of them.
    """
    records = [access.visible(record) for record in index.documents()]
    dated = [record for record in records if record.meeting_date]
    forms = [record for record in dated if record.type is DocumentType.EXCHANGE_FORM]
    analyses = [
        record for record in dated if record.type is DocumentType.EXCHANGE_ANALYSIS and _annex(index, record, "en")
    ]
    undated = [record for record in records if record.type is DocumentType.EXCHANGE_FORM and not record.meeting_date]
    held = _meeting(meeting, forms, analyses, undated, language or "en")
    drawn_from = [record for record in (*forms, *analyses) if within(record.meeting_date, held)]
    spoken: Language = language or ("fr" if all(record.language == "fr" for record in drawn_from) else "en")
    rows = [
        row
        for record, other in _papers([record for record in forms if record in drawn_from], spoken)
        for row in _completed(index, _form(index, record, spoken), _form(index, other, spoken) if other else [])
    ]
    with_forms = {row.code for row in rows} - {None}
    for record, other in _papers([record for record in analyses if record in drawn_from], spoken):
        annex = _completed(index, _annex(index, record, spoken), _annex(index, other, spoken) if other else [])
        rows.extend(row for row in annex if row.code not in with_forms)
    used = {part.source.document_id for row in rows for cell in row.cells.values() for part in cell}
    return ExchangeTable(
        meeting=held,
        language=spoken,
        indexed=index.head.created[:10],
        organisations=tuple(sorted(rows, key=lambda row: (place(row.code), row.name))),
        restricted=restricted(record for record in drawn_from if record.id in used),
    )


def has_rows(index: Index, analysis: DocumentRecord) -> bool:
    """Whether an exchange analysis has an annex from which the rows of a table can be drawn."""
    return bool(_annex(index, analysis, "en"))


def _meeting(
    asked: str | None,
    forms: Sequence[DocumentRecord],
    analyses: Sequence[DocumentRecord],
    undated: Sequence[DocumentRecord],
    language: Language,
) -> str:
    """The meeting asked for, as the documents call it; the latest with forms, else with an annex."""
    with_forms, known = (
        meetings_of(record.meeting_date for record in records if record.meeting_date)
        for records in (forms, [*forms, *analyses])
    )
    names = ", ".join(Source.of(record).source for record in undated)
    passed_over = message("exchange.undated", language, sources=names) if names else ""
    if not known:
        raise NoExchangeError(message("exchange.none", language) + passed_over)
    if asked is None:
        latest = (with_forms or known)[-1]
        return next(meeting for meeting in known if within(latest, meeting))
    found = [meeting for meeting in known if within(meeting, asked)]
    if not found:
        raise NoExchangeError(
            message("exchange.unknown", language, meeting=asked, known=", ".join(known)) + passed_over
        )
    if len(found) > 1:
        raise RefusedError("exchange.several", meeting=asked, known=", ".join(found))
    return found[0]


def _papers(
    records: Sequence[DocumentRecord], spoken: Language
) -> Iterator[tuple[DocumentRecord, DocumentRecord | None]]:
    """Each document with its other version, where it has one: the reader's first."""
    by_id, other = {record.id: record for record in records}, versions(records)
    for record in records:
        if record.id not in other:
            yield record, None
        elif record.language == spoken:
            yield record, by_id[other[record.id]]


def _form(index: Index, record: DocumentRecord, spoken: Language) -> list[Organisation]:
    """The one row of a form."""
    code = record.jurisdiction
    source, cells = Source.of(record), _empty()
    for passage in index.passages(record.id):
        column = _COLUMN_OF.get(passage.role)
        # The form's own headings say nothing; a title of the organisation's is kept, as it may be all that is said.
        if column and not (passage.kind is PassageKind.HEADING and column_role(passage.text)):
            cells[column].append(
                _written(passage, source, [title for title in passage.heading[:1] if column_role(title)])
            )
    return [
        Organisation(
            code=code,
            name=named(code, spoken) if code else record.title,
            written=None,
            source=source,
            parted=True,
            cells={column: tuple(parts) for column, parts in cells.items()},
        )
    ]


def _annex(index: Index, record: DocumentRecord, spoken: Language) -> list[Organisation]:
    """The rows of an analysis's annex: its passages under an organisation's name that the head of a column follows.

    Where the annex has no heads, those under a member's name.
    """
    passages = [(passage, _named_at(passage)) for passage in index.passages(record.id)]
    headed = [
        (passage, at) for passage, at in passages if at is not None and column_role(_after(passage, at)) is not None
    ]
    above = {passage.heading[:at] for passage, at in headed}
    # An organisation that is no member stands in the same table as those that are.
    strangers = {
        passage.id: len(path)
        for passage, at in passages
        for path in above
        if at is None and passage.heading[: len(path)] == path and column_role(_after(passage, len(path)))
    }
    names: dict[tuple[str | None, str], dict[str, list[Written]]] = {}
    source = Source.of(record)
    for passage, at in passages:
        known = at if not headed or (at is not None and passage.heading[:at] in above) else strangers.get(passage.id)
        column = _COLUMN_OF.get(passage.role, "remarks")
        if known is None or passage.kind is PassageKind.HEADING:
            continue
        name = passage.heading[known]
        cells = names.setdefault((jurisdictions.exact(name), name), _empty())
        cells[column].append(_written(passage, source, passage.heading[known : known + 2]))
    return [
        Organisation(
            code=code,
            name=named(code, spoken) if code else name,
            written=name if code and not _is_name_of(name, code) else None,
            source=source,
            parted=False,
            cells={column: tuple(parts) for column, parts in cells.items()},
        )
        for (code, name), cells in names.items()
    ]


def _named_at(passage: Passage) -> int | None:
    """Where in the path of titles the member's name stands that the passage is about."""
    code = next(iter(passage.jurisdictions), None)
    return next((at for at, title in enumerate(passage.heading) if code and jurisdictions.exact(title) == code), None)


def _after(passage: Passage, at: int) -> str:
    return next(iter(passage.heading[at + 1 : at + 2]), "")


def _is_name_of(name: str, code: str) -> bool:
    """Whether a name is one of those that the table shows, abbreviation in brackets aside."""
    bare = fold(name.partition("(")[0]).strip()
    return bare in {fold(named(code, language)) for language in LANGUAGES}


def _written(passage: Passage, source: Source, names: Sequence[str]) -> Written:
    """The passage without the lines that open it with one of `names`."""
    start = passage.start
    known = {_bare(name) for name in names}
    while True:
        line, newline, rest = passage.text[start - passage.start :].partition("\n")
        if not newline or not rest.strip() or _bare(line) not in known:
            break
        start += len(line) + len(newline)
    text = passage.text[start - passage.start :]
    titles = {_bare(title) for title in passage.heading}
    return Written(
        passage_id=passage.id,
        text=text,
        source=source,
        start=start,
        end=passage.end,
        page=passage.page,
        role=passage.role,
        says_none=passage.kind is PassageKind.NO_ANSWER,
        titles=frozenset(line for line in text.split("\n") if _bare(line) in titles),
    )


def _bare(title: str) -> str:
    return fold(title).strip(" :.\t")


def _empty() -> dict[str, list[Written]]:
    return {column: [] for column in COLUMNS}


def _completed(index: Index, rows: Sequence[Organisation], others: Sequence[Organisation]) -> list[Organisation]:
    """The rows of a document with what only its other version says, and that one's rows for other organisations."""
    unmatched = list(others)
    found: list[Organisation] = []
    for row in rows:
        other = next((one for one in unmatched if one.code == row.code), None)
        if other is None:
            found.append(row)
            continue
        unmatched.remove(other)
        cells = {column: row.cells[column] + _said_here_only(index, other.cells[column]) for column in COLUMNS}
        found.append(replace(row, cells=cells))
    return found + [row for row in unmatched if row.code is not None]


def _said_here_only(index: Index, parts: Sequence[Written]) -> tuple[Written, ...]:
    """Those that the document's other version does not say."""
    return tuple(part for part in parts if not part.says_none and not index.versions(part.passage_id))
