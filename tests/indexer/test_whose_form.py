"""Whose exchange form it is: the jurisdiction line, then the text's own evidence, and the reason that is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import jurisdictions
from indexer.catalogue import CatalogueEntry
from indexer.describe import describe
from indexer.documents import CellPosition, Document, DocumentRecord
from indexer.whose_form import STATED_IN_CATALOGUE, STATED_IN_LINE, is_inferred, whose_form

Make = Callable[..., Document]

PARTS = [
    ("heading", "1. Achievements", 1),
    ("paragraph", "Two counters opened."),
    ("heading", "2. Priorities", 1),
    ("heading", "4. Needs", 1),
]


def answering(*sentences: str, front: tuple[tuple[str, str], ...] = ()) -> list[tuple[Any, ...]]:
    """A form with these answers, `front` before its first part."""
    return [("heading", "Exchange form"), *front, *PARTS, *(("paragraph", sentence) for sentence in sentences)]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("Jurisdiction: Nova Scotia",), "NS"),
        (("ADMINISTRATION : COLOMBIE-BRITANNIQUE",), "BC"),
        (("Province or territory: Yukon",), "YT"),
        (("Province ou territoire : Nunavut",), "NU"),
        (("Organization: Government of Manitoba",), "MB"),
        (("Organisation : Service Canada",), "ESDC"),
        (("Administration :", "Nouveau-Brunswick"), "NB"),
        (("Jurisdiction:", "Government of Alberta"), "AB"),
        (("Contact: Ontario", "Jurisdiction: Quebec"), "QC"),
        (("Name of the organization: Service Canada",), "ESDC"),
        (("Nom de votre administration : Yukon",), "YT"),
        (("Ministry or agency: Government of Manitoba",), "MB"),
        (("Submitted by: Government of Alberta",), "AB"),
        (("Soumis par : Nouveau-Brunswick",), "NB"),
        (("Jurisdiction – Nunavut",), "NU"),
        (("Organisme :", "Yukon"), "YT"),
        (("Submitted by: Ada Quill", "Member: Manitoba"), "MB"),  # who submits it may be a person
        (("Meeting of May 2031 Jurisdiction: Yukon",), "YT"),  # glued to the line before
    ],
)
def test_the_line_or_the_block_after_it_states_the_jurisdiction(
    make_document: Make, lines: tuple[str, ...], code: str
) -> None:
    document = make_document(*answering(*["Ontario leads."] * 20, front=tuple(("paragraph", line) for line in lines)))
    owner = whose_form(document)
    assert (owner.code, owner.reason) == (code, STATED_IN_LINE)
    assert not is_inferred(owner.reason)


def test_the_name_may_stand_in_the_next_cell(make_document: Make) -> None:
    document = make_document(*answering(front=(("paragraph", "Jurisdiction"), ("paragraph", "Yukon"))))
    label, name = document.blocks[1:3]
    cells = replace(label, cell=CellPosition(0, 0, 0)), replace(name, cell=CellPosition(0, 0, 1))
    in_table = replace(document, blocks=(document.blocks[0], *cells, *document.blocks[3:]))
    assert whose_form(in_table).code == "YT"
    assert whose_form(document).code is None  # a lone word is no label outside a table


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Jurisdiction: ____", "the jurisdiction line is empty"),
        ("Organisation : Personne-ressource :", "the jurisdiction line is empty"),
        ("Jurisdiction: to be completed", "the jurisdiction line names no member"),
        ("Department or agency: ______", "the jurisdiction line is empty"),
        ("Submitted by: Ada Quill", "the jurisdiction line names no member"),
        ("Submitted by fax: Nova Scotia", "the form has no jurisdiction line"),
        ("Author: Nova Scotia", "the form has no jurisdiction line"),
    ],
)
def test_without_a_name_or_evidence_it_is_not_known_and_the_reason_says_why(
    make_document: Make, line: str, why: str
) -> None:
    owner = whose_form(make_document(*answering(front=(("paragraph", line),))))
    assert (owner.code, owner.reason) == (None, f"not known: {why} and no jurisdiction stands out")
    assert not is_inferred(owner.reason)


def test_a_label_among_the_answers_is_not_the_line(make_document: Make) -> None:
    assert whose_form(make_document(*answering("Jurisdiction: Nova Scotia"))).code is None


def test_the_text_s_evidence_decides_with_a_clear_lead(make_document: Make) -> None:
    document = make_document(
        *answering("Ontarians renew online.", "ServiceOntario opened.", "See https://www.ontario.ca/page/x for more."),
    )
    owner = whose_form(document)
    assert owner.code == "ON" and is_inferred(owner.reason)
    assert owner.reason == "inferred: 2 of 2 mentions are of ON; e-mail or web addresses at ontario.ca"
    rivals = make_document(*answering(*["Ontarians renew online. Albertans renew by mail."] * 9))
    assert whose_form(rivals).code is None
    little = make_document(*answering("Ontarians renew online."))
    assert whose_form(little).code is None


def test_a_third_of_the_evidence_is_no_lead(make_document: Make) -> None:
    crowd = ["Ontario met."] * 8 + [f"{name} met." for name in ("Alberta", "Yukon", "Quebec", "Manitoba")] * 3
    assert whose_form(make_document(*answering(*crowd))).code is None
    assert whose_form(make_document(*answering(*crowd, *["Ontario met."] * 4))).code == "ON"


def test_contacts_count_though_they_are_not_in_the_text(make_document: Make) -> None:
    document = make_document(*answering("Two counters opened in Saskatchewan."))
    assert whose_form(document).code is None
    reached = replace(document, contacts=("A. B.\na.b@gov.sk.ca", "C. D.\nc.d@saskatchewan.ca"))
    owner = whose_form(reached)
    assert owner.code == "SK"
    assert owner.reason == (
        "inferred: 1 of 1 mentions are of SK; e-mail or web addresses at gov.sk.ca, saskatchewan.ca"
    )
    assert "a.b" not in owner.reason


def test_the_catalogue_wins_and_only_forms_have_an_owner(make_document: Make) -> None:
    def described(document: Document, **entry: Any) -> DocumentRecord:
        return describe(document, "digest", CatalogueEntry(file="notes.txt", **entry) if entry else None)

    form = make_document(*answering(front=(("paragraph", "Jurisdiction: Nova Scotia"),)))
    stated = described(form, jurisdiction="MB")
    assert (stated.jurisdiction, stated.jurisdiction_reason) == ("MB", STATED_IN_CATALOGUE)
    read = described(form)
    assert (read.jurisdiction, read.jurisdiction_reason) == ("NS", STATED_IN_LINE)
    other = described(make_document(("paragraph", "Jurisdiction: Nova Scotia")))
    assert (other.jurisdiction, other.jurisdiction_reason) == (None, None)


def test_every_member_has_domains_of_its_own() -> None:
    for host, code in {
        "www2.gov.bc.ca": "BC",
        "GOV.BC.CA": "BC",
        "sante.gouv.qc.ca": "QC",
        "tbs-sct.gc.ca": "TBS",
        "example.org": None,
        "notontario.ca": None,
        "canada.ca": None,
    }.items():
        found = jurisdictions.at_domain(host)
        assert (found[0] if found else None) == code
    sample = {
        "BC": "gov.bc.ca", "AB": "alberta.ca", "SK": "gov.sk.ca", "MB": "gov.mb.ca", "ON": "ontario.ca",
        "QC": "quebec.ca", "NB": "gnb.ca", "NS": "novascotia.ca", "PE": "gov.pe.ca", "NL": "gov.nl.ca",
        "YT": "yukon.ca", "NT": "gov.nt.ca", "NU": "gov.nu.ca", "ESDC": "servicecanada.gc.ca", "CRA": "cra-arc.gc.ca",
        "TBS": "tbs-sct.gc.ca", "IRCC": "cic.gc.ca", "IRB": "irb-cisr.gc.ca", "VAC": "vac-acc.gc.ca",
        "PSPC": "pwgsc-tpsgc.gc.ca", "ISED": "ic.gc.ca", "CIRNAC": "rcaanc-cirnac.gc.ca", "MUNI": "toronto.ca",
        "ICCS": "iccs-isac.org",
    }  # fmt: skip
    assert set(sample) == set(jurisdictions.CODES)
    assert {code: jurisdictions.at_domain(domain) for code, domain in sample.items()} == {
        code: (code, domain) for code, domain in sample.items()
    }


@given(st.lists(st.text(), max_size=4), st.lists(st.text("a@.ca/:wgontrib"), max_size=3))
def test_any_text_has_an_owner_or_a_reason(make_document: Make, texts: list[str], contacts: list[str]) -> None:
    blocks = [("paragraph", text) for text in texts if text.strip()]
    owner = whose_form(replace(make_document(*blocks), contacts=tuple(contacts)))
    assert (owner.code is None) == owner.reason.startswith("not known:")
