from __future__ import annotations

import pytest

from indexer.errors import SettingError
from service import settings

URL = {"COUNCIL_LLM_URL": "http://localhost:8080/v1/"}


@pytest.mark.parametrize(
    "environment", [{}, {"COUNCIL_LLM_URL": "  "}, {"COUNCIL_LLM_KEY": "k", "COUNCIL_LLM_MODEL": "m"}]
)
def test_without_an_address_there_is_no_model(environment):
    assert settings.language_model(environment) is None


def test_all_of_them():
    given = URL | {"COUNCIL_LLM_MODEL": "small", "COUNCIL_LLM_KEY": "sk-1", "COUNCIL_LLM_SECONDS": "2.5"}
    assert settings.language_model(given) == settings.LanguageModelSettings(
        "http://localhost:8080/v1", "small", "sk-1", 2.5
    )


def test_an_address_alone_is_enough():
    assert settings.language_model(URL) == settings.LanguageModelSettings("http://localhost:8080/v1", None, None, 20.0)


def test_the_key_is_not_shown():
    assert "sk-1" not in repr(settings.language_model(URL | {"COUNCIL_LLM_KEY": "sk-1"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNCIL_LLM_URL", "localhost:8080"),
        ("COUNCIL_LLM_URL", "ftp://example.org"),
        ("COUNCIL_LLM_URL", "https://"),
        ("COUNCIL_LLM_URL", "http://localhost:port/v1"),
        ("COUNCIL_LLM_URL", "http://[::1/v1"),
        ("COUNCIL_LLM_URL", "http://a b/v1"),
        ("COUNCIL_LLM_URL", "http://example.org/v1?key=1"),
        ("COUNCIL_LLM_KEY", "sk-1\nX-Other: 1"),
        ("COUNCIL_LLM_KEY", "clé"),
        ("COUNCIL_LLM_SECONDS", "soon"),
        ("COUNCIL_LLM_SECONDS", "0"),
        ("COUNCIL_LLM_SECONDS", "-3"),
        ("COUNCIL_LLM_SECONDS", "nan"),
        ("COUNCIL_LLM_SECONDS", "inf"),
        ("COUNCIL_LLM_SECONDS", "601"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_the_mend(name, value):
    with pytest.raises(SettingError, match=f"^{name}.*(give|set it again)"):
        settings.language_model(URL | {name: value})


def test_no_secret_is_shown_in_a_refusal():
    for given in (
        {"COUNCIL_LLM_URL": "https://me:hidden-word@example.org/v1"},
        URL | {"COUNCIL_LLM_KEY": "hidden-word and more"},
    ):
        with pytest.raises(SettingError) as refused:
            settings.language_model(given)
        assert "hidden" not in str(refused.value)


def test_the_command_refuses_a_bad_setting_as_bad_usage(main, corpus_index, monkeypatch):
    monkeypatch.setenv("COUNCIL_LLM_URL", "nowhere")
    done = main("ask", "Which jurisdictions work on digital identity?", "--index", corpus_index)
    assert done.returncode == 2
    assert "COUNCIL_LLM_URL is 'nowhere'" in done.stderr
