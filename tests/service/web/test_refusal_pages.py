"""Problems told on pages to browsers and as JSON to programs, over real HTTP."""

from __future__ import annotations

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pages_asked import BROWSER

from service.accept_header import prefers_html
from service.api import create_app
from service.messages import message
from service.server_settings import Settings

LANGUAGES = ("en", "fr")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML;level=1;q=0.5", True),
        ("application/json, text/html", True),
        ("application/json, text/html;q=0.9", False),
        ("application/problem+json, text/html;q=0.2", False),
        ("text/html;q=0", False),
        ("*/*", False),
        ("text/*", False),
        ("application/json", False),
        ("", False),
        (None, False),
    ],
)
def test_a_page_is_wanted_where_one_is_named_first(accept, wanted):
    assert prefers_html(accept) is wanted


@given(st.text(alphabet="texhml/apliconjs*;q=.019, ", max_size=80) | st.text(max_size=60))
def test_any_header_says_the_one_or_the_other(accept):
    assert prefers_html(accept) in {True, False}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_is_asked_to_sign_in_and_led_back(unchanged, page, language):
    response = unchanged.caller("anonymous").get(f"/manage/approvals?show=all&lang={language}")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="council"'
    assert response.headers["cache-control"] == "no-store"
    assert {"Accept", "Cookie"} <= {name.strip() for name in response.headers["vary"].split(",")}
    shown = page(response)
    assert shown.get("lang") == language == response.headers["content-language"]
    assert shown.findtext(".//h1") == message("refusal.unauthenticated.title", language)
    (link,) = shown.xpath("//main//a/@href")
    assert httpx.URL(link).params["next"] == f"/manage/approvals?show=all&lang={language}"


def test_programs_get_problems_whatever_the_address(unchanged):
    caller = unchanged.caller("anonymous")
    for path, accept in (("/manage", "*/*"), ("/manage", "application/json"), ("/v1/audit", BROWSER), ("/v1", BROWSER)):
        response = caller.get(path, headers={"Accept": accept})
        assert response.status_code in {401, 404}
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["instance"] == path


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_there_is_told_in_the_readers_frame(unchanged, page, language):
    response = unchanged.caller("secretariat", language).get("/nowhere/at/all")
    assert response.status_code == 404
    shown = page(response)
    assert shown.findtext(".//h1") == message("refusal.not_found.title", language)
    # The menu of who is signed in: signing in once more would lead nowhere.
    assert message("page.section.manage", language) in shown.xpath("//header//nav//a/text()")
    assert "A secretariat" in shown.find_class("account")[0].text_content()


def test_a_key_that_does_not_count_is_nobodys(unchanged, page):
    response = unchanged.caller("anonymous").get("/manage", headers={"Authorization": "Bearer council_none"})
    assert response.status_code == 401 and 'error="invalid_token"' in response.headers["www-authenticate"]
    assert page(response).find_class("account")[0].tag == "a"


def test_a_form_that_another_site_sends_changes_nothing(office, page):
    with office.caller("anonymous") as caller:
        signed = caller.post(
            "/login", data={"key": office.keys["administrator"][1]}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert signed.status_code == 303
        form = {"role": "member", "name": "Stolen"}
        refused = caller.post("/manage/keys?lang=fr", data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert refused.status_code == 403
        assert page(refused).findtext(".//h1") == message("refusal.origin.title", "fr")
        assert "Stolen" not in caller.get("/manage/keys").text
        made = caller.post("/manage/keys?lang=fr", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert made.status_code == 201


def test_who_comes_too_often_is_told_how_long_to_wait(corpus_index, serving, tmp_path, page):
    with (
        serving(corpus_index, settings=Settings(data=tmp_path, rate_per_minute=1)) as address,
        httpx.Client(base_url=address, headers={"Accept": BROWSER}, trust_env=False, timeout=30) as caller,
    ):
        caller.get("/?lang=fr")
        refused = caller.get("/?lang=fr")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    assert message("refusal.rate.mend", "fr", seconds=refused.headers["retry-after"]) in page(refused).text_content()


@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
def test_a_failure_tells_its_id_and_no_secret(corpus_index, tmp_path, accept):
    app = create_app(corpus_index, settings=Settings(data=tmp_path))

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("a secret of the machine")

    response = TestClient(app, raise_server_exceptions=False).get("/fails", headers={"Accept": accept})
    assert response.status_code == 500 and "a secret" not in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["x-request-id"] in response.text
    assert response.headers["content-type"].startswith("text/html" if accept == BROWSER else "application/problem")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_any_key_the_page_says_how_to_make_one(client, page, language):
    response = client.get(f"/manage?lang={language}", headers={"Accept": BROWSER})
    assert response.status_code == 401
    shown = page(response)
    assert shown.findtext(".//h1") == message("refusal.none_made.title", language)
    assert shown.findtext(".//main//code").startswith("council keys create --role administrator --name ")
