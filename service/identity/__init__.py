"""Who calls: by a key, by a session that a key or a provider opened, or as somebody on this machine."""

from __future__ import annotations

from fastapi import Request

from service.access import ANONYMOUS, LOCAL, Caller, Verdict
from service.identity import keys, refusals, sessions
from service.identity.request_headers import AuthorizationError, bearer, origin, straight_from_here
from service.installation import Installation
from service.problems import RefusedCallerError

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def identify(request: Request, at: Installation) -> Caller:
    """The caller of a request.

    Raises RefusedCallerError for a key that does not count, which is never taken for no key, and for a change that a
    browser asks for on behalf of somebody who may not know of it.
    """
    who = _by_key(request, at)
    if who is not None:
        return who
    who = sessions.find(request, at)
    if who is None and is_local(request, at):
        who = LOCAL
    if who is None:
        return ANONYMOUS
    # Cookies, and being on this machine, are lent to every page that a browser shows; a key is not.
    if request.method not in _SAFE_METHODS:
        require_same_origin(request, who, unsaid_counts=who.via == "local")
    return who


def require_same_origin(request: Request, who: Caller, *, unsaid_counts: bool = False) -> None:
    """Raise RefusedCallerError for a request that no page of this service sent.

    `unsaid_counts` lets through those that do not say, which programs send and browsers of today do not.
    """
    found = origin(request.headers)
    if found == "other" or (found == "unsaid" and not unsaid_counts):
        raise RefusedCallerError(who, Verdict(False, "no page of this service sent the request"), "origin")


def is_local(request: Request, at: Installation) -> bool:
    """Whether the service tells no callers apart and the request came straight from this machine."""
    return (
        at.loopback
        and at.settings.oidc_issuer is None
        and straight_from_here(request.headers)
        and not keys.any_made(at.state)
    )


def by_key(key: keys.Key) -> Caller:
    """Who calls with `key`."""
    return Caller(key.role, key.id, "key", key.name)


def _by_key(request: Request, at: Installation) -> Caller | None:
    try:
        text = bearer(request.headers)
    except AuthorizationError:
        verdict = Verdict(False, "the header Authorization is not Bearer with one key")
        raise RefusedCallerError(ANONYMOUS, verdict, "authorization") from None
    if text is None:
        return None
    try:
        return by_key(keys.find(at.state, text))
    except keys.UnusableKeyError as error:
        refusals.record_key(at.state, error)
        raise RefusedCallerError(ANONYMOUS, Verdict(False, str(error)), "key") from None
