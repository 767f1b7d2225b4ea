import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from eval.benchmarks.processes import FailedError, run
from eval.benchmarks.results import Latency
from eval.benchmarks.timing import latency, typical


def waited() -> Latency:
    return latency(time.sleep, [0.02] * 10)


def test_each_item_is_put_once_and_its_time_is_measured():
    seen: list[int] = []

    def call(item: int) -> None:
        seen.append(item)
        time.sleep(0.02)

    measured = latency(call, range(10))
    assert seen == list(range(10)) and measured.calls == 10
    assert measured.p50_ms >= 20 and measured.p50_ms <= measured.p95_ms <= measured.p99_ms
    assert measured.per_second <= 50


def test_waiting_costs_no_processor_time():
    # In a process of its own: threads that other tests left would count.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        measured = fresh.submit(waited).result(timeout=60)
    assert measured.p50_ms >= 20 and measured.cpu_ms < 10


def test_several_callers_take_turns_of_which_some_are_at_once():
    together = threading.Barrier(2, timeout=30)  # breaks where fewer than two come
    seen: list[int] = []

    def call(item: int) -> None:
        seen.append(item)
        together.wait()

    measured = latency(call, range(8), callers=4)
    assert (measured.callers, measured.calls, sorted(seen)) == (4, 8, list(range(8)))


def test_the_time_of_a_call_is_from_when_it_is_put(monkeypatch):
    monkeypatch.setattr("service.turns._cores", lambda: 2)
    measured = latency(time.sleep, [0.05] * 8, callers=8)
    assert measured.p95_ms >= 200  # the last two wait for three turns before


def test_the_typical_figures_are_medians_and_all_calls_count():
    repeats = [
        Latency(callers=1, p50_ms=p, p95_ms=2 * p, p99_ms=3 * p, cpu_ms=p, per_second=1 / p, calls=5) for p in (9, 1, 2)
    ]
    found = typical(repeats)
    assert (found.p50_ms, found.p99_ms, found.calls) == (2, 6, 15)


def test_a_process_is_measured_and_its_output_given():
    written, worked = run(["calendar", "2020", "2"])
    assert "February 2020" in written
    assert worked.seconds > 0 and worked.cpu_seconds > 0 and worked.peak_mb > 1


def test_a_process_that_fails_is_told_with_what_it_said():
    with pytest.raises(FailedError, match=r"exit status 2[\s\S]*usage"):
        run(["calendar", "--no-such-option"])
