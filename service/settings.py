"""Settings that come from the environment: all of them are read here, and nowhere else in the service."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from indexer.errors import SettingError

LLM_URL = "COUNCIL_LLM_URL"
LLM_MODEL = "COUNCIL_LLM_MODEL"
LLM_KEY = "COUNCIL_LLM_KEY"
LLM_SECONDS = "COUNCIL_LLM_SECONDS"
NAMES = (LLM_URL, LLM_MODEL, LLM_KEY, LLM_SECONDS)

_USUAL_SECONDS = 20.0
_MOST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class LanguageModelSettings:
    """An OpenAI-compatible server: its base address, the model's name there, the key, and the seconds that it gets.

    `model` is None where the server has one model only, `key` where it asks for none.
    """

    url: str
    model: str | None = None
    key: str | None = field(default=None, repr=False)
    seconds: float = _USUAL_SECONDS


def language_model(environment: Mapping[str, str] = os.environ) -> LanguageModelSettings | None:
    """The language model that the environment names, None where it names none; an empty setting counts as not set.

    Raises SettingError that names the setting and the mend where one cannot be used.
    """
    given = {name: environment.get(name, "").strip() for name in NAMES}
    if not given[LLM_URL]:
        return None
    return LanguageModelSettings(
        url=_address(given[LLM_URL]),
        model=given[LLM_MODEL] or None,
        key=_key(given[LLM_KEY]) if given[LLM_KEY] else None,
        seconds=_seconds(given[LLM_SECONDS]) if given[LLM_SECONDS] else _USUAL_SECONDS,
    )


def _address(url: str) -> str:
    mend = "give the server's base address, such as http://localhost:8080/v1"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # asking for the port checks it
    except ValueError as error:
        raise SettingError(f"{LLM_URL} is no address ({error}); {mend}") from None
    if parts.username is not None or parts.password is not None:
        # The address is not shown: it holds a password.
        raise SettingError(f"{LLM_URL} holds a user name or password; leave them out and set {LLM_KEY}")
    unfit = any(not sign.isprintable() or sign.isspace() for sign in url)
    if unfit or parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise SettingError(f"{LLM_URL} is {url!r}; {mend}")
    return url.rstrip("/")


def _key(key: str) -> str:
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingError(f"{LLM_KEY} holds characters that no key has (its value is not shown); set it again")
    return key


def _seconds(written: str) -> float:
    try:
        seconds = float(written)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _MOST_SECONDS:
        raise SettingError(f"{LLM_SECONDS} is {written!r}; give a number of seconds up to {_MOST_SECONDS:.0f}")
    return seconds
