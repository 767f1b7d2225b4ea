"""The figures that are measured: names, what they say, and which way is better. Every report and gate uses these."""

from __future__ import annotations

from dataclasses import dataclass

DEPTH = 10  # passages looked at, as the service returns by default


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `empty` is its value where no need bears on it, `unit` is "ms" for a time and empty for a share."""

    name: str
    label: str
    what: str
    empty: float = 0.0
    lower_is_better: bool = False
    unit: str = ""


RECALL, NDCG, RR, FOUND = f"recall@{DEPTH}", f"ndcg@{DEPTH}", "rr", f"needs_found@{DEPTH}"
LATENCY = {"latency_p50_ms": 0.5, "latency_p95_ms": 0.95}

RETRIEVAL = (
    Figure(FOUND, "Needs found", "share of needs with evidence among the first ten passages"),
    Figure(RECALL, "Recall at 10", "mean share of a need's quotes that the first ten passages cover"),
    Figure(
        NDCG,
        "nDCG at 10",
        "mean discounted gain of the first ten passages, as a share of the best order's; quotes that stand in one "
        "passage or in its versions count once",
    ),
    Figure(RR, "MRR", "mean reciprocal rank of the first passage with evidence, among ten"),
)
ANSWERS = (
    Figure("cited", "Evidence cited", "share of needs with evidence among the citations' passages"),
    Figure("list_precision", "List precision", "of the jurisdictions listed, those rightly listed"),
    Figure("list_recall", "List recall", "of the jurisdictions to list, those listed"),
    Figure("list_f1", "List F1", "harmonic mean of the two"),
    Figure("status_accuracy", "Status accuracy", "of the jurisdictions rightly listed, those with a right status"),
    Figure("abstains_rightly", "Abstains rightly", "unanswered, of the questions that the documents do not answer"),
    Figure("abstains_wrongly", "Abstains wrongly", "unanswered, of those that they do", lower_is_better=True),
    Figure(
        "citations_are_slices", "Citations are slices", "citations whose quote is a slice of its document", empty=1.0
    ),
)
TIMES = tuple(
    Figure(name, f"Latency p{share * 100:.0f}", "time of an answer", lower_is_better=True, unit="ms")
    for name, share in LATENCY.items()
)
FIGURES = {figure.name: figure for figure in (*RETRIEVAL, *ANSWERS, *TIMES)}
COMPARED = (RECALL, NDCG, RR)  # of systems side by side
