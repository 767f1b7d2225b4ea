"""`/manage/keys`: who has a key; keys made, shown once, and revoked. For administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from indexer.documents import Language
from service import audit
from service.access import Action, Caller, CallerRole
from service.callers import Here, may
from service.identity import keys
from service.identity.keys import Key
from service.installation import Installation
from service.messages import message
from service.replication import state as replication
from service.web import account, shell
from service.web.manage import frame

Administrator = Annotated[Caller, Depends(may(Action.MANAGE_KEYS))]
_PATH = "/manage/keys"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form says of the key to make."""

    role: str = ""
    name: str = ""
    expires: str = ""


def add(app: FastAPI) -> None:
    """Add the pages to `app`."""

    @app.get(_PATH, response_class=HTMLResponse, include_in_schema=False)
    def listed(request: Request, at: Here, who: Administrator, lang: str = "", revoked: str = "") -> HTMLResponse:
        found = next((key for key in keys.listed(at.state) if key.id == revoked and key.revoked is not None), None)
        return _list(request, at, who, account.spoken(request, lang), revoked=found)

    @app.post(_PATH, response_class=HTMLResponse, include_in_schema=False)
    def make(
        *,
        request: Request,
        at: Here,
        who: Administrator,
        lang: str = "",
        role: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        expires: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        replication.refuse_to_change(at.data)
        spoken = account.spoken(request, lang)
        wanted = Wanted(role, " ".join(name.split()), expires.strip())
        wrong = unusable(wanted)
        if wrong is not None:
            return _list(request, at, who, spoken, wanted=wanted, refusal=wrong)
        last = date.fromisoformat(wanted.expires) if wanted.expires else None
        key, text = keys.make(at.state, CallerRole(wanted.role), wanted.name, keys.after(last) if last else None)
        audit.record(at.state, who, "key.create", subject=key.id, detail=f"{key.role}: {key.name}")
        # On this page and never again: an address would be kept by the browser and by every log on the way.
        context = {"key": key, "key_text": text, "last_day": last_day(key)}
        return _page(request, who, spoken, "manage_key_made.html", context, status=201)

    @app.get(_PATH + "/{key_id}/revoke", response_class=HTMLResponse, include_in_schema=False)
    def confirm(key_id: str, request: Request, at: Here, who: Administrator, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        every = keys.listed(at.state)
        found = next((key for key in every if key.id == key_id), None)
        if found is None:
            raise HTTPException(404)
        context = {
            "key": found,
            "condition": found.condition(),
            "own": found.id == who.name,
            "last_administrator": is_last_administrator(found, every) and at.settings.oidc_issuer is None,
        }
        return _page(request, who, spoken, "manage_key_revoke.html", context)

    @app.post(_PATH + "/{key_id}/revoke", include_in_schema=False)
    def revoke(key_id: str, request: Request, at: Here, who: Administrator, lang: str = "") -> Response:
        replication.refuse_to_change(at.data)
        spoken = account.spoken(request, lang)
        if not any(key.id == key_id for key in keys.listed(at.state)):
            raise HTTPException(404)
        key, changed = keys.revoke(at.state, key_id)
        if changed:
            audit.record(at.state, who, "key.revoke", subject=key.id, detail=f"{key.role}: {key.name}")
        # Who revoked the key that they came with is nobody any more.
        there = "/login" if key.id == who.name else _PATH
        address = shell.address(there, spoken, revoked=None if key.id == who.name else key.id)
        return RedirectResponse(address, status_code=303, headers=frame.NO_STORE)


def unusable(wanted: Wanted) -> str | None:
    """Key of the message that says what is wrong with the form; None where nothing is."""
    if wanted.role not in keys.ROLES:
        return "manage.keys.no_role"
    if not 0 < len(wanted.name) <= keys.MAX_NAME_CHARACTERS or not wanted.name.isprintable():
        return "manage.keys.no_name"
    if wanted.expires:
        try:
            ends = keys.after(date.fromisoformat(wanted.expires))
        except (ValueError, OverflowError):
            return "manage.keys.no_day"
        if ends <= datetime.now(UTC):
            return "manage.keys.past_day"
    return None


def last_day(key: Key) -> str | None:
    """The last day, in UTC, that a key counts."""
    return (key.expires - timedelta(microseconds=1)).date().isoformat() if key.expires else None


def is_last_administrator(key: Key, every: list[Key]) -> bool:
    """Whether no other administrator's key counts."""
    return key.role is CallerRole.ADMINISTRATOR and not any(
        other.role is CallerRole.ADMINISTRATOR and other.condition() == "active" and other.id != key.id
        for other in every
    )


def _list(
    request: Request,
    at: Installation,
    who: Caller,
    spoken: Language,
    *,
    revoked: Key | None = None,
    wanted: Wanted | None = None,
    refusal: str | None = None,
) -> HTMLResponse:
    now = datetime.now(UTC)
    order = {"active": 0, "expired": 1, "revoked": 2}
    every = sorted(keys.listed(at.state), key=lambda key: order[key.condition(now)])
    context: dict[str, Any] = {
        "keys": [(key, key.condition(now), last_day(key)) for key in every],
        "roles": keys.ROLES,
        "longest": keys.MAX_NAME_CHARACTERS,
        "earliest": now.date().isoformat(),
        "wanted": wanted or Wanted(CallerRole.MEMBER),
        "refusal": message(refusal, spoken, most=keys.MAX_NAME_CHARACTERS) if refusal else None,
        "wrong_field": {"manage.keys.no_role": "role", "manage.keys.no_name": "name"}.get(refusal or "", "expires"),
        "revoked": revoked,
    }
    return _page(request, who, spoken, "manage_keys.html", context, status=422 if refusal else 200)


def _page(
    request: Request, who: Caller, spoken: Language, template: str, context: dict[str, Any], *, status: int = 200
) -> HTMLResponse:
    filled = frame.context("keys", spoken) | context
    return shell.page(request, who, spoken, template, filled, section="manage", status=status, headers=frame.NO_STORE)
