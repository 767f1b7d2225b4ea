"""Which jurisdiction a text names: province, territory, federal organisation, municipalities or secretariat.

Names, abbreviations and the surroundings that ambiguous ones need stand in `data/jurisdictions.toml`.
Texts are read word by word through a tree of names, so time grows with the text and not with the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, count

from indexer import jurisdiction_names, name_folding, organisation_names
from indexer.jurisdiction_names import CODES, WORD, Entry, Jurisdiction, Node
from indexer.remembered import Remembered

__all__ = [
    "CODES",
    "Jurisdiction",
    "Mention",
    "all_jurisdictions",
    "at_domain",
    "exact",
    "find_mentions",
    "get",
    "is_label",
    "labelled",
    "named_in",
]

# An address names a site, not a member: "gov.bc.ca" says nothing about who speaks.
_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w.+-])(?:[\w.+-]{1,64}@[\w.-]+|(?:[\w-]{1,63}\.){2,6}(?:ca|com|org)\b)",
    re.IGNORECASE,
)
_ADDRESS_SIGNS = ("@", "www.", "://", ".ca", ".com", ".org")
_NOTE_MARKS = re.compile(
    r"(?:[\s,]*(?:[¹²³⁰⁴-⁹*†‡§]+|\[\d{1,2}\]|\(\d{1,2}\))|(?<=[^\W\d_]{4})\d{1,2}|(?<=\))\d{1,2})+\s*$"
)
_ABBREVIATED = re.compile(r"\(\s*[^\W\d_a-z](?:\.?[-&]?[^\W\d_a-z]){1,6}\.?\s*\)")
_AMPERSAND = re.compile(r"\s*&\s*")
_PARTED = re.compile(r"\s*(?P<name>[^,–—]{2,80}?)(?P<sign>\s+[-–—]\s+|\s?[–—]\s?|,\s+)(?P<rest>\S.*)", re.DOTALL)
_LONGEST_ABBREVIATION = 6
_RUNS_KEPT = 65_536
_TEXTS_KEPT = 8_192
_LONGEST_TEXT_KEPT = 120  # characters
_LABEL_SIGN = re.compile(r":|\s[–—-](?=\s)")
_LONGEST_LABEL = 120  # characters
_LONGEST_GAP = 12
_LONGEST_NAME = 24  # words
_LONGEST_HEADING = 300


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names a jurisdiction: `text[start:end] == matched`.

    `own` says that it does so by its people, organisations or services, of which others seldom write.
    """

    code: str
    start: int
    end: int
    matched: str
    own: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Found:
    entry: Entry
    start: int
    end: int


def all_jurisdictions() -> tuple[Jurisdiction, ...]:
    """Every jurisdiction, provinces from west to east first, in the table's order."""
    return tuple(jurisdiction_names.book().members.values())


def get(code: str) -> Jurisdiction:
    """The jurisdiction of a code; KeyError where there is none."""
    return jurisdiction_names.book().members[code]


def find_mentions(text: str) -> tuple[Mention, ...]:
    """Every place that names a jurisdiction, in order, without overlap, the longest name that fits."""
    return tuple(Mention(f.entry.code, f.start, f.end, text[f.start : f.end], f.entry.own) for f in _found(text))


def named_in(text: str) -> tuple[str, ...]:
    """The codes that a text names, the most often named first, then the first named."""
    counts: dict[str, int] = {}
    for found in _found(text):
        counts[found.entry.code] = counts.get(found.entry.code, 0) + 1
    return tuple(sorted(counts, key=lambda code: -counts[code]))  # sorting keeps the order of equals


def exact(text: str) -> str | None:
    """The code whose name the whole text is, as in a heading or a table cell; None for any other text.

    Marks of notes count for nothing, nor does an organisation after its member's name ("Ontario, Ministry of Finance").
    """
    return None if len(text) > _LONGEST_HEADING else _exact(text)


@lru_cache(maxsize=_TEXTS_KEPT)
def _exact(text: str) -> str | None:
    heading = _written_out(_without_marks(_without_label(text)))
    ways = [heading] if "&" not in heading else [_AMPERSAND.sub(f" {word} ", heading) for word in ("and", "et")]
    return next((code for way in ways if (code := _exactly(way) or _with_organisation(way)) is not None), None)


def _exactly(heading: str) -> str | None:
    """The code whose name the heading is, bare or with an abbreviation in brackets."""
    book = jurisdiction_names.book()
    codes: set[str] = set()
    rest, last = [], 0
    for found in _found(heading):
        if not found.entry.names:
            return None
        codes.add(found.entry.code)
        rest.append(heading[last : found.start])
        last = found.end
    rest.append(heading[last:])
    left = WORD.findall(name_folding.fold(_ABBREVIATED.sub(" ", " ".join(rest)))[0].lower())
    if len(codes) == 1 and all(word in book.lead_ins for word in left):
        return codes.pop()
    # A narrow column can break a name inside a word, and leave no trace of it.
    bare = re.sub(r"\(.*?\)", "", heading)
    return book.squashed.get("".join(WORD.findall(name_folding.fold(bare)[0].lower())))


def _with_organisation(heading: str) -> str | None:
    """The code of a member before the dash or comma after which one of its organisations is named; a town's."""
    town, _, place = heading.partition("(" if "(" in heading else ",")
    if organisation_names.is_municipality(town):
        return "MUNI" if not place or _exactly(place.strip(" )")) is not None else None
    parted = _PARTED.match(heading)
    if parted is None:
        return None
    name, organisation = parted["name"], parted["rest"]
    code = _exactly(name)
    if code is None or any(found.entry.code != code for found in _found(organisation)):
        return None
    # Among capitals an abbreviation looks like any word.
    short = "," not in parted["sign"] and not (name.isupper() and len(name) > _LONGEST_ABBREVIATION)
    named = organisation_names.is_organisation(organisation)
    return code if named or (short and organisation_names.is_abbreviation(organisation)) else None


def _without_marks(heading: str) -> str:
    """The heading without marks of notes at its end: "¹", "*", "[2]", a figure that touches its last letter."""
    return _NOTE_MARKS.sub("", heading)


def _written_out(heading: str) -> str:
    """The heading with words that are usually cut short in full."""
    short_forms = jurisdiction_names.book().short_forms
    words = heading.split()
    folded = (name_folding.fold(word)[0].lower() for word in words)
    written = [short_forms.get(short, word) for short, word in zip(folded, words, strict=True)]
    return " ".join(written) if written != words else heading


def labelled(text: str) -> str | None:
    """What follows a label such as "Jurisdiction:", "Administration :" or "Member –"; None for a text without one."""
    sign = _LABEL_SIGN.search(text, 0, _LONGEST_LABEL)
    return text[sign.end() :] if sign and is_label(text[: sign.start()]) else None


def is_label(text: str) -> bool:
    """Whether the text says only "jurisdiction", "province or territory" or the like."""
    book = jurisdiction_names.book()
    words = [word for word in WORD.findall(name_folding.fold(text)[0].lower()) if word not in book.label_joiners]
    return bool(words) and all(word in book.labels for word in words)


def at_domain(host: str) -> tuple[str, str] | None:
    """The code and the domain in which a host such as "www2.gov.bc.ca" lies; None for a host that tells nothing."""
    domains = jurisdiction_names.book().domains
    parts = host.lower().strip(".").split(".")
    within = (".".join(parts[place:]) for place in range(len(parts)))
    return next(((domains[domain], domain) for domain in within if domain in domains), None)


def _without_label(text: str) -> str:
    """The heading without a list number and without a word that only says "jurisdiction" before a colon."""
    text = re.sub(r"^\s*(?:[-•*–]|\d{1,3}\s?[.)])\s+", "", text)
    name = labelled(text)
    return text if name is None else name


def _found(text: str) -> tuple[_Found, ...]:
    return _known(text) if len(text) <= _LONGEST_TEXT_KEPT else tuple(_find(text))


@lru_cache(maxsize=_TEXTS_KEPT)
def _known(text: str) -> tuple[_Found, ...]:
    """What stands in a short text: names and titles are looked at again and again."""
    return tuple(_find(text))


def _find(text: str) -> Iterator[_Found]:
    """Walk the words once; at each, take the longest entry whose gaps, case and surroundings fit."""
    runs = text.split()
    naming = _naming(runs)
    if not naming:  # most sentences name nobody
        return
    folded, offsets = name_folding.fold(text)
    lowered = folded.lower()
    addresses = _ADDRESS.finditer(folded) if any(s in lowered for s in _ADDRESS_SIGNS) else iter(())
    address = next(addresses, None)
    first_words = jurisdiction_names.book().tree.children
    read = 0  # how far names were found
    for word in _words_in(naming, text, lowered) if offsets is None else WORD.finditer(lowered):
        start = word.start()
        node = first_words.get(word.group())
        if node is None or start < read:
            continue
        while address is not None and address.end() <= start:
            address = next(addresses, None)
        inside_address = address is not None and address.start() <= start
        hit = None if inside_address else _longest(node, folded, lowered, word.span())
        if hit is None:
            continue
        entry, stop, read = hit
        if entry.code:
            last = name_folding.original(offsets, stop - 1, last=True)
            yield _Found(entry, name_folding.original(offsets, start), last + 1)


def _words_in(runs: Iterable[str], text: str, lowered: str) -> Iterator[re.Match[str]]:
    """The words of some of the runs between white space that `text` is made of, in its order.

    `lowered` is the text as names are looked for in it, where every character has the place that it has in `text`.
    """
    end = 0
    for run in runs:
        start = text.find(run, end)
        while not _stands_alone(text, start, start + len(run)):  # inside another run
            start = text.find(run, start + 1)
        end = start + len(run)
        yield from WORD.finditer(lowered, start, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether white space, or nothing, stands on both sides."""
    return (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace())


def _naming(runs: list[str]) -> list[str]:
    """Those of the runs between white space that a text is made of in which a name may begin."""
    first = [*compress(count(), map(_may_name.__getitem__, runs))]
    if not first:
        return []
    following = [*runs, ""]
    naming = {runs[at] for at in first if _may_name_before(runs[at], following[at + 1])}
    return [runs[at] for at in first if runs[at] in naming]


def _holds_first_word(run: str) -> bool:
    """Whether a word of a run, that is of what stands between white space, is the first of a name."""
    first_words = jurisdiction_names.book().tree.children
    return not first_words.keys().isdisjoint(WORD.findall(name_folding.fold(run)[0].lower()))


_may_name = Remembered(_holds_first_word)


@lru_cache(maxsize=_RUNS_KEPT)
def _may_name_before(run: str, following: str) -> bool:
    """Whether a name may begin in a run, by its words and the first word of the run after it."""
    first_words = jurisdiction_names.book().tree.children
    words, after = (WORD.findall(name_folding.fold(part)[0]) for part in (run, following))
    if not after:
        return True  # a sign by itself: the name may go on after it
    for word, following_word in zip(words, [*words[1:], after[0]], strict=False):
        node = first_words.get(word.lower())
        alone = node is not None and any(not entry.cased or entry.words[0] == word for entry in node.entries)
        if node is not None and (alone or following_word.lower() in node.children):
            return True
    return False


def _longest(node: Node, folded: str, lowered: str, first: tuple[int, int]) -> tuple[Entry, int, int] | None:
    """The entry with most words that begins at a word; where it ends, and where its last word does."""
    reached, words = [node], [first]
    while len(reached) < _LONGEST_NAME and reached[-1].children and (word := WORD.search(lowered, words[-1][1])):
        child = reached[-1].children.get(word.group())
        if child is None:
            break
        reached.append(child)
        words.append(word.span())
    for length in range(len(reached), 0, -1):
        for entry in reached[length - 1].entries:
            stop = _fits(entry, folded, words[:length])
            if stop is not None:
                return entry, stop, words[length - 1][1]
    return None


def _fits(entry: Entry, text: str, span: list[tuple[int, int]]) -> int | None:
    """Where the entry ends if these words are a way to write it, else None."""
    if entry.cased and any(text[s:e] != word for (s, e), word in zip(span, entry.words, strict=True)):
        return None
    for (_, left), (right, _), written in zip(span, span[1:], entry.gaps, strict=False):
        gap = text[left:right]
        if len(gap) > _LONGEST_GAP or not _same_gap(gap, written, entry.dotted):
            return None
    start, end = span[0][0], span[-1][1]
    if entry.final_dot:
        if text.startswith(".", end):
            end += 1
        elif not entry.dotted:  # "Alb." needs its dot, "C.-B" has shown what it is
            return None
    if entry.context is not None and not entry.context.allows(text, start, end):
        return None
    return end


def _same_gap(gap: str, written: str, dotted: bool) -> bool:
    """Whether what stands between two words may stand there: spaces, hyphens, apostrophes, a line's end."""
    bare = "".join(gap.split())
    if dotted:
        return bare == written and (bare == gap or ("-" in bare and gap.startswith(".")))
    if bare == "-":
        return gap[0] == "-"  # " - " parts two things, "-\n" joins a broken name
    return bare in ("", "'") or bare == written
