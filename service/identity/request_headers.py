"""What a request's headers say of who calls and from where."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal
from urllib.parse import urlsplit

from starlette.datastructures import Headers

# RFC 9110: scheme, spaces, token68.
_CREDENTIALS = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+) +([A-Za-z0-9._~+/-]+=*)[ \t]*")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]/@?#\\\s]+)(?::[0-9]{1,5})?")
_FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")


class AuthorizationError(ValueError):
    """An `Authorization` header that cannot be used: not `Bearer` and a key, or more than one."""


def bearer(headers: Headers) -> str | None:
    """The key in `Authorization: Bearer`, None without the header. Raises AuthorizationError for any other content."""
    values = headers.getlist("authorization")
    if not values:
        return None
    match = _CREDENTIALS.fullmatch(values[0]) if len(values) == 1 else None
    if match is None or match[1].lower() != "bearer":
        raise AuthorizationError
    return match[2]


def straight_from_here(headers: Headers) -> bool:
    """Whether the request names this machine as its host, and no proxy passed it on.

    For a server that only this machine reaches: a proxy beside it may bring requests of anybody, and a browser those
    of a foreign page whose name was made to resolve to this machine, but neither asks for `localhost`.
    """
    if any(name in _FORWARDED or name.startswith("x-forwarded") for name in headers):
        return False
    hosts = headers.getlist("host")
    return len(hosts) == 1 and is_loopback_host(hosts[0])


def is_loopback_host(host: str) -> bool:
    """Whether a `Host` header, with or without a port, names this machine."""
    match = _HOST.fullmatch(host)
    return match is not None and is_loopback(match[1].removeprefix("[").removesuffix("]"))


def is_loopback(name: str) -> bool:
    """Whether a host's name or address is that of this machine and reaches no other."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def origin(headers: Headers) -> Literal["same", "other", "unsaid"]:
    """Whose page sent the request: one of ours, another's, or the browser, if it is one, does not say.

    What the browser says of itself counts first: it knows of `https` where a proxy ends it. Ports and hosts are
    compared and schemes are not, for the same reason.
    """
    fetched = headers.get("sec-fetch-site")
    if fetched is not None:
        return "same" if fetched == "same-origin" else "other"
    sent = headers.get("origin")
    if sent is None:
        return "unsaid"
    try:
        split = urlsplit(sent)
    except ValueError:
        return "other"
    hosts = headers.getlist("host")
    same = split.scheme in {"http", "https"} and len(hosts) == 1 and split.netloc.lower() == hosts[0].lower()
    return "same" if same and f"{split.scheme}://{split.netloc}" == sent else "other"
