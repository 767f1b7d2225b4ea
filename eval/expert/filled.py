"""A filled sheet read strictly: every row and value is one that sheet and rubric know, or is refused by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NoReturn, TypeVar

from eval.expert.files import IMPORT, Line, read
from eval.expert.rubric import CITATION_SCORES, SENTENCE_SCORES
from eval.expert.sheet import COLUMNS, ON_FIRST_ROW, Row
from indexer.documents import LANGUAGES
from indexer.errors import SettingError

Key = tuple[str, str]  # need, language
_Value = TypeVar("_Value")

_NUMBER = re.compile(r"(\d+)(?:[.,]0*)?")  # spreadsheets write 100, 100.0 and 100,0
_YES, _NO = frozenset({"yes", "oui", "true", "vrai", "x", "1"}), frozenset({"", "no", "non", "false", "faux", "0"})


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row of a filled sheet, with its number in the file."""

    number: int
    row: Row


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """The answers of a filled sheet in the file's order, each with its rows in the order of its sentences."""

    path: Path
    answers: dict[Key, tuple[FilledRow, ...]]

    def refuse(self, row: int, column: str, reason: str) -> NoReturn:
        """Raise the SettingError that names the place."""
        raise SettingError(f"{IMPORT} {self.path}, row {row}, column {column}: {reason}")


def read_filled(path: Path) -> FilledSheet:
    """The sheet in a file, checked by itself: columns, values, and that each answer's rows are whole.

    Raises SettingError that names file, row and column, and what to mend.
    """
    head, *lines = read(path)
    places = _places(path, head)
    rows = [_row(path, line, places) for line in lines]
    if not rows:
        raise SettingError(f"{IMPORT} {path}: holds no row under its head; name a filled score sheet")
    answers: dict[Key, list[FilledRow]] = {}
    for filled in rows:
        answers.setdefault((filled.row.need, filled.row.language), []).append(filled)
    sheet = FilledSheet(
        path,
        {key: tuple(sorted(of, key=lambda filled: filled.row.sentence_number)) for key, of in answers.items()},
    )
    for of in sheet.answers.values():
        _check_whole(sheet, of)
    return sheet


def _places(path: Path, head: Line) -> dict[str, int]:
    """Where each column stands; they may stand in any order."""
    names = [cell.strip() for cell in head.cells]
    where = f"{IMPORT} {path}, row {head.number}"
    for name, times in Counter(name for name in names if name).items():
        if name not in COLUMNS:
            raise SettingError(
                f"{where}: column '{name}' is none of a score sheet; delete it, or put what it says in a comment column"
            )
        if times > 1:
            raise SettingError(f"{where}: column {name} stands {times} times; delete all but one")
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise SettingError(f"{where}: column {', '.join(missing)} is missing; put it back, or export the sheet anew")
    return {name: names.index(name) for name in COLUMNS}


def _row(path: Path, line: Line, places: dict[str, int]) -> FilledRow:
    cells = {name: line.cells[place] if place < len(line.cells) else "" for name, place in places.items()}
    stray = next((at for at, cell in enumerate(line.cells) if cell.strip() and at not in places.values()), None)
    if stray is not None:
        raise SettingError(
            f"{IMPORT} {path}, row {line.number}, cell {stray + 1}: stands under no column; "
            "move it under one, or clear it"
        )

    def value(column: str, take: Callable[[str], _Value]) -> _Value:
        try:
            return take(cells[column])
        except ValueError as error:
            raise SettingError(
                f"{IMPORT} {path}, row {line.number}, column {column}: '{cells[column]}' {error}"
            ) from error

    row = Row(
        need=value("need", _named),
        language=value("language", _language),
        kind=cells["kind"],
        question=cells["question"],
        reference_answer=cells["reference_answer"],
        sentence_number=value("sentence_number", _counted),
        sentences=value("sentences", _counted),
        sentence=cells["sentence"],
        citations=cells["citations"],
        sentence_score=value("sentence_score", _score(SENTENCE_SCORES)),
        sentence_comment=cells["sentence_comment"],
        harmful=value("harmful", _flag),
        citation_score=value("citation_score", _score(CITATION_SCORES)),
        citation_comment=cells["citation_comment"],
        answer_digest=value("answer_digest", _named),
    )
    if row.harmful and row.sentence_score not in (None, 0):
        raise SettingError(
            f"{IMPORT} {path}, row {line.number}, column harmful: is set for a sentence scored {row.sentence_score}; "
            "only one scored 0 can be harmful: clear one or the other"
        )
    for column in ON_FIRST_ROW:
        if row.sentence_number != 1 and cells[column].strip():
            raise SettingError(
                f"{IMPORT} {path}, row {line.number}, column {column}: stands beside sentence {row.sentence_number}; "
                "move it to the answer's first row (sentence_number 1)"
            )
    return FilledRow(line.number, row)


def _check_whole(sheet: FilledSheet, of: Sequence[FilledRow]) -> None:
    """One row for each sentence from 1 to `sentences`, all of the same answer."""
    first = of[0]
    named = f"{first.row.need} {first.row.language}"
    for filled in of[1:]:
        for column in ("answer_digest", "sentences"):
            here, there = getattr(filled.row, column), getattr(first.row, column)
            if here != there:
                sheet.refuse(filled.number, column, f"{here} is not that of row {first.number} of {named}; restore it")
    for before, filled in pairwise(of):
        if before.row.sentence_number == filled.row.sentence_number:
            sheet.refuse(
                max(before.number, filled.number),
                "sentence_number",
                f"{named} has its sentence {filled.row.sentence_number} in row "
                f"{min(before.number, filled.number)} already; delete one of the two",
            )
    there = {filled.row.sentence_number for filled in of}
    wanted = range(1, first.row.sentences + 1)
    missing = next((number for number in wanted if number not in there), None)
    if missing is not None:
        sheet.refuse(
            first.number,
            "sentences",
            f"{named} has {first.row.sentences} sentences, and the row of number {missing} is missing; put it back",
        )
    if of[-1].row.sentence_number > first.row.sentences:
        sheet.refuse(
            of[-1].number,
            "sentence_number",
            f"{of[-1].row.sentence_number} is more than the {first.row.sentences} sentences of {named}; restore it",
        )


def _named(cell: str) -> str:
    if not cell.strip():
        raise ValueError("is empty; put back what stood there, or delete the row")
    return cell.strip()


def _language(cell: str) -> str:
    if cell.strip() not in LANGUAGES:
        raise ValueError(f"is no language of the service; write {' or '.join(LANGUAGES)}")
    return cell.strip()


def _counted(cell: str) -> int:
    found = _NUMBER.fullmatch(cell.strip())
    if found is None or int(found[1]) < 1:
        raise ValueError("is no number from 1 on; put back what stood there")
    return int(found[1])


def _score(scores: Sequence[int]) -> Callable[[str], int | None]:
    def take(cell: str) -> int | None:
        if not cell.strip():
            return None
        found = _NUMBER.fullmatch(cell.strip())
        if found is None or int(found[1]) not in scores:
            raise ValueError(f"is no score of the rubric; write {', '.join(map(str, scores))}, or leave it empty")
        return int(found[1])

    return take


def _flag(cell: str) -> bool:
    word = cell.strip().casefold()
    if word not in _YES | _NO:
        raise ValueError("is neither yes nor no; write yes, or leave it empty")
    return word in _YES
