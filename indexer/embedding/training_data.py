"""Reading the parallel text: licence filter, and a held-out part that training never sees.

Held out, always the same rows whatever the seed: whole repositories for the digital domain, and for laws and
everyday sentences the rows with the smallest hash. A training row that shares a side with a held-out row
(letters and digits compared, in lower case) is dropped.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from indexer.embedding.training_sources import BY_NAME, HELD_OUT_REPOSITORIES, Domain
from indexer.errors import SettingError

HELD_OUT_ROWS = 1_000
_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Pair:
    """One sentence in both languages."""

    source: str
    english: str
    french: str
    meaning: str = ""
    """Pairs of one meaning are no wrong answers to one another; where it is empty, those with a side in common."""

    @property
    def domain(self) -> Domain:
        """The domain of its source; the source must be allowed."""
        return BY_NAME[self.source].domain


@dataclass(frozen=True)
class Titled:
    """A title and the text under it, both in both languages."""

    source: str
    title_english: str
    title_french: str
    text_english: str
    text_french: str

    @property
    def domain(self) -> Domain:
        """The domain of its source; the source must be allowed."""
        return BY_NAME[self.source].domain


Row = TypeVar("Row", Pair, Titled)


@dataclass(frozen=True)
class Split:
    """Rows to learn from, and rows to measure on (by domain, at most 1,000 each)."""

    pairs: tuple[Pair, ...]
    titles: tuple[Titled, ...]
    heldout_pairs: dict[Domain, tuple[Pair, ...]]
    heldout_titles: dict[Domain, tuple[Titled, ...]]


def comparable(text: str) -> str:
    """Letters and digits in lower case: what two rows are compared on."""
    return _NOT_LETTERS_OR_DIGITS.sub(" ", text.casefold()).strip()


def read_pairs(path: Path) -> list[Pair]:
    """Pairs of allowed sources, in the order of the file; `SettingError` if it is not such a file."""
    return [Pair(*columns) for columns in _rows(path, 3) if columns[0] in BY_NAME]


def read_titles(path: Path) -> list[Titled]:
    """Titles of allowed sources, in the order of the file; `SettingError` if it is not such a file."""
    return [Titled(*columns) for columns in _rows(path, 5) if columns[0] in BY_NAME]


def split(pairs: Sequence[Pair], titles: Sequence[Titled] = (), *, rows: int = HELD_OUT_ROWS) -> Split:
    """Part what training may see from what it is measured on (at most `rows` of each domain and kind)."""
    heldout_pairs: dict[Domain, tuple[Pair, ...]] = {}
    heldout_titles: dict[Domain, tuple[Titled, ...]] = {}
    sides: set[str] = set()
    for domain in ("everyday", "digital", "laws"):
        chosen_pairs = _choose([p for p in pairs if _may_be_held_out(p, domain)], _pair_sides, rows)
        chosen_titles = _choose([t for t in titles if _may_be_held_out(t, domain)], _titled_sides, rows)
        heldout_pairs[domain], heldout_titles[domain] = tuple(chosen_pairs), tuple(chosen_titles)
        sides.update(side for pair in chosen_pairs for side in _pair_sides(pair))
        sides.update(comparable(text) for row in chosen_titles for text in (row.text_english, row.text_french))
    return Split(
        pairs=tuple(_without(pairs, sides, _pair_sides)),
        titles=tuple(_without(titles, sides, lambda row: (comparable(row.text_english), comparable(row.text_french)))),
        heldout_pairs=heldout_pairs,
        heldout_titles=heldout_titles,
    )


def _rows(path: Path, columns: int) -> Iterator[list[str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                fields = line.rstrip("\n").split("\t")
                if len(fields) != columns:
                    raise SettingError(
                        f"{path}, line {number}: {len(fields)} columns where {columns} are expected; "
                        "give a gzipped file of tab-separated columns"
                    )
                yield fields
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read ({error}); give a gzipped UTF-8 file") from error


def _may_be_held_out(row: Pair | Titled, domain: Domain) -> bool:
    return row.domain == domain and (domain != "digital" or row.source in HELD_OUT_REPOSITORIES)


def _choose(rows: Iterable[Row], sides: Callable[[Row], tuple[str, ...]], wanted: int) -> list[Row]:
    """The `wanted` rows with the smallest hash, no side of one being a side of another."""
    keyed = [(sides(row), row) for row in rows]
    keyed.sort(key=lambda item: hashlib.sha256("\t".join(item[0]).encode()).digest())
    seen: set[str] = set()
    chosen: list[Row] = []
    for row_sides, row in keyed:
        if len(chosen) == wanted:
            break
        if all(row_sides) and seen.isdisjoint(row_sides):
            seen.update(row_sides)
            chosen.append(row)
    return chosen


def _without(rows: Iterable[Row], heldout: set[str], sides: Callable[[Row], tuple[str, ...]]) -> Iterator[Row]:
    return (row for row in rows if row.source not in HELD_OUT_REPOSITORIES and heldout.isdisjoint(sides(row)))


def _pair_sides(pair: Pair) -> tuple[str, ...]:
    return comparable(pair.english), comparable(pair.french)


def _titled_sides(row: Titled) -> tuple[str, ...]:
    return tuple(comparable(text) for text in (row.title_english, row.title_french, row.text_english, row.text_french))
