"""Signing in by a real provider over real HTTP: what proves who somebody is, and all that does not."""

from __future__ import annotations

import time

import httpx
import pytest
from joserfc import jwt
from lxml import html
from openid_provider import CLIENT, EC, RSA, SECRET, STRANGER, RunningProvider, signed_with_the_public_key, unsigned

from service.messages import message

CALLBACK = "/login/openid/callback"


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RunningProvider() as running:
        yield running


@pytest.fixture
def served(serve, provider):
    return serve(oidc_issuer=provider.address, oidc_client_id=CLIENT, oidc_client_secret=SECRET)


def go(served, next="/", lang="en"):
    """From the page to the provider: its reply, which the browser takes back to the service."""
    leaving = served.client.get("/login/openid", params={"next": next, "lang": lang})
    assert leaving.status_code == 303, leaving.text
    back = httpx.get(leaving.headers["Location"], trust_env=False, timeout=30)
    assert back.status_code == 302, back.text
    return back.headers["Location"]


def sign_in(served, **asked):
    return served.client.get(go(served, **asked))


def refused(response, told, status=403, language="en"):
    assert response.status_code == status
    assert "council-session" not in response.headers.get("set-cookie", "")
    (alert,) = html.fromstring(response.text).xpath("//*[@role='alert']")
    assert alert.text_content() == message(told, language)


def nobody(served):
    return served.who() == ("anonymous", "nothing") and not served.state.rows("SELECT * FROM sessions")


def test_who_the_provider_vouches_for_is_signed_in_with_their_role(served, provider):
    page = html.fromstring(served.client.get("/login?next=/?q=x").text)
    (link,) = page.xpath("//a[starts-with(@href, '/login/openid')]/@href")
    assert link.startswith("/login/openid?next=%2F%3Fq%3Dx")
    back = go(served, next="/?q=x")
    assert back.startswith(f"{served.address}{CALLBACK}?")
    response = served.client.get(back)
    assert (response.status_code, response.headers["Location"]) == (303, "/?q=x")
    assert served.client.get("/v1/session").json() == {
        "role": "secretariat",
        "via": "session",
        "name": "openid:u-17",
        "known_as": "Ann Lee",
    }
    assert served.titles() == {"open", "held", "kept"}
    assert served.audit() == [("session.start", "openid:u-17", "openid:u-17", "done")]
    assert not any("openid" in cookie.name for cookie in served.client.cookies.jar)
    served.client.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert nobody(served)


def test_each_attempt_has_a_state_nonce_and_verifier_of_its_own(served, provider):
    for _ in range(3):
        go(served)
    for name in ("state", "nonce", "code_challenge"):
        assert len({asked[name] for asked in provider.seen}) == 3


def now(seconds):
    """Seen when tests are collected, which may be long before they run."""
    return int(time.time()) + seconds


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["x"]},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": now(-120)},
        {"exp": None},
        {"exp": "never"},
        {"iat": None},
        {"iat": now(86_400)},
        {"nbf": now(86_400)},
        {"sub": None},
        {"sub": ""},
        {"sub": 17},
        {"sub": "x" * 256},
        {"at_hash": "bm90IGl0"},
    ],
    ids=str,
)
def test_an_id_token_for_another_purpose_signs_nobody_in(served, provider, claims):
    provider.claims = claims
    refused(sign_in(served), "sign_in.not_confirmed")
    assert nobody(served)
    assert served.audit() == [("session.refuse", "anonymous", None, "refused")]


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        signed_with_the_public_key,
        lambda claims: jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, STRANGER),
        lambda claims: jwt.encode({"alg": "RS256", "kid": "unheard-of"}, claims, STRANGER),
        lambda claims: jwt.encode({"alg": "RS256"}, claims, STRANGER),
        lambda _claims: "",
        lambda _claims: "no.to.ken",
        lambda _claims: "é",
    ],
    ids=["unsigned", "hmac", "stranger", "unknown key", "no key id", "none", "garbage", "text"],
)
def test_an_id_token_that_the_provider_did_not_sign_signs_nobody_in(served, provider, sign):
    provider.sign = sign
    refused(sign_in(served, lang="fr"), "sign_in.not_confirmed", language="fr")
    assert nobody(served)


def test_a_token_changed_on_the_way_signs_nobody_in(served, provider):
    def changed(claims):
        header, _, signature = jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, STRANGER).split(".")
        _, payload, _ = unsigned(claims | {"council_role": "administrator"}).split(".")
        return f"{header}.{payload}.{signature}"

    provider.sign = changed
    refused(sign_in(served), "sign_in.not_confirmed")


def test_other_keys_and_audiences_of_the_provider_count(served, provider):
    provider.sign = lambda claims: jwt.encode({"alg": "ES256", "kid": "ec"}, claims, EC)
    provider.claims = {"aud": [CLIENT, "another"], "azp": CLIENT, "exp": now(-10)}  # clocks may differ a little
    provider.public += [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "new", "kid": "x"}, "no key"]
    assert sign_in(served).status_code == 303
    assert served.who() == ("secretariat", "session")


def test_a_provider_of_one_key_need_not_name_it(served, provider):
    provider.public = [{name: value for name, value in provider.public[0].items() if name not in {"kid", "use", "alg"}}]
    provider.sign = lambda claims: jwt.encode({"alg": "RS256"}, claims, RSA)
    assert sign_in(served).status_code == 303


@pytest.mark.parametrize(
    ("claim", "role"),
    [
        ("member", "member"),
        ("administrator", "administrator"),
        (["staff", "member"], "member"),
        (["member", "secretariat", "staff"], "secretariat"),
    ],
)
def test_the_role_is_what_the_claim_names(served, provider, claim, role):
    provider.claims = {"council_role": claim}
    sign_in(served)
    assert served.who() == (role, "session")


@pytest.mark.parametrize(
    "claim",
    [None, "", "anonymous", "Administrator", "admin", " member", "member secretariat", [], ["staff"], [["member"]],
     {"member": True}, True, 1, ["anonymous"]],
    ids=str,
)  # fmt: skip
def test_without_a_role_of_ours_nobody_is_signed_in(served, provider, claim):
    provider.claims = {"council_role": claim}
    refused(sign_in(served), "sign_in.no_role")
    assert nobody(served)
    assert served.audit() == [("session.refuse", "anonymous", "openid:u-17", "refused")]


def test_the_claim_is_the_one_that_is_set(serve, provider):
    served = serve(
        oidc_issuer=provider.address, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_role_claim="groups"
    )
    refused(sign_in(served), "sign_in.no_role")
    provider.claims = {"groups": ["member"]}
    sign_in(served)
    assert served.who() == ("member", "session")


@pytest.mark.parametrize("reply", [{"state": "another"}, {"iss": "https://another.example"}, {"code": ""}])
def test_a_reply_to_another_attempt_signs_nobody_in(served, provider, reply):
    provider.reply = reply
    refused(sign_in(served), "sign_in.not_confirmed")
    assert nobody(served)


def test_a_reply_counts_in_the_browser_that_asked_and_once(served, provider):
    back = go(served)
    with httpx.Client(trust_env=False, headers={"Accept-Language": "en"}, timeout=30) as stranger:
        refused(stranger.get(back), "sign_in.not_confirmed")
    cookie = next(cookie for cookie in served.client.cookies.jar if "openid" in cookie.name)
    assert cookie.path == CALLBACK and cookie.has_nonstandard_attr("HttpOnly")
    assert served.client.get(back).status_code == 303
    refused(served.client.get(back), "sign_in.not_confirmed")
    again = served.client.get(back, headers={"Cookie": f"{cookie.name}={cookie.value}"})
    refused(again, "sign_in.provider_failed", 502)  # the provider takes a code once
    begun, _, signature = cookie.value.rpartition(".")  # its last character has bits that count for nothing
    forged = f"{begun}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    refused(served.client.get(back, headers={"Cookie": f"{cookie.name}={forged}"}), "sign_in.not_confirmed")


def test_a_refusal_by_the_provider_is_told(served, provider):
    asked = served.client.get("/login/openid").headers["Location"]
    state = httpx.URL(asked).params["state"]
    response = served.client.get(CALLBACK, params={"error": "access_denied", "state": state})
    refused(response, "sign_in.not_confirmed")


@pytest.mark.parametrize("path", ["openid-configuration", "token", "jwks"])
def test_a_provider_that_is_down_is_told_and_signs_nobody_in(served, provider, path):
    back = go(served) if path != "openid-configuration" else "/login/openid"
    provider.failing = path
    refused(served.client.get(back), "sign_in.provider_failed", 502)
    assert nobody(served)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://login.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_trusted(served, provider, metadata):
    provider.metadata = metadata
    refused(served.client.get("/login/openid"), "sign_in.provider_failed", 502)


def test_the_secret_is_sent_as_the_provider_takes_it(served, provider):
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert sign_in(served).status_code == 303


def test_a_client_without_a_secret_proves_itself_by_its_verifier_alone(serve, provider):
    provider.secret = None
    served = serve(oidc_issuer=provider.address, oidc_client_id=CLIENT)
    assert sign_in(served).status_code == 303


def test_its_sessions_end_where_it_is_trusted_no_more(served, serve, provider):
    sign_in(served)
    cookies = {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in served.client.cookies.jar)}
    data = served.state.path.parent
    assert serve(data=data).client.get("/v1/documents", headers=cookies).status_code == 200
    assert serve(data=data).who(**cookies) != ("secretariat", "session")
    other = serve(data=data, oidc_issuer="https://another.example", oidc_client_id=CLIENT)
    assert other.who(**cookies) == ("anonymous", "nothing")


def test_nothing_secret_is_told_or_logged(served, provider, caplog):
    caplog.set_level("DEBUG")
    back = go(served)
    served.client.get(back)
    provider.failing = "token"
    sign_in(served)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("service")]
    assert ours and not any(SECRET in line or httpx.URL(back).params["code"] in line for line in ours)


def test_without_a_provider_there_is_no_way_to_one(serve):
    plain = serve()
    plain.key()
    response = plain.client.get("/login/openid?lang=fr")
    assert (response.status_code, response.headers["Location"]) == (303, "/login?lang=fr")
    assert plain.client.get(CALLBACK).status_code == 403
