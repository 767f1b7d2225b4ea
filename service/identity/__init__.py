"""Who calls: by a key, by a session that a key or a provider opened, or as somebody on this machine."""

from __future__ import annotations

from fastapi import Request

from service.access import ANONYMOUS, LOCAL, Caller, Verdict
from service.identity import keys, refusals
from service.identity.request_headers import AuthorizationError, bearer, straight_from_here
from service.installation import Installation
from service.problems import RefusedCallerError


def identify(request: Request, at: Installation) -> Caller:
    """The caller of a request. Raises RefusedCallerError for a key that does not count, never taken for no key."""
    who = _by_key(request, at)
    if who is None and is_local(request, at):
        who = LOCAL
    return who or ANONYMOUS


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
        refusals.record(at.state, error)
        raise RefusedCallerError(ANONYMOUS, Verdict(False, str(error)), "key") from None
