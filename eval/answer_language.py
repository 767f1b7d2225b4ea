"""What the language of an answer changes of it: each gold question, answered in its own language and in the other.

Words around the quotations, and which of two versions of a document is quoted, are to be all. A line a question's
language tells the share of questions of which each part of the answer is the same in both.

Usage::

    python -m eval.answer_language --gold eval/gold --index .index
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.needs import Need, read_needs
from indexer.documents import LANGUAGES, DocumentRecord, Language
from indexer.errors import CouncilError
from indexer.index_protocol import Index
from indexer.text import fold
from service.answering.short_answers import quantities
from service.contract import Answer, Citation, Finding
from service.engine import Engine
from service.query import understand
from service.wording.figures import days, figures

PARTS = ("answered", "whom", "statuses", "items", "documents", "passages", "short")
ALL, OWN = "all", "own"


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says, whichever the language of its words: equal parts are the same in both.

    `whom` are codes, `statuses` those of each with whether it is asked for, `items` decisions and follow-ups by
    meeting, kind and number; `documents` and `passages` are those cited, where a version stands for its original;
    `short` are the short answers, quantities by their value. `own` and `foreign` count the citations that are
    in the reader's language, and those that are not though a version of their passage is.
    """

    answered: bool
    whom: frozenset[str]
    statuses: frozenset[tuple[str, str, bool]]
    items: frozenset[tuple[str, str, str]]
    documents: frozenset[str]
    passages: frozenset[str]
    short: tuple[object, ...]
    own: int
    foreign: int


class Reading:
    """Reads answers over one index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._records: dict[str, DocumentRecord] = {record.id: record for record in index.documents()}

    def of(self, answer: Answer) -> Said:
        """What an answer says."""
        named = [finding for finding in answer.findings if finding.jurisdiction]
        cited = [(citation, self._versions(citation.passage_id)) for citation in answer.citations]
        own = sum(citation.document_language == answer.language for citation, _ in cited)
        return Said(
            answered=answer.answered,
            whom=frozenset(finding.jurisdiction.code for finding in named if finding.jurisdiction),
            statuses=frozenset(
                (finding.jurisdiction.code, str(finding.status), finding.asked)
                for finding in named
                if finding.jurisdiction
            ),
            items=frozenset(
                (finding.meeting_date or "", finding.item.kind, finding.item.number or "")
                for finding in answer.findings
                if finding.item
            ),
            documents=frozenset(self._original(citation.document_id) for citation in answer.citations),
            passages=frozenset(self._one_of(citation, versions) for citation, versions in cited),
            short=tuple(self._short(finding, answer) for finding in answer.findings if finding.short_answer),
            own=own,
            foreign=sum(
                citation.document_language != answer.language and answer.language in versions.values()
                for citation, versions in cited
            ),
        )

    @staticmethod
    def _short(finding: Finding, answer: Answer) -> object:
        """A short answer so that the same one is equal in both languages: by its value, its kind, else its words."""
        short = finding.short_answer or ""
        spoken = {citation.number: citation.document_language for citation in answer.citations}[finding.citations[0]]
        kinds = [str(one.type) for one in quantities(short, spoken) if (one.start, one.end) == (0, len(short))]
        return days(short) or figures(short) or kinds or fold(short).strip()

    def _original(self, document_id: str) -> str:
        return self._records[document_id].translation_of or document_id

    def _versions(self, passage_id: str) -> Mapping[str, Language]:
        """The versions of a passage, by id, with their languages."""
        passages = self._index.passages_by_id(self._index.versions(passage_id))
        return {passage.id: self._records[passage.document_id].language for passage in passages}

    def _one_of(self, citation: Citation, versions: Iterable[str]) -> str:
        """One id for a passage and its versions, and theirs: versions may be cut at other places.

        Of one that states nothing ("N/A") no version is known: where it stands tells.
        """
        if self._index.silent[self._index.places(self._index.passages_by_id([citation.passage_id]))].all():
            return f"{self._original(citation.document_id)} {citation.role} {citation.jurisdictions}"
        known, new = {citation.passage_id}, {*versions}
        while new:
            known |= new
            new = {other for one in new for other in self._index.versions(one)} - known
        return min(known)


@dataclass(frozen=True, slots=True)
class Measured:
    """Over the questions of one language: the share with each part of `PARTS` the same in both answers, and `ALL`.

    `OWN` is the share of citations in the reader's language, of those that could be. `differing` has for each question
    that differs its need's id and the parts.
    """

    shares: Mapping[str, float]
    differing: Mapping[str, Sequence[str]]


def measure(engine: Engine, needs: Sequence[Need], asked_in: Language) -> Measured:
    """Compare the answers to the needs' questions in `asked_in`, given in each language. Needs at least one need."""
    reading = Reading(engine.index())
    differing: dict[str, list[str]] = {}
    own = foreign = 0
    for need in needs:
        question = need.question(asked_in)
        one, other = (reading.of(engine.answer(understand(question, language=language))) for language in LANGUAGES)
        parts = [part for part in PARTS if getattr(one, part) != getattr(other, part)]
        if parts:
            differing[need.id] = parts
        own, foreign = own + one.own + other.own, foreign + one.foreign + other.foreign
    shares = {part: 1 - sum(part in parts for parts in differing.values()) / len(needs) for part in PARTS}
    shares[ALL] = 1 - len(differing) / len(needs)
    shares[OWN] = own / (own + foreign) if own + foreign else 1.0
    return Measured(shares, differing)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a language of questions; the exit status is 1 where any share of `ALL` is below `--least`."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.answer_language", description="What the language of an answer changes of it."
    )
    parser.add_argument("--gold", type=Path, nargs="+", required=True, help="files of needs, or folders of them")
    parser.add_argument("--index", type=Path, default=Path(".index"), help="index folder (default: %(default)s)")
    parser.add_argument("--split", choices=("tune", "test"), help="only the needs of this split")
    parser.add_argument(
        "--least", type=float, default=0.0, help="share of wholly equal answers to reach (default: %(default)s)"
    )
    parser.add_argument("--differing", action="store_true", help="name the needs that differ, and in what")
    options = parser.parse_args(arguments)
    try:
        engine, needs = Engine(options.index), read_needs(*options.gold, split=options.split)
    except CouncilError as error:
        parser.exit(2, f"{error}\n")
    print(f"{'asked in':10}{'needs':>8}" + "".join(f"{part:>11}" for part in (*PARTS, ALL, OWN)))
    least = 1.0
    for language in LANGUAGES:
        found = measure(engine, needs, language)
        least = min(least, found.shares[ALL])
        print(f"{language:10}{len(needs):8}" + "".join(f"{found.shares[p]:11.3f}" for p in (*PARTS, ALL, OWN)))
        for need, parts in found.differing.items() if options.differing else ():
            print(f"  {need}: {', '.join(parts)}")
    return int(least < options.least)


if __name__ == "__main__":
    raise SystemExit(main())
