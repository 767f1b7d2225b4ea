"""Signing in with a key and out again, over real HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner
from lxml import html

from service.identity import keys
from service.identity.signing import signer
from service.messages import message
from service.web.account import local_path

OURS = {"Sec-Fetch-Site": "same-origin"}
COOKIE = "council-session"


def sign_in(served, text, headers=OURS, **form):
    return served.client.post("/login", data={"key": text, **form}, headers=headers)


def cookie_of(response):
    (header,) = response.headers.get_list("set-cookie")
    value, *attributes = header.split("; ")
    return value, {attribute.lower() for attribute in attributes}


def shown(response):
    assert response.headers["Content-Type"].startswith("text/html")
    return html.fromstring(response.text)


def test_a_key_opens_a_session_with_its_role(served):
    key, text = served.key("secretariat", "Ann Lee")
    response = sign_in(served, f" {text}\n", next="/?q=x&lang=fr")
    assert (response.status_code, response.headers["Location"]) == (303, "/?q=x&lang=fr")
    assert response.headers["Cache-Control"] == "no-store"
    assert served.client.get("/v1/session").json() == {
        "role": "secretariat",
        "via": "session",
        "name": key.id,
        "known_as": "Ann Lee",
    }
    assert served.titles() == {"open", "held", "kept"}
    assert served.audit() == [("session.start", key.id, key.id, "done")]
    page = shown(served.client.get("/", params={"lang": "fr"}))
    (account,) = page.find_class("account")
    assert "Session ouverte\u00a0: Ann Lee" in account.text_content()
    assert account.xpath(".//form/@action") == ["/logout"]


def test_the_cookie_is_out_of_reach_and_says_nothing(served):
    key, text = served.key()
    value, attributes = cookie_of(sign_in(served, text))
    assert value.startswith(f"{COOKIE}=")
    assert attributes == {"httponly", "path=/", "samesite=lax", "max-age=43200"}
    assert key.id not in value and text not in value
    served.state.close()
    kept = b"".join(path.read_bytes() for path in served.state.path.parent.iterdir())
    assert value.removeprefix(f"{COOKIE}=").split(".")[0].encode() not in kept


@pytest.mark.parametrize(
    ("loopback", "headers"),
    [(False, {}), (True, {"X-Forwarded-Proto": "https"}), (True, {"Host": "council.example"})],
)
def test_beyond_this_machine_the_cookie_needs_encryption(serve, loopback, headers):
    served = serve(loopback=loopback)
    _, text = served.key()
    value, attributes = cookie_of(sign_in(served, text, OURS | headers))
    assert value.startswith(f"__Host-{COOKIE}=")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)
    assert served.who(Cookie=value, **headers) == ("member", "session")


def test_an_unencrypted_cookie_counts_on_this_machine_only(serve):
    served = serve(loopback=False)
    _, text = served.key()
    value, _ = cookie_of(sign_in(served, text))
    plain = value.removeprefix("__Host-")
    assert served.who(Cookie=plain) == ("anonymous", "nothing")


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(served):
    key, text = served.key()
    value, _ = cookie_of(sign_in(served, text))
    other, _ = cookie_of(sign_in(served, text, OURS | {"Cookie": ""}))
    served.client.cookies.clear()
    assert served.who(Cookie=value) == served.who(Cookie=other) == ("member", "session")
    out = served.client.post("/logout", data={"lang": "fr"}, headers=OURS | {"Cookie": value})
    assert (out.status_code, out.headers["Location"]) == (303, "/login?lang=fr")
    assert f'{COOKIE}=""' in out.headers["set-cookie"] and "Max-Age=0" in out.headers["set-cookie"]
    assert served.who(Cookie=value) == ("anonymous", "nothing")
    assert served.who(Cookie=other) == ("member", "session")
    assert [entry[:2] for entry in served.audit()][-1] == ("session.end", key.id)
    again = served.client.post("/logout", headers=OURS | {"Cookie": value})
    assert again.status_code == 303 and len(served.audit()) == 3


def test_signing_in_again_ends_the_session_before(served):
    _, text = served.key()
    value, _ = cookie_of(sign_in(served, text))
    sign_in(served, text)
    served.client.cookies.clear()
    assert served.who(Cookie=value) == ("anonymous", "nothing")


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_session_ends_with_its_key(served, how):
    key, text = served.key()
    other, other_text = served.key(name="Bob")
    value, _ = cookie_of(sign_in(served, text))
    served.client.cookies.clear()
    kept, _ = cookie_of(sign_in(served, other_text))
    served.client.cookies.clear()
    if how == "revoked":
        keys.revoke(served.state, key.id)
    else:
        with served.state.writing() as connection:
            connection.execute("UPDATE keys SET expires = ? WHERE id = ?", (keys.written(datetime.now(UTC)), key.id))
    assert served.who(Cookie=value) == ("anonymous", "nothing")
    assert served.titles(Cookie=value) == {"open"}
    assert served.who(Cookie=kept) == ("member", "session"), other


def test_a_session_ends_after_its_hours(serve):
    served = serve(session_hours=2)
    _, text = served.key()
    value, attributes = cookie_of(sign_in(served, text))
    served.client.cookies.clear()
    assert "max-age=7200" in attributes and served.who(Cookie=value) == ("member", "session")
    with served.state.writing() as connection:
        connection.execute("UPDATE sessions SET ends = ?", (keys.written(datetime.now(UTC)),))
    assert served.who(Cookie=value) == ("anonymous", "nothing")
    sign_in(served, text)
    assert len(served.state.rows("SELECT * FROM sessions")) == 1, "those that ended are cleared away"


def test_a_signature_too_old_or_by_another_secret_counts_for_nothing(served):
    _, text = served.key()
    value, _ = cookie_of(sign_in(served, text))
    served.client.cookies.clear()
    session, _, signature = value.removeprefix(f"{COOKIE}=").split(".")

    class Earlier(TimestampSigner):
        def get_timestamp(self):
            return int((datetime.now(UTC) - timedelta(hours=13)).timestamp())

    ours = signer(served.state, "session")
    old = Earlier(ours.secret_keys, salt=ours.salt, key_derivation="hmac", digest_method=ours.digest_method)
    forged = TimestampSigner("guessed", salt=ours.salt, key_derivation="hmac", digest_method=ours.digest_method)
    for wrong in (
        old.sign(session).decode(),
        forged.sign(session).decode(),
        signer(served.state, "council-openid").sign(session).decode(),
        ours.sign("another").decode(),
        session,
        f"{session}.{signature}",
        "",
        "a.b.c",
        "é",
    ):
        assert served.who(Cookie=f"{COOKIE}={wrong}".encode()) == ("anonymous", "nothing"), wrong
    assert served.who(Cookie=f"{COOKIE}={ours.sign(session).decode()}") == ("member", "session")


def test_a_session_is_known_to_every_process(serve, tmp_path):
    first, second = serve(), serve()
    _, text = first.key()
    value, _ = cookie_of(sign_in(first, text))
    assert second.who(Cookie=value) == ("member", "session")
    second.client.post("/logout", headers=OURS | {"Cookie": value})
    assert first.who() == ("anonymous", "nothing")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_wrong_key_is_refused_on_the_page(served, language):
    served.key()
    response = sign_in(served, "council_wrong", lang=language, next="/?q=a+b")
    assert response.status_code == 401 and "set-cookie" not in response.headers
    page = shown(response)
    (refusal,) = page.xpath("//*[@role='alert']")
    assert refusal.text_content() == message("sign_in.refused", language)
    assert page.xpath("//input[@name='key']/@aria-invalid") == ["true"] and not page.xpath(
        "//input[@name='key']/@value"
    )
    assert page.xpath("//input[@name='next']/@value") == ["/?q=a+b"]
    assert "council_wrong" not in response.text
    assert served.audit() == [("key.refuse", "anonymous", None, "refused")]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_in_both_languages_and_labelled(served, language):
    served.key()
    response = served.client.get("/login", params={"lang": language, "next": "/?q=x"})
    page = shown(response)
    assert response.status_code == 200 and page.get("lang") == language
    (field,) = page.xpath("//input[@id='key']")
    assert field.get("type") == "password"
    assert page.xpath(f"//label[@for='{field.get('id')}']")[0].text_content() == message("sign_in.key", language)
    assert page.xpath(f"//*[@id='{field.get('aria-describedby')}']")
    other = "fr" if language == "en" else "en"
    assert page.xpath("//a[@class='switch']/@href") == [f"/login?next=%2F%3Fq%3Dx&lang={other}"]
    assert not page.xpath("//script[not(@src)] | //style | //@style | //@*[starts-with(name(), 'on')]")
    assert not page.xpath("//a[contains(@href, 'openid')]")


def test_the_language_chosen_here_is_that_of_the_page_after(served):
    served.key()
    for asked, kept, other in (
        ("", "/?lang=fr", "/?lang=en"),
        ("/?q=a&lang=fr", "/?q=a&lang=fr", "/?q=a&lang=en"),
        ("/?q=lang%3Dfr&lang=fr", "/?q=lang%3Dfr&lang=fr", "/?q=lang%3Dfr&lang=en"),
    ):
        page = shown(served.client.get("/login", params={"lang": "fr", "next": asked}))
        assert page.xpath("//input[@name='next']/@value") == [kept]
        (switch,) = page.xpath("//a[@class='switch']/@href")
        assert httpx.URL(switch).params["next"] == other


def test_before_the_first_key_the_page_says_how_to_make_one(served):
    page = shown(served.client.get("/login"))
    assert "council keys create" in page.text_content() and not page.xpath("//form")
    assert not shown(served.client.get("/")).find_class("account"), "this machine needs none"
    served.key()
    (link,) = shown(served.client.get("/?q=harbour&lang=en")).xpath("//a[@class='account']")
    assert link.get("href") == "/login?next=%2F%3Fq%3Dharbour%26lang%3Den&lang=en"
    assert not served.state.rows("SELECT * FROM secrets")


def test_pages_are_kept_by_no_shared_cache(served):
    served.key()
    assert served.client.get("/").headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in served.client.get("/").headers["Vary"]
    assert served.client.get("/login").headers["Cache-Control"] == "no-store"


FOREIGN = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_change_in_a_session_needs_a_page_of_ours(served, headers):
    _, text = served.key()
    assert sign_in(served, text, headers).status_code == 403
    sign_in(served, text)
    for path, content in (("/v1/answer", {"json": {"question": "Who launched booking?"}}), ("/logout", {"data": {}})):
        response = served.client.post(path, headers=headers, **content)
        assert response.status_code == 403, path
        assert response.json()["type"] == "/problems/origin"
    assert served.client.get("/v1/session", headers=headers).json()["via"] == "session"
    origin = {"Origin": served.address}
    answered = served.client.post("/v1/answer", headers=origin, json={"question": "Who launched booking?"})
    assert answered.status_code == 200
    assert served.client.post("/logout", headers=origin).status_code == 303


def test_a_key_needs_no_page_and_goes_before_the_session(served):
    _, text = served.key("administrator")
    _, other = served.key("member")
    sign_in(served, other)
    bearer = {"Authorization": f"Bearer {text}"}
    assert served.who(**bearer) == ("administrator", "key")
    asked = {"question": "Who launched booking?"}
    assert served.client.post("/v1/answer", json=asked, headers=bearer).status_code == 200
    assert served.client.get("/v1/session", headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("headers", FOREIGN[1:])
def test_no_foreign_page_acts_for_this_machine(served, headers):
    asked = {"question": "Who launched booking?"}
    assert served.client.post("/v1/answer", json=asked, headers=headers).status_code == 403
    assert served.client.post("/v1/answer", json=asked).status_code == 200


@settings(deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"[/\\.a-z@:%?#\t\n ]{0,12}", fullmatch=True)))
def test_nobody_is_sent_on_to_another_site(text):
    path = local_path(text)
    whole = httpx.URL("https://council.example/login").join(path)
    assert (whole.scheme, whole.host) == ("https", "council.example")
    assert path == "/" or (path == text and re.match(r"/(?![/\\])", path) and not re.search(r"[\s\\]", path))


@pytest.mark.parametrize(
    "text",
    ["", "//evil.example", "/\\evil.example", "\\/evil.example", "https://evil.example", "javascript:alert(1)",
     "/\t/evil.example", "/\n/evil.example", " //evil.example", "/a\\b", "evil", "/é", "/" + "a" * 5000],
)  # fmt: skip
def test_what_is_no_path_of_ours_leads_to_the_first_page(served, text):
    assert local_path(text) == "/"
    _, key = served.key()
    assert sign_in(served, key, next=text).headers["Location"] == "/"


@settings(deadline=None)
@given(st.from_regex(r"/(\?q=[a-z%0-9+]{0,20}&lang=(en|fr))?", fullmatch=True))
def test_paths_of_ours_are_kept(text):
    assert local_path(text) == text
