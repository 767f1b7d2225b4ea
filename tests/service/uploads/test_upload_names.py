from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.uploads.names import MOST_BYTES, safe_name, same_name

AWKWARD = st.text(alphabet=' ./\\:*?"<>|\0\n\t\r\u202e\u200b\ud800\ufffde\u0301é😀conCON1¹~-_', max_size=400)
RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in "0123456789¹²³")}


@given(st.text(max_size=300) | AWKWARD | AWKWARD.map(lambda name: f"{name}.pdf"))
@example("con .txt")
@example("CON.tar.txt")
@example("é" * 300 + ".docx")
@example("e\u200b\u0301")
@example("." * 500)
def test_every_name_is_made_safe(given_name):
    name = safe_name(given_name)
    assert name and Path(name).name == name and name not in {".", ".."}
    assert not name.startswith((".", " ")) and not name.endswith((".", " "))
    assert not set('/\\<>:"|?*') & set(name)
    assert not {unicodedata.category(c) for c in name} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert unicodedata.normalize("NFC", name) == name
    assert len(name.encode()) <= MOST_BYTES
    assert name.split(".")[0].strip().casefold() not in RESERVED
    assert safe_name(name) == name and same_name(name, name.upper().lower()) in {True, False}


@given(AWKWARD)
def test_a_safe_name_can_be_a_file(tmp_path_factory, given_name):
    path = tmp_path_factory.getbasetemp() / safe_name(given_name)
    assert path.parent == tmp_path_factory.getbasetemp()
    path.write_bytes(b"x")
    path.unlink()


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("Compte rendu (mai) – été.docx", "Compte rendu (mai) – été.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Documents\\a.txt", "a.txt"),
        (".hidden.txt", "hidden.txt"),
        ("a\0b\n.txt", "ab.txt"),
        ("re\u202efdp.txt", "refdp.txt"),
        ("nul.txt", "_nul.txt"),
        ("", "document"),
        ("...", "document"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("a  b .pdf", "a b.pdf"),
        ("a:b?.txt", "a_b_.txt"),
    ],
)
def test_names_as_they_come_out(given_name, name):
    assert safe_name(given_name) == name


def test_the_suffix_outlives_a_long_name():
    assert safe_name("é" * 500 + ".docx").endswith("é.docx")


@pytest.mark.parametrize(
    ("one", "other", "same"), [("A.PDF", "a.pdf", True), ("É.txt", "é.txt", True), ("a", "b", False)]
)
def test_names_that_differ_in_capitals_are_one(one, other, same):
    assert same_name(one, other) is same
