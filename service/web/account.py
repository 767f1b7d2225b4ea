"""What every page shows of who looks at it: a way to sign in, or who signed in and a way out."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from indexer.documents import Language
from service.access import Caller
from service.problems import caller_language

# A page is its caller's: neither a shared cache nor, once signed out, the browser's may show it unasked.
HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization, Accept-Language"}
_LONGEST_PATH = 4_000
# A path of this host: two slashes or a backslash, which browsers take for one, would begin another host's address.
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def spoken(request: Request, lang: str) -> Language:
    """The language that was asked for, else the one that the browser prefers."""
    if lang in {"en", "fr"}:
        return "fr" if lang == "fr" else "en"
    return caller_language(request.headers.get("accept-language"))


def shown(who: Caller, language: Language, here: str) -> dict[str, Any]:
    """What `account.html` needs on the page with the address `here`."""
    known = who.via in {"key", "session"}
    return {
        "signed_in_as": (who.known_as or who.name) if known else None,
        "may_sign_out": who.via == "session",
        # Where no key was ever made there is nothing to sign in with, and this machine needs none.
        "sign_in": None if who.via == "local" else "/login?" + urlencode({"next": here, "lang": language}),
    }


def local_path(text: str) -> str:
    """`text` where it is a path of this service, else that of its first page: nobody is sent on to another site."""
    return text if len(text) <= _LONGEST_PATH and _LOCAL_PATH.fullmatch(text) else "/"
