from __future__ import annotations

import copy
import re
import tomllib
from importlib.resources import files

import pytest

from indexer.errors import SettingError
from indexer.jurisdictions import CODES, get, named_in
from service.answering import names

LANGUAGES = ("en", "fr")
RAW = tomllib.loads((files("service") / "data" / "jurisdiction_forms.toml").read_text(encoding="utf-8"))

# Subject, place, of; from the style guides, not from the table.
WRITTEN = [
    ("BC", "en", "British Columbia", "in British Columbia", "of British Columbia"),
    ("NT", "en", "the Northwest Territories", "in the Northwest Territories", "of the Northwest Territories"),
    ("CRA", "en", "the Canada Revenue Agency", "at the Canada Revenue Agency", "of the Canada Revenue Agency"),
    ("BC", "fr", "la Colombie-Britannique", "en Colombie-Britannique", "de la Colombie-Britannique"),
    ("AB", "fr", "l’Alberta", "en Alberta", "de l’Alberta"),
    ("MB", "fr", "le Manitoba", "au Manitoba", "du Manitoba"),
    ("ON", "fr", "l’Ontario", "en Ontario", "de l’Ontario"),
    ("QC", "fr", "le Québec", "au Québec", "du Québec"),
    ("NS", "fr", "la Nouvelle-Écosse", "en Nouvelle-Écosse", "de la Nouvelle-Écosse"),
    ("PE", "fr", "l’Île-du-Prince-Édouard", "à l’Île-du-Prince-Édouard", "de l’Île-du-Prince-Édouard"),
    ("NL", "fr", "Terre-Neuve-et-Labrador", "à Terre-Neuve-et-Labrador", "de Terre-Neuve-et-Labrador"),
    ("YT", "fr", "le Yukon", "au Yukon", "du Yukon"),
    (
        "NT",
        "fr",
        "les Territoires du Nord-Ouest",
        "dans les Territoires du Nord-Ouest",
        "des Territoires du Nord-Ouest",
    ),
    ("NU", "fr", "le Nunavut", "au Nunavut", "du Nunavut"),
    ("CRA", "fr", "l’Agence du revenu du Canada", "à l’Agence du revenu du Canada", "de l’Agence du revenu du Canada"),
    ("VAC", "fr", "Anciens Combattants Canada", "à Anciens Combattants Canada", "d’Anciens Combattants Canada"),
]


@pytest.mark.parametrize(("code", "language", "subject", "place", "of"), WRITTEN)
def test_names_take_the_article_and_preposition_of_good_usage(code, language, subject, place, of):
    found = names.forms(code, language)
    assert (found.subject, found.place, found.of) == (subject, place, of)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_code_has_every_form_and_each_names_it(code, language):
    known = get(code)
    for form in ("subject", "place", "of"):
        text = names.form(code, language, form)
        assert named_in(text) == (code,)
        assert text.endswith(known.name_en if language == "en" else known.name_fr[1:])
        assert "  " not in text and "'" not in text and text == text.strip()


@pytest.mark.parametrize("code", CODES)
def test_french_articles_are_contracted(code):
    found = names.forms(code, "fr")
    for text in (found.place, found.of):
        assert not re.search(r"\b(?:de|à) les?\b", text)
        assert not re.search(r"\bde [AEIOUÉÎ]", text), "de is elided before a vowel"
    if found.subject.startswith("le "):
        assert found.of == "du " + found.subject[3:]
        assert found.place == "au " + found.subject[3:]
        assert (found.plural, found.gender) == (False, "masculine")
    elif found.subject.startswith("les "):
        assert found.of == "des " + found.subject[4:]
        assert found.plural
    elif found.subject.startswith("la "):
        assert found.of == "de " + found.subject
        assert (found.plural, found.gender) == (False, "feminine")
    else:
        assert not found.plural


@pytest.mark.parametrize("code", CODES)
def test_the_indexers_table_says_the_same(code):
    known = get(code)
    assert names.form(code, "en", "subject") == known.article_en
    assert names.form(code, "fr", "subject") == known.article_fr
    assert names.form(code, "fr", "place") == known.preposition_fr


def test_only_those_that_are_several_are_plural():
    plural = {(code, language) for code in CODES for language in LANGUAGES if names.forms(code, language).plural}
    assert plural == {("NT", "fr"), ("MUNI", "fr"), ("MUNI", "en")}


def test_an_unknown_code_has_no_form():
    with pytest.raises(KeyError):
        names.forms("ZZ", "en")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda data: data.pop("MB"), "MB"),
        (lambda data: data.update(ZZ=data["MB"]), "ZZ"),
        (lambda data: data["MB"].pop("fr"), "MB.fr.subject"),
        (lambda data: data["MB"]["en"].update(place=" "), "MB.en.place"),
        (lambda data: data["MB"]["fr"].update(plural="no"), "MB.fr.plural"),
        (lambda data: data["MB"]["fr"].pop("gender"), "MB.fr.gender"),
    ],
)
def test_a_table_with_a_gap_is_refused_by_name(change, named):
    data = copy.deepcopy(RAW)
    change(data)
    with pytest.raises(SettingError, match=re.escape(named)):
        names.load(data)
