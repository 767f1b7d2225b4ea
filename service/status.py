"""How far a statement says that something is: from its verbs, their tenses and set words, else from its section.

Words and rules are data (`data/status_cues.toml`); a statement is written as classes of words, on which rules look.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from indexer.documents import Passage, Role, Status
from service.cues import any_of, plain
from service.verb_forms import entry_forms

_REMEMBERED = 4_096
_LEAD = 80  # characters of a passage's first line in which what it lists is announced
_LONGEST = 4_000  # characters of a statement that are read
_TOKEN = re.compile(r"(?:l|d|n|s|qu|c|j|m|t|lorsqu|jusqu|puisqu)'(?=\w)|\w+(?:-\w+)*|[?;:.,–—%]")
_INVERTED = re.compile(r"-(?:t-)?(?=(?:ils?|elles?|on|nous|vous)\b)")  # aurait-il
_ACCENTS = re.compile(r"[àâçéèêëîïôûùœ]")
_PLAIN_FORMS = (".inf", ".s")  # what may be a noun as well
_STOPS = frozenset(".;:–—,")
_OBJECTS = frozenset(("le", "la", "les", "l'", "un", "une", "des", "aux", "à", "ses", "leur", "leurs", "nos", "son", "sa", "tous"))
_ARTICLES = frozenset(("the", "le", "la", "les", "l'", "un", "une", "des", "du", "ses", "leurs", "nos", "ces", "cette", "ce", "de", "d'"))
_INFINITIVE = re.compile(r"\w{2,}(?:er|ir|[drtvc]re|ire|ure)")
_FUTURE = re.compile(r"\w{2,}(?<!op)(?<!cam)(?:er|ir|[dt]r)(?:(a|ont)|aient|ait)")
_BEFORE_MONTH = frozenset(("in", "since", "of", "by", "until", "from", "to", "last", "next", "early", "late"))
_VERB = re.compile(r"<([A-Z|]*)(?:\.([a-z|]+))?>")
_PARTS = re.compile(r"(<[A-Z|.a-z]*>|\(\?<[!=][^()]*\))")
_ADVERBS = r"(?:(?:\S+/(?:ADV|AND)|\w+(?:ly|ment)) ){0,2}"
_WORD = re.compile(r"(?<![\\\w])[a-zà-ÿœ](?:[a-zà-ÿœ?-]|\\w[*+])+(?= |\||\)|$)")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The words of one language that tell something: what each is written as, and longer verbs by their first word."""

    words: Mapping[str, str]
    longer: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


@dataclass(frozen=True, slots=True)
class _Rule:
    status: Status
    found: re.Pattern[str]
    unless: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    roles: frozenset[Role]

    def holds(self, text: str, role: Role) -> bool:
        if role not in self.roles or not (cue := self.found.search(text)):
            return False
        if self.not_after and self.not_after.search(text, 0, cue.start()):
            return False
        return not (self.unless and self.unless.search(text))


@dataclass(frozen=True, slots=True)
class _Heading:
    """Words of headings under which a statement without a cue has a status of its own."""

    found: re.Pattern[str]
    status: Status


@dataclass(frozen=True, slots=True)
class _Table:
    language: Mapping[str, frozenset[str]]
    lexicons: Mapping[str, _Lexicon]
    noun_after: frozenset[str]
    noun_before: frozenset[str]
    beside: re.Pattern[str]
    rules: tuple[_Rule, ...]
    by_role: Mapping[Role, Status]
    achievements: _Heading
    offers: _Heading


@lru_cache(maxsize=1)
def _table() -> _Table:
    raw: dict[str, Any] = tomllib.loads((files("service") / "data" / "status_cues.toml").read_text(encoding="utf-8"))
    lexicons = {language: _lexicon(raw, language) for language in raw["language"]}
    return _Table(
        language={language: frozenset(words) for language, words in raw["language"].items()},
        lexicons=lexicons,
        noun_after=frozenset(raw["nouns"]["after"]),
        noun_before=frozenset(raw["nouns"]["before"]),
        beside=_beside(raw["clauses"]),
        rules=tuple(_rule(rule) for rule in raw["rule"]),
        by_role={Role(role): Status(status) for role, status in raw["sections"].items()},
        achievements=_Heading(any_of(raw["achievements"]["heading"]), Status(raw["achievements"]["status"])),
        offers=_Heading(any_of(raw["offers"]["heading"]), Status(raw["offers"]["status"])),
    )


def _beside(words: dict[str, list[str]]) -> re.Pattern[str]:
    beside, relative = ("|".join(map(re.escape, words[name])) for name in ("beside", "relative"))
    auxiliary = r"(?<= )[^ ]{1,20}/(?:BE|HAVE|WILL|COULD) "
    until = rf"[^ ,;:]+ [^ ,;:]+ (?:(?!{auxiliary})[^,;:])*"
    return re.compile(rf"(?:(?<= )|^)(?:(?:{beside})(?:/[^ ]+)? [^,;:]*|(?:{relative})(?:/[^ ]+)? (?:{until}|[^,;:]*))")


def _lexicon(raw: dict[str, Any], language: str) -> _Lexicon:
    words: dict[str, str] = {}
    longer: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    other = next(name for name in raw["language"] if name != language)
    for name, listed in raw["words"].items():
        for word in listed:
            if word not in raw["language"][other] or word in raw["language"][language] or language == "fr":
                words.setdefault(word, name)
    if language == "en":  # the article, not the French verb
        words.pop("a", None)
    known: dict[str, str] = {}
    for name, entries in raw["verbs"].items():
        for entry in entries[language]:
            head, plus, tail = (part.strip() for part in entry.partition("+"))
            if " " in head:
                known.setdefault(head.split()[0], head)
            for form, tense in entry_forms(head, language, known):
                if tail:
                    longer.setdefault(form, []).append((tuple(tail.split()), f"{name.upper()}.{tense}"))
                elif not plus:
                    words.setdefault(form, f"{name.upper()}.{tense}")
    return _Lexicon(words, {form: tuple(tails) for form, tails in longer.items()})


def _rule(raw: dict[str, Any]) -> _Rule:
    return _Rule(
        status=Status(raw["status"]),
        found=_pattern(raw["patterns"]),
        unless=_pattern(raw["unless"]) if "unless" in raw else None,
        not_after=_pattern(raw["not_after"]) if "not_after" in raw else None,
        roles=frozenset(map(Role, raw.get("roles", Role))) - set(map(Role, raw.get("not_roles", ()))),
    )


def _pattern(patterns: list[str]) -> re.Pattern[str]:
    """One pattern for all of `patterns`.

    `<BUILD|OPEN.ing|s>` stands for a verb of those classes in one of those tenses, a name in capitals for a word of
    that list, a word in lower case for itself, whatever its class.
    """
    return re.compile("|".join(rf"(?:(?<= )|^)(?:{_written_pattern(pattern)})(?:(?= )|(?<= )|$)" for pattern in patterns))


def _written_pattern(pattern: str) -> str:
    parts = _PARTS.split(pattern.replace("{adv}", "\0"))
    return "".join(_part(part) for part in parts).replace("\0", _ADVERBS)


def _part(part: str) -> str:
    if verb := _VERB.fullmatch(part):
        return rf"\S+/(?:{verb[1] or '[A-Z]+'})\.(?:{verb[2] or '[a-z]+'})"
    if part.startswith("(?<"):
        return re.sub(r"([A-Z]{2,})", r"/\1", part)
    return _WORD.sub(lambda word: word[0] + r"(?:/\S+)?", re.sub(r"([A-Z]{2,})", r"\\S+/\1", part))


def _tokens(statement: str) -> list[str]:
    return _TOKEN.findall(_INVERTED.sub(" ", statement[:_LONGEST].lower().replace("’", "'")))


def _written(statement: str, table: _Table) -> str:
    """The statement as classes and words, with a blank between any two."""
    tokens = _tokens(statement)
    french = sum(token in table.language["fr"] for token in tokens)
    english = sum(token in table.language["en"] for token in tokens)
    is_french = french > english or (french == english and bool(_ACCENTS.search(statement.lower())))
    lexicon = table.lexicons["fr" if is_french else "en"]
    out: list[str] = []
    index, count = 0, len(tokens)
    while index < count:
        token = tokens[index]
        for tail, name in lexicon.longer.get(token, ()):
            if tuple(tokens[index + 1 : index + 1 + len(tail)]) == tail:
                noun = token == "mise" and (not index or tokens[index - 1] in table.noun_after)
                name = name.partition(".")[0] + ".noun" if noun else name
                out.append(f"{token}_{'_'.join(tail)}/{name}")
                index += len(tail)
                break
        else:
            name = lexicon.words.get(token, token)
            if token == "may" and index and (tokens[index - 1] in _BEFORE_MONTH or tokens[index - 1].isdigit()):
                name = "MONTH"
            elif is_french and name == token and (future := _FUTURE.fullmatch(token)):
                name = "DO.fut" if future[1] else "DO.cond"
            elif name.endswith(".part") and index and tokens[index - 1] in _ARTICLES:
                name = name[: -len("part")] + "noun"
            elif name.endswith(".inf") and out and out[-1].endswith(("/HAVE", "/BE")) and not is_french:
                name = name[: -len("inf")] + "part"
            elif name.endswith(".inf") and not is_french and _has_plural_subject(tokens, index):
                name = name[: -len("inf")] + "s"
            elif name.endswith(_PLAIN_FORMS) and _is_noun(tokens, index, name, is_french, out[-1] if out else "", table):
                name = name.partition(".")[0] + ".noun"
            elif is_french and not index and name == token and _INFINITIVE.fullmatch(token) and count > 1:
                name = "DO.inf" if tokens[1] in _OBJECTS else name
            out.append(token if name == token else f"{token}/{name}")
        index += 1
    return " ".join(out)


def _has_plural_subject(tokens: list[str], index: int) -> bool:
    """Whether an English verb in its plain form follows what may be its subject: we build, towns share."""
    before = tokens[index - 1] if index else ""
    adverb = index > 1 and before in ("also", "already", "now", "currently", "still")
    subject = tokens[index - 2] if adverb else before
    return subject in ("we", "they", "who", "you") or (len(subject) > 3 and subject.endswith("s") and subject[-2] not in "su'")


def _is_noun(tokens: list[str], index: int, name: str, is_french: bool, written_before: str, table: _Table) -> bool:
    """Whether a verb's plain form is a noun where it stands."""
    before = tokens[index - 1] if index else "."
    after = tokens[index + 1] if index + 1 < len(tokens) else "."
    if is_french and name.endswith(".inf"):
        return False
    if before in table.noun_after:
        return True
    if before in _STOPS:
        return after in table.noun_before or (not is_french and table.lexicons["en"].words.get(after, after).endswith((".part", "ed")))
    if is_french or name.endswith(".s"):
        return False
    verb_after = before in ("to", "we", "they", "not", "do", "does", "did", "who", "you") or (len(before) > 3 and before.endswith("s"))
    return not (verb_after or written_before.endswith(("/WILL", "/COULD", "/ADV", "/AND", "/PEOPLE", "/PEERS")))


@lru_cache(maxsize=_REMEMBERED)
def status_of(statement: str, role: Role, heading: tuple[str, ...] = (), lead: str = "") -> Status:
    """The status that `statement` gives, in a section of `role`.

    `heading` is its path of titles and `lead` the words that open its list, where there are any: they tell what a
    statement without a cue is.
    """
    table = _table()
    whole = _written(statement, table)
    whole = _REPORTED.sub("", whole)
    main = table.beside.sub("", _THAT.sub(r"\1", whole)).lstrip(" ,")
    for text in (main, whole) if main != whole else (whole,):
        for rule in table.rules:
            if rule.holds(text, role):
                return rule.status
    titles = plain("\n".join((*heading, lead)))
    if role in (Role.REMARK, Role.SHOWCASE) and table.offers.found.search(titles):
        return table.offers.status
    if role is Role.PRIORITY and table.achievements.found.search(titles):
        return table.achievements.status
    return table.by_role[role]


_REPORTED = re.compile(
    r"(?:(?<= )|^)\S+/(?:(?:SAY|SHOW|RUN|OPEN|LEARN)\.(?:s|part) (?:(?:to |aux? )?\S+/PEERS |the \S+ )?(?:that |que |qu' )|SAY\.s )"
)
_THAT = re.compile(r"((?:(?<= )|^)\S+/[A-Z]+\.(?:s|part|fut|inf) )(?:that|que|qu') ")


def passage_status(passage: Passage, start: int, end: int) -> Status:
    """The status that characters `start` to `end` of a passage's text give, with its headings and first line."""
    first, _, rest = passage.text.partition("\n")
    lead = first if rest and len(first) <= _LEAD else first[:_LEAD].partition(":")[0] if ":" in first[:_LEAD] else ""
    return status_of(passage.text[start:end], passage.role, passage.heading, lead)
