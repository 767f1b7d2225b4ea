"""Decisions and follow-ups of a record: number, owner, due date and status out of an item's own words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from indexer import jurisdictions, language, sentences
from indexer.document_words import find_opening, find_unnumbered, is_no_answer, table
from indexer.documents import Block, Document, DocumentRecord, ItemStatus, RecordItem, Role
from indexer.layouts import item_status
from indexer.layouts.item_words import item_words
from indexer.layouts.names import split_names
from indexer.layouts.people import People
from indexer.layouts.record_columns import Field, Fields, Opening
from indexer.text import fold, fold_in_place

_AFTER_LABEL = re.compile(r"\s*[:.–—-]?\s*")
_LETTERED = re.compile(r"(\d)[ -]?\(?([A-Za-z])\)?$")
_DIGIT = re.compile(r"\d")
# A name cut off after its initial: "Y. D'Astous" reads as two sentences, as "D'" opens many.
_ELIDED = re.compile(r"[A-Z]['’][A-ZÀ-ÖØ-Þ]")
_INITIAL = re.compile(r"\b[A-Z]\.$")
_NAME_WORD = re.compile(r"[^\W\d_][\w.'’-]*")


def item(
    document: Document,
    record: DocumentRecord,
    people: People,
    blocks: Sequence[Block],
    heading: tuple[str, ...],
    *,
    fields: Fields | None = None,
    opening: Opening | None = None,
    before: Sequence[RecordItem] = (),
) -> RecordItem:
    """The decision or follow-up in `blocks`, the first of which opens with its label.

    `fields` are what the columns of its row say, `opening` what stands for the label in an action log, `before` the
    items before it. Raises ValueError without label and opening.
    """
    start, end = blocks[0].start, blocks[-1].end
    text = document.text[start:end]
    kind, number, label_end = _opened(opening) if opening else _label(text)
    said = fields or Fields()
    body = _without_label(document, blocks, said, label_end)
    owner = _told(said, Field.OWNER) or _owner(body, people)
    return RecordItem(
        id=_identity(record.id, kind, text, sum(other.text == text for other in before)),
        document_id=record.id,
        kind=kind,
        number=number,
        text=text,
        start=start,
        end=end,
        page=document.page_at(start),
        language=language.detect(text, default=record.language),
        status=_status(body, kind, _told(said, Field.STATUS)),
        owner=owner if kind is Role.FOLLOW_UP else None,
        due=_told(said, Field.DUE) or _due(body, kind),
        jurisdictions=_codes(owner, people) if kind is Role.FOLLOW_UP else (),
        heading=heading,
        meeting_date=record.meeting_date,
    )


def says_none(text: str) -> Role | None:
    """The kind of item that a label announces and the words after it say there is none of ("Action: none")."""
    label = find_unnumbered(text)
    if label is None or not is_no_answer(text[label.end() :].strip()):
        return None
    return Role.DECISION if label["decision"] else Role.FOLLOW_UP


def _label(text: str) -> tuple[Role, str | None, int]:
    """Kind and number of the item, and where its label ends."""
    if label := find_opening(text):
        kind = Role.DECISION if label["decision"] or label["decisions"] else Role.FOLLOW_UP
        number = label["code"] or _number(label["number"] or label["numbers"])
    elif label := find_unnumbered(text):
        kind = Role.DECISION if label["decision"] else Role.FOLLOW_UP
        number = None
    else:
        raise ValueError(f"no label opens {text[:60]!r}")
    return kind, number, label.end()


def _opened(opening: Opening) -> tuple[Role, str | None, int]:
    return Role.FOLLOW_UP, _number(opening.number) if opening.number else None, opening.length


def _number(printed: str) -> str:
    """The number in one spelling: "2A" for "2-A", "2 a)" and "2(b)"; several parted by ", "."""
    joiners = {fold(word) for word in table().joiners}
    parts: list[str] = []
    for part in re.split(r"\s*,\s*|\s+", printed):
        if fold(part) in joiners:
            continue
        if parts and not _DIGIT.search(part) and len(part.strip("()")) == 1:  # "1 a)": the letter of the number before
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return ", ".join(_LETTERED.sub(r"\1\2", part).upper() for part in parts)


def _without_label(document: Document, blocks: Sequence[Block], fields: Fields, label_end: int) -> str:
    """What the item says, without its label and without the cells that say who, by when and how it stands."""
    text = document.text
    start = blocks[0].start + label_end
    if found := _AFTER_LABEL.match(text, start, blocks[-1].end):
        start = found.end()
    said = [block for block in blocks if not (block.cell and block.cell.column in fields.columns)]
    if len(said) == len(blocks):
        return text[start : blocks[-1].end]
    return "\n".join(text[max(block.start, start) : block.end] for block in said if block.end > start)


def _told(fields: Fields, field: Field) -> str | None:
    said = fields.texts.get(field, "")
    return said if said and not is_no_answer(said) else None


def _identity(document_id: str, kind: Role, text: str, occurrence: int) -> str:
    """An id that stays over re-indexing while document and text do; `occurrence` parts equal texts."""
    digest = hashlib.sha256(f"{document_id}\0{kind}\0{occurrence}\0{text}".encode()).hexdigest()
    return f"i{digest[:16]}"


def _owner(body: str, people: People | None = None) -> str | None:
    """Who has to see to it: the subject of the first sentence that assigns something."""
    for sentence in _sentences(body):
        folded = fold_in_place(sentence)
        for pattern in item_words().owner:
            found = pattern.search(folded)
            if found and not _is_nobody(found["owner"].strip()):
                return _cut(sentence, found)
        for pattern in item_words().addressed:
            found = pattern.search(folded)
            if found and _may_be_called_on(_cut(sentence, found), people):
                return _cut(sentence, found)
    return None


def _cut(sentence: str, found: re.Match[str]) -> str:
    return sentence[found.start("owner") : found.end("owner")].strip(" ,")


def _sentences(body: str) -> Iterator[str]:
    start: int | None = None
    spans = sentences.split(body)
    for at, (begin, end) in enumerate(spans):
        start = begin if start is None else start
        following = body[spans[at + 1][0] :] if at + 1 < len(spans) else ""
        if _INITIAL.search(body[start:end]) and _ELIDED.match(following):
            continue
        yield body[start:end]
        start = None


def _is_nobody(folded: str) -> bool:
    return any(folded == word or folded.startswith(f"{word} ") for word in item_words().nobody)


def _may_be_called_on(owner: str, people: People | None) -> bool:
    """Whether somebody is meant: a jurisdiction, a person of the record, a group, or what is written as a name."""
    if jurisdictions.named_in(owner) or item_words().groups.match(fold(owner)):
        return True
    if people is not None and people.knows(owner):
        return True
    words = _NAME_WORD.findall(owner)
    named = [word for word in words if fold(word) not in item_words().joins]
    titled = bool(words) and fold(words[0]).rstrip(".") in item_words().titles
    return all(word[0].isupper() for word in named) and (titled or len(named) > 1)


def _due(body: str, kind: Role) -> str | None:
    """By when: the first date or meeting that the text sets, in its own words."""
    folded = fold_in_place(body).replace("\n", " ")
    # A bare date in a decision says which record or agenda was approved, not by when.
    for pattern in item_words().due if kind is Role.FOLLOW_UP else item_words().term:
        if found := pattern.search(folded):
            group = "due" if "due" in pattern.groupindex else 0
            return " ".join(body[found.start(group) : found.end(group)].split()).rstrip(" ,")
    return None


def _status(body: str, kind: Role, cell: str | None = None) -> ItemStatus:
    if kind is Role.DECISION:
        return ItemStatus.DECIDED
    return item_status.of_cell(cell) if cell else item_status.of_text(body)


def _codes(owner: str | None, people: People) -> tuple[str, ...]:
    if owner is None:
        return ()
    if named := jurisdictions.named_in(owner):
        return named
    names = [owner] if people.knows(owner) else [name for name, _ in split_names(owner)]
    return tuple(dict.fromkeys(code for name in names for code in people.codes(name)))
