"""Keys: who has one is a member, the secretariat or an administrator. Made, listed and revoked by `council keys`."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from sqlite3 import Row
from typing import Literal

from indexer.errors import CouncilError, SettingError
from service.access import CallerRole
from service.state import State

MAX_NAME_CHARACTERS = 100
ROLES = tuple(role for role in CallerRole if role is not CallerRole.ANONYMOUS)
_SECRET_BYTES = 32
_ID_BYTES = 6
_KEY = re.compile(r"council_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_USE_WRITTEN_EVERY = timedelta(minutes=1)
_NO_HASH = "0" * 64
_log = logging.getLogger(__name__)


class UnusableKeyError(CouncilError):
    """A key that does not count. `key` is its id where there is such a key; its text is never told."""

    def __init__(self, reason: Literal["unknown", "revoked", "expired"], key: str | None = None) -> None:
        self.reason, self.key = reason, key
        super().__init__(f"the key is {reason}")


class UnknownKeyError(CouncilError):
    """No key has the id given."""

    def __init__(self) -> None:
        # What was given is not repeated: it may be a key.
        super().__init__("no key has this id; council keys list gives the ids")


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret, which is kept nowhere. Times are in UTC; `used` is up to a minute old."""

    id: str
    name: str
    role: CallerRole
    made: datetime
    expires: datetime | None
    revoked: datetime | None
    used: datetime | None

    def condition(self, now: datetime | None = None) -> Literal["active", "revoked", "expired"]:
        """Whether the key counts."""
        if self.revoked is not None:
            return "revoked"
        if self.expires is not None and self.expires <= (now or datetime.now(UTC)):
            return "expired"
        return "active"


def make(state: State, role: CallerRole, name: str, expires: datetime | None = None) -> tuple[Key, str]:
    """A new key and its text, which cannot be had again. Raises SettingError for what cannot be kept."""
    if role not in ROLES:
        raise SettingError(f"--role {role}: needs no key; give one of {', '.join(ROLES)}")
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
        raise SettingError(f"--name: say whose key it is, in 1 to {MAX_NAME_CHARACTERS} characters on one line")
    now = datetime.now(UTC)
    if expires is not None and expires <= now:
        raise SettingError("--expires: is past; give a later day, or leave it out for a key that does not expire")
    key = Key(secrets.token_hex(_ID_BYTES), name, role, now, expires, None, None)
    text = f"council_{key.id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    with state.writing() as connection:
        connection.execute(
            "INSERT INTO keys (id, name, role, hash, made, expires) VALUES (?, ?, ?, ?, ?, ?)",
            (key.id, key.name, str(key.role), _hash(text), written(now), written(expires) if expires else None),
        )
    return key, text


def find(state: State, text: str) -> Key:
    """The key that `text` is. Raises UnusableKeyError where it is none, was revoked or has expired.

    One indexed read, always made: a key revoked by any process counts no more at the next request of every other.
    """
    match = _KEY.fullmatch(text)
    rows = state.rows("SELECT * FROM keys WHERE id = ?", (match[1],)) if match else []
    # Compared even where there is no such id, so that both take as long.
    if not hmac.compare_digest(_hash(text), rows[0]["hash"] if rows else _NO_HASH):
        raise UnusableKeyError("unknown")
    return _usable(state, _key(rows[0]))


def by_id(state: State, key_id: str) -> Key:
    """The key of a session that it opened; errors are those of `find`."""
    rows = state.rows("SELECT * FROM keys WHERE id = ?", (key_id,))
    if not rows:
        raise UnusableKeyError("unknown")
    return _usable(state, _key(rows[0]))


def _usable(state: State, key: Key) -> Key:
    now = datetime.now(UTC)
    condition = key.condition(now)
    if condition != "active":
        raise UnusableKeyError(condition, key.id)
    _note_use(state, key, now)
    return key


def listed(state: State) -> list[Key]:
    """Every key that was ever made, the oldest first."""
    return [_key(row) for row in state.rows("SELECT * FROM keys ORDER BY made, id")]


def any_made(state: State) -> bool:
    """Whether a key was ever made; revoked ones count, so that revoking the last opens nothing."""
    return bool(state.rows("SELECT 1 FROM keys LIMIT 1"))


def revoke(state: State, key_id: str) -> tuple[Key, bool]:
    """The key, revoked, and whether it was not before; the sessions that it opened end. Raises UnknownKeyError.

    A whole key does for its id: who finds one lying about may revoke it as it is.
    """
    match = _KEY.fullmatch(key_id)
    key_id = match[1] if match else key_id
    # Looked up first: where nothing was ever made, no file is.
    if not state.rows("SELECT 1 FROM keys WHERE id = ?", (key_id,)):
        raise UnknownKeyError
    with state.writing() as connection:
        changed = connection.execute(
            "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL", (written(datetime.now(UTC)), key_id)
        ).rowcount
        connection.execute("DELETE FROM sessions WHERE key = ?", (key_id,))
        row = connection.execute("SELECT * FROM keys WHERE id = ?", (key_id,)).fetchone()
    return _key(row), bool(changed)


def after(last: date) -> datetime:
    """When a key expires whose last day, in UTC, is `last`. Raises OverflowError where no day follows."""
    return datetime.combine(last + timedelta(days=1), time(), UTC)


def written(time: datetime) -> str:
    """A time as the file keeps it: such texts sort as the times do."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _note_use(state: State, key: Key, now: datetime) -> None:
    """Write the use down, at most once a minute: most requests only read."""
    if key.used is not None and now - key.used < _USE_WRITTEN_EVERY:
        return
    try:
        with state.writing() as connection:
            connection.execute(
                "UPDATE keys SET used = ? WHERE id = ? AND (used IS NULL OR used < ?)",
                (written(now), key.id, written(now - _USE_WRITTEN_EVERY)),
            )
    except CouncilError as error:  # a full disk is no reason to refuse who may read
        _log.warning("the use of a key could not be noted: %s", error)


def _hash(text: str) -> str:
    """The hash that is kept. A fast one does: what makes slow hashes needed is that people's passwords can be guessed.

    256 random bits cannot, at any speed, and a slow hash would cost every request its time.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _key(row: Row) -> Key:
    def time(column: str) -> datetime | None:
        return datetime.fromisoformat(row[column]) if row[column] else None

    made = datetime.fromisoformat(row["made"])
    return Key(row["id"], row["name"], CallerRole(row["role"]), made, time("expires"), time("revoked"), time("used"))
