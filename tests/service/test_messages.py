from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import service
from indexer.documents import Role, Status
from service.messages import message, table

FOLDER = Path(service.__file__).parent
CODE = {path: path.read_text(encoding="utf-8") for path in [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.html")]}
# Keys are words with dots, under one of the groups of the table; parts in braces or after a tilde are filled in later.
GROUPS = sorted({key.split(".")[0] for key in table()})
FILES = (".css", ".html", ".js")  # a page's files may be called as the group of its messages is
QUOTED = re.compile(rf"""["']((?:{"|".join(GROUPS)})(?:\.[a-z0-9_]+|\.\{{[^}}]+\}})*\.?)["'](\s*~)?""")


def used() -> set[re.Pattern[str]]:
    found = set()
    for text in CODE.values():
        for key, joined in QUOTED.findall(text):
            if "." not in key or key.endswith(FILES):
                continue
            parts = [re.escape(part) for part in re.split(r"\{[^}]+\}", key)]
            found.add(re.compile("[a-z0-9_]+".join(parts) + ("[a-z0-9_]+" if joined else "")))
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", sorted(table()))
def test_every_message_is_there_in_both_languages_with_the_same_fields(key):
    texts = table()[key]
    assert set(texts) == {"en", "fr"}
    assert all(text.strip() == text and text for text in texts.values())
    assert fields(texts["en"]) == fields(texts["fr"])


@pytest.mark.parametrize("key", sorted(table()))
def test_french_typography_is_canadian(key):
    text = re.sub(r"\{[^}]*\}", "x", table()[key]["fr"])
    assert "'" not in text
    assert not re.search(r"\s[;!?]", text), "a space stands before the colon only"
    assert not re.search(r"[^\u00a0]:(?!/)", text), "a no-break space stands before the colon"
    assert not re.search(r"«[^\u00a0]|[^\u00a0]»", text), "no-break spaces stand inside guillemets"


@pytest.mark.parametrize("key", sorted(table()))
def test_every_message_is_used(key):
    assert any(pattern.fullmatch(key) for pattern in used())


def test_every_key_in_code_and_templates_exists():
    missing = [pattern.pattern for pattern in used() if not any(pattern.fullmatch(key) for key in table())]
    assert not missing


def test_the_search_for_keys_finds_some():
    assert len(used()) > 30


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_name(role):
    assert message(f"role.{role}", "en") and message(f"role.{role}", "fr")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_name(status):
    assert message(f"status.{status}", "en") and message(f"status.{status}", "fr")


def test_an_unknown_key_or_a_missing_field_is_an_error():
    with pytest.raises(KeyError):
        message("page.unheard_of", "en")
    with pytest.raises(KeyError):
        message("page.number", "en")
