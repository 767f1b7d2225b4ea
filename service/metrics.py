"""Metrics of the server for Prometheus: counted by route, kind and stage, never by document or question.

In a server of several workers each counts in a folder that they share (`metrics_folder`), and the one asked adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from indexer.errors import CouncilError
from service import metrics_folder
from service.installation import Installation
from service.stages import Observation

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
REFUSALS = (401, 403, 429)
_UP_TO_A_SECOND = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_UP_TO_A_REQUEST = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

disable_created_metrics()  # type: ignore[no-untyped-call]
_registry = CollectorRegistry()
REQUESTS = Histogram(
    "council_request_seconds",
    "Time from a request's arrival to the end of its response",
    ("method", "route", "status"),
    buckets=_UP_TO_A_REQUEST,
    registry=_registry,
)
IN_FLIGHT = Gauge(
    "council_requests_in_flight", "Requests being answered now", registry=_registry, multiprocess_mode="livesum"
)
STAGES = Histogram(
    "council_stage_seconds",
    "Time that a request spent in a stage of its answer; a stage within another counts in both",
    ("stage",),
    buckets=_UP_TO_A_SECOND,
    registry=_registry,
)
ANSWERS = Counter("council_answers", "Answers given, abstentions included", ("kind",), registry=_registry)
ABSTENTIONS = Counter(
    "council_abstentions", "Answers that say that the documents do not answer", ("kind",), registry=_registry
)
DROPPED = Counter(
    "council_dropped_citations", "Citations that failed the last check and were left out", registry=_registry
)
REFUSED = Counter(
    "council_refusals", "Requests refused for want of a key (401), of the role (403), or as too many (429)",
    ("status",), registry=_registry,
)  # fmt: skip
FEEDBACK = Counter("council_feedback", "Feedback taken, by verdict", ("verdict",), registry=_registry)


def count(method: str, route: str, status: int, seconds: float, seen: Observation) -> None:
    """Count a request that has been answered."""
    REQUESTS.labels(method, route, str(status)).observe(seconds)
    for stage, spent in list(seen.stages.items()):
        STAGES.labels(stage).observe(spent)
    if seen.kind is not None:
        ANSWERS.labels(seen.kind).inc()
        if not seen.answered:
            ABSTENTIONS.labels(seen.kind).inc()
        if seen.dropped:
            DROPPED.inc(seen.dropped)
    if status in REFUSALS:
        REFUSED.labels(str(status)).inc()


def exposition(at: Installation) -> bytes:
    """All metrics in Prometheus' text format: what was counted, and what holds at this moment."""
    folder = metrics_folder.shared()
    now = CollectorRegistry()
    now.register(_Now(at))
    if folder is None:
        ProcessCollector(registry=now)
        return generate_latest(_registry) + generate_latest(now)
    metrics_folder.forget_dead_workers(folder)
    counted = CollectorRegistry()
    MultiProcessCollector(counted, path=str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(now)


class _Now(Collector):
    """What is read off at the moment of asking: the generation that serves, and the jobs."""

    def __init__(self, at: Installation) -> None:
        self._at = at

    def collect(self) -> Iterator[Metric]:
        usable = GaugeMetricFamily("council_index_usable", "1 where an index serves, 0 where none can")
        try:
            index = self._at.engine.index()
        except CouncilError:
            usable.add_metric([], 0)
            yield usable
        else:
            usable.add_metric([], 1)
            yield usable
            number = index.generation.lstrip("g")
            yield GaugeMetricFamily(
                "council_index_generation",
                "Number of the index generation that serves",
                value=float(number) if number.isdigit() else 0.0,
            )
            age = (datetime.now(UTC) - datetime.fromisoformat(index.head.created)).total_seconds()
            yield GaugeMetricFamily("council_index_age_seconds", "Time since that generation was built", value=age)
        jobs = GaugeMetricFamily("council_jobs", "Jobs that build or follow uploads, by state", labels=["state"])
        try:
            for state, number_of in self._at.state.rows("SELECT state, count(*) FROM jobs GROUP BY state"):
                jobs.add_metric([str(state)], number_of)
        except CouncilError:
            return
        yield jobs
