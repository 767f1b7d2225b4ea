"""Names of jurisdictions as people write them, and the words that only look like them."""

from __future__ import annotations

import copy
import time
import tomllib
import unicodedata
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SettingError
from indexer.jurisdiction_names import load
from indexer.jurisdictions import CODES, Jurisdiction, all_jurisdictions, exact, find_mentions, get, named_in

NAMED = [
    ("La C.-B. et l’Alberta", "BC AB"),
    ("la C.-\nB. puis la Colombie-\nBritannique, ou Colombie- Britannique", "BC BC BC"),
    ("B.C., BC and bc", "BC BC BC"),
    ("Britanno-Colombiennes et Ontariens", "BC ON"),
    ("Nova Scotians and New Brunswickers", "NS NB"),
    ("the Northwest Territories (N.W.T.)", "NT NT"),
    ("les T.N.-O. ; T.-N.-L. ; l'I.-P.-E.", "NT NL PE"),
    ("terre neuve et labrador, ILE DU PRINCE EDOUARD", "NL PE"),
    ("Comité tripartite de la Colombie-Britannique", "BC"),
    ("La Sask. veut savoir ; Sask too", "SK SK"),
    ("Ann (NT), Bo (YK), Cy (Man.), Di (Ont.)", "NT YT MB ON"),
    ("BC, ON and QC", "BC ON QC"),
    ("Toronto, ON M5V 1A1", "ON"),
    ("Service Canada (SC) et l’ARC", "ESDC ESDC CRA"),
    ("EDSC/Service Canada", "ESDC ESDC"),
    ("Immigration, Refugees and Citizenship Canada or IRCC", "IRCC IRCC"),
    ("the Immigration and Refugee Board", "IRB"),
    ("Service Nouveau-Brunswick et Service New Brunswick", "NB NB"),
    ("MyAlberta Digital ID, ServiceOntario, PayBC, BC Registries", "AB ON BC BC"),
    ("Ontario's portal, Yukon’s form", "ON YT"),
    ("Ed (FPSM, Région de Peel), Fi (Toronto)", "MUNI MUNI MUNI"),
    ("Montréal and the City of Saskatoon presented", "MUNI MUNI"),
    ("le secrétariat de l’ISAC", "ICCS"),
    ("Secrétariat du Conseil du Trésor ; Secrétariat du Conseil du trésor du Québec", "TBS QC"),
    ("Anciens Combattants veut aider les anciens combattants", "VAC"),
    ("Le NB offre ceci. N.-B. : cela", "NB NB"),
]

NOT_NAMED = [
    "on va, ns, man, nu, pe, sask",
    "NB: take note. NB : à noter. N.B. : bis",
    "QUAND ON VEUT ON PEUT",
    "la Colombie, Columbia, Victoria, le Canada, gouvernement du Canada",
    "5 MB, 300 BC, an AB test, Windows NT",
    "We met in Toronto, near Calgary; un labo de Toronto, à Montréal, près d’Edmonton",
    "http://www2.gov.bc.ca/ontario a.b@gov.nt.ca www.Alberta.example gov.bc.ca",
    "Ontario Street, rue Ontario, lac Ontario, Quebec City",
    "the arc of an acc, Rochelle York, peel off",
    "numéro d’entreprise (NE)",
    "Ontario2, preOntario, MBA",
]

EXACT = [
    ("AGENCE DU REVENU DU CANADA", "CRA"),
    ("AGENCE DU \nREVENU DU \n\nCANADA ", "CRA"),
    ("NOUVEAU-\nBRUNSWICK", "NB"),
    ("Services publics et Approvisionnement Canada (SPAC)", "PSPC"),
    (" ADMINISTRATION : COLOMBIE-BRITANNIQUE ", "BC"),
    ("Jurisdiction: Québec", "QC"),
    ("ANCIENS COMBATT\nANTS CANADA", "VAC"),
    ("3. Gouvernement de l’Ontario", "ON"),
    ("The Yukon", "YT"),
    ("ON", "ON"),
    ("Employment and Social Development Canada (ESDC) / Service Canada (SC)", "ESDC"),
    ("FPSM (Région de Waterloo)", "MUNI"),
    ("Manitoba¹", "MB"),
    ("Nova Scotia *", "NS"),
    ("Alberta [3]", "AB"),
    ("Yukon2", "YT"),
    ("Nouveau-Brunswick (1)", "NB"),
    ("Government of Manitoba (GM)", "MB"),
    ("Gov’t of Yukon", "YT"),
    ("Govt. of Alberta", "AB"),
    ("Gouv. du Québec", "QC"),
    ("Immigration, Refugees & Citizenship Canada²", "IRCC"),
    ("Terre-Neuve & Labrador", "NL"),
    ("ESDC – Lighthouses Canada", "ESDC"),
    ("Québec — MPPQ", "QC"),
    ("Manitoba, Department of Rivers and Tides", "MB"),
    ("Nova Scotia - Harbour Safety Agency", "NS"),
    ("QUÉBEC – MINISTÈRE DES MARÉES", "QC"),
    ("Québec, ministère des Marées, des Phares et de la Brume côtière", "QC"),
    ("City of Dawson", "MUNI"),
    ("VILLE D’ALMA", "MUNI"),
    ("Ville de La Tuque", "MUNI"),
    ("Municipality of Clarington (Ontario)", "MUNI"),
    ("Town of Portage la Prairie, Manitoba", "MUNI"),
    ("Manitoba – a new quay", None),
    ("Manitoba – A New Agency", None),
    ("Manitoba – Quay Opening", None),
    ("MANITOBA – QUAY", None),
    ("Manitoba, Canada", None),
    ("Manitoba, which opens an agency", None),
    ("Manitoba, Department of Rivers opens its quay", None),
    ("Manitoba – Department of Rivers: a quay", None),
    ("Québec – le ministère creuse un bassin", None),
    ("Québec, ministère qui creuse un bassin", None),
    ("Québec – Ministère des Marées creuse la rade", None),
    ("Manitoba – Lighthouses Yukon", None),
    ("Manitoba & Alberta", None),
    ("City of the Future", None),
    ("City of light", None),
    ("Ville de demain", None),
    ("City of Dawson opens a quay", None),
    ("City of Dawson, which opens a quay", None),
    ("City of Dawson.", None),
    ("on", None),
    ("Ontarians", None),
    ("PayBC", None),
    ("Canada", None),
    ("Ontario et Québec", None),
    ("Ontario : priorités", None),
    ("", None),
    ("Ontario " * 100, None),
]


@pytest.mark.parametrize(("text", "codes"), NAMED)
def test_named(text: str, codes: str) -> None:
    assert [mention.code for mention in find_mentions(text)] == codes.split()


@pytest.mark.parametrize("text", NOT_NAMED)
def test_not_named(text: str) -> None:
    assert find_mentions(text) == ()


@pytest.mark.parametrize(("text", "code"), EXACT)
def test_exact(text: str, code: str | None) -> None:
    assert exact(text) == code


def test_named_in_counts_then_takes_the_first() -> None:
    assert named_in("Yukon, Alberta, Ontario, Alberta") == ("AB", "YT", "ON")
    assert named_in("nobody") == ()


def test_the_longest_name_is_one_mention() -> None:
    (mention,) = find_mentions("Voir Service Nouveau-Brunswick.")
    assert (mention.start, mention.end, mention.matched) == (5, 30, "Service Nouveau-Brunswick")


def test_every_code_has_its_names_and_they_name_it() -> None:
    members = all_jurisdictions()
    assert tuple(sorted(m.code for m in members)) == tuple(sorted(CODES))
    for member in members:
        assert get(member.code) is member
        for name in (member.name_en, member.name_fr, member.name_fr.upper(), member.name_fr.replace("’", "'")):
            assert exact(name) == member.code
        for phrase in (member.article_en, member.article_fr, member.preposition_fr):
            assert named_in(phrase) == (member.code,)
    assert get("PE").preposition_fr == "à l’Île-du-Prince-Édouard"
    assert get("MB").preposition_fr == "au Manitoba"
    with pytest.raises(KeyError):
        get("XX")


@given(
    st.sampled_from(all_jurisdictions()),
    st.sampled_from(["", "¹", " *", "[2]", "³⁴"]),
    st.sampled_from(["", " – Ministry of Tides", ", Harbour Safety Agency", " — Office des marées"]),
)
def test_notes_and_organisations_leave_the_member(member: Jurisdiction, mark: str, organisation: str) -> None:
    for name in (member.name_en, member.name_fr):
        if not (organisation and "," in name):
            assert exact(f"{name}{organisation}{mark}") == member.code
        assert exact(f"{name}{organisation}{mark} opens a quay") is None


PIECES = st.sampled_from([text for text, _ in NAMED] + NOT_NAMED + ["C.-", "\n", "É", "e\u0301", "İ", "ß", "\u00ad"])
TEXTS = st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join))


@settings(deadline=None)
@given(TEXTS)
def test_mentions_are_slices_in_order(text: str) -> None:
    last = 0
    for mention in find_mentions(text):
        assert last <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.matched
        last = mention.end
    assert set(named_in(text)) == {mention.code for mention in find_mentions(text)}
    assert exact(text) in (None, *CODES)


@settings(deadline=None)
@given(st.lists(st.sampled_from([text for text, _ in NAMED])).map("\n".join))
def test_decomposed_accents_change_nothing(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    composed, decomposed = find_mentions(text), find_mentions(apart)
    assert [m.code for m in composed] == [m.code for m in decomposed]
    assert [m.matched for m in composed] == [unicodedata.normalize("NFC", m.matched) for m in decomposed]


@pytest.mark.parametrize("piece", ["a", "N.-", "A.@", "Service Public ", "Ontario, ", "www.", "( "])
def test_time_grows_with_the_text_only(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    begin = time.thread_time()
    find_mentions(text)
    assert time.thread_time() - begin < 2


def table() -> dict[str, Any]:
    return tomllib.loads(files("indexer").joinpath("data/jurisdictions.toml").read_text(encoding="utf-8"))


def test_a_missing_code_is_named() -> None:
    data = table()
    data["jurisdiction"] = [row for row in data["jurisdiction"] if row["code"] != "NU"]
    with pytest.raises(SettingError, match="NU"):
        load(data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": "ZZ"}, "ZZ"),
        ({"code": "AB"}, "AB stands twice"),
        ({"name_fr": ""}, "BC has no name_fr"),
        ({"kind": "planet"}, "planet"),
        ({"name": "x"}, "BC has name"),
        ({"demonyms": ["Ontarian"]}, "'Ontarian' stands for BC and ON"),
        ({"organisations": ["PayBC"], "flagships": ["PAYBC"]}, "'PAYBC' stands twice"),
        ({"abbreviations": ["--"]}, "'--' is no name"),
        ({"domains": ["ontario.ca"]}, "'ontario.ca' stands for BC and ON"),
        ({"cased": [{"text": "BC", "context": "dream"}]}, "dream"),
    ],
)
def test_a_faulty_row_is_refused_with_the_entry(change: dict[str, Any], message: str) -> None:
    data = copy.deepcopy(table())
    data["jurisdiction"][0].update(change)
    with pytest.raises(SettingError, match=message):
        load(data)


def test_a_faulty_context_is_refused() -> None:
    data = table()
    data["contexts"]["placed"]["after"] = "("
    with pytest.raises(SettingError, match="placed"):
        load(data)
