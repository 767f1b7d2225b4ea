"""Sessions of those who signed in on the pages: a signed cookie that names one, and what it is in the database.

The cookie holds a random id and the time, the database the id's hash and who signed in: a session that was ended, or
whose key was revoked, is gone for every process at once, whatever cookies are still about.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from itsdangerous import BadSignature

from service.access import Caller, CallerRole
from service.identity import keys
from service.identity.keys import Key, UnusableKeyError
from service.identity.request_headers import straight_from_here
from service.identity.signing import signer
from service.installation import Installation

_PURPOSE = "session"
_ID_BYTES = 32


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a provider vouches for; `subject` is their id at the provider `issuer`."""

    issuer: str
    subject: str
    known_as: str
    role: CallerRole


def start(at: Installation, who: Key | Person) -> tuple[str, Caller]:
    """Open a session for the holder of a key, or a person; the cookie's value, and the caller that they are."""
    session, now = secrets.token_urlsafe(_ID_BYTES), datetime.now(UTC)
    if isinstance(who, Key):
        key, issuer, name, known_as = who.id, None, who.id, who.name
    else:
        # Set apart from the ids of keys, which a provider's subject might be made to look like.
        key, issuer, name, known_as = None, who.issuer, f"openid:{who.subject}", who.known_as
    ends = now + timedelta(hours=at.settings.session_hours)
    value = signer(at.state, _PURPOSE).sign(session).decode("ascii")
    with at.state.writing() as connection:
        connection.execute("DELETE FROM sessions WHERE ends <= ?", (keys.written(now),))
        connection.execute(
            "INSERT INTO sessions (hash, key, issuer, name, known_as, role, ends) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (_hash(session), key, issuer, name, known_as, str(who.role), keys.written(ends)),
        )
    return value, Caller(who.role, name, "session", known_as)


def find(request: Request, at: Installation) -> Caller | None:
    """Who signed in; None where nobody did, the session ended, or what it was opened by counts no more."""
    session = _session(request, at)
    if session is None:
        return None
    rows = at.state.rows("SELECT * FROM sessions WHERE hash = ?", (_hash(session),))
    if not rows or rows[0]["ends"] <= keys.written(datetime.now(UTC)):
        return None
    row = rows[0]
    if row["key"] is not None:
        try:
            keys.by_id(at.state, row["key"])
        except UnusableKeyError:
            return None
    elif row["issuer"] != at.settings.oidc_issuer:  # the provider is trusted no more
        return None
    return Caller(CallerRole(row["role"]), row["name"], "session", row["known_as"])


def end(request: Request, at: Installation) -> None:
    """End the session of the request's cookie, if it has one."""
    session = _session(request, at)
    if session is not None:
        with at.state.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hash(session),))


def set_cookie(response: Response, request: Request, at: Installation, value: str) -> None:
    """Have the browser keep the session's cookie: out of reach of scripts and of other sites."""
    response.set_cookie(
        cookie_name(request, at),
        value,
        max_age=_seconds(at),
        path="/",
        secure=not is_plain(request, at),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, request: Request, at: Installation) -> None:
    """Have the browser forget the cookie."""
    secure = not is_plain(request, at)
    response.delete_cookie(cookie_name(request, at), path="/", secure=secure, httponly=True, samesite="lax")


def cookie_name(request: Request, at: Installation) -> str:
    """The cookie's name. `__Host-` has browsers take it from this very host, encrypted, and from no other."""
    return "council-session" if is_plain(request, at) else "__Host-council-session"


def is_plain(request: Request, at: Installation) -> bool:
    """Whether the request came over unencrypted HTTP from this machine itself: there alone cookies need no TLS."""
    return at.loopback and request.url.scheme == "http" and straight_from_here(request.headers)


def _seconds(at: Installation) -> int:
    return math.ceil(at.settings.session_hours * 3600)


def _session(request: Request, at: Installation) -> str | None:
    value = request.cookies.get(cookie_name(request, at))
    # Where nothing was ever kept no session was, and none is looked for.
    if value is None or not at.state.exists():
        return None
    try:
        signed: bytes = signer(at.state, _PURPOSE).unsign(value, max_age=_seconds(at))
    except BadSignature:
        return None
    return signed.decode("ascii", "replace")


def _hash(session: str) -> str:
    """As for keys: the id is 256 random bits, and a copy of the database opens no session."""
    return hashlib.sha256(session.encode("utf-8")).hexdigest()
