"""Needs: what somebody asks of the others, as a passage states it or as a question puts it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer import jurisdictions, sentences, text
from indexer.documents import Passage, PassageKind
from indexer.glossary import Match

_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_MARKS = re.compile(r"^[\s\-–—•*▪◦·]+")
_INTRODUCES = (":", ",", ";")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PIECE = re.compile(r"[^\W_][\w’'.\-–]*")
_LEAST_WORDS = 2
_SUMMARY = 300  # characters
_SELF_CONTAINED = 4  # words, from which an item of a list says by itself what it is about


@dataclass(frozen=True, slots=True)
class Need:
    """One need: characters `start` to `end` of the document's canonical text, and the words to look for.

    `sought` is the need with what introduces it, where it is an item too short to be understood alone.
    """

    passage: Passage
    start: int
    end: int
    sought: str

    @property
    def quote(self) -> str:
        """The need in its document's words."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @property
    def sentence(self) -> str:
        """The first sentence of it."""
        start, end = sentences.split(self.quote)[0]
        return self.quote[start:end]


def needs_of(passage: Passage) -> tuple[Need, ...]:
    """The needs that a passage states, in order: its paragraphs and the items of its lists.

    Titles are none, nor are lines that only introduce what follows. A passage such as "N/A" states none.
    """
    if passage.kind is not PassageKind.STATEMENT:
        return ()
    lines = list(_LINE.finditer(passage.text))
    needs: list[Need] = []
    introduction = ""
    for place, line in enumerate(lines):
        written = line.group().rstrip()
        bare = _MARKS.sub("", written)
        if bare in passage.heading or len(text.words(bare)) < _LEAST_WORDS:
            continue
        if bare.endswith(_INTRODUCES[:2]) and place + 1 < len(lines):
            introduction = bare
            continue
        start = passage.start + line.start() + len(written) - len(bare)
        short = len(text.surface_forms(bare)) < _SELF_CONTAINED
        needs.append(Need(passage, start, start + len(bare), f"{introduction} {bare}".strip() if short else bare))
    return tuple(needs)


def summary(passage: Passage) -> str:
    """The first sentence of the first need that a passage states, else of the passage, in one line."""
    needs = needs_of(passage)
    if needs:
        return shortened(needs[0].sentence, _SUMMARY)
    start, end = sentences.split(passage.text)[0]
    return shortened(passage.text[start:end], _SUMMARY)


def shortened(written: str, most: int) -> str:
    """The text in one line, cut at a word where it is longer than `most` characters."""
    line = " ".join(written.split())
    return line if len(line) <= most else (line[: most - 1].rpartition(" ")[0] or line[: most - 1]).rstrip(",;:") + "…"


def topic(question: str, terms: tuple[Match, ...] = ()) -> str:
    """What a question about a problem is about: without who has it, when, and that peers are asked.

    `terms` are the terms of the field that it names, which stay whole. The question itself where nothing is left.
    """
    kept = [False] * len(question)
    for match in terms:
        kept[match.start : match.end] = [True] * (match.end - match.start)
    written = list(question)
    for start, end in [(m.start, m.end) for m in jurisdictions.find_mentions(question)] + [
        year.span() for year in _YEAR.finditer(question)
    ]:
        if not any(kept[start:end]):
            written[start:end] = " " * (end - start)
    pieces = [
        piece.group()
        for piece in _PIECE.finditer("".join(written))
        if any(kept[piece.start() : piece.end()]) or _says_what(piece.group())
    ]
    return " ".join(pieces) if any(text.words(piece) for piece in pieces) else question


def _says_what(piece: str) -> bool:
    words = text.words(piece)
    return not words or not all(word in _said_of_no_topic() for word in words)


@lru_cache(maxsize=1)
def _said_of_no_topic() -> frozenset[str]:
    raw = tomllib.loads((files("service") / "data" / "need_words.toml").read_text(encoding="utf-8"))
    stop = text.stop_words()
    return (
        frozenset((*raw["english"].split(), *raw["french"].split()))
        | stop.either
        | stop.question
        | stop.of("en")
        | stop.of("fr")
    )
