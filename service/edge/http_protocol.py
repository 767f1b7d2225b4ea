"""HTTP as uvicorn reads it, but for the answer to what is no HTTP: a problem, as everywhere."""

from __future__ import annotations

import json
import uuid

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.headers import SECURITY_HEADERS
from service.messages import message
from service.problems import MEDIA_TYPE, Problem


class ProblemProtocol(HttpToolsProtocol):
    """uvicorn's protocol over httptools; what cannot be read as a request names no language, so English is sent."""

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no request, and end the connection. `msg`, uvicorn's reason, is for its log alone."""
        request_id = uuid.uuid4().hex
        problem = Problem(
            type="/problems/malformed",
            title=message("problem.malformed.title", "en"),
            status=400,
            detail=message("problem.malformed.detail", "en"),
            instance="/",
            mend=message("problem.malformed.mend", "en"),
            request_id=request_id,
        )
        body = json.dumps(problem.model_dump(), ensure_ascii=False).encode()
        headers = {
            **SECURITY_HEADERS,
            "Content-Type": MEDIA_TYPE,
            "Content-Language": "en",
            "X-Request-ID": request_id,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self.transport.write("\r\n".join(lines).encode() + body)
        self.transport.close()
