"""An OpenID Connect provider over real HTTP: authorization code with PKCE, and ID tokens signed with real keys.

It keeps to the protocol, and refuses clients that do not, but for what a test has it do wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "council", "s3cret/with:signs"
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"})
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
UNSIGNED_HEADER, HMAC_HEADER = b'{"alg": "none", "kid": "rsa"}', b'{"alg": "HS256", "kid": "rsa"}'
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unsigned(claims: dict[str, Any]) -> str:
    return f"{encoded(UNSIGNED_HEADER)}.{encoded(json.dumps(claims).encode())}."


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """By HMAC, whose secret is the public key that everybody knows; by hand, for libraries will not."""
    begun = f"{encoded(HMAC_HEADER)}.{encoded(json.dumps(claims).encode())}"
    secret = RSA.as_pem(private=False)
    return f"{begun}.{encoded(hmac.new(secret, begun.encode(), hashlib.sha256).digest())}"


@dataclass
class Provider:
    """What the provider says of who signs in; `claims` overrides those of the ID token, None leaves one out."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, RSA)
    metadata: dict[str, Any] = field(default_factory=dict)
    public: list[Any] = field(default_factory=lambda: [RSA.as_dict(private=False), EC.as_dict(private=False)])
    secret: str | None = SECRET
    reply: dict[str, str] = field(default_factory=dict)
    failing: str | None = None
    seen: list[dict[str, str]] = field(default_factory=list)
    issued: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def fail(request: Request, call_next: Any) -> Response:
            if self.failing and request.url.path.endswith(self.failing):
                return Response("<h1>Down</h1>", status_code=503)
            return await call_next(request)

        @app.get("/.well-known/openid-configuration")
        def discovery() -> dict[str, Any]:
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize?tenant=1",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "none"],
            } | self.metadata

        @app.get("/jwks")
        def jwks() -> dict[str, Any]:
            return {"keys": self.public}

        @app.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            self.seen.append(asked)
            right = (
                asked["tenant"] == "1"
                and asked["client_id"] == CLIENT
                and asked["response_type"] == "code"
                and "openid" in asked["scope"].split()
                and asked["code_challenge_method"] == "S256"
                and len(asked["state"]) > 40
                and len(asked["nonce"]) > 40
            )
            if not right:
                return JSONResponse(asked, 400)
            code = secrets.token_urlsafe()
            self.issued[code] = asked
            back = {"code": code, "state": asked["state"], "iss": self.address} | self.reply
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

        @app.post("/token")
        def token(
            request: Request,
            grant_type: Annotated[str, Form()],
            code: Annotated[str, Form()],
            redirect_uri: Annotated[str, Form()],
            code_verifier: Annotated[str, Form()],
            client_id: Annotated[str, Form()] = "",
            client_secret: Annotated[str | None, Form()] = None,
        ) -> Response:
            asked = self.issued.pop(code, None)
            challenge = encoded(hashlib.sha256(code_verifier.encode()).digest())
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if self.secret is None:
                known = client_id == CLIENT and client_secret is None and "authorization" not in request.headers
            elif "client_secret_post" in self.metadata.get("token_endpoint_auth_methods_supported", ()):
                known = (client_id, client_secret) == (CLIENT, self.secret)
            else:
                known = request.headers.get("authorization") == f"Basic {basic}"
            right = (
                known
                and asked is not None
                and grant_type == "authorization_code"
                and redirect_uri == asked["redirect_uri"]
                and challenge == asked["code_challenge"]
            )
            if asked is None or not right:
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            claims = {
                "iss": self.address,
                "aud": CLIENT,
                "sub": "u-17",
                "iat": now,
                "exp": now + 300,
                "nonce": asked["nonce"],
                "name": "Ann Lee",
                "council_role": "secretariat",
            } | self.claims
            kept = {name: value for name, value in claims.items() if value is not None}
            body = {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(kept)}
            return JSONResponse({name: value for name, value in body.items() if value})

        return app


class RunningProvider:
    """The provider under uvicorn, in a thread of its own."""

    def __init__(self) -> None:
        self.provider = Provider()
        config = uvicorn.Config(self.provider.app(), host="127.0.0.1", port=0, log_level="critical")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Provider:
        self._thread.start()
        until = time.monotonic() + 30
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < until
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.provider.address = f"http://127.0.0.1:{port}"
        return self.provider

    def __exit__(self, *failure: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)
