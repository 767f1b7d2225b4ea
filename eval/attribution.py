"""Whether passages are credited to whom they belong: checked on the quotes of gold files.

Usage::

    python -m eval.attribution --gold eval/gold --index .index

For each quote that names a jurisdiction, a passage that holds most of the quote has to carry its code; for each quote
of a need about decisions, its role has to be that of a decision or a follow-up. Exit status 1 where a share is below
`--least-jurisdiction` or `--least-role`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.needs import Need, covers, read_needs
from indexer.documents import Passage, Role
from indexer.errors import CouncilError
from indexer.index_protocol import Index
from indexer.store import open_index

_DECIDED = frozenset({Role.DECISION, Role.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class Miss:
    """A quote that no passage credits rightly: what was expected, and what its passages carry."""

    need: str
    doc: str
    quote: str
    expected: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributionReport:
    """Quotes checked and credited rightly; `first` counts those whose jurisdiction stands first in the passage."""

    jurisdictions: int
    carried: int
    first: int
    decisions: int
    roles: int
    misses: tuple[Miss, ...]

    @property
    def jurisdiction_share(self) -> float:
        """Share of quotes with a jurisdiction whose passage carries it; 1.0 where there is none."""
        return self.carried / self.jurisdictions if self.jurisdictions else 1.0

    @property
    def role_share(self) -> float:
        """Share of quotes about decisions whose passage has such a role; 1.0 where there is none."""
        return self.roles / self.decisions if self.decisions else 1.0


def check(index: Index, needs: Sequence[Need]) -> AttributionReport:
    """Look up every quote of `needs` in the passages of its document."""
    sources = {record.id: Path(record.source).name for record in index.documents()}
    by_source: dict[str, list[Passage]] = {}
    for passage in index.passages():
        by_source.setdefault(sources[passage.document_id], []).append(passage)
    total = carried = first = decisions = roles = 0
    misses: list[Miss] = []
    for need in needs:
        codes = {listed.code: {listed.code, *listed.alt} for listed in need.jurisdictions}
        for evidence in need.evidence:
            held = [passage for passage in by_source.get(evidence.doc, []) if covers(passage.text, evidence.quote)]
            if evidence.jurisdiction is not None:
                good = codes.get(evidence.jurisdiction, {evidence.jurisdiction})
                right = any(good & set(passage.jurisdictions) for passage in held)
                total += 1
                carried += right
                first += any(good & set(passage.jurisdictions[:1]) for passage in held)
                if not right:
                    found = tuple(", ".join(passage.jurisdictions) or "nobody" for passage in held)
                    misses.append(Miss(need.id, evidence.doc, evidence.quote, evidence.jurisdiction, found))
            if need.kind == "decision":
                right = any(passage.role in _DECIDED for passage in held)
                decisions += 1
                roles += right
                if not right:
                    found = tuple(passage.role.value for passage in held)
                    misses.append(Miss(need.id, evidence.doc, evidence.quote, "decision or follow_up", found))
    return AttributionReport(total, carried, first, decisions, roles, tuple(misses))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the shares and every miss; the exit status."""
    parser = argparse.ArgumentParser(description="Check whose passages are, on the quotes of a gold file.")
    parser.add_argument(
        "--gold",
        type=Path,
        nargs="+",
        action="extend",
        required=True,
        metavar="FILE",
        help="needs with quotes, one JSON object a line; a folder means its *.jsonl; several may be named",
    )
    parser.add_argument("--index", type=Path, default=Path(".index"), help="index folder (default: %(default)s)")
    parser.add_argument("--least-jurisdiction", type=float, default=0.9, help="least share (default: %(default)s)")
    parser.add_argument("--least-role", type=float, default=0.95, help="least share (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        report = check(open_index(options.index), read_needs(*options.gold))
    except CouncilError as error:
        parser.exit(2, f"{error}\n")
    for miss in report.misses:
        print(f"{miss.need} {miss.doc}: {miss.quote[:70]!r}: expected {miss.expected}, found {list(miss.found)}")
    print(f"jurisdiction: {report.carried} of {report.jurisdictions} quotes ({report.jurisdiction_share:.3f})")
    print(f"  standing first: {report.first} of {report.jurisdictions}")
    print(f"role of decisions and follow-ups: {report.roles} of {report.decisions} ({report.role_share:.3f})")
    good = report.jurisdiction_share >= options.least_jurisdiction and report.role_share >= options.least_role
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
