from pathlib import Path

import numpy as np
import pytest

from eval.benchmarks import served
from eval.benchmarks.narrowing import nearest, told
from indexer import embedding, vectors
from indexer.store import Filters, open_index
from indexer.vectors import VectorIndex


def test_the_filter_nearest_to_a_share_is_found_and_never_lets_nothing_through(made_index: Path):
    index = open_index(made_index)
    total = len(index.vectors)
    twentieth, few = nearest(index, 0.05), nearest(index, 0.0001)
    allowed = index.allowed(twentieth)
    assert allowed is not None and 0.02 < len(allowed) / total < 0.12
    least = index.allowed(few)
    assert least is not None and 0 < len(least) <= len(allowed)
    assert told(Filters()) == "none" and told(Filters(jurisdictions=("ON",), meetings=("2020",))) == "ON 2020"


def test_an_index_is_measured_under_each_filter_and_by_each_number_of_callers(made_index: Path):
    found = served.measured(made_index, queries=4, repeats=2)
    assert found.passages == len(open_index(made_index).vectors)
    assert [one.wanted for one in found.filtered] == list(served.SHARES)
    assert found.filtered[0].share == 1 > found.filtered[1].share > found.filtered[2].share > 0
    for one in found.filtered:
        assert [latency.callers for latency in one.search] == [1, 8] == [latency.callers for latency in one.answer]
        assert all(latency.calls == 8 and latency.p50_ms > 0 for latency in (*one.search, *one.answer))
        assert one.recall.at_10 == one.recall.at_200 == 1  # so few vectors are compared exactly
    assert 0 < found.opened.seconds < 60 and found.opened.runs > 1
    assert 0.5 < found.answered <= 1


def test_recall_tells_what_an_index_misses(made_index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    index = open_index(made_index)
    model = embedding.load()
    assert served.recall(index, model, Filters(), queries=5).at_10 == 1
    held = index.vectors.vectors(np.arange(len(index.vectors), dtype=np.int64))
    spoilt = held.copy()
    spoilt[::2] = -spoilt[::2]  # half of them are where nobody looks
    vectors.write(tmp_path / "vectors.faiss", spoilt)

    class HalfBlind(VectorIndex):
        def vectors(self, numbers):  # what is really stored
            return held[numbers]

    index.vectors = HalfBlind(tmp_path / "vectors.faiss")
    found = served.recall(index, model, Filters(), queries=20)
    assert found.at_10 < 0.9
