"""Patterns over written statements: how one is put as a regular expression, and at which words it can begin.

A written statement is words with a blank between any two; a word with a class is written `word/CLASS`, a verb
`word/CLASS.tense`. A pattern may hold `<BUILD|OPEN.ing|s>`, a verb of those classes in one of those tenses; a name in
capitals, a word of that list; `{adv}`, what may stand between auxiliary and participle; and words, which stand for
themselves, whatever their class.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_ADVERBS = r"(?:(?:\S+/(?:ADV|AND)|\w+(?:ly|ment)) ){0,2}"
_PRESENT = {"s": ("s", "pr")}  # what a tense in a pattern stands for, if not for itself: the present of both languages
_VERB = re.compile(r"<([A-Z|]*)(?:\.([a-z|]+))?>")
_PARTS = re.compile(r"(<[A-Z|.a-z]*>|\(\?<[!=][^()]*\))")
_WORD = re.compile(r"(?<![\\\w])[a-zà-ÿœ](?:[a-zà-ÿœ?-]|\\w[*+])+(?= |\||\)|$)")
_NUMBER = "0"  # the key of any word that begins with a digit


Beginning = tuple[re.Pattern[str], ...]  # the patterns that may begin with a word


def keys(word: str) -> Iterator[str]:
    """The keys of a word as it is written: itself, its class, its tense, and these together."""
    plain, _, name = word.partition("/")
    yield _NUMBER if plain[:1].isdigit() else plain
    if name:
        verb, _, tense = name.partition(".")
        yield f"/{verb}"
        if tense:
            yield f".{tense}"
            yield f"/{name}"


def patterns(sources: Iterable[str]) -> dict[str, Beginning]:
    """The patterns by the keys of the words with which they begin. ValueError where one may begin with any word."""
    by_key: dict[str, list[re.Pattern[str]]] = {}
    for source in sources:
        plain = source.replace(r"\x27", "'")
        compiled = re.compile(rf"(?:{_expression(plain)})(?:(?= )|(?<= )|$)")
        for key in _heads(plain):
            by_key.setdefault(key, []).append(compiled)
    return {key: tuple(found) for key, found in by_key.items()}


def anywhere(sources: Iterable[str]) -> re.Pattern[str]:
    """One regular expression for all of the patterns, to be searched for."""
    written = "|".join(f"(?:{_expression(source)})" for source in sources)
    return re.compile(rf"(?<![^ ])(?:{written})(?:(?= )|(?<= )|$)")


def _expression(source: str) -> str:
    return "".join(map(_part, _PARTS.split(source.replace("{adv}", "\0")))).replace("\0", _ADVERBS)


def _part(part: str) -> str:
    if verb := _VERB.fullmatch(part):
        tenses = "|".join(_tenses(verb[2])) if verb[2] else "[a-z]+"
        return rf"\S+/(?:{verb[1] or '[A-Z]+'})\.(?:{tenses})"
    if part.startswith("(?<"):
        return re.sub(r"([A-Z]{2,})", r"/\1", part)
    return _WORD.sub(lambda word: word[0] + r"(?:/\S+)?", re.sub(r"([A-Z]{2,})", r"\\S+/\1", part))


def _tenses(listed: str) -> list[str]:
    return [tense for name in listed.split("|") for tense in _PRESENT.get(name, (name,))]


def _heads(source: str) -> frozenset[str]:
    """The keys of words with which what `source` stands for can begin."""
    return frozenset(key for branch in _branches(source) for key in _first_of(branch))


def _branches(source: str) -> list[str]:
    """What stands between the bars of `source` that are in no group."""
    found, depth, start = [], 0, 0
    for index, sign in enumerate(source):
        depth += (sign in "(<") - (sign in ")>")
        if sign == "<" and source[index - 1] == "?":
            depth -= 1
        if sign == "|" and not depth:
            found.append(source[start:index])
            start = index + 1
    return [*found, source[start:]]


def _first_of(branch: str) -> Iterator[str]:
    if not branch:
        return
    if branch[0] == "^":
        yield from _first_of(branch[1:])
    elif branch[0] == "(":
        end = _closing(branch)
        quantity = re.match(r"[?*]|\{0,\d*\}\??", branch[end + 1 :])
        rest = branch[end + 1 + (quantity.end() if quantity else 0) :]
        if not branch.startswith("(?:"):
            yield from _first_of(rest)
            return
        yield from _heads(branch[3:end])
        if quantity:
            yield from _first_of(rest.removeprefix(" ") if rest.startswith(" ") else rest)
    elif verb := _VERB.match(branch):
        names = [f"/{name}" for name in verb[1].split("|")] if verb[1] else [""]
        tenses = [f".{tense}" for tense in _tenses(verb[2])] if verb[2] else [""]
        yield from (name + tense for name in names for tense in tenses)
    elif name := re.match(r"[A-Z]{2,}", branch):
        yield "/" + name[0]
    elif branch.startswith(r"\d"):
        yield _NUMBER
    elif branch.startswith(r"\?"):
        yield "?"
    elif re.match(r"[^ \\(]+(?= |$)", branch):
        yield from _spellings(branch.split(" ", maxsplit=1)[0])
    else:
        raise ValueError(f"{branch!r} may begin with any word: let it begin with one")


def _closing(branch: str) -> int:
    depth = 0
    for index, sign in enumerate(branch):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return index
    raise ValueError(f"no end of the group in {branch!r}")


def _spellings(word: str) -> list[str]:
    """A word with optional letters in all its spellings: `offerte?s?`."""
    letter = re.search(r"(.)\?", word)
    if not letter:
        return [word]
    return _spellings(word.replace(letter[0], "", 1)) + _spellings(word.replace(letter[0], letter[1], 1))
