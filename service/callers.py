"""Who calls, and what the routes may have on the caller's behalf. Routes take the engine from here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from service import audit, identity
from service.access import Action, Caller, decide
from service.engine import Engine
from service.installation import Installation
from service.problems import RefusedCallerError

_SAYING_WHO = frozenset({b"authorization", b"cookie"})


def installation(request: Request) -> Installation:
    """What the server process has at hand."""
    return cast(Installation, request.app.state.installation)


def caller(request: Request) -> Caller:
    """Who calls, looked up once a request. Raises RefusedCallerError for a key that is none."""
    found: Caller | None = getattr(request.state, "caller", None)
    refused: RefusedCallerError | None = getattr(request.state, "refused_caller", None)
    if refused is not None:
        raise refused
    if found is None:
        try:
            found = identity.identify(request, installation(request))
        except RefusedCallerError as error:
            request.state.refused_caller = error
            raise
        request.state.caller = found
    return found


async def seen(request: Request) -> Engine:
    """The engine as the caller sees the documents."""
    # Who says nothing of who they are is soon known; a key that does not count is written down, which takes longer.
    says = any(name in _SAYING_WHO for name, _ in request.scope["headers"])
    who = await run_in_threadpool(caller, request) if says else caller(request)
    return installation(request).engine.seen_by(who.audience)


def may(action: Action) -> Callable[[Request], Caller]:
    """A dependency that gives the caller where `action` is theirs. Raises RefusedCallerError where it is not."""

    def permitted(request: Request) -> Caller:
        who = caller(request)
        verdict = decide(who, action)
        if not verdict.allowed:
            audit.refused(installation(request).state, who, action)
            raise RefusedCallerError(who, verdict)
        return who

    # For the description of the API, which says what each operation takes.
    permitted.action = action  # type: ignore[attr-defined]
    return permitted


async def _here(request: Request) -> Installation:  # not in a thread, to which to hand it would take longer
    return installation(request)


Here = Annotated[Installation, Depends(_here)]
Seen = Annotated[Engine, Depends(seen)]
Who = Annotated[Caller, Depends(caller)]
