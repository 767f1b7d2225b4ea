"""Safe names for uploaded files: whatever a caller sends, the name stays inside its folder, on any system."""

from __future__ import annotations

import re
import unicodedata

MOST_BYTES = 150  # in UTF-8; file systems take 255, and names are also put behind others
_FORBIDDEN = re.compile(r'[<>:"|?*\ufffd]')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # controls, turns of writing direction, halves of characters
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)  # devices of Windows
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_FALLBACK = "document"


def safe_name(given: str) -> str:
    """The name under which an uploaded file may be kept; a name that this gave is given back as it is.

    It has no path, no control character, no leading dot, is in NFC, at most `MOST_BYTES` long, and no device.
    """
    name = given
    while (safer := _once(name)) != name:
        name = safer
    return name


def same_name(one: str, other: str) -> bool:
    """Whether two names are one on a system that does not tell capitals apart."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _once(given: str) -> str:
    last = re.split(r"[/\\]", given)[-1]
    spaced = "".join(" " if character.isspace() else character for character in last)
    shown = "".join(character for character in spaced if unicodedata.category(character) not in _UNSEEN)
    name = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", shown))
    name = re.sub(r" +", " ", name).lstrip(" .").rstrip(" .")
    found = _SUFFIX.search(name)
    suffix = found[0] if found else ""
    stem = name[: len(name) - len(suffix)]
    if _RESERVED.fullmatch(stem.split(".")[0].strip()):
        stem = f"_{stem}"
    stem = stem.encode()[: MOST_BYTES - len(suffix)].decode(errors="ignore").rstrip(" .")
    return (stem or _FALLBACK) + suffix
