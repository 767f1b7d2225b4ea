from __future__ import annotations

import gzip
from importlib.resources import files

import pytest

from indexer import text
from indexer.bilingual_lexicon import MOST_TRANSLATIONS, bilingual_lexicon, parse, train
from indexer.errors import SettingError


def stem(word, language):
    return text.stems(word, language)[0]


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("renewal", "renouvellement"),
        ("survey", "sondage"),
        ("employee", "employé"),
        ("birth", "naissance"),
        ("licence", "permis"),
        ("health", "santé"),
        ("citizen", "citoyen"),
    ],
)
def test_words_of_the_field_have_their_translation(english, french):
    lexicon = bilingual_lexicon()
    there = [translation.stem for translation in lexicon.translations(stem(english, "en"), "en")]
    back = [translation.stem for translation in lexicon.translations(stem(french, "fr"), "fr")]
    assert stem(french, "fr") in there
    assert stem(english, "en") in back


def test_the_best_translation_weighs_one_and_the_others_less():
    lexicon = bilingual_lexicon()
    for language in ("en", "fr"):
        for word in list(lexicon.out_of[language])[::50]:
            weights = [translation.weight for translation in lexicon.translations(word, language)]
            assert weights[0] == 1.0
            assert weights == sorted(weights, reverse=True)
            assert all(0 < weight <= 1 for weight in weights)
            assert len(weights) <= MOST_TRANSLATIONS


def test_an_unknown_word_has_none():
    assert bilingual_lexicon().translations("zzyzx", "en") == ()


@pytest.mark.parametrize(
    "line", ["one two 5", "one\ttwo", "one\ttwo\tthree\t4", "one\ttwo\tmany", "one\ttwo\t0", "a\tb\t101"]
)
def test_a_wrong_line_is_named(line):
    with pytest.raises(SettingError, match=r"lexicon\.tsv, line 2"):
        parse(["a\tb\t50", line])


def test_the_table_is_in_order_and_says_nothing_twice():
    lines = files("indexer").joinpath("bilingual_lexicon/bundled/lexicon.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split("\t")[:2]) for line in lines]
    assert pairs == sorted(set(pairs))
    assert all(part.isalpha() for pair in pairs for part in pair)


def test_training_reads_allowed_sources_alone_and_writes_what_can_be_read(tmp_path, capsys):
    rows = [
        ("digital/cds-snc/gcds-docs", f"the lighthouse number {number} {more}", f"le phare numéro {number} {plus}")
        for number in range(30)
        for more, plus in (("shines", "brille"), ("closes", "ferme"))
    ] + [("multi30k", f"a zebra {number} grazes", f"un zèbre {number} broute") for number in range(30)]
    pairs = tmp_path / "pairs.tsv.gz"
    with gzip.open(pairs, "wt", encoding="utf-8") as out:
        out.writelines("\t".join(row) + "\n" for row in rows)
    output = tmp_path / "lexicon.tsv"
    assert train.main(["--pairs", str(pairs), "--output", str(output)]) == 0
    assert str(output) in capsys.readouterr().out
    lexicon = parse(output.read_text(encoding="utf-8").splitlines())
    assert "phar" in [translation.stem for translation in lexicon.translations("lighthous", "en")]
    assert lexicon.translations("zebra", "en") == ()


def test_training_on_no_file_says_which(tmp_path, capsys):
    assert train.main(["--pairs", str(tmp_path / "absent.gz"), "--output", str(tmp_path / "out.tsv")]) == 1
    assert "absent.gz" in capsys.readouterr().err
    assert not (tmp_path / "out.tsv").exists()
