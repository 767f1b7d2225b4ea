from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from service import problems
from service.headers import SECURITY_HEADERS
from service.problems import caller_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-CA,en;q=0.9,fr;q=0.8", "en"),
        ("en;q=0.5, fr;q=0.7", "fr"),
        ("en;q=0.5, fr ; q=0.7", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=0.2, fr-CA;q=0.9, en;q=0.5", "fr"),
        ("fr, en", "en"),
        ("de, fr;q=0.1", "fr"),
        ("*", "en"),
        ("fra", "en"),
        ("frisian, french", "en"),
        ("fr;q=much, en;q=0.1", "fr"),
        ("fr;q=1.2.3, en;q=0.1", "en"),
        (",,;q=,", "en"),
    ],
)
def test_the_language_is_the_one_that_the_caller_prefers(header, language):
    assert caller_language(header) == language


@given(st.text(alphabet="frenCA-;,=q.019* ", max_size=60) | st.text(max_size=60))
def test_any_header_gives_a_language(header):
    assert caller_language(header) in {"en", "fr"}


@pytest.fixture
def failing() -> httpx.AsyncClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("a secret of the machine")

    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://council")


@pytest.mark.parametrize(("language", "word"), [("en", "Something"), ("fr", "erreur")])
def test_a_failure_is_a_problem_that_tells_no_secret(failing, caplog, language, word):
    import asyncio

    response = asyncio.run(failing.get("/fails", headers={"Accept-Language": language}))
    assert response.status_code == 500
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    assert word in response.json()["title"]
    assert "secret" not in response.text
    assert "a secret of the machine" in caplog.text
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value
