"""An answer's text cut into the sentences that a person scores, one claim at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer import sentences
from service.contract import Answer

_MARK = re.compile(r"\[(\d+)\]")
_OPENING, _CLOSING = "“«", "”»"
# Marks after a sentence's own end, with the next sentence on the same line: "It opened. [1] It closed. [2]".
_MARKED_END = re.compile(r"[.!?…](?:\s?[”»])?\s?(?:\[\d+\])+(?=\s+[A-ZÀ-ÖØ-Þ“«])")
_NEXT_ITEM = re.compile(r"(?<=\][;,.])\s+|(?<=\])\s+(?=(?:and|et)\s)")  # "Ontario [1], Manitoba [2] and Yukon [3]"
_LANGUAGE = re.compile(r"\([^()\[\]]{1,40}\)\s")  # "(in French)" between a quotation and its marks


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, or an item of its list, with the numbers of the citations that it marks."""

    text: str
    citations: tuple[int, ...]


def split(answer: Answer) -> tuple[Claim, ...]:
    """The claims of the answer's text in order, at least one; nothing of the text but white space falls away.

    A sentence ends where `indexer.sentences` says, except inside a quotation, and keeps the marks that follow it. A
    list's sentence is cut after each name that has marks, for each can be right or wrong by itself.
    """
    texts = [
        piece
        for joined in _sentences(answer.text)
        for sentence in _after_marks(joined)
        for piece in (_items(sentence) if answer.kind == "list" and _MARK.search(sentence) else (sentence,))
    ]
    return tuple(Claim(text, tuple(dict.fromkeys(int(mark) for mark in _MARK.findall(text)))) for text in texts or [""])


def _sentences(text: str) -> Iterator[str]:
    begin: int | None = None
    end = 0
    for start, stop in sentences.split(text):
        if begin is not None and not _goes_on(text, begin, end, start):
            yield text[begin:end]
            begin = None
        begin = start if begin is None else begin
        end = stop
    if begin is not None:
        yield text[begin:end]


def _goes_on(text: str, begin: int, end: int, following: int) -> bool:
    """Whether what begins at `following` belongs to the sentence `begin` to `end`: its marks, or its quotation."""
    if "\n" in text[end:following]:
        return False
    language = _LANGUAGE.match(text, following)
    mark = language.end() if language else following
    return _MARK.match(text, mark) is not None or _open_quotations(text[begin:end]) > 0


def _after_marks(text: str) -> Iterator[str]:
    start = 0
    for border in _MARKED_END.finditer(text):
        if not _open_quotations(text[start : border.end()]):
            yield text[start : border.end()].strip()
            start = border.end()
    yield text[start:].strip()


def _open_quotations(text: str) -> int:
    depth = 0
    for character in text:
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
    return depth


def _items(sentence: str) -> Iterator[str]:
    start = 0
    for border in _NEXT_ITEM.finditer(sentence, start):
        yield sentence[start : border.start()]
        start = border.end()
    yield sentence[start:]
