"""From sections to passages: 60 to 180 words on sentence borders, with exact offsets into the canonical text."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from indexer import jurisdictions, language, sentences
from indexer.document_words import is_no_answer
from indexer.documents import Attribution, BlockKind, Document, DocumentRecord, Passage, PassageKind, Section

MIN_WORDS = 60
MAX_WORDS = 180
TARGET_WORDS = 110  # what the passages of a long section come near to
MAX_SENTENCE_WORDS = MAX_WORDS - MIN_WORDS  # a longer sentence is cut, or a short neighbour would find no room

_WORD = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[;:,)»–—]$")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a piece of an over-long one: never cut further."""

    start: int
    end: int
    words: int


def cut(document: Document, record: DocumentRecord, sections: tuple[Section, ...]) -> tuple[Passage, ...]:
    """The passages of `document`, section by section, in reading order.

    A passage has at most MAX_WORDS words, and at least MIN_WORDS where its section has as many and its sentences can
    be grouped so (always if none has more than MAX_WORDS - 2 * (MIN_WORDS - 1)). It lies within one section.
    """
    seen: Counter[str] = Counter()
    passages = []
    for section in sections:
        for start, end in _spans(document, section):
            text = document.text[start:end]
            seen[text] += 1
            named = jurisdictions.named_in(text)
            passages.append(
                Passage(
                    id=passage_id(record.id, text, seen[text]),
                    document_id=record.id,
                    text=text,
                    start=start,
                    end=end,
                    page=document.page_at(start),
                    language=language.detect(text, default=record.language),
                    role=section.role,
                    jurisdictions=tuple(dict.fromkeys((*section.jurisdictions, *named))),
                    speaker=section.speaker,
                    heading=section.heading,
                    meeting_date=record.meeting_date,
                    # Who is only named in a text that belongs to nobody may not be whom it is about.
                    attribution=section.attribution if section.jurisdictions or not named else Attribution.INFERRED,
                    kind=_kind(document, section, start, end),
                )
            )
    return tuple(passages)


def _kind(document: Document, section: Section, start: int, end: int) -> PassageKind:
    """What the passage from `start` to `end` says: statements, only titles, or that there is nothing to say."""
    said = [
        document.text[max(block.start, start) : min(block.end, end)]
        for block in section.blocks
        if block.kind is not BlockKind.HEADING and block.start < end and block.end > start
    ]
    if not said:
        return PassageKind.HEADING
    return PassageKind.NO_ANSWER if all(is_no_answer(text) for text in said) else PassageKind.STATEMENT


def passage_id(document_id: str, text: str, occurrence: int) -> str:
    """An id that stays while the document's id and the passage's text do; `occurrence` parts equal texts, from 1."""
    digest = hashlib.sha256(f"{document_id}\0{occurrence}\0{text}".encode()).hexdigest()
    return f"p{digest[:16]}"


def _spans(document: Document, section: Section) -> Iterator[tuple[int, int]]:
    """Spans of the section's passages: the partition of its units with the least squared distance from the target.

    Lengths outside MIN_WORDS to MAX_WORDS cost more than any distance within them, so they come only where the
    sentences leave no other choice.
    """
    units = list(_units(document, section))
    best: list[tuple[float, int]] = [(0.0, 0)]  # for each end: least cost, and where its last passage begins
    for end in range(1, len(units) + 1):
        options = []
        words = 0
        for begin in range(end - 1, -1, -1):
            words += units[begin].words
            if words > MAX_WORDS and begin < end - 1:
                break
            penalty = 0.0 if MIN_WORDS <= words <= MAX_WORDS else float(MAX_WORDS**3)
            options.append((best[begin][0] + (words - TARGET_WORDS) ** 2 + penalty, begin))
        best.append(min(options))
    cuts = [len(units)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    for begin, end in pairwise(reversed(cuts)):
        yield units[begin].start, units[end - 1].end


def _units(document: Document, section: Section) -> Iterator[_Unit]:
    """Sentences of the section's blocks; its leading headings stand with the sentence that follows them."""
    opening: int | None = None
    opening_words = 0
    for block in section.blocks:
        if block.kind is BlockKind.HEADING:
            opening = block.start if opening is None else opening
            opening_words += len(document.text[block.start : block.end].split())
            last_end = block.end
            continue
        for start, end in sentences.split(document.text[block.start : block.end]):
            for unit in _pieces(document.text, block.start + start, block.start + end):
                if opening is not None and opening_words + unit.words <= MAX_WORDS:
                    yield _Unit(opening, unit.end, opening_words + unit.words)
                elif opening is not None:
                    yield from _pieces(document.text, opening, last_end)
                    yield unit
                else:
                    yield unit
                opening, opening_words = None, 0
    if opening is not None:
        yield from _pieces(document.text, opening, last_end)


def _pieces(text: str, start: int, end: int) -> Iterator[_Unit]:
    """The sentence itself, or pieces of at most MAX_SENTENCE_WORDS words, cut after a clause where one ends."""
    found = [(start + word.start(), start + word.end()) for word in _WORD.finditer(text[start:end])]
    while len(found) > MAX_SENTENCE_WORDS:
        at = next(
            (
                count
                for count in range(MAX_SENTENCE_WORDS, MIN_WORDS, -1)
                if _CLAUSE_END.search(text[found[count - 1][0] : found[count - 1][1]])
            ),
            MAX_SENTENCE_WORDS,
        )
        yield _Unit(found[0][0], found[at - 1][1], at)
        found = found[at:]
    if found:
        yield _Unit(found[0][0], found[-1][1], len(found))
