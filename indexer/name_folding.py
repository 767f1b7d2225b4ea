"""A text as names are looked for in it: without accents and typographic variants, upper case kept, places known."""

from __future__ import annotations

import re
import unicodedata

_FEW = 16
_COMBINING = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]")


class _Folding(dict[int, str]):
    """Characters without their accents, one for one, worked out as they come."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
        self[point] = base if len(base) == 1 else character
        return self[point]


_FOLDING = _Folding({ord(c): "'" for c in "’‘ʼ′`´"} | {ord(c): "-" for c in "‐‑‒–−"})


def fold(text: str) -> tuple[str, list[int] | None]:
    """The text without accents and typographic variants, and each character's place where they moved."""
    if text.isascii():
        return text, None
    if _COMBINING.search(text) is None:
        return _translated(text), None
    offsets = [i for i, c in enumerate(text) if _COMBINING.match(c) is None]
    return "".join(text[i] for i in offsets).translate(_FOLDING), [*offsets, len(text)]


def _translated(text: str) -> str:
    """As str.translate, which looks at every character, where few differ from their base: one replacement each."""
    odd = {sign: base for sign in set(text) if (base := _FOLDING[ord(sign)]) != sign}
    if len(odd) > _FEW or not odd.keys().isdisjoint(odd.values()):
        return text.translate(_FOLDING)
    for sign, base in odd.items():
        text = text.replace(sign, base)
    return text


def original(offsets: list[int] | None, position: int, *, last: bool = False) -> int:
    """The place in the text as given; for a mention's last character, with the accents that follow it."""
    if offsets is None:
        return position
    return offsets[position + 1] - 1 if last else offsets[position]
