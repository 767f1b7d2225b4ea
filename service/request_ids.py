"""The id of the request under way: in its response, its log lines and its entries in the audit log."""

from __future__ import annotations

from contextvars import ContextVar

_CURRENT: ContextVar[str | None] = ContextVar("request_id", default=None)


def current() -> str | None:
    """The id of the request under way; None outside of one."""
    return _CURRENT.get()


def begin(request_id: str) -> None:
    """Make `request_id` that of the request under way, in this task and the threads that it starts."""
    _CURRENT.set(request_id)
