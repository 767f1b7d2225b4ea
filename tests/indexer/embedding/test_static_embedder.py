"""The bundled model: shape, steadiness, meaning across languages, and other libraries on its folder."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.benchmarks import embedding as embedding_benchmark
from indexer.embedding import BUNDLED, Embedder, load
from indexer.embedding.static import StaticEmbedder, is_static_folder
from indexer.errors import SettingError

SENTENCES = [
    "The province launched a digital identity card for residents.",
    "La province a lancé une carte d’identité numérique pour les résidents.",
    "Wait times at service counters fell by half after the appointment system opened.",
    "Les employés suivent une formation sur le langage clair.",
    "Ministers will meet again in the fall of 2024.",
    "S.O.",
    "L'Œuvre de l'État — nº 42",
    "naïve café ﬁnance ①",
]
TRANSLATIONS = [
    (
        "Citizens can renew their driver's licence online.",
        "Les citoyens peuvent renouveler leur permis de conduire en ligne.",
    ),
    (
        "The call centre answers most questions within two minutes.",
        "Le centre d'appels répond à la plupart des questions en deux minutes.",
    ),
    (
        "The committee approved the budget for next year.",
        "Le comité a approuvé le budget de l'année prochaine.",
    ),
    (
        "Staff in remote communities need better internet access.",
        "Le personnel des collectivités éloignées a besoin d'un meilleur accès à Internet.",
    ),
    ("Personal information is protected by law.", "Les renseignements personnels sont protégés par la loi."),
    ("My sister bought a red bicycle.", "Ma sœur a acheté un vélo rouge."),
    ("Fishing licences are sold at the office.", "Les permis de pêche sont vendus au bureau."),
    (
        "Parents may register a birth without visiting the hospital.",
        "Les parents peuvent enregistrer une naissance sans se rendre à l'hôpital.",
    ),
]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load()


def assert_unit_rows(vectors: np.ndarray, rows: int, dimension: int) -> None:
    assert vectors.dtype == np.float32
    assert vectors.shape == (rows, dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_rows_are_float32_of_unit_length(embedder: Embedder) -> None:
    assert_unit_rows(embedder.encode_documents(SENTENCES), len(SENTENCES), embedder.dimension)
    assert_unit_rows(embedder.encode_queries(SENTENCES), len(SENTENCES), embedder.dimension)


def test_no_text_gives_no_row(embedder: Embedder) -> None:
    for vectors in (embedder.encode_documents([]), embedder.encode_queries([])):
        assert vectors.shape == (0, embedder.dimension)
        assert vectors.dtype == np.float32


@pytest.mark.parametrize("nothing", ["", "   ", "…!?", "日本語", "\x00"])
def test_text_without_known_tokens_is_a_fixed_unit_vector_near_nothing(embedder: Embedder, nothing: str) -> None:
    vectors = embedder.encode_documents([nothing, *SENTENCES[:5]])
    np.testing.assert_array_equal(vectors[0], embedder.encode_queries([""])[0])
    assert_unit_rows(vectors, 6, embedder.dimension)
    assert np.abs(vectors[1:] @ vectors[0]).max() < 0.3


def test_unknown_tokens_do_not_move_a_text(embedder: Embedder) -> None:
    known, mixed = embedder.encode_documents(["permis de conduire", "permis 日本 de conduire"])
    np.testing.assert_allclose(known, mixed, atol=1e-6)


@pytest.mark.parametrize("broken", ["permis \ud835 de conduire", "\udc00"])
def test_half_a_surrogate_pair_is_survived(embedder: Embedder, broken: str) -> None:
    assert_unit_rows(embedder.encode_documents([broken, "licence"]), 2, embedder.dimension)


def test_case_and_accents_do_not_matter(embedder: Embedder) -> None:
    first, second = embedder.encode_queries(["Éducation à l’ÉCOLE", "education a l'ecole"])
    np.testing.assert_allclose(first, second, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(text, min_size=1, max_size=6))
def test_any_text_has_a_unit_row_that_its_neighbours_do_not_change(texts: list[str]) -> None:
    embedder = load()
    vectors = embedder.encode_documents(texts)
    assert_unit_rows(vectors, len(texts), embedder.dimension)
    for row, alone in enumerate(texts):
        np.testing.assert_array_equal(vectors[row], embedder.encode_documents([alone])[0])


def test_batches_of_any_size_give_the_same_vectors(embedder: Embedder) -> None:
    texts = [f"{SENTENCES[i % len(SENTENCES)]} {i}" for i in range(2_500)]
    together = embedder.encode_documents(texts)
    np.testing.assert_array_equal(together[1_000:1_100], embedder.encode_documents(texts[1_000:1_100]))
    np.testing.assert_array_equal(together[2_499], embedder.encode_documents(texts[2_499:])[0])


def test_a_very_long_text_is_the_mean_of_all_of_it(embedder: Embedder) -> None:
    long, short = embedder.encode_documents(["permis de pêche " * 20_000, "permis de pêche"])
    np.testing.assert_allclose(long, short, atol=1e-4)


def test_two_loads_agree() -> None:
    first, second = load(), load()
    assert first.id == second.id
    np.testing.assert_array_equal(first.encode_documents(SENTENCES), second.encode_documents(SENTENCES))


def test_id_names_the_model_and_changes_with_it(embedder: Embedder, tmp_path: Path) -> None:
    name, digest = embedder.id.rsplit("-", 1)
    assert name == "council-static-fr-en"
    assert len(digest) == 12
    copy = Path(shutil.copytree(BUNDLED, tmp_path / "copy"))
    assert load(str(copy)).id == embedder.id
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    assert load(str(copy)).id != embedder.id


def test_a_translation_is_nearer_than_any_other_sentence(embedder: Embedder) -> None:
    english = embedder.encode_documents([pair[0] for pair in TRANSLATIONS])
    french = embedder.encode_documents([pair[1] for pair in TRANSLATIONS])
    cosines = french @ english.T
    assert (cosines.argmax(axis=1) == np.arange(len(TRANSLATIONS))).all()
    assert (cosines.argmax(axis=0) == np.arange(len(TRANSLATIONS))).all()
    for width in (128, 64):
        assert (french[:, :width] @ english[:, :width].T).argmax(axis=1).tolist() == list(range(len(TRANSLATIONS)))


@pytest.mark.parametrize("question", ["Where can I get a permit to fish?", "Où obtenir une licence de pêche?"])
def test_a_question_finds_its_passage_in_both_languages(embedder: Embedder, question: str) -> None:
    passages = [text for pair in TRANSLATIONS for text in pair]
    best = np.argsort(-(embedder.encode_documents(passages) @ embedder.encode_queries([question])[0]))[:2]
    assert {passages[i] for i in best} == set(TRANSLATIONS[6])


def test_model2vec_opens_the_folder_and_agrees(embedder: Embedder) -> None:
    model2vec = pytest.importorskip("model2vec")
    theirs = model2vec.StaticModel.from_pretrained(BUNDLED).encode([*SENTENCES, "pêche 日本 " * 700])
    np.testing.assert_allclose(embedder.encode_documents([*SENTENCES, "pêche 日本 " * 700]), theirs, atol=1e-4)


def test_sentence_transformers_opens_the_folder_and_agrees(embedder: Embedder) -> None:
    library = pytest.importorskip("sentence_transformers")
    theirs = library.SentenceTransformer(str(BUNDLED), device="cpu").encode(SENTENCES)
    np.testing.assert_allclose(embedder.encode_documents(SENTENCES), theirs, atol=1e-4)


def test_bundled_folder_is_small_and_readable_by_all() -> None:
    files = [path for path in BUNDLED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 16 * 2**20
    assert (BUNDLED / "MODEL_CARD.md").is_file()
    assert all(path.parent == BUNDLED for path in files), "package data is taken from this folder alone"
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in files)


def test_speed_is_measured_beside_model2vec(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("model2vec")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "sentence_transformers" else real(name)
    )
    assert embedding_benchmark.main(["--seconds", "0.2", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert list(rows) == ["bundled", "model2vec, same folder"]
    assert rows["bundled"]["sentences_per_second"] > 0
    assert rows["bundled"]["bundled_is_faster_by"] == 1
    assert embedding_benchmark.main(["--seconds", "0.01"]) == 0
    assert "sentences/s" in capsys.readouterr().out


def test_bundled_model_imports_no_torch() -> None:
    program = (
        "import sys, indexer.embedding\n"
        "heavy = {'torch', 'sentence_transformers', 'tokenizers', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert indexer.embedding.load().encode_queries(['permis']).shape[0] == 1\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'model2vec'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


def test_folder_of_another_kind_is_told_apart(tmp_path: Path) -> None:
    assert is_static_folder(BUNDLED)
    assert not is_static_folder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    for content in (
        b"",
        b"\x05\0\0\0\0\0\0\0{}[]!",
        b"\xff" * 40,
        b"\x02\0\0\0\0\0\0\0{}",
        b"\x02\0\0\0\0\0\0\0[]",
    ):
        (tmp_path / "model.safetensors").write_bytes(content)
        assert not is_static_folder(tmp_path)


@pytest.mark.parametrize("damage", ["short table", "not a tokenizer", "other tokenizer", "missing"])
def test_damaged_folder_is_named_with_the_mend(tmp_path: Path, damage: str) -> None:
    folder = Path(shutil.copytree(BUNDLED, tmp_path / "damaged"))
    if damage == "short table":
        weights = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    elif damage == "not a tokenizer":
        (folder / "tokenizer.json").write_text("{}")
    elif damage == "other tokenizer":
        tokenizer = json.loads((folder / "tokenizer.json").read_text())
        tokenizer["model"]["vocab"].popitem()
        (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    else:
        shutil.rmtree(folder)
    with pytest.raises(SettingError, match=r"damaged.*indexer\.embedding\.train"):
        StaticEmbedder.open(folder)
