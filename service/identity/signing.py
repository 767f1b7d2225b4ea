"""What the service signs, so that it knows it again: by a secret of its own, kept with its other memory."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from service.state import State

_NAME = "signing"
_SECRET_BYTES = 32
_SIGNED_BY: dict[str, Any] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


def signer(state: State, purpose: str) -> TimestampSigner:
    """Signs short texts with the time; what is signed for one purpose counts for no other."""
    return TimestampSigner(_secret(state), salt=f"council.{purpose}", **_SIGNED_BY)


def serializer(state: State, purpose: str) -> URLSafeTimedSerializer:
    """Signs values with the time, likewise."""
    return URLSafeTimedSerializer(_secret(state), salt=f"council.{purpose}", signer_kwargs=_SIGNED_BY)


def _secret(state: State) -> bytes:
    """The secret, made at the first use: by one of several processes, for all of them."""
    read = "SELECT value FROM secrets WHERE name = ?"
    rows = state.rows(read, (_NAME,))
    if not rows:
        with state.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)",
                (_NAME, secrets.token_bytes(_SECRET_BYTES)),
            )
        rows = state.rows(read, (_NAME,))
    return bytes(rows[0]["value"])
