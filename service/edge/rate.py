"""How often a caller may come: a bucket of tokens each, filled at the rate allowed."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import Caller
from service.callers import caller
from service.edge.kinds import is_health
from service.problems import RefusedCallerError, problem

_MOST_BUCKETS = 10_000
_IPV6_SITE = 64  # bits: who has one address of a network has them all
_SAYING_WHO = frozenset({b"authorization", b"cookie"})


class Buckets:
    """A bucket of `per_minute` tokens for every name, the latest used ones kept; of one thread."""

    def __init__(self, per_minute: int) -> None:
        self._full, self._a_second = float(per_minute), per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        """Take a token at `now` in seconds: 0 where there was one, else the seconds until there is."""
        tokens, at = self._buckets.pop(name, (self._full, now))
        tokens = min(self._full, tokens + (now - at) * self._a_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._a_second
        self._buckets[name] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return wait


class RatePerCaller:
    """Middleware that lets a key or a session in `per_minute` times a minute, others by their address.

    Each worker counts by itself. Health checks are let in always.
    """

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self._app, self._buckets = app, Buckets(per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on where its caller's bucket has a token."""
        if scope["type"] != "http" or is_health(scope):
            await self._app(scope, receive, send)
            return
        wait = self._buckets.take(await _named(scope), time.monotonic())
        if not wait:
            await self._app(scope, receive, send)
            return
        response = problem(Request(scope), "rate", 429, seconds=math.ceil(wait))
        response.headers["Retry-After"] = str(math.ceil(wait))
        await response(scope, receive, send)


async def _named(scope: Scope) -> str:
    """Whose bucket it is. A key that does not count has none of its own: any number of them can be made up."""
    who: Caller | None = None
    if any(name in _SAYING_WHO for name, _ in scope["headers"]):
        try:
            who = await run_in_threadpool(caller, Request(scope))
        except RefusedCallerError:  # told again to the route, which refuses
            who = None
    return f"caller {who.name}" if who and who.via in {"key", "session"} else f"address {network(scope)}"


def network(scope: Scope) -> str:
    """The address that a request comes from; of an IPv6 address its network."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    return str(ipaddress.ip_network((address, _IPV6_SITE), strict=False)) if address.version == 6 else host
