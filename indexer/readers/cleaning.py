"""One line of source text made clean: composed, without ligatures, control characters and odd spaces."""

from __future__ import annotations

import re
import unicodedata

from indexer.readers.vocabulary import layout_words

# Compatibility normalisation would also turn ² into 2 and ½ into 1⁄2, so ligatures are spelt out one by one.
_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_BULLETS = "\uf0b7\uf075\uf0a7\uf0d8\uf0fc\uf0a8\uf06e\uf071\uf076\uf0e0\uf0f0\uf02d\uf097\uf0bf"
_TRANSLATION = str.maketrans(
    _LIGATURES
    | dict.fromkeys(_BULLETS, "\u2022")
    | {"\u2010": "-", "\u2011": "-", "\u00ad": "", "\x02": "-", "\ufffe": "-"}
)
# Categories that print nothing: controls, format characters, surrogates, private use, unassigned.
_UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_PLAIN = re.compile(r"[ -~À-ÖØ-öø-ſ’«»–—…•]*")

LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x85\u2028\u2029]")


def clean_line(text: str) -> str:
    """The text of one line, stripped, with single plain spaces, in composed form (NFC)."""
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    if not _PLAIN.fullmatch(text):
        text = unicodedata.normalize("NFC", text).translate(_TRANSLATION)
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _UNPRINTED)
        # Dropping a character may bring a letter and its accent together.
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def declared_title(text: object) -> str | None:
    """A title from a file's properties made clean, None where it is none or a program's stopgap."""
    title = clean_line(text) if isinstance(text, str) else ""
    return None if not title or layout_words().empty_titles.fullmatch(title) else title
