"""The analyser: words, stems and surface forms in both languages."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import text
from indexer.documents import Language

LANGUAGES: tuple[Language, ...] = ("en", "fr")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("l'identité", ["identite"]),
        ("l’identité", ["identite"]),
        ("D’ABORD", ["abord"]),
        ("qu'ils jusqu’ici lorsqu'elle puisqu’on quoiqu'il", ["ils", "ici", "elle", "on", "il"]),
        ("s'inscrire n'est j'ai m'aider t'offrir c'est", ["inscrire", "est", "ai", "aider", "offrir", "est"]),
        ("O’Brien", ["o", "brien"]),
        ("co-location", ["co", "location", "colocation"]),
        ("libre‑service", ["libre", "service", "libreservice"]),
        ("one-stop-shop", ["one", "stop", "shop", "onestopshop"]),
        ("C.-B.", ["cb"]),
        ("l’Î.-P.-É.", ["ipe"]),
        ("T.-N.-L. et N.W.T.", ["tnl", "et", "nwt"]),
        ("N.-É., N.-B.", ["ne", "nb"]),
        ("2024-118", ["2024", "118", "2024-118"]),
        ("COVID-19", ["covid", "19", "covid-19"]),
        ("www.example.ca/aide", ["www", "example", "ca", "aide"]),
        ("and/or", ["and", "or"]),
        ("œuvre Ælfgar Straße", ["oeuvre", "aelfgar", "strasse"]),
        ("ﬁchier", ["fichier"]),
        ("Guichet™ № 5", ["guichettm", "no", "5"]),
        ("snake_case", ["snake", "case"]),
        ("« Bonjour ! » (oui…)", ["bonjour", "oui"]),
        ("", []),
        ("— – • …", []),
    ],
)
def test_words(written: str, expected: list[str]) -> None:
    assert text.words(written) == expected


@given(st.text())
def test_folding_leaves_neither_case_nor_accents(written: str) -> None:
    folded = text.fold(written)
    assert folded == folded.lower()
    assert not any("\u0300" <= sign <= "\u036f" for sign in unicodedata.normalize("NFKD", folded))


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_accents_match_however_they_are_encoded(form: str) -> None:
    plain = "realisations a Quebec, ou etait le francais"
    accented = "Réalisations à Québec, où était le français"
    assert text.words(unicodedata.normalize(form, accented)) == text.words(plain)


@given(st.text() | st.text(alphabet="aéœL’'-.­/19 \ud800\u0301CB"))
def test_any_text_gives_clean_tokens(written: str) -> None:
    tokens = [*text.words(written), *text.surface_forms(written)]
    for language in LANGUAGES:
        tokens += text.stems(written, language)
    # The lexical index parts tokens by white space.
    assert all(token and len(token.split()) == 1 for token in tokens)
    assert text.words(written) == text.words(written)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "counters", "counter"),
        ("en", "renewing", "renewed"),
        ("fr", "guichets", "guichet"),
        ("fr", "numériques", "numerique"),
        ("fr", "nationaux", "national"),
        ("fr", "renouvellements", "renouvellement"),
    ],
)
def test_inflections_share_a_stem(language: Language, one: str, other: str) -> None:
    assert text.stems(one, language) == text.stems(other, language)


def test_each_language_has_its_own_stop_words() -> None:
    assert text.stems("the name of the counter", "en") == ["name", "counter"]
    assert text.stems("le nom de la rue", "fr") == ["nom", "ru"]
    assert "the" in text.stems("the", "fr")


def test_surface_forms_are_neither_stemmed_nor_stop_words_of_either_language() -> None:
    assert text.surface_forms("les guichets of the Outaouais en 2019") == ["guichets", "outaouais", "2019"]


def test_threads_get_what_one_thread_gets() -> None:
    texts = [
        f"Les {word}s numériques de l’Alberta ont {n} counters renewing" for n, word in enumerate(["guichet"] * 200)
    ]

    def analyse(written: str) -> list[list[str]]:
        return [text.stems(written, "fr"), text.stems(written, "en"), text.surface_forms(written)]

    alone = [analyse(written) for written in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(analyse, texts * 8)) == alone * 8
