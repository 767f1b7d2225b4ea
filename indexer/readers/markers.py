"""What opens a list item: bullets, which are layout, and numbers or letters, which are text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BULLETS = "•◦▪‣●○■□▫◆◇►▸➢➤✓✔·∙⁃"
_BULLET = re.compile(rf"([{_BULLETS}])(?:\s*)(?=\S|$)")
_LIGHT = re.compile(r"([-–—*o])(?:\s+(?=\S)|$)")
_NUMBER = re.compile(r"(\d{1,2})([.)])\s+(?=\S)")
_LETTER = re.compile(r"\(?([A-Za-z])(\))\s+(?=\S)|([a-z])(\.)\s+(?=\S)")
_ROMAN = re.compile(r"\(?((?:x{0,2}(?:ix|iv|v?i{1,3}|v|x)))([.)])\s+(?=\S)")
# How all of them begin: most lines open with none.
_ANY = re.compile(rf"[{_BULLETS}]|[-–—*o](?:\s|$)|\(?(?:\d{{1,2}}|[A-Za-z]|[xiv]{{1,7}})[.)]\s")


@dataclass(frozen=True, slots=True)
class Marker:
    """What a line opens with: `sign` is the bullet or the style of numbering, `text` what follows a bullet.

    A number stays in `text`. `number` is its value (letters count from 1), 0 for bullets. `light` bullets
    (dashes, stars, the letter o) may also be ordinary text.
    """

    sign: str
    text: str
    number: int = 0
    light: bool = False


def find_marker(text: str) -> Marker | None:
    """The marker that a line of clean text opens with, if any."""
    if not _ANY.match(text):
        return None
    found = _BULLET.match(text)
    if found:
        return Marker(found.group(1), text[found.end() :])
    found = _LIGHT.match(text)
    if found:
        return Marker(found.group(1), text[found.end() :], light=True)
    found = _NUMBER.match(text)
    if found:
        return Marker(f"1{found.group(2)}", text, number=int(found.group(1)))
    found = _ROMAN.match(text)
    if found and len(found.group(1)) > 1:
        return Marker(f"i{found.group(2)}", text, number=_roman(found.group(1)))
    found = _LETTER.match(text)
    if found:
        letter = found.group(1) or found.group(3)
        case = "A" if letter.isupper() else "a"
        return Marker(f"{case}{found.group(2) or found.group(4)}", text, number=ord(letter.lower()) - ord("a") + 1)
    return None


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[c] for c in text]
    return sum(-v if i + 1 < len(values) and v < values[i + 1] else v for i, v in enumerate(values))
