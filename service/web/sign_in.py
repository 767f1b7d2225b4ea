"""The pages to sign in and out: with a key, or by the organization's OpenID Connect provider."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadSignature

from indexer.documents import Language
from service import audit, identity
from service.access import ANONYMOUS, Caller
from service.callers import Here, Who
from service.identity import keys, openid, refusals, sessions
from service.identity.signing import serializer
from service.installation import Installation
from service.messages import message
from service.web import account, shell

CALLBACK = "/login/openid/callback"
_ATTEMPT = "council-openid"
_ATTEMPT_SECONDS = 600
_NO_STORE = {"Cache-Control": "no-store"}
_log = logging.getLogger(__name__)


def add(app: FastAPI) -> None:
    """Add the pages to `app`. Raises SettingError where a provider is set, but not so that it can be used."""
    openid.check(app.state.installation.settings)

    @app.get("/login", response_class=HTMLResponse, include_in_schema=False)
    def show(request: Request, at: Here, who: Who, next: str = "", lang: str = "") -> Response:
        spoken = account.spoken(request, lang)
        return _page(request, at, who, spoken, next or "/?" + urlencode({"lang": spoken}))

    @app.post("/login", response_class=HTMLResponse, include_in_schema=False)
    def sign_in(
        request: Request,
        at: Here,
        key: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",
        lang: Annotated[str, Form()] = "",
    ) -> Response:
        # Else a foreign page could have somebody work, unknowingly, under a key of its own.
        identity.require_same_origin(request, ANONYMOUS)
        try:
            found = keys.find(at.state, key.strip())
        except keys.UnusableKeyError as error:
            refusals.record_key(at.state, error)
            spoken = account.spoken(request, lang)
            return _page(request, at, ANONYMOUS, spoken, next, refusal="sign_in.refused", status=401)
        return _signed_in(request, at, found, next)

    @app.post("/logout", include_in_schema=False)
    def sign_out(request: Request, at: Here, who: Who, lang: Annotated[str, Form()] = "") -> Response:
        response = _redirect("/login?" + urlencode({"lang": account.spoken(request, lang)}))
        if who.via == "session":
            sessions.end(request, at)
            audit.record(at.state, who, "session.end")
            sessions.clear_cookie(response, request, at)
        return response

    @app.get("/login/openid", include_in_schema=False)
    def begin(request: Request, at: Here, next: str = "/", lang: str = "") -> Response:
        spoken = account.spoken(request, lang)
        if at.settings.oidc_issuer is None:
            return _redirect("/login?" + urlencode({"lang": spoken}))
        try:
            address, attempt = openid.begin(at.settings, str(request.url.replace(path=CALLBACK, query="")))
        except openid.ProviderError as error:
            return _failed(request, at, error, spoken, next)
        kept = {"attempt": asdict(attempt), "next": account.local_path(next), "lang": spoken}
        response = _redirect(address)
        response.set_cookie(
            _ATTEMPT,
            str(serializer(at.state, _ATTEMPT).dumps(kept)),
            max_age=_ATTEMPT_SECONDS,
            path=CALLBACK,
            secure=not sessions.is_plain(request, at),
            httponly=True,
            samesite="lax",  # the provider's page leads back here
        )
        return response

    @app.get(CALLBACK, include_in_schema=False)
    def finish(request: Request, at: Here) -> Response:
        kept = _attempt(request, at)
        spoken = account.spoken(request, str(kept.get("lang", "")))
        next = str(kept.get("next", "/"))
        try:
            if not kept or at.settings.oidc_issuer is None:
                raise openid.NotConfirmedError("no sign-in is under way")
            person = openid.finish(at.settings, openid.Attempt(**kept["attempt"]), request.query_params)
            response = _signed_in(request, at, person, next)
        except (openid.ProviderError, openid.NotConfirmedError, openid.NoRoleError) as error:
            response = _failed(request, at, error, spoken, next)
        response.delete_cookie(_ATTEMPT, path=CALLBACK)
        return response


def _attempt(request: Request, at: Installation) -> dict[str, Any]:
    """The sign-in under way that the browser brings back; nothing where there is none, or it began too long ago."""
    value = request.cookies.get(_ATTEMPT)
    if value is None or not at.state.exists():
        return {}
    try:
        return dict(serializer(at.state, _ATTEMPT).loads(value, max_age=_ATTEMPT_SECONDS))
    except BadSignature:
        return {}


def _signed_in(request: Request, at: Installation, who: keys.Key | sessions.Person, next: str) -> Response:
    sessions.end(request, at)
    value, caller = sessions.start(at, who)
    audit.record(at.state, caller, "session.start", subject=caller.name)
    response = _redirect(account.local_path(next))
    sessions.set_cookie(response, request, at, value)
    return response


def _failed(request: Request, at: Installation, error: Exception, spoken: Language, next: str) -> Response:
    """The page after a sign-in with the provider came to nothing; why is for the log, not for the page."""
    if isinstance(error, openid.ProviderError):
        _log.error("%s", error)
        return _page(request, at, ANONYMOUS, spoken, next, refusal="sign_in.provider_failed", status=502)
    subject = f"openid:{error.subject}" if isinstance(error, openid.NoRoleError) else None
    refusals.record(at.state, "session.refuse", str(error), subject)
    told = "sign_in.no_role" if isinstance(error, openid.NoRoleError) else "sign_in.not_confirmed"
    return _page(request, at, ANONYMOUS, spoken, next, refusal=told, status=403)


def _page(
    request: Request,
    at: Installation,
    who: Caller,
    spoken: Language,
    next: str,
    *,
    refusal: str | None = None,
    status: int = 200,
) -> Response:
    next = account.local_path(next)
    by_provider = at.settings.oidc_issuer is not None
    context: dict[str, Any] = {
        "other": "/login?"
        + urlencode({"next": account.in_other_language(next, spoken), "lang": "fr" if spoken == "en" else "en"}),
        "next": next,
        "openid": "/login/openid?" + urlencode({"next": next, "lang": spoken}) if by_provider else None,
        "none_made": not by_provider and not keys.any_made(at.state),
        "refusal": message(refusal, spoken) if refusal else None,
        "wrong_key": refusal == "sign_in.refused",
        "sign_in": None,
    }
    headers = dict(_NO_STORE)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="council"'
    return shell.page(request, who, spoken, "login.html", context, status=status, headers=headers)


def _redirect(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers=_NO_STORE)
