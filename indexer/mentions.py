"""Whom a text is about among those whom it names: who is only thanked, agreed with or part of a body's name is not."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer import jurisdictions
from indexer.jurisdictions import Mention
from indexer.text import fold_in_place

_SENTENCE_END = re.compile(r"[.!?;:]\s|\n")
_REACH = 200  # characters before a name that are looked at


@dataclass(frozen=True, slots=True)
class _Words:
    """The table `data/mention_words.toml` as patterns for what stands before a name."""

    reactions: re.Pattern[str]
    bodies: re.Pattern[str]
    joiners: re.Pattern[str]
    leads: re.Pattern[str]


def concerned(text: str) -> tuple[str, ...]:
    """The codes of `jurisdictions.named_in`, most often named first, without those named in passing."""
    mentions = jurisdictions.find_mentions(text)
    if not mentions:
        return ()
    folded = fold_in_place(text)
    counts: Counter[str] = Counter()
    for mention, first in zip(mentions, _firsts(folded, mentions), strict=True):
        start, end = _before(folded, first)
        if not (_words().reactions.search(folded, start, end) or _words().bodies.search(text, start, end)):
            counts[mention.code] += 1
    return tuple(code for code, _ in counts.most_common())


def _firsts(folded: str, mentions: Sequence[Mention]) -> Iterator[int]:
    """For each mention, where the first of the names that are joined up to it begins."""
    first, last_end = 0, -1
    for mention in mentions:
        if _bare_end(folded, mention.start, _words().joiners) > last_end:
            first = mention.start
        last_end = mention.end
        yield first


def _before(folded: str, first: int) -> tuple[int, int]:
    """The span of what the sentence says before names that begin at `first`.

    A comma joins names to each other, but no name to what stands before them all: "After the questions, Ontario …".
    """
    end = _bare_end(folded, first, _words().leads)
    borders = [match.end() for match in _SENTENCE_END.finditer(folded, max(0, end - _REACH), end)]
    return (borders[-1] if borders else max(0, end - _REACH)), end


def _bare_end(folded: str, end: int, leading: re.Pattern[str]) -> int:
    """Where the text before `end` ends without the words that lead to a name."""
    found = leading.search(folded, max(0, end - _REACH), end)
    return found.start() if found else end


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw = tomllib.loads((files("indexer") / "data" / "mention_words.toml").read_text(encoding="utf-8"))
    joiners = "|".join(re.escape(word) for word in raw["joiners"]["words"])
    return _Words(
        reactions=_ending(raw["reactions"]["cues"]),
        bodies=_ending(raw["bodies"]["cues"]),
        joiners=re.compile(rf"(?:[\s,(’']|(?<!\w)(?:{joiners})(?!\w))+$"),
        leads=re.compile(rf"(?:[\s(’']|(?<!\w)(?:{joiners})(?!\w))+$"),
    )


def _ending(cues: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(cues)})$")
