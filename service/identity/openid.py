"""Signing in with an OpenID Connect provider: authorization code with PKCE; the ID token is checked here.

The provider's documents are fetched for each sign-in, so that keys it no longer uses count no more; people sign in
once in `session_hours`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from indexer.errors import CouncilError, SettingError
from service.access import CallerRole
from service.identity import keys
from service.identity.request_headers import is_loopback
from service.identity.sessions import Person
from service.server_settings import Settings

# Signed with the provider's private key: never unsigned, nor with a secret that the public key could be taken for.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_KEY_TYPES = ("RSA", "EC", "OKP")
_SECONDS = 10.0
_CLOCKS_APART = 60  # seconds that the provider's clock may be off
_RANDOM_BYTES = 32
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2
_LONGEST_NAME = 100


class ProviderError(CouncilError):
    """The provider cannot be reached, or what it says cannot be used."""


class NotConfirmedError(CouncilError):
    """The provider did not confirm who somebody is, or what came back does not prove that it did."""


class NoRoleError(CouncilError):
    """The provider confirms who somebody is, but they have no role here."""

    def __init__(self, subject: str, claim: str) -> None:
        self.subject = subject
        super().__init__(f"the claim {claim} of the ID token names no role")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way, which the browser brings back: what the reply must fit."""

    state: str
    nonce: str
    verifier: str
    redirect: str


@dataclass(frozen=True, slots=True)
class _Provider:
    issuer: str
    authorization: str
    token: str
    keys: str
    methods: tuple[str, ...]


def check(settings: Settings) -> None:
    """Raise SettingError where a provider is set, but not so that it can be used."""
    if settings.oidc_issuer is None:
        return
    if not _may_be_asked(settings.oidc_issuer):
        raise SettingError(
            f"COUNCIL_OIDC_ISSUER {settings.oidc_issuer}: give the provider's address, beginning with https://"
        )
    if not settings.oidc_client_id:
        raise SettingError("COUNCIL_OIDC_CLIENT_ID: is not set; give the client id that the provider knows this as")


def begin(settings: Settings, redirect: str) -> tuple[str, Attempt]:
    """Where to send somebody to sign in, and what to keep until they come back to `redirect`. Raises ProviderError."""
    with _client() as client:
        provider = _discover(client, settings)
    state, nonce, verifier = (secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(3))
    attempt = Attempt(state, nonce, verifier, redirect)
    address: str = prepare_grant_uri(
        provider.authorization,
        settings.oidc_client_id,
        "code",
        redirect_uri=redirect,
        scope="openid profile",
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
    )
    return address, attempt


def finish(settings: Settings, attempt: Attempt, reply: Mapping[str, str]) -> Person:
    """Who signed in, by the parameters that the provider sent them back with.

    Raises NotConfirmedError, NoRoleError and ProviderError.
    """
    if not hmac.compare_digest(reply.get("state", "").encode(), attempt.state.encode()):
        raise NotConfirmedError("the state is not that of the sign-in under way")
    if reply.get("iss", settings.oidc_issuer) != settings.oidc_issuer:  # RFC 9207
        raise NotConfirmedError("the reply names another issuer")
    if "error" in reply or not reply.get("code"):
        raise NotConfirmedError("the provider refused")
    with _client() as client:
        provider = _discover(client, settings)
        tokens = _exchange(client, settings, provider, attempt, reply["code"])
        held = _json(client, "GET", provider.keys)
    claims = _claims(settings, attempt, tokens, held)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise NotConfirmedError("the ID token has no usable subject")
    role = _role(claims.get(settings.oidc_role_claim))
    if role is None:
        raise NoRoleError(subject, settings.oidc_role_claim)
    return Person(provider.issuer, subject, _known_as(claims, subject), role)


def _role(claim: object) -> CallerRole | None:
    """The role that a claim names, the highest of several; None where it names none of ours."""
    named = claim if isinstance(claim, list) else [claim]
    return max((role for role in keys.ROLES if str(role) in named), key=lambda role: role.rank, default=None)


def _known_as(claims: Mapping[str, Any], subject: str) -> str:
    for name in ("name", "preferred_username", "email"):
        value = claims.get(name)
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value.strip()[:_LONGEST_NAME]
    return subject


def _client() -> httpx.Client:
    return httpx.Client(timeout=_SECONDS, headers={"Accept": "application/json"}, follow_redirects=False)


def _discover(client: httpx.Client, settings: Settings) -> _Provider:
    issuer = settings.oidc_issuer or ""
    found = _json(client, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderError(f"the provider calls itself {found.get('issuer')!r}; set COUNCIL_OIDC_ISSUER to just that")
    places = [str(found.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(_may_be_asked(place) for place in places):
        raise ProviderError(f"{issuer}: names no usable endpoints; they must begin with https://")
    authorization, token, held = places
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return _Provider(issuer, authorization, token, held, tuple(str(method) for method in methods))


def _exchange(
    client: httpx.Client, settings: Settings, provider: _Provider, attempt: Attempt, code: str
) -> dict[str, Any]:
    """The tokens for a code."""
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
    method = "none"
    if secret is not None:
        method = "client_secret_basic" if "client_secret_basic" in provider.methods else "client_secret_post"
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": attempt.redirect,
        "code_verifier": attempt.verifier,
    }
    body = str(httpx.QueryParams(form))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    auth = ClientAuth(settings.oidc_client_id, secret, method)
    place, headers, body = auth.prepare("POST", provider.token, headers, body)
    return _json(client, "POST", place, headers=headers, content=body)


def _claims(
    settings: Settings, attempt: Attempt, tokens: Mapping[str, Any], held: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The claims of the ID token, signed by the provider, for us, for this sign-in, and not expired."""
    usable = [
        key
        for key in held.get("keys", ())
        if isinstance(key, dict) and key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"
    ]
    id_token = tokens.get("id_token")
    if not isinstance(id_token, str):
        raise NotConfirmedError("the provider gave no ID token")
    try:
        key_set = KeySet.import_key_set({"keys": usable})
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        token = jwt.decode(id_token, key_set, registry=registry)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
            },
            {
                "nonce": attempt.nonce,
                "client_id": settings.oidc_client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(leeway=_CLOCKS_APART)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotConfirmedError(f"the ID token does not hold: {error}") from error
    return dict(claims)


def _json(client: httpx.Client, method: str, address: str, **content: Any) -> dict[str, Any]:
    try:
        response = client.request(method, address, **content)
        found = response.json() if response.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderError(f"{address}: gave no usable reply ({type(error).__name__})") from error
    if not isinstance(found, dict):
        raise ProviderError(f"{address}: gave no usable reply (status {response.status_code})")
    return found


def _may_be_asked(address: str) -> bool:
    """Whether an address is encrypted, or of this machine."""
    try:
        split = urlsplit(address)
        host = split.hostname
    except ValueError:
        return False
    return bool(host) and (split.scheme == "https" or (split.scheme == "http" and is_loopback(host or "")))
