"""Where somebody begins to speak in the discussion of a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from indexer import jurisdictions
from indexer.layouts.names import bare, is_person, name_pattern, names_pattern, split_names
from indexer.layouts.people import People
from indexer.layouts.record_words import record_words
from indexer.text import fold

_KEPT = 4_096  # words
_APPOSITION = 200  # characters after a name in which commas may set off an office
_SENTENCE_END = re.compile(r"[.!?](?=\s)")
_FIELD = 80  # characters between a name and the colon after its affiliation
_APPOSED = re.compile(r",\s[^.,;:]{2,80},\s[a-zà-öø-ÿ]")
# After the brackets of an affiliation: others ("(by telephone)"), and a comma.
_FURTHER = re.compile(r"^(?:\s?\([^()]{2,60}\))*,?")
_GOES_ON = re.compile(r"\s+[a-zà-öø-ÿ]|\s?:\s")


@dataclass(frozen=True, slots=True)
class Turn:
    """Where somebody begins to speak: `text[start:]` opens with the name; `affiliation` as written there, or ""."""

    start: int
    names: tuple[str, ...]
    affiliation: str


def turns(text: str, people: People) -> Iterator[Turn]:
    """The turns that begin at the start of `text` or of a sentence in it.

    A known name opens a turn where its sentence goes on. One that is not known has to stand with an affiliation that
    is a jurisdiction's, or at the start with a word for speaking that leaves no doubt.
    """
    for match in _openings(text):
        found = _turn(text, match, people)
        if found:
            yield found


def _openings(text: str) -> Iterator[re.Match[str]]:
    """What opens as a turn does, at the start of `text` and after its sentences, without overlap."""
    read = 0
    for place in (0, *(end.end() for end in _SENTENCE_END.finditer(text))):
        if place >= read and (match := _opening().match(text, place)):
            yield match
            read = match.end()


def is_speech(text: str) -> bool:
    """Whether the text opens with a name and a word for speaking, whoever that may be."""
    match = _opening().match(text)
    if match is None or match["office"]:
        return False
    name, stop = split_names(match["names"])[-1]
    affiliation, after = _affiliation(text[match.start("names") + stop :])
    return is_person(name, sure=bool(jurisdictions.named_in(affiliation))) and _speaks(after, strongly=True)


def after_lead(text: str, turn: Turn) -> bool:
    """Whether only a short lead ("In his comment, ") stands before the name."""
    before = text[: turn.start]
    return turn.start > 0 and "." not in before.strip(" 0123456789.") and before.rstrip().endswith(",")


def affiliations(text: str) -> Iterator[tuple[str, str]]:
    """Names anywhere in `text` that stand with an affiliation in brackets."""
    for match in _bracketed().finditer(text) if "(" in text else ():
        affiliation, _ = _affiliation(text[match.end("name") :])
        name = bare(match["name"])
        if affiliation and is_person(name, sure=bool(jurisdictions.named_in(affiliation))):
            yield name, affiliation


def _turn(text: str, match: re.Match[str], people: People) -> Turn | None:
    start = match.start("names")
    if match["office"]:
        return _of_office(text, match, people)
    names: list[str] = []
    end = start
    for name, stop in split_names(match["names"]):
        affiliated = bool(jurisdictions.named_in(_affiliation(text[start + stop :])[0]))
        if not is_person(name, sure=people.knows(name) or affiliated):
            break
        names.append(name)
        end = start + stop
    if not names:
        return None
    affiliation, after = _affiliation(text[end:])
    second = _second().match(after) if affiliation and len(names) == 1 else None
    if second and is_person(bare(second["name"]), sure=True):
        names.append(bare(second["name"]))
        after = _affiliation(after[second.end() :])[1]
    at_start = not text[:start].strip(" .)0123456789") or match["lead"] is not None
    speaks, strongly = _speaks(after), _speaks(after, strongly=True)
    if jurisdictions.named_in(affiliation) and (at_start or speaks):
        opens = True
    elif all(people.knows(name) for name in names):
        unlike_any = len(names[0].split()) > 1 or affiliation != "" or at_start
        goes_on = _GOES_ON.match(after) is not None or (at_start and _APPOSED.match(after) is not None)
        opens = goes_on and (speaks or unlike_any)
    else:
        opens = at_start and (strongly or (speaks and len(names) > 1))
    return Turn(start, tuple(names), affiliation) if opens else None


def _of_office(text: str, match: re.Match[str], people: People) -> Turn | None:
    """A turn that opens with an office: "The chair called …", "The chair, Ann Lee, called …"."""
    after = text[match.end("office") :]
    named = re.match(rf",\s(?P<name>{name_pattern()}),?(?=\s)", after)
    holder = bare(named["name"]) if named else people.holder(match["office"])
    speaks = _speaks(after[named.end() :] if named else after)
    return Turn(match.start("names"), (holder,), "") if holder and speaks else None


@cache
def _opening() -> re.Pattern[str]:
    offices = "|".join(re.escape(name) for names in record_words().offices for name in names)
    lead = r"(?:\d{1,2}[.)]\s+)?(?:(?P<lead>[A-ZÀ-Þ][^.,;:()]{2,40},\s|[A-Z]{1,2}\s?:\s))??"
    office = (
        rf"(?P<office>(?:[Tt]he|[Ll][ae]|[Ll][’'])\s?(?i:{offices}|pr[ée]sidente?|secr[ée]taire|tr[ée]sori[èe]re?))\b"
    )
    return re.compile(rf"(?:^{lead}|(?<=[.!?])\s+)(?P<names>{office}|{names_pattern()})(?![\w’'-])")


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w’'-])(?P<name>{name_pattern()})\s?(?=\()")


@cache
def _second() -> re.Pattern[str]:
    """A second speaker after the first one's affiliation."""
    both = "|".join(re.escape(word) for word in record_words().conjunctions)
    return re.compile(rf"\s(?:{both})\s(?P<name>{name_pattern()})(?![\w’'-])")


def _affiliation(rest: str) -> tuple[str, str]:
    """The affiliation at the start of `rest`, in brackets, commas or dashes or before a colon, and what follows it."""
    opened = re.match(r",?\s*\(", rest)
    if opened:
        return _in_brackets(rest, opened.end())
    dashed = re.match(r"\s?[–—-]\s(?P<office>[^–—:]{2,80}?)\s?(?:[–—-](?=\s)|(?=:))", rest)
    if dashed:
        return dashed["office"].strip(), rest[dashed.end() :]
    if not rest.startswith(","):
        return "", rest
    if _speaks(rest[1:]):
        return "", rest[1:]
    colon = rest[:_FIELD].find(":")
    if colon > 0 and jurisdictions.named_in(rest[1:colon]):
        return rest[1:colon].strip(), rest[colon:]
    for match in re.finditer(r",\s", rest[:_APPOSITION]):
        following = rest[match.end() - 1 :]
        second = _second().match(following)
        if match.start() and _speaks(following[second.end() :] if second else following):
            return rest[1 : match.start()].strip(), following
    return "", rest


def _in_brackets(rest: str, inside: int) -> tuple[str, str]:
    depth = 0
    for at, sign in enumerate(rest[: 4 * _APPOSITION]):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and at >= inside:
            return rest[inside:at].strip(), _FURTHER.sub("", rest[at + 1 :], count=1)
    return "", rest


def _speaks(after: str, *, strongly: bool = False) -> bool:
    """Whether a word for speaking follows; `strongly`, one that a thing could not do."""
    word = re.match(r"\s+([^\W\d_]+['’]?)", after)
    if word is None or not word[1][:1].islower():
        return False
    return _is_speaking(fold(word[1]), strongly=strongly)


@lru_cache(maxsize=_KEPT)
def _is_speaking(folded: str, *, strongly: bool) -> bool:
    def among(stems: tuple[str, ...]) -> bool:
        return any(folded == stem or (len(stem) > 2 and folded.startswith(stem)) for stem in stems)

    return among(record_words().verbs) and not (strongly and among(record_words().weak))
