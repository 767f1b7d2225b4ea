"""From sections to passages: 60 to 180 words on sentence borders, with exact offsets into the canonical text."""

from __future__ import annotations

import bisect
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, starmap, takewhile

from indexer import language, mentions, sentences
from indexer.document_words import is_no_answer
from indexer.documents import Attribution, BlockKind, Document, DocumentRecord, Passage, PassageKind, Section

MIN_WORDS = 60
MAX_WORDS = 180
TARGET_WORDS = 110  # what the passages of a long section come near to
MAX_SENTENCE_WORDS = MAX_WORDS - MIN_WORDS  # a longer sentence is cut, or a short neighbour would find no room

_CUT_PARAGRAPH = 15**2  # as bad as a length 15 words off the target

_WORD = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[;:,)»–—]$")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a piece of an over-long one: never cut further. `closes` where a passage may well end after it."""

    start: int
    end: int
    words: int
    closes: bool = True


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
            said = _said(document, section, start, end)
            named = _named(text, section, said, start) if section.credits_named else ()
            passages.append(
                Passage(
                    id=passage_id(record.id, text, seen[text]),
                    document_id=record.id,
                    text=text,
                    start=start,
                    end=end,
                    page=document.page_at(said[0][0] if said else start),
                    language=language.detect(text, default=record.language),
                    role=section.role,
                    jurisdictions=tuple(dict.fromkeys((*section.jurisdictions, *named))),
                    speaker=section.speaker,
                    heading=section.heading,
                    meeting_date=record.meeting_date,
                    # Who is only named in a text that belongs to nobody may not be whom it is about.
                    attribution=section.attribution if section.jurisdictions or not named else Attribution.INFERRED,
                    kind=_kind(document, section, said),
                )
            )
    return tuple(passages)


def _said(document: Document, section: Section, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The spans of the section between `start` and `end` that are no headings."""
    first = bisect.bisect_right(section.blocks, start, key=lambda block: block.end)
    return tuple(
        (max(block.start, start), min(block.end, end))
        for block in takewhile(lambda block: block.start < end, islice(section.blocks, first, None))
        if block.kind is not BlockKind.HEADING
    )


def _named(text: str, section: Section, said: Sequence[tuple[int, int]], start: int) -> tuple[str, ...]:
    """Whom else the passage may be about: those whom it names; where it has an owner, not in its headings."""
    if section.jurisdictions:
        text = "\n".join(text[begin - start : end - start] for begin, end in said)
    return mentions.concerned(text)


def _kind(document: Document, section: Section, said: Sequence[tuple[int, int]]) -> PassageKind:
    """What the passage says: statements, only titles, or that there is nothing to say."""
    if not said:
        return PassageKind.HEADING
    silent = section.says_none or all(is_no_answer(document.text[begin:stop]) for begin, stop in said)
    return PassageKind.NO_ANSWER if silent else PassageKind.STATEMENT


def passage_id(document_id: str, text: str, occurrence: int) -> str:
    """An id that stays while the document's id and the passage's text do; `occurrence` parts equal texts, from 1."""
    digest = hashlib.sha256(f"{document_id}\0{occurrence}\0{text}".encode()).hexdigest()
    return f"p{digest[:16]}"


def _spans(document: Document, section: Section) -> Iterator[tuple[int, int]]:
    """Spans of the section's passages: the partition of its units with the least squared distance from the target.

    A cut inside a paragraph, or after words that announce what follows, costs as much as a length far from the target.
    Lengths outside MIN_WORDS to MAX_WORDS cost more than any distance within them, so they come only where the
    sentences leave no other choice.
    """
    units = list(_units(document, section))
    if sum(unit.words for unit in units) < 2 * MIN_WORDS:  # any cut would leave a passage too short
        if units:
            yield units[0].start, units[-1].end
        return
    best: list[tuple[float, int]] = [(0.0, 0)]  # for each end: least cost, and where its last passage begins
    for end in range(1, len(units) + 1):
        options = []
        words = 0
        for begin in range(end - 1, -1, -1):
            words += units[begin].words
            if words > MAX_WORDS and begin < end - 1:
                break
            penalty = 0.0 if MIN_WORDS <= words <= MAX_WORDS else float(MAX_WORDS**3)
            penalty += 0.0 if units[end - 1].closes else float(_CUT_PARAGRAPH)
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
        for first, last in sentences.split(document.text[block.start : block.end]):
            for start, end, words in _pieces(document.text, block.start + first, block.start + last):
                closes = end == block.end and document.text[end - 1] != ":"
                if opening is not None and opening_words + words <= MAX_WORDS:
                    yield _Unit(opening, end, opening_words + words, closes)
                else:
                    if opening is not None:
                        yield from starmap(_Unit, _pieces(document.text, opening, last_end))
                    yield _Unit(start, end, words, closes)
                opening, opening_words = None, 0
    if opening is not None:
        yield from starmap(_Unit, _pieces(document.text, opening, last_end))


def _pieces(text: str, start: int, end: int) -> Iterable[tuple[int, int, int]]:
    """The sentence itself, or pieces of at most MAX_SENTENCE_WORDS words, cut after a clause where one ends.

    As (start, end, words), without white space around them.
    """
    sentence = text[start:end]
    words = len(sentence.split())
    if words > MAX_SENTENCE_WORDS:
        return _clauses(text, start, end)
    return [(end - len(sentence.lstrip()), start + len(sentence.rstrip()), words)] if words else []


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    found = [(start + word.start(), start + word.end()) for word in _WORD.finditer(text[start:end])]
    done = 0
    while len(found) - done > MAX_SENTENCE_WORDS:
        at = done + next(
            (
                count
                for count in range(MAX_SENTENCE_WORDS, MIN_WORDS, -1)
                if _CLAUSE_END.search(text[found[done + count - 1][0] : found[done + count - 1][1]])
            ),
            MAX_SENTENCE_WORDS,
        )
        yield found[done][0], found[at - 1][1], at - done
        done = at
    yield found[done][0], found[-1][1], len(found) - done
