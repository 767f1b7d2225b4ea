"""How many of the passages that a query finds have each value of each filter.

Counted are passages that state something: of the `POOL` best of each leg under the filters, those whose score is at
least `NEAR` of the best one's without any filter, the `MOST` best of them. A version in the other language counts as a
passage of its own. Each facet is counted under the filters of the others and not its own, so that its alternatives
show: choosing a value gives as many passages as it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.documents import DocumentType, Role, Status
from indexer.filters import Filters
from indexer.index_protocol import Index
from service.contract import Facets, FacetValue
from service.passage_statuses import statuses_of
from service.query import Query
from service.retrieval import DEFAULT_WEIGHTS, Weights, candidates
from service.stages import staged

NEAR = 0.35  # as of `Thresholds.near`: from there on passages are judged at all
POOL = 1_000
MOST = 500


def _under(**emptied: object) -> Callable[[Query], Query]:
    return lambda query: replace(query, filters=replace(query.filters, **emptied))  # type: ignore[arg-type]


# By the name of a filter the query without it; those of facets first, in the order in which they are shown.
WITHOUT: Mapping[str, Callable[[Query], Query]] = {
    "jurisdiction": _under(jurisdictions=()),
    "meeting": _under(meetings=()),
    "role": _under(roles=()),
    "status": lambda query: replace(query, statuses=()),
    "type": _under(types=()),
    "doc_language": _under(document_languages=()),
    "dates": _under(date_from=None, date_to=None),
}
FACETS = tuple(name for name in WITHOUT if name != "dates")


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """Passages found by value of each facet; `least` is the score from which a passage counts.

    `total` have all filters, `without` says by the name of a filter in use how many have the others, `unfiltered` is
    their number without any. `complete` says that no count stopped at `MOST`.
    """

    by_facet: Mapping[str, Mapping[str, int]]
    total: int
    without: Mapping[str, int]
    unfiltered: int
    complete: bool
    least: float

    def as_contract(self) -> Facets:
        """The counts as the API gives them."""
        values = {
            name: [FacetValue(value=value, count=count) for value, count in counts.items()]
            for name, counts in self.by_facet.items()
        }
        return Facets(total=self.total, complete=self.complete, **values)


@staged("facets")
def count(
    index: Index, query: Query, vector: npt.NDArray[np.float32], weights: Weights = DEFAULT_WEIGHTS
) -> FacetCounts:
    """The counts of a query; `vector` is its `query_vector`."""
    counting = _Counting(index, vector, weights)
    bare = replace(query, filters=Filters(documents=query.filters.documents), statuses=())
    everything = counting.near(bare)
    found = everything if query == bare else counting.near(query)
    in_use = {name: other for name, without in WITHOUT.items() if (other := without(query)) != query}
    of_others = {name: counting.near(other) for name, other in in_use.items()}
    return FacetCounts(
        by_facet={name: counting.values(name, of_others.get(name, found)) for name in FACETS},
        total=len(found),
        without={name: len(numbers) for name, numbers in of_others.items()},
        unfiltered=len(everything),
        complete=not counting.stopped,
        least=counting.least,
    )


class _Counting:
    """One question put to one index; the first that it is asked for has to be the query without filters."""

    def __init__(self, index: Index, vector: npt.NDArray[np.float32], weights: Weights) -> None:
        self._index, self._vector, self._weights = index, vector, weights
        self.least: float = -1.0
        self.stopped = False

    def near(self, query: Query) -> npt.NDArray[np.int64]:
        """The numbers of the passages that count."""
        found = candidates(self._index, query, self._vector, POOL, self._weights)
        if self.least < 0:
            self.least = max(NEAR * float(found.scores.max(initial=0.0)), 1e-6)
        order = np.lexsort((found.numbers, -found.scores))
        numbers = found.numbers[order][: int((found.scores >= self.least).sum())]
        self.stopped |= len(numbers) > MOST
        numbers = numbers[:MOST]
        if query.statuses:
            wanted = set(query.statuses)
            told = self._statuses_of(numbers)
            numbers = numbers[np.array([bool(wanted & of) for of in told], np.bool_)]
        return numbers

    def values(self, name: str, numbers: npt.NDArray[np.int64]) -> dict[str, int]:
        """The values of a facet that any of the passages has, in the order in which they are shown."""
        match name:
            case "jurisdiction":
                counts: Counter[str] = Counter()
                for codes, number in self._index.tally("codes", numbers).items():
                    counts.update(dict.fromkeys(codes if isinstance(codes, tuple) else (), number))
                return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
            case "meeting":
                dates = self._index.tally("dates", numbers)
                return {str(date): dates[date] for date in sorted(filter(None, dates), key=str, reverse=True)}
            case "role":
                return _in_order(Role, self._index.tally("roles", numbers))
            case "status":
                return _in_order(Status, Counter(one for of in self._statuses_of(numbers) for one in of))
            case "type":
                return _in_order(DocumentType, self._index.tally("types", numbers))
            case _:
                return _in_order(("en", "fr"), self._index.tally("languages", numbers))

    def _statuses_of(self, numbers: npt.NDArray[np.int64]) -> list[frozenset[Status]]:
        return statuses_of(self._index, numbers.tolist())


def _in_order(known: Iterable[str], counts: Mapping[object, int]) -> dict[str, int]:
    by_value = {str(value): number for value, number in counts.items()}
    return {str(value): by_value[str(value)] for value in known if str(value) in by_value}
