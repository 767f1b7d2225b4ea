"""The table `data/jurisdictions.toml` as loaded: the council's members, and the tree of ways to write their names."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from indexer import name_folding
from indexer.errors import SettingError

Kind = Literal["province", "territory", "federal", "municipal", "secretariat"]

CODES = (
    *("BC", "AB", "SK", "MB", "ON", "QC", "NB", "NS", "PE", "NL", "YT", "NT", "NU"),
    *("ESDC", "CRA", "TBS", "IRCC", "IRB", "VAC", "PSPC", "ISED", "CIRNAC", "MUNI", "ICCS"),
)

WORD = re.compile(r"[^\W_]+")
_TABLE = "indexer/data/jurisdictions.toml"
_TEXT_FIELDS = ("name_en", "name_fr", "article_en", "article_fr", "preposition_fr")
# Lists of ways to write a jurisdiction; True where a text that consists of one is the jurisdiction's name.
_NAME_LISTS = {"names": True, "demonyms": False, "organisations": True, "flagships": False}
_OWN_LISTS = ("demonyms", "organisations", "flagships")  # of its people, organisations and services
_SURROUNDINGS = 24  # characters before an abbreviation in which its context is looked for


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A member of the council.

    `article_*` is the name as a subject ("la Saskatchewan"), `preposition_fr` says where ("en Saskatchewan").
    """

    code: str
    kind: Kind
    name_en: str
    name_fr: str
    article_en: str
    article_fr: str
    preposition_fr: str


@dataclass(frozen=True, slots=True)
class Context:
    """What must stand just before and just after an ambiguous abbreviation."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None

    def allows(self, text: str, start: int, end: int) -> bool:
        """Whether the text around `text[start:end]` is such."""
        head = text[max(0, start - _SURROUNDINGS) : start]
        if start > _SURROUNDINGS:  # so that `^` means the text's beginning only
            head = "\0" + head
        if self.before is not None and self.before.search(head) is None:
            return False
        return self.after is None or self.after.match(text, end) is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One way to write a jurisdiction. `code` is empty for phrases in which nothing is to be read."""

    code: str
    written: str
    words: tuple[str, ...]
    gaps: tuple[str, ...]
    dotted: bool
    final_dot: bool
    cased: bool
    names: bool
    own: bool = False
    context: Context | None = None

    @property
    def signature(self) -> tuple[object, ...]:
        """What besides the words tells two entries apart."""
        return self.gaps if self.dotted else None, self.final_dot


@dataclass(slots=True)
class Node:
    """A word in the tree of names: what may follow, and what ends here."""

    children: dict[str, Node] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Organisations:
    """The words by which an organisation's name is known for one; all patterns are for folded text in lower case."""

    openings_en: re.Pattern[str]
    openings_fr: re.Pattern[str]
    endings: re.Pattern[str]
    municipal: re.Pattern[str]
    links: frozenset[str]
    articles: frozenset[str]
    foreign: frozenset[str]


@dataclass(frozen=True, slots=True)
class Book:
    """The table as loaded: the members, the tree of their names, and the words around headings."""

    members: Mapping[str, Jurisdiction]
    tree: Node
    squashed: Mapping[str, str]
    labels: frozenset[str]
    label_joiners: frozenset[str]
    lead_ins: frozenset[str]
    short_forms: Mapping[str, str]
    organisations: Organisations
    domains: Mapping[str, str]


@cache
def book() -> Book:
    """The table, read once; SettingError where it is at fault."""
    return load(tomllib.loads(files("indexer").joinpath("data/jurisdictions.toml").read_text(encoding="utf-8")))


def load(data: Mapping[str, Any]) -> Book:
    """Build the book from the table, refusing one that is incomplete or that says two things of one name."""
    contexts = {name: _context(name, rules) for name, rules in data.get("contexts", {}).items()}
    members: dict[str, Jurisdiction] = {}
    root = Node()
    squashed: dict[str, str] = {}
    domains: dict[str, str] = {}
    for row in data.get("jurisdiction", ()):
        member = _member(row)
        if member.code in members:
            raise SettingError(f"{_TABLE}: {member.code} stands twice; keep one")
        members[member.code] = member
        for domain in row.get("domains", ()):
            if domains.setdefault(domain, member.code) != member.code:
                raise SettingError(f"{_TABLE}: {domain!r} stands for {domains[domain]} and {member.code}; keep one")
        for entry in _entries(row, contexts):
            _add(root, entry)
            if entry.names and sum(map(len, entry.words)) > 4:
                squashed.setdefault("".join(entry.words).lower(), entry.code)
    missing = [code for code in CODES if code not in members]
    if missing:
        raise SettingError(f"{_TABLE}: no entry for {', '.join(missing)}; add it")
    for phrase in data.get("ignored", {}).get("phrases", ()):
        _add(root, _entry("", phrase, names=False))
    around = data.get("exact", {})
    return Book(
        members=members,
        tree=root,
        squashed=squashed,
        labels=_folded(around.get("labels", ())),
        label_joiners=frozenset(around.get("label_joiners", ())),
        lead_ins=_folded(around.get("lead_ins", ())),
        short_forms={
            name_folding.fold(short)[0].lower(): full for short, full in around.get("short_forms", {}).items()
        },
        organisations=_organisations(data.get("organisations", {})),
        domains=domains,
    )


def _organisations(rules: Mapping[str, Any]) -> Organisations:
    openings_en, openings_fr, endings, municipal = (
        "|".join(re.escape(word) for word in sorted(_folded(rules.get(name, ())), key=len, reverse=True))
        for name in ("openings_en", "openings_fr", "endings", "municipal")
    )
    return Organisations(
        openings_en=re.compile(rf"(?:{openings_en})\b"),
        openings_fr=re.compile(rf"(?:{openings_fr})\b"),
        endings=re.compile(rf"\b(?:{endings})$"),
        municipal=re.compile(rf"(?:{municipal})(?:(?<=')|\s+)"),
        links=_folded(rules.get("links", ())),
        articles=_folded(rules.get("articles", ())),
        foreign=_folded(rules.get("foreign", ())),
    )


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(name_folding.fold(word)[0].lower() for word in words)


def _member(row: Mapping[str, Any]) -> Jurisdiction:
    code = row.get("code")
    if code not in CODES:
        raise SettingError(f"{_TABLE}: unknown code {code!r}; use one of {', '.join(CODES)}")
    for name in _TEXT_FIELDS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise SettingError(f"{_TABLE}: {code} has no {name}; add it")
    if row.get("kind") not in get_args(Kind):
        raise SettingError(f"{_TABLE}: {code} has kind {row.get('kind')!r}; use one of {', '.join(get_args(Kind))}")
    unknown = sorted(set(row) - {"code", "kind", "abbreviations", "cased", "domains", *_TEXT_FIELDS, *_NAME_LISTS})
    if unknown:
        raise SettingError(f"{_TABLE}: {code} has {', '.join(unknown)}, which nothing reads; mend the name")
    return Jurisdiction(code, row["kind"], *(row[name] for name in _TEXT_FIELDS))


def _context(name: str, rules: Mapping[str, str]) -> Context:
    try:
        before, after = (re.compile(rules[side]) if side in rules else None for side in ("before", "after"))
    except re.error as error:
        raise SettingError(f"{_TABLE}: context {name} is no regular expression: {error}; mend it") from error
    return Context(before, after)


def _entries(row: Mapping[str, Any], contexts: Mapping[str, Context]) -> Iterator[Entry]:
    """Every way to write a jurisdiction that its row gives."""
    code = row["code"]
    for written in dict.fromkeys((row["name_en"], row["name_fr"])):
        yield _entry(code, written, names=True)
    for kind, names in _NAME_LISTS.items():
        for written in row.get(kind, ()):
            yield _entry(code, written, names=names, own=kind in _OWN_LISTS)
    for written in row.get("abbreviations", ()):
        yield _entry(code, written, names=True)
    for item in row.get("cased", ()):
        written, context = (item, None) if isinstance(item, str) else (item.get("text"), item.get("context"))
        if context is not None and context not in contexts:
            raise SettingError(f"{_TABLE}: {code}: {written!r} asks for context {context!r}, which is not given")
        yield _entry(code, written, names=True, cased=True, context=contexts[context] if context else None)


def _entry(
    code: str,
    written: Any,
    *,
    names: bool,
    own: bool = False,
    cased: bool = False,
    context: Context | None = None,
) -> Entry:
    folded = name_folding.fold(written)[0] if isinstance(written, str) else ""
    if not cased:
        folded = folded.lower()
    spans = [m.span() for m in WORD.finditer(folded)]
    if not spans:
        raise SettingError(f"{_TABLE}: {code or 'ignored'}: {written!r} is no name; give one with letters")
    gaps = tuple("".join(folded[a[1] : b[0]].split()) for a, b in itertools.pairwise(spans))
    return Entry(
        code=code,
        written=written,
        words=tuple(folded[start:end] for start, end in spans),
        gaps=gaps,
        dotted=bool(gaps) and all(gap.startswith(".") for gap in gaps) and folded.endswith("."),
        final_dot=folded.endswith("."),
        cased=cased,
        names=names,
        own=own,
        context=context,
    )


def _add(root: Node, entry: Entry) -> None:
    """Hang an entry into the tree, unless the same writing stands for something else or stands already."""
    node = root
    for word in entry.words:
        node = node.children.setdefault(word.lower(), Node())
    for other in node.entries:
        same_case = other.words == entry.words or not (other.cased and entry.cased)
        if not same_case or (other.signature != entry.signature):
            continue
        if other.code != entry.code:
            raise SettingError(f"{_TABLE}: {entry.written!r} stands for {other.code} and {entry.code}; keep one")
        raise SettingError(f"{_TABLE}: {entry.code or 'ignored'}: {entry.written!r} stands twice; keep one")
    node.entries.append(entry)
    node.entries.sort(key=lambda known: not known.final_dot)  # "Sask." before "Sask": the longer first
