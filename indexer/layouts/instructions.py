"""What a template says of how to fill it in: how far the instruction reaches at the beginning of a text."""

from __future__ import annotations

import re

from indexer import sentences
from indexer.documents import Role
from indexer.form_words import form_words
from indexer.text import fold

_OPENING = '(«"“(-–—•* '
_REMARK_AFTER = re.compile(r"(?<=[?.!])\s*\([^()]*\)\s*\.?$")  # in brackets, not parted as a sentence of its own
_QUESTION = ("?", "?)", "? )", "?»", "? »")


def leading_instruction(text: str, role: Role, *, instructed: bool) -> int:
    """The length of the instruction with which `text` begins, 0 where an answer begins at once.

    `text` stands right after the template's heading of `role`. Members ask each other about their services under
    needs: there a question counts only if it speaks of the council; where the form has instructions under other
    headings too (`instructed`), so does an imperative, and a question what the author would like of the others.
    """
    end = 0
    for start, stop in sentences.split(text):
        sentence = fold(text[start:stop]).strip()
        if not (_invites(sentence, role, instructed=instructed) if end == 0 else _continues(sentence)):
            break
        end = stop
    return end


def is_remark(text: str) -> bool:
    """Whether the whole text is a remark in brackets that goes with an instruction."""
    folded = fold(text).strip()
    inside = folded.rstrip(". ")
    return inside.startswith("(") and inside.endswith(")") and form_words().remarks.search(folded) is not None


def _invites(sentence: str, role: Role, *, instructed: bool) -> bool:
    words = form_words()
    if (remark := _REMARK_AFTER.search(sentence)) and words.remarks.search(remark.group()):
        sentence = sentence[: remark.start()]
    to_council = words.council.search(sentence) is not None
    if sentence.endswith(_QUESTION):
        to_others = to_council or words.readers.search(sentence) is not None
        wishes = instructed and to_others and words.wishes.search(sentence) is not None
        if role is Role.NEED and not (to_council or wishes):
            return False
        return words.your_organization.search(sentence) is not None or (
            words.you.search(sentence) is not None and to_others
        )
    if role is Role.NEED and not (to_council or instructed):
        return False
    return _imperative(sentence)


def _imperative(sentence: str) -> bool:
    words = form_words()
    opening = sentence.lstrip(_OPENING)
    addressed = any(pattern.search(sentence) for pattern in (words.your_organization, words.council, words.months))
    if words.sure.match(opening):
        bracketed = sentence.startswith("(") and sentence.endswith((")", ")."))
        return addressed or bracketed or words.you.search(sentence) is not None
    to_readers = words.you.search(sentence) is not None and words.readers.search(sentence) is not None
    return words.possible.match(opening) is not None and (addressed or to_readers)


def _continues(sentence: str) -> bool:
    return is_remark(sentence) or (not sentence.endswith(_QUESTION) and _imperative(sentence))
