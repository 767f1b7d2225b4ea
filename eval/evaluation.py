"""A run: the needs are put to the same engine that the service calls, in both languages, and measured."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from eval.bootstrap import Estimate, difference
from eval.credit import Crediting, missing_documents
from eval.describing import described, passages
from eval.figures import COMPARED, RETRIEVAL
from eval.needs import Need
from eval.report import Direction, MeasuredIndex, Report
from eval.scores import Asked, Parts, figures, parts, ranking_parts
from eval.systems import HYBRID, SYSTEMS, baselines
from eval.worst import worst
from indexer.documents import LANGUAGES, Language
from indexer.store import Filters
from service.contract import Citation
from service.engine import Engine
from service.query import understand

KINDS = ("list", "fact", "decision", "precedent")
_WARM_UP = "council"  # the first question opens files; it is not timed


@dataclass(frozen=True, slots=True)
class _Run:
    """The questions of one language, and the parts that each adds to the figures."""

    asked: list[Asked]
    parts: list[Parts]


def evaluate(engine: Engine, needs: Sequence[Need], *, gold: Sequence[str] = (), split: str | None = None) -> Report:
    """The report over `needs`; `gold` and `split` only say in it where they are from."""
    crediting = Crediting(engine.index())
    engine.warm()  # as a server does
    runs = {language: _ask_all(engine, crediting, needs, language) for language in LANGUAGES}
    measured = {language: figures(run.parts, [item.seconds for item in run.asked]) for language, run in runs.items()}
    systems = {language: _systems(engine, run, language) for language, run in runs.items()}
    manifest = engine.index().manifest
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        gold=list(gold),
        split=split,
        index=MeasuredIndex(
            generation=engine.index().generation,
            model=manifest.model,
            documents=manifest.documents,
            passages=manifest.passages,
        ),
        missing_documents=missing_documents(needs, crediting.sources),
        figures={language: {name: e.value for name, e in found.items()} for language, found in measured.items()},
        intervals={
            language: {name: (e.low, e.high) for name, e in found.items()} for language, found in measured.items()
        },
        kinds={language: _kinds(run) for language, run in runs.items()},
        directions=list(_directions(engine, crediting, needs)),
        systems={
            language: {name: figures(of, names=COMPARED) for name, of in found.items()}
            for language, found in systems.items()
        },
        differences={language: _differences(found) for language, found in systems.items()},
        worst={language: worst(run.asked, run.parts) for language, run in runs.items()},
        needs=described({language: (run.asked, run.parts) for language, run in runs.items()}),
        passages=passages(item for run in runs.values() for item in run.asked),
    )


def _ask_all(engine: Engine, crediting: Crediting, needs: Sequence[Need], language: Language) -> _Run:
    engine.answer(understand(_WARM_UP))
    asked = []
    for need in needs:
        began = time.perf_counter()
        answer = engine.answer(understand(need.question(language)))
        seconds = time.perf_counter() - began
        slices = tuple(_is_slice(engine, citation) for citation in answer.citations)
        asked.append(Asked(crediting.sought(need), answer, slices, seconds))
    return _Run(asked, parts(asked))


def _is_slice(engine: Engine, citation: Citation) -> bool:
    document = engine.index().document(citation.document_id)
    return document is not None and document.text[citation.start : citation.end] == citation.quote


def _kinds(run: _Run) -> dict[str, dict[str, Estimate]]:
    """Figures of each kind that occurs, without those that no need of it bears on."""
    found = {}
    for kind in KINDS:
        chosen = [at for at, item in enumerate(run.asked) if item.sought.need.kind == kind]
        if chosen:
            estimates = figures([run.parts[at] for at in chosen], [run.asked[at].seconds for at in chosen])
            found[kind] = {name: estimate for name, estimate in estimates.items() if estimate.needs}
    return found


def _directions(engine: Engine, crediting: Crediting, needs: Sequence[Need]) -> Iterator[Direction]:
    """Retrieval by question and document language: a direction for which there is something to find."""
    for question_language in LANGUAGES:
        for document_language in LANGUAGES:
            sought = [crediting.sought(need, document_language) for need in needs]
            sought = [item for item in sought if item.quotes]
            if not sought:
                continue
            only = Filters(document_languages=(document_language,))
            rankings = [
                [hit.passage.id for hit in engine.hits(understand(item.need.question(question_language), filters=only))]
                for item in sought
            ]
            names = [figure.name for figure in RETRIEVAL]
            yield Direction(
                question_language=question_language,
                document_language=document_language,
                figures=figures(ranking_parts(sought, rankings), names=names),
            )


def _systems(engine: Engine, run: _Run, language: Language) -> dict[str, list[Parts]]:
    """By system the parts of the needs with something to find, in the same order for all."""
    sought = [item.sought for item in run.asked if item.sought.quotes]
    found = {HYBRID: [own for item, own in zip(run.asked, run.parts, strict=True) if item.sought.quotes]}
    for name, rank in baselines(engine).items():
        found[name] = ranking_parts(sought, [rank(item.need.question(language)) for item in sought])
    return {name: found[name] for name in SYSTEMS}


def _differences(systems: dict[str, list[Parts]]) -> dict[str, dict[str, Estimate]]:
    return {
        system: {
            name: difference([of[name] for of in systems[HYBRID]], [of[name] for of in parts_of]) for name in COMPARED
        }
        for system, parts_of in systems.items()
        if system != HYBRID
    }
