"""Pages of a list: `limit` and `offset`, and the address of the next page in the header `Link` (RFC 8288)."""

from __future__ import annotations

from fastapi import Request, Response


def link_next(request: Request, response: Response, *, total: int, limit: int, offset: int) -> None:
    """Name the next page in the response's headers, where there is one."""
    if offset + limit < total:
        url = request.url.include_query_params(limit=limit, offset=offset + limit)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
