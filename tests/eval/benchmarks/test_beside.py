from pathlib import Path

import numpy as np
import pytest

from eval.benchmarks.beside import Limits, compared
from eval.benchmarks.peers import PEERS, Entry, Known, joined
from indexer import embedding
from service.engine import Engine

TEXTS = {
    "health": "Health cards can be renewed online since 2019.",
    "sante": "La carte santé se renouvelle en ligne depuis 2019.",
    "birth": "Newborns are registered in a bundle of birth services.",
    "notice": "The counter in Dieppe is closed on Sundays.",
    "chat": "A chatbot answers questions about parking permits.",
}


@pytest.mark.parametrize("known", PEERS, ids=lambda known: known.module)
def test_a_peer_finds_by_words_and_by_meaning(known: Known):
    if not known.installed:
        pytest.skip(f"{known.package} is not installed: pip install 'council-search[peers]'")
    model = embedding.load()
    # Peers are made for more than five passages: some compute nothing from so few.
    entries = [Entry(name, text) for name, text in TEXTS.items()]
    entries += [Entry(f"other {n}", f"Report number {n} of the regional office, page {n * 7}.") for n in range(300)]
    vectors = model.encode_documents([entry.text for entry in entries])
    peer = known.open()
    peer.build(entries, vectors)
    try:
        for text, expected in (("chatbot parking", "chat"), ("births bundle newborns", "birth")):
            found = peer.search(text, model.encode_queries([text])[0], 10)
            assert found[0] == expected and len(found) == len(set(found)) <= 10
        crossing = peer.search("zzz", np.asarray(vectors[1]), 10)
        assert "sante" in crossing[:3]  # no word of it matches
    finally:
        peer.close()


def test_rankings_are_joined_by_reciprocal_rank():
    assert joined([["a", "b", "c"], ["b", "c", "d"]], 3) == ["b", "c", "a"]
    assert joined([[], []], 3) == []


def test_ours_and_the_plain_recipe_are_put_the_same_queries_and_the_rest_is_named(made_index: Path, tmp_path: Path):
    missing = Known("not there", "plain", "no_such_package")
    found = compared(Engine(made_index), [], Limits(queries=3, repeats=7), known=[PEERS[0], missing])
    assert list(found.left_out) == ["not there"] and "council-search[peers]" in found.left_out["not there"]
    (plain,) = found.peers
    assert plain.queries == 3 and plain.ours.wall_ms > 0 and plain.theirs.wall_ms > 0 and plain.version != "unknown"
    assert plain.wall.least <= plain.wall.median <= plain.wall.most
    assert found.quality == {} == plain.quality
    # A part of the same work; of seven repeats, for in one or two the process may do other things besides.
    assert found.legs and 0 < found.legs.theirs.cpu_ms < found.legs.ours.cpu_ms


def test_a_slow_peer_is_asked_less_but_asked(made_index: Path):
    found = compared(Engine(made_index), [], Limits(queries=50, repeats=1, most_seconds=0.0), known=[PEERS[0]])
    assert found.peers[0].queries == 1
