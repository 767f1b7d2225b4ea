"""The table `data/document_words.toml`: the words that tell kinds of document, roles, notices and dates."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.documents import DocumentType, Language, Role
from indexer.openings import by_first_word
from indexer.text import fold

_NUMBERED = re.compile(r"^\d+\s*[.)]\s*")
_SPACES = re.compile(r"\s+")
_SLASH = re.compile(r"\s*/\s*")
_LONGEST_NO_ANSWER = 80
_HEADINGS_KEPT = 4_096  # a document's are looked at several times, a template's come up in every document
_LONGEST_HEADING_KEPT = 200  # characters


@dataclass(frozen=True, slots=True)
class Notice:
    """What tells a notice against passing the document on.

    `limit`, `consent` and `act` are beginnings of words, one of each in a sentence; `others` those of people whose
    consent is another matter. `direct` are regular expressions for the beginning of a sentence that is a notice by
    itself, `restricted` phrases for one that speaks of the document, `labels` what stands before its colon.
    """

    limit: tuple[str, ...]
    consent: tuple[str, ...]
    act: tuple[str, ...]
    labels: tuple[str, ...]
    others: tuple[str, ...]
    direct: tuple[str, ...]
    restricted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """The whole table, folded; `months`, `short_months` and `month_names` have twelve entries a language."""

    types: dict[DocumentType, tuple[str, ...]]
    roles: dict[str, Role]
    analysis_parts: tuple[tuple[str, Role], ...]
    analysis_first_heads: frozenset[str]
    openings: dict[Role, tuple[str, ...]]
    plural_openings: dict[Role, tuple[str, ...]]
    numbered_only: frozenset[str]
    item_codes: tuple[str, ...]
    joiners: tuple[str, ...]
    number_words: tuple[str, ...]
    column_heads: re.Pattern[str]
    column_head_cells: frozenset[str]
    subject_labels: frozenset[str]
    no_answers: tuple[str, ...]
    notice: Notice
    titles: dict[str, dict[DocumentType, str]]
    months: dict[Language, tuple[str, ...]]
    short_months: dict[Language, tuple[tuple[str, ...], ...]]
    seasons: dict[Language, tuple[str, ...]]
    month_names: dict[Language, tuple[str, ...]]


@lru_cache(maxsize=1)
def table() -> DocumentWords:
    """The table, read once."""
    raw = tomllib.loads((files("indexer") / "data" / "document_words.toml").read_text(encoding="utf-8"))
    return DocumentWords(
        types={DocumentType(name): tuple(phrases) for name, phrases in raw["types"].items()},
        roles={phrase: Role(name) for name, phrases in raw["roles"].items() for phrase in phrases},
        analysis_parts=tuple(
            (word, role) for role in (Role.BACKGROUND, Role.ACHIEVEMENT, Role.NEED) for word in raw["analysis"][role]
        ),
        analysis_first_heads=frozenset(raw["analysis"]["first_head"]),
        openings={role: tuple(raw["openings"][role]) for role in (Role.DECISION, Role.FOLLOW_UP)},
        plural_openings={role: tuple(raw["openings"]["plural"][role]) for role in (Role.DECISION, Role.FOLLOW_UP)},
        numbered_only=frozenset(raw["openings"]["numbered_only"]),
        item_codes=tuple(raw["openings"]["codes"]),
        joiners=tuple(raw["openings"]["joiners"]),
        number_words=tuple(raw["openings"]["number_words"]),
        column_head_cells=frozenset(raw["column_heads"]["cells"]),
        column_heads=re.compile(
            "|".join(f"(?:{pattern})" for pattern in raw["column_heads"]["patterns"]), re.IGNORECASE
        ),
        subject_labels=frozenset(raw["subjects"]["labels"]),
        no_answers=tuple(sorted(raw["no_answer"]["phrases"], key=len, reverse=True)),
        notice=Notice(**{name: tuple(words) for name, words in raw["notice"].items()}),
        titles={
            language: {DocumentType(name): title for name, title in titles.items()}
            for language, titles in raw["titles"].items()
        },
        months={language: tuple(names) for language, names in raw["months"].items()},
        short_months={language: tuple(map(tuple, names)) for language, names in raw["short_months"].items()},
        seasons={language: tuple(names) for language, names in raw["seasons"].items()},
        month_names={language: tuple(names) for language, names in raw["month_names"].items()},
    )


@lru_cache(maxsize=1)
def opening_pattern() -> re.Pattern[str]:
    """What opens a numbered decision or follow-up.

    Groups: `decision` or `follow_up` (its word) with `number`; `decisions` or `follow_ups` with `numbers`; or `code`,
    which is word and number in one. The number is as printed: "2A", "2-A", "2(b)", "1 a)", "3.1", "2022-03", "D-4",
    "IV", "1 and 2".
    """
    words, plurals = table().openings, table().plural_openings
    before = rf"\s*(?:(?:{_any(table().number_words)})\s*)?"
    figure = r"\d{1,3}(?:\.\d{1,3}){0,2}"
    letter = r"(?: ?[A-Za-z]\)| ?\([A-Za-z]\)|-[A-Za-z]\b|[A-Za-z]\b| [A-Za-z](?=\s*(?:$|[:.–—\n-]))|(?![^\W_]))"
    # A figure of capitals alone ("IV", "D-4") may be a name as well ("G7"): only a mark after it tells.
    capitals = r"(?-i:[A-Z]{1,3}-?\d{1,3}|[IVXL]{1,6})(?=\s*(?:$|[:.–—(]|-\s))"
    one = rf"(?>\d{{4}}-\d{{1,3}}\b|{figure}{letter}|{capitals})"
    several = rf"{one}(?:(?:\s*,\s*|\s+(?:{_any(table().joiners)})\s+){one})"
    return re.compile(
        rf"(?<!\w)(?:"
        rf"(?:(?P<decision>{_any(words[Role.DECISION])})|(?P<follow_up>{_any(words[Role.FOLLOW_UP])}))(?!\w){before}"
        rf"(?P<number>{several}*)"
        rf"|(?:(?P<decisions>{_any(plurals[Role.DECISION])})|(?P<follow_ups>{_any(plurals[Role.FOLLOW_UP])}))(?!\w)"
        rf"{before}(?P<numbers>{several}+)"
        rf"|(?P<code>(?-i:(?:{_any(table().item_codes)})-\d{{1,3}}[A-Z]?))(?=\s*[:–—])"
        # "Decision 2 was discussed again" tells of one, it does not open it.
        rf")(?:(?<=\))|(?!(?-i:[ \u00a0]+[a-zà-öø-ÿ])))",
        re.IGNORECASE,
    )


def find_unnumbered(text: str) -> re.Match[str] | None:
    """What opens a decision or follow-up without a number at the beginning of `text`."""
    return unnumbered_pattern().match(text) if _may_open_item(text) else None


def find_opening(text: str) -> re.Match[str] | None:
    """What opens a numbered decision or follow-up at the beginning of `text`, as `opening_pattern` matches it."""
    return opening_pattern().match(text) if _may_open_item(text) else None


@by_first_word
def _may_open_item(word: str) -> bool:
    return _first_words_of_items().match(word) is not None


@lru_cache(maxsize=1)
def _first_words_of_items() -> re.Pattern[str]:
    """How the first word of a text begins that `opening_pattern` matches."""
    phrases = (*table().openings.values(), *table().plural_openings.values(), table().item_codes)
    return re.compile(_any({phrase.split()[0] for some in phrases for phrase in some}), re.IGNORECASE)


@lru_cache(maxsize=1)
def unnumbered_pattern() -> re.Pattern[str]:
    """What opens a decision or follow-up without a number: its word and a colon; groups as of `opening_pattern`."""
    words = {role: set(phrases) - table().numbered_only for role, phrases in table().openings.items()}
    return re.compile(
        rf"(?:(?P<decision>{_any(words[Role.DECISION])})|(?P<follow_up>{_any(words[Role.FOLLOW_UP])}))\s?:",
        re.IGNORECASE,
    )


def _any(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


def is_column_head(text: str) -> bool:
    """Whether a line is the head of a record's column, or of all its columns in one line."""
    if table().column_heads.search(text):
        return True
    return (
        _may_open_head(text) and _SLASH.sub("/", " ".join(fold(text).split())).strip(" .:") in table().column_head_cells
    )


@by_first_word
def _may_open_head(word: str) -> bool:
    folded = fold(word).strip().strip(" .:")
    return not folded or folded.startswith(_first_words_of_heads())


@lru_cache(maxsize=1)
def _first_words_of_heads() -> tuple[str, ...]:
    return tuple({re.split(r"[\s/]", head)[0] for head in table().column_head_cells})


def is_no_answer(text: str) -> bool:
    """Whether a cell or line says only that there is nothing to say, once or (cells run together) several times."""
    if not _may_open_no_answer(text):
        return False
    capital = text[:1].isupper()
    rest = fold(text).strip()
    if not rest or len(rest) > _LONGEST_NO_ANSWER:
        return False
    while rest:
        phrase = (
            next((p for p in table().no_answers if rest.startswith(p)), None)
            if rest.startswith(table().no_answers)
            else None
        )
        if phrase is None or (phrase.isalpha() and not capital):  # "so", "none" in small letters are just words
            return False
        after = rest[len(phrase) :]
        if after[:1].isalnum():
            return False
        rest = after.lstrip(" .\n")
    return True


@by_first_word
def _may_open_no_answer(word: str) -> bool:
    folded = fold(word).strip()  # an accent by itself folds to a blank
    return not folded or folded.startswith(_first_words_of_no_answers())


@lru_cache(maxsize=1)
def _first_words_of_no_answers() -> tuple[str, ...]:
    return tuple({phrase.split()[0] for phrase in table().no_answers})


def heading_role(heading: str) -> Role | None:
    """The role that a heading of the templates gives to what stands under it, if it is one of them.

    The heading's first line is compared, without its number and what follows a colon.
    """
    return _known_heading_role(heading) if len(heading) <= _LONGEST_HEADING_KEPT else _heading_role(heading)


def _heading_role(heading: str) -> Role | None:
    first = _NUMBERED.sub("", fold(heading).strip()).split("\n")[0].split(":")[0].strip(" .–-")
    return table().roles.get(_SLASH.sub("/", _SPACES.sub(" ", first)))


_known_heading_role = lru_cache(maxsize=_HEADINGS_KEPT)(_heading_role)


_HEAD_WORDS = 10  # a longer text is no head of a column
_BRACKETED = re.compile(r"\([^)]*\)?")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", ""), ("x", ""))


@dataclass(frozen=True, slots=True)
class _ColumnWords:
    """The words of an annex's heads, without plural endings."""

    roles: dict[str, Role]
    qualifiers: frozenset[str]
    parting: re.Pattern[str]


@lru_cache(maxsize=1)
def _column_words() -> _ColumnWords:
    raw = tomllib.loads((files("indexer") / "data" / "document_words.toml").read_text(encoding="utf-8"))["column_roles"]
    qualifiers, joiners = frozenset(_singular(word) for word in raw.pop("qualifiers")), raw.pop("joiners")
    words = {role: {*phrases, *_phrases(role)} for role, phrases in ((Role(name), raw[name]) for name in raw)}
    parting = re.compile(rf"[/,;&+]|\b(?:{'|'.join(joiners)})\b")
    return _ColumnWords({_singular(p): role for role, phrases in words.items() for p in phrases}, qualifiers, parting)


def _phrases(role: Role) -> Iterable[str]:
    return (phrase for phrase, other in table().roles.items() if other is role)


def column_role(head: str, *, whole: bool = False) -> Role | None:
    """The role of a column of an annex, as its head says; None for a head that says none.

    Beside the templates' headings it understands compounds and qualified heads ("Top priorities & achievements"): the
    first part that is known tells, priorities before achievements. What follows a colon, or stands in brackets, is no
    part of the head; a head that the line breaks off after a joining word is taken with the line that follows. With
    `whole` every part has to be known, as where heads are looked for among other lines.
    """
    if (known := heading_role(head)) is not None:
        return known
    lines = _BRACKETED.sub(" ", _NUMBERED.sub("", fold(head).strip())).split(":")[0].strip().split("\n")
    return _compound_role(lines[0], whole) or (_compound_role(" ".join(lines), whole) if len(lines) > 1 else None)


def _compound_role(head: str, whole: bool) -> Role | None:
    words = _column_words()
    if len(head.split()) > _HEAD_WORDS:
        return None
    parts = words.parting.split(head)
    if not parts[-1].strip(" .–-"):  # broken off: "Priorities and"
        return None
    found = [words.roles.get(bare) for part in parts if (bare := _bare(part, words))]
    if whole and None in found:
        return None
    roles = [role for role in found if role is not None]
    if Role.ACHIEVEMENT in roles[:1] and Role.PRIORITY in roles:
        return Role.PRIORITY
    return roles[0] if roles else None


def _bare(part: str, words: _ColumnWords) -> str:
    """One part of a head without figures, qualifiers and plural endings."""
    found = (_singular(word) for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", part))
    return " ".join(word for word in found if word not in words.qualifiers)


def _singular(phrase: str) -> str:
    """The words of a phrase without plural endings."""
    return " ".join(map(_singular_word, phrase.split()))


def _singular_word(word: str) -> str:
    for ending, instead in _ENDINGS:
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word[: -len(ending)] + instead
    return word
