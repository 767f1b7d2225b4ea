"""The optional cross-encoder, through a real one: small, random, made here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import SettingError
from service.engine import Engine
from service.query import understand
from service.reranker import READ, open_reranker


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer with a head of one output, saved as sentence-transformers saves cross-encoders."""
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    torch.manual_seed(4)
    path = tmp_path_factory.mktemp("cross-encoder")
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *"abcdefghijklmnopqrstuvwxyz",
        *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"),
    ]
    (path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    transformers.BertTokenizerFast(str(path / "vocab.txt")).save_pretrained(path)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    transformers.BertForSequenceClassification(config).save_pretrained(path)
    return path


def test_the_first_passages_come_in_its_order(corpus_index, folder):
    query = understand("digital identity", limit=20)
    plain, again = Engine(corpus_index).hits(query), Engine(corpus_index, reranker=str(folder)).hits(query)
    texts = ["\n".join((*hit.passage.heading, hit.passage.text)) for hit in again]
    scores = open_reranker(str(folder)).score(query.text, texts)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert [hit.score for hit in again] == sorted((hit.score for hit in again), reverse=True)
    shown = {hit.passage.id: score for hit, score in zip(again, scores, strict=True)}
    unfolded = [hit for hit in again if not hit.versions]
    assert [hit.score for hit in unfolded] == pytest.approx([shown[hit.passage.id] for hit in unfolded], abs=1e-4)
    assert [hit.passage.id for hit in again] != [hit.passage.id for hit in plain]


def test_answers_and_searches_pass_through_it(corpus_index, folder):
    engine = Engine(corpus_index, reranker=str(folder))
    answer = engine.answer(understand("Which jurisdictions piloted chatbots?"))
    assert [hit.passage_id for hit in answer.passages] == [
        hit.passage_id for hit in engine.search(understand("Which jurisdictions piloted chatbots?")).passages
    ]


def test_it_reads_so_many_and_no_more(index, corpus_index):
    from service.ranked import Ranked
    from service.reranker import reranked

    class Backwards:
        asked = 0

        def score(self, question, texts):
            self.asked = len(texts)
            return np.linspace(0, 1, len(texts), dtype=np.float32)

    passages = index.passages()[: READ + 10]
    ranked = [Ranked(n, passage, 5.0 - n / 100) for n, passage in enumerate(passages)]
    reranker = Backwards()
    again = reranked(reranker, "question", ranked)
    assert reranker.asked == READ
    assert [item.number for item in again] == [*range(READ - 1, -1, -1), *range(READ, READ + 10)]
    assert [item.score for item in again] == sorted((item.score for item in again), reverse=True)
    assert reranked(reranker, "question", []) == []


@pytest.mark.parametrize("name", ["no-such-folder/at-all"])
def test_a_name_that_is_no_model_is_named_with_the_mend(corpus_index, name):
    with pytest.raises(SettingError, match=f"--reranker {name}.*name a"):
        Engine(corpus_index, reranker=name)


def test_a_model_of_several_outputs_is_refused(folder, tmp_path):
    transformers = pytest.importorskip("transformers")
    import shutil

    other = tmp_path / "three"
    shutil.copytree(folder, other)
    config = transformers.AutoConfig.from_pretrained(folder)
    config.num_labels = 3
    transformers.BertForSequenceClassification(config).save_pretrained(other)
    with pytest.raises(SettingError, match="3 outputs"):
        open_reranker(str(other))


def test_none_is_none():
    assert open_reranker(None) is None


def test_ties_go_by_number(index):
    from service.ranked import Ranked
    from service.reranker import reranked

    class Level:
        def score(self, question, texts):
            return np.full(len(texts), 0.5, np.float32)

    passage = index.passages()[0]
    ranked = [Ranked(n, replace(passage, id=f"p{n}"), 1.0) for n in (3, 1, 2)]
    assert [item.number for item in reranked(Level(), "question", ranked)] == [1, 2, 3]
