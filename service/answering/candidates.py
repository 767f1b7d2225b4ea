"""The decisions and follow-ups that may answer a question, each with how well it does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.documents import LANGUAGES, ItemStatus, Language, Passage
from indexer.lexical_query import LexicalQuery, lexical_query
from indexer.runs import held
from service.answering.found import Found
from service.answering.items_asked import ItemsAsked
from service.answering.register import SETTLED, Entry, Register
from service.ranking import DEFAULT_RANKING, Ranker
from service.retrieval import DEFAULT_WEIGHTS, Hit

_SURE = 0.5  # of a translation, from which a word of the question stands for one of an owner
_NEAREST = 100  # entries looked at for what they say, besides those that the question points to
_LOOKED_AT = 400  # passages of entries, by words and by meaning, of the many that large registers have,
_FEWER = 200  # and of the so many more
_SO_MANY = 5_000  # that larger ones have
_MANY = 500  # entries whose owners have any of the question's words, from which only the better half is looked at
_COMPARED = 60  # the best of them, whose words are compared one by one


@dataclass(frozen=True, slots=True)
class ItemWeights:
    """What a condition adds to the score of an entry that meets it; chosen on the tune split of `eval/gold`."""

    owner: float = 0.2  # x how well its owner's words are those of the question
    date: float = 0.2  # if its meeting was at a date named, and again if its text names that date
    kind: float = 0.1
    number: float = 0.6
    status: float = 0.1
    nothing: float = -0.2  # if it says that nothing followed, where the question does not ask whether something did


DEFAULT_ITEM_WEIGHTS = ItemWeights()


@dataclass(frozen=True, slots=True)
class Marks:
    """Which conditions of a question an entry meets; `owner` is how well its owner's words are those asked for, 0 to 1.

    A condition that the question does not set is not met.
    """

    owner: float = 0.0
    meeting: bool = False
    named: bool = False
    kind: bool = False
    number: bool = False
    status: bool = False

    def gain(self, weights: ItemWeights) -> float:
        """What they add to the entry's score."""
        return (
            weights.owner * self.owner
            + weights.date * (self.meeting + self.named)
            + weights.kind * self.kind
            + weights.number * self.number
            + weights.status * self.status
        )

    def meets(self, asked: ItemsAsked) -> bool:
        """Whether it meets every condition set but the owner's."""
        return (
            (self.meeting or self.named or not asked.periods)
            and (self.kind or not asked.kinds)
            and (self.number or not asked.numbers)
            and (self.status or not asked.statuses)
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry and how it scores: by what it says, `said`, and with what the conditions add, `score`.

    `passage` is the one of its passages to cite, `number` that one's in the index; `cosine` is its to the question and
    `lexical` its share of the question's words.
    """

    entry: Entry
    passage: Passage
    number: int
    score: float
    said: float
    cosine: float
    lexical: float
    marks: Marks


def candidates(
    found: Found, register: Register, asked: ItemsAsked, weights: ItemWeights = DEFAULT_ITEM_WEIGHTS
) -> list[Candidate]:
    """The entries that the filters allow, best first; of two language versions one, the question's if allowed."""
    index, query = found.index, found.query
    allowed = index.allowed(query.filters)
    numbers = register.numbers if allowed is None else np.intersect1d(register.numbers, allowed)
    if not len(numbers):
        return []
    words = lexical_query(asked.text, query.asked_in, [match.term for match in query.terms])
    owners = _owners(register, words)
    pointed = _pointed(register, asked, owners)
    most = _LOOKED_AT if len(numbers) < _SO_MANY else _FEWER
    hits = index.lexical.search(words, min(len(numbers), most), allowed=numbers)
    if len(numbers) > most:  # the best by words, by meaning, and those that the question points to
        near = index.vectors.search(found.vector, most, allowed=numbers).numbers
        named = [number for place in pointed for number in register.entries[place].numbers]
        looked_at = np.unique(np.concatenate([near, hits.numbers, np.array(named, np.int64)]))
        numbers = looked_at[held(numbers, looked_at)]
    shares = np.zeros(len(numbers), np.float32)
    shares[np.searchsorted(numbers, hits.numbers)] = hits.shares
    cosines = index.vectors.vectors(numbers) @ found.vector
    fused = shares + DEFAULT_WEIGHTS.dense * cosines

    rows = _best_rows(register, numbers, fused)
    pool = [place for place in dict.fromkeys((*rows.nearest(_NEAREST), *pointed)) if rows.of(place) is not None]
    marks = {place: _marks(register.entries[place], asked, owners.get(place, 0.0)) for place in pool}
    first = {place: float(fused[rows.row[place]]) + marks[place].gain(weights) for place in pool}
    pool.sort(key=lambda place: -first[place])

    passages = {place: _passage(register.entries[place], int(numbers[rows.row[place]])) for place in pool}
    gains = Ranker(index, query, words).gains([passages[place] for place in pool[:_COMPARED]])
    extra = dict(zip(pool, gains.tolist(), strict=False))
    scored = []
    for place in pool:
        entry, row = register.entries[place], int(rows.row[place])
        said = float(fused[row]) + extra.get(place, 0.0)
        if entry.led_to_nothing:
            said = max(said, _discussed(entry, found.hits)) if asked.led else said + weights.nothing
        scored.append(
            Candidate(
                entry=entry,
                passage=passages[place],
                number=int(numbers[row]),
                score=said + marks[place].gain(weights),
                said=said,
                cosine=float(cosines[row]),
                lexical=float(shares[row]),
                marks=marks[place],
            )
        )
    return _folded(scored, query.asked_in)


def _discussed(entry: Entry, hits: Sequence[Hit]) -> float:
    """The best score of a passage found under the entry's agenda item, with what decisions have added to theirs."""
    return max(
        (
            hit.score + DEFAULT_RANKING.settled
            for hit in hits
            for passage in (hit.passage, *(version.passage for version in hit.versions))
            if passage.document_id == entry.document_id
            and passage.role not in SETTLED
            and passage.heading[: len(entry.heading)] == entry.heading
        ),
        default=0.0,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """By place of an entry the row of the best of its passages, -1 where none is allowed; places, the best first."""

    row: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]

    def of(self, place: int) -> int | None:
        row = int(self.row[place])
        return None if row < 0 else row

    def nearest(self, count: int) -> list[int]:
        nearest: list[int] = self.order[:count].tolist()
        return nearest


def _best_rows(register: Register, numbers: npt.NDArray[np.int64], fused: npt.NDArray[np.float32]) -> _Rows:
    places = register.entry_of[np.searchsorted(register.numbers, numbers)]
    row = np.full(len(register.entries), -1, np.int64)
    ascending = np.lexsort((-np.arange(len(numbers)), fused))  # of equal ones the first is written last
    ascending = ascending[places[ascending] >= 0]
    row[places[ascending]] = ascending
    held = np.flatnonzero(row >= 0)
    first = row[held]  # equal ones in the order of their passages, as they were found
    found = held[np.lexsort((_first_rows(places, len(row))[held], -fused[first]))]
    return _Rows(row, found)


def _first_rows(places: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """By place of an entry the first row of its passages."""
    first = np.zeros(count, np.int64)
    rows = np.flatnonzero(places >= 0)[::-1]
    first[places[rows]] = rows
    return first


def _passage(entry: Entry, number: int) -> Passage:
    return entry.passages[entry.numbers.index(number)]


def _owners(register: Register, words: LexicalQuery) -> dict[int, float]:
    """By place of an entry how well the question names its owner, from 0 to 1, which is as well as it names any.

    A word weighs the more the fewer owners have it.
    """
    count = len(register.entries)
    named: dict[int, float] = {}
    for language in LANGUAGES:
        for sought in words.words[language]:
            best: dict[int, float] = {}
            for token, weight in sought.tokens:
                places = register.by_owner.get(token, []) if weight >= _SURE else []
                for place in places:
                    best[place] = max(best.get(place, 0.0), weight * math.log(1 + count / len(places)))
            for place, worth in best.items():
                named[place] = named.get(place, 0.0) + worth
    most = max(named.values(), default=1.0)
    least = most / 2 if len(named) > _MANY else 0.0
    return {place: worth / most for place, worth in named.items() if worth >= least}


def _pointed(register: Register, asked: ItemsAsked, owners: Iterable[int]) -> list[int]:
    """Places of the entries pointed to by owner, number or date; all, where all of a kind are asked for."""
    if asked.several and not asked.numbers and not asked.periods and not asked.words:
        return list(range(len(register.entries)))
    numbered = [place for number in asked.numbers for place in register.by_number.get(number, [])]
    meetings = [
        place
        for meeting, places in (register.by_meeting.items() if asked.periods else ())
        if any(meeting.meets(period) for period in asked.periods)
        for place in places
    ]
    # That an entry names a date tells nothing where a whole year is asked for: see `_marks`.
    naming = register.naming if any(not period.whole_year for period in asked.periods) else ()
    return [*owners, *numbered, *meetings, *naming]


def _marks(entry: Entry, asked: ItemsAsked, owner: float) -> Marks:
    item, periods = entry.item, asked.periods
    # Most questions set few of the conditions, and hundreds of entries are looked at.
    return Marks(
        owner=owner,
        meeting=bool(periods) and entry.meeting is not None and any(entry.meeting.meets(period) for period in periods),
        named=bool(periods)
        and any(named.meets(period) for named in entry.named for period in periods if not period.whole_year),
        kind=bool(asked.kinds) and entry.kind in asked.kinds,
        number=bool(asked.numbers) and entry.label in asked.numbers,
        status=bool(asked.statuses) and item is not None and _stands(item.status, asked),
    )


def _stands(status: ItemStatus, asked: ItemsAsked) -> bool:
    """Whether an item stands as asked; one that goes on is open too."""
    wanted = set(asked.statuses)
    if ItemStatus.OPEN in wanted:
        wanted.add(ItemStatus.CONTINUING)
    return status in wanted


def _folded(scored: Sequence[Candidate], language: Language) -> list[Candidate]:
    """One candidate a group, with the best score of the group: the one in `language`, where there is one."""
    groups: dict[int, list[Candidate]] = {}
    for candidate in sorted(scored, key=lambda candidate: -candidate.score):
        groups.setdefault(candidate.entry.group, []).append(candidate)
    chosen = []
    for group in groups.values():
        if len(group) == 1:
            chosen.append(group[0])
            continue
        shown = next((candidate for candidate in group if candidate.entry.language == language), group[0])
        best = group[0]
        chosen.append(
            Candidate(
                shown.entry,
                shown.passage,
                shown.number,
                best.score,
                best.said,
                max(candidate.cosine for candidate in group),
                max(candidate.lexical for candidate in group),
                Marks(
                    owner=max(candidate.marks.owner for candidate in group),
                    meeting=best.marks.meeting,
                    named=any(candidate.marks.named for candidate in group),
                    kind=best.marks.kind,
                    number=best.marks.number,
                    status=best.marks.status,
                ),
            )
        )
    return chosen
