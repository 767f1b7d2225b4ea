"""Which documents say the same in French and in English, so that a search can fold them into one hit.

The catalogue may state it. Else two documents are versions of each other if kind, meeting and jurisdiction agree and
they share most of what no translation changes: figures, abbreviations and names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from indexer.documents import DocumentRecord
from indexer.text import fold

_SHARED = 0.4  # of the constants of the version that has fewer; versions share 0.56 and more, others 0.26 at most
_FEWEST = 8  # constants; with fewer nothing is concluded
_LONGER = 3.0  # no version is so many times as long as the other
_FIGURE = re.compile(r"\d[\d\s.,\u00a0\u202f]*\d|\d{2,}")
_NAME = re.compile(r"(?<![.!?:•\n]\s)(?<![.!?:•\n])\b[A-ZÀ-ÖØ-Þ][\w’'-]{2,}")


def linked(records: Sequence[DocumentRecord], stated: Mapping[str, str]) -> list[DocumentRecord]:
    """The records with `translation_of` set; `stated` maps ids of translations to those of their originals.

    Where nothing says which version came first, the French one is taken for the translation: most of the council's
    papers are drawn up in English.
    """
    known = {record.id for record in records}
    originals = {one: other for one, other in stated.items() if one in known and other in known and one != other}
    paired = set(originals) | set(originals.values())
    constants: dict[str, Counter[str]] = {}
    found: list[tuple[float, str, str]] = []
    for one, other in combinations([record for record in records if record.id not in paired], 2):
        if not _may_be_versions(one, other):
            continue
        for record in (one, other):
            constants.setdefault(record.id, _constants(record.text))
        share = _shared(constants[one.id], constants[other.id])
        if share >= _SHARED:
            french, english = (one, other) if one.language == "fr" else (other, one)
            found.append((share, french.id, english.id))
    for _, french_id, english_id in sorted(found, reverse=True):
        if not {french_id, english_id} & paired:
            originals[french_id] = english_id
            paired |= {french_id, english_id}
    return [replace(record, translation_of=originals.get(record.id)) for record in records]


def _may_be_versions(one: DocumentRecord, other: DocumentRecord) -> bool:
    if one.language == other.language or one.type is not other.type:
        return False
    lengths = sorted((len(one.text), len(other.text)))
    return (
        _agree(one.jurisdiction, other.jurisdiction)
        and _dates_agree(one.meeting_date, other.meeting_date)
        and lengths[1] <= _LONGER * max(lengths[0], 1)
    )


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _dates_agree(one: str | None, other: str | None) -> bool:
    """Whether two dates are the same as far as both go: "2020-09" and "2020-09-15" are."""
    return one is None or other is None or one.startswith(other) or other.startswith(one)


def _constants(text: str) -> Counter[str]:
    """What stays the same in translation: figures without their separators, and words that look like names."""
    figures = [re.sub(r"\D", "", match.group()) for match in _FIGURE.finditer(text)]
    names = [fold(match.group()).rstrip("'s").rstrip("’s") for match in _NAME.finditer(text)]
    return Counter([*figures, *names])


def _shared(one: Counter[str], other: Counter[str]) -> float:
    fewer = min(one.total(), other.total())
    return (one & other).total() / fewer if fewer >= _FEWEST else 0.0
