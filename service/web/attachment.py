"""Files to keep: the header that names them."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 80  # characters of a name; file systems take some three times as many bytes
_KEPT = re.compile(r"[^\w\s’'(),.–-]+")
_PLAIN = str.maketrans({"–": "-", "’": "-"})


def attachment(name: str, ending: str) -> str:
    """The header `Content-Disposition` for a file to keep (RFC 6266), with a name in ASCII for old programs."""
    safe = " ".join(_KEPT.sub(" ", name).split()).strip(".")
    if len(safe) > _LONGEST:
        safe = safe[:_LONGEST].rpartition(" ")[0] or safe[:_LONGEST]
    safe = safe.rstrip(" .,–-") or "file"
    plain = unicodedata.normalize("NFKD", safe.translate(_PLAIN)).encode("ascii", "ignore").decode() or "file"
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{safe}.{ending}', safe='')}"
