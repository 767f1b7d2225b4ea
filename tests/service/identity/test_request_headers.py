from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from service.identity.request_headers import (
    AuthorizationError,
    bearer,
    is_loopback_host,
    origin,
    straight_from_here,
)

LATIN = st.text(st.characters(max_codepoint=255))
TOKEN = st.from_regex(r"[A-Za-z0-9._~+/-]+", fullmatch=True)
LOOPBACK = st.one_of(
    st.sampled_from(["localhost", "LocalHost", "[::1]", "[0:0:0:0:0:0:0:1]"]),
    st.ip_addresses(v=4, network="127.0.0.0/8").map(str),
)
PORT = st.one_of(st.just(""), st.integers(0, 65_535).map(lambda port: f":{port}"))


def headers(*pairs):
    return Headers(raw=[(name.lower().encode(), value.encode("latin-1")) for name, value in pairs])


@given(TOKEN, st.sampled_from(["Bearer", "bearer", "BEARER", "bEaReR"]), st.integers(1, 4))
def test_the_key_is_what_follows_the_scheme_in_any_case(token, scheme, spaces):
    assert bearer(headers(("Authorization", scheme + " " * spaces + token))) == token


@given(LATIN)
def test_any_other_content_is_refused_and_never_taken_for_no_key(value):
    try:
        found = bearer(headers(("Authorization", value)))
    except AuthorizationError:
        return
    scheme, _, token = value.strip(" \t").partition(" ")
    assert scheme.lower() == "bearer" and found == token.strip() and " " not in found


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic QWxhZGRpbg==",
        "Bearer a b",
        "Bearer a,b",
        "Bearer: a",
        "Bearera",
        "a",
        "Digest x=y",
    ],
)
def test_other_schemes_and_broken_ones_are_refused(value):
    with pytest.raises(AuthorizationError):
        bearer(headers(("Authorization", value)))


def test_two_headers_are_refused_and_none_is_none():
    with pytest.raises(AuthorizationError):
        bearer(headers(("Authorization", "Bearer a"), ("Authorization", "Bearer a")))
    assert bearer(headers(("Host", "localhost"))) is None


@given(LOOPBACK, PORT)
def test_loopback_hosts_are_this_machine_on_any_port(host, port):
    assert is_loopback_host(host + port)
    assert straight_from_here(headers(("Host", host + port)))


@given(st.one_of(LATIN, LOOPBACK.map(lambda host: f"{host}.example.org"), st.ip_addresses(v=4).map(str)), PORT)
def test_other_hosts_are_not(host, port):
    bare = host.strip("[]").lower()
    if bare == "localhost" or bare.startswith("127.") or (bare.endswith("1") and ":" in bare):
        return
    assert not is_loopback_host(host + port)


@pytest.mark.parametrize(
    "host",
    [
        "", "localhost.", "localhost.example.org", "example.org", "0.0.0.0", "[::]", "::1", "127.1", "2130706433",
        "0x7f000001", "localhost:", "localhost:80:80", "localhost:x",
        "user@localhost", "localhost/", "localhost, a.org", "[::1",
        "localhost example.org", "127.0.0.1.example.org", "127.0.0.1@example.org", "\u00b927.0.0.1", " localhost",
    ],
)  # fmt: skip
def test_names_that_only_look_like_this_machine_are_not(host):
    assert not is_loopback_host(host)


@pytest.mark.parametrize(
    "name",
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded", "X-Real-IP", "Via"],
)
@given(value=LATIN)
def test_what_a_proxy_passed_on_is_not_from_here(name, value):
    assert not straight_from_here(headers(("Host", "localhost"), (name, value)))


def test_no_host_or_two_are_not_from_here():
    assert not straight_from_here(headers())
    assert not straight_from_here(headers(("Host", "localhost"), ("Host", "localhost")))


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({}, "unsaid"),
        ({"Sec-Fetch-Site": "same-origin"}, "same"),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, "same"),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://council.example:8443"}, "other"),
        ({"Sec-Fetch-Site": "cross-site"}, "other"),
        ({"Sec-Fetch-Site": "none"}, "other"),
        ({"Sec-Fetch-Site": ""}, "other"),
        ({"Origin": "https://council.example:8443"}, "same"),
        ({"Origin": "http://COUNCIL.example:8443"}, "same"),
        ({"Origin": "https://council.example"}, "other"),
        ({"Origin": "https://council.example:8443.evil.example"}, "other"),
        ({"Origin": "https://council.example:8443/x"}, "other"),
        ({"Origin": "https://x@council.example:8443"}, "other"),
        ({"Origin": "null"}, "other"),
        ({"Origin": ""}, "other"),
        ({"Origin": "file://council.example:8443"}, "other"),
        ({"Origin": "https://["}, "other"),
    ],
)
def test_only_a_page_of_this_host_is_of_the_same_origin(sent, found):
    assert origin(headers(("Host", "council.example:8443"), *sent.items())) == found


@given(LATIN, LATIN)
def test_any_origin_is_read_without_failing(sent, host):
    assert origin(headers(("Origin", sent), ("Host", host))) in {"same", "other"}
