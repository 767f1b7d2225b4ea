"""Which jurisdiction a text names: province, territory, federal organisation, municipalities or secretariat.

Names, abbreviations and the surroundings that ambiguous ones need stand in `data/jurisdictions.toml`.
Texts are read word by word through a tree of names, so time grows with the text and not with the table.
"""

from __future__ import annotations

import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from indexer.errors import SettingError

Kind = Literal["province", "territory", "federal", "municipal", "secretariat"]

CODES = (
    *("BC", "AB", "SK", "MB", "ON", "QC", "NB", "NS", "PE", "NL", "YT", "NT", "NU"),
    *("ESDC", "CRA", "TBS", "IRCC", "IRB", "VAC", "PSPC", "ISED", "CIRNAC", "MUNI", "ICCS"),
)

_TABLE = "indexer/data/jurisdictions.toml"
_TEXT_FIELDS = ("name_en", "name_fr", "article_en", "article_fr", "preposition_fr")
# Lists of ways to write a jurisdiction; True where a text that consists of one is the jurisdiction's name.
_NAME_LISTS = {"names": True, "demonyms": False, "organisations": True, "flagships": False}
_WORD = re.compile(r"[^\W_]+")
# An address names a site, not a member: "gov.bc.ca" says nothing about who speaks.
_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w.+-])(?:[\w.+-]{1,64}@[\w.-]+|(?:[\w-]{1,63}\.){2,6}(?:ca|com|org)\b)",
    re.IGNORECASE,
)
_ADDRESS_SIGNS = ("@", "www.", "://", ".ca", ".com", ".org")
_COMBINING = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]")
_SURROUNDINGS = 24
_LONGEST_GAP = 12
_LONGEST_HEADING = 300


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
class Mention:
    """A place that names a jurisdiction: `text[start:end] == matched`."""

    code: str
    start: int
    end: int
    matched: str


@dataclass(frozen=True, slots=True)
class _Context:
    """What must stand just before and just after an ambiguous abbreviation."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None

    def allows(self, text: str, start: int, end: int) -> bool:
        head = text[max(0, start - _SURROUNDINGS) : start]
        if start > _SURROUNDINGS:  # so that `^` means the text's beginning only
            head = "\0" + head
        if self.before is not None and self.before.search(head) is None:
            return False
        return self.after is None or self.after.match(text, end) is not None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One way to write a jurisdiction. `code` is empty for phrases in which nothing is to be read."""

    code: str
    written: str
    words: tuple[str, ...]
    gaps: tuple[str, ...]
    dotted: bool
    final_dot: bool
    cased: bool
    names: bool
    context: _Context | None = None

    @property
    def signature(self) -> tuple[object, ...]:
        """What besides the words tells two entries apart."""
        return self.gaps if self.dotted else None, self.final_dot


@dataclass(slots=True)
class _Node:
    """A word in the tree of names: what may follow, and what ends here."""

    children: dict[str, _Node] = field(default_factory=dict)
    entries: list[_Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    entry: _Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Book:
    """The table as loaded: the members, the tree of their names, and the words around headings."""

    members: Mapping[str, Jurisdiction]
    tree: _Node
    squashed: Mapping[str, str]
    labels: frozenset[str]
    lead_ins: frozenset[str]


def all_jurisdictions() -> tuple[Jurisdiction, ...]:
    """Every jurisdiction, provinces from west to east first, in the table's order."""
    return tuple(_book().members.values())


def get(code: str) -> Jurisdiction:
    """The jurisdiction of a code; KeyError where there is none."""
    return _book().members[code]


def find_mentions(text: str) -> tuple[Mention, ...]:
    """Every place that names a jurisdiction, in order, without overlap, the longest name that fits."""
    return tuple(Mention(f.entry.code, f.start, f.end, text[f.start : f.end]) for f in _find(text))


def named_in(text: str) -> tuple[str, ...]:
    """The codes that a text names, the most often named first, then the first named."""
    counts: dict[str, int] = {}
    for found in _find(text):
        counts[found.entry.code] = counts.get(found.entry.code, 0) + 1
    return tuple(sorted(counts, key=lambda code: -counts[code]))  # sorting keeps the order of equals


def exact(text: str) -> str | None:
    """The code whose name the whole text is, as in a heading or a table cell; None for any other text."""
    if len(text) > _LONGEST_HEADING:
        return None
    book = _book()
    heading = _without_label(text, book.labels)
    codes: set[str] = set()
    rest, last = [], 0
    for found in _find(heading):
        if not found.entry.names:
            return None
        codes.add(found.entry.code)
        rest.append(heading[last : found.start])
        last = found.end
    rest.append(heading[last:])
    left = _WORD.findall(_fold(" ".join(rest))[0].lower())
    if len(codes) == 1 and all(word in book.lead_ins for word in left):
        return codes.pop()
    # A narrow column can break a name inside a word, and leave no trace of it.
    bare = re.sub(r"\(.*?\)", "", heading)
    return book.squashed.get("".join(_WORD.findall(_fold(bare)[0].lower())))


def labelled(text: str) -> str | None:
    """What follows a label such as "Jurisdiction:" or "Administration :"; None for a text without one."""
    return _after_label(text, _book().labels)


def _without_label(text: str, labels: frozenset[str]) -> str:
    """The heading without a list number and without a word that only says "jurisdiction" before a colon."""
    text = re.sub(r"^\s*(?:[-•*–]|\d{1,3}\s?[.)])\s+", "", text)
    name = _after_label(text, labels)
    return text if name is None else name


def _after_label(text: str, labels: frozenset[str]) -> str | None:
    label, colon, name = text.partition(":")
    words = _WORD.findall(_fold(label)[0].lower())
    return name if colon and words and all(word in labels for word in words) else None


def _find(text: str) -> Iterator[_Found]:
    """Walk the words once; at each, take the longest entry whose gaps, case and surroundings fit."""
    folded, offsets = _fold(text)
    lowered = folded.lower()
    words = [(m.start(), m.end()) for m in _WORD.finditer(lowered)]
    addresses = _ADDRESS.finditer(folded) if any(s in lowered for s in _ADDRESS_SIGNS) else iter(())
    address = next(addresses, None)
    first_words = _book().tree.children
    position = 0
    while position < len(words):
        start, end = words[position]
        node = first_words.get(lowered[start:end])
        if node is None:
            position += 1
            continue
        while address is not None and address.end() <= start:
            address = next(addresses, None)
        inside_address = address is not None and address.start() <= start
        hit = None if inside_address else _longest(node, folded, lowered, words, position)
        if hit is None:
            position += 1
            continue
        entry, stop = hit
        position += len(entry.words)
        if entry.code:
            yield _Found(entry, _original(offsets, start), _original(offsets, stop - 1, last=True) + 1)


def _longest(
    node: _Node, folded: str, lowered: str, words: list[tuple[int, int]], position: int
) -> tuple[_Entry, int] | None:
    """The entry with most words that begins at a word, and where it ends."""
    reached = [node]
    for start, end in words[position + 1 : position + 24]:
        child = reached[-1].children.get(lowered[start:end])
        if child is None:
            break
        reached.append(child)
    for length in range(len(reached), 0, -1):
        span = words[position : position + length]
        for entry in reached[length - 1].entries:
            stop = _fits(entry, folded, span)
            if stop is not None:
                return entry, stop
    return None


def _fits(entry: _Entry, text: str, span: list[tuple[int, int]]) -> int | None:
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


class _Folding(dict[int, str]):
    """Characters without their accents, one for one, worked out as they come."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
        self[point] = base if len(base) == 1 else character
        return self[point]


_FOLDING = _Folding({ord(c): "'" for c in "’‘ʼ′`´"} | {ord(c): "-" for c in "‐‑‒–−"})


def _fold(text: str) -> tuple[str, list[int] | None]:
    """The text without accents and typographic variants, and each character's place where they moved."""
    if text.isascii():
        return text, None
    if _COMBINING.search(text) is None:
        return text.translate(_FOLDING), None
    offsets = [i for i, c in enumerate(text) if _COMBINING.match(c) is None]
    return "".join(text[i] for i in offsets).translate(_FOLDING), [*offsets, len(text)]


def _original(offsets: list[int] | None, position: int, *, last: bool = False) -> int:
    """The place in the text as given; for a mention's last character, with the accents that follow it."""
    if offsets is None:
        return position
    return offsets[position + 1] - 1 if last else offsets[position]


@cache
def _book() -> _Book:
    return _load(tomllib.loads(files("indexer").joinpath("data/jurisdictions.toml").read_text(encoding="utf-8")))


def _load(data: Mapping[str, Any]) -> _Book:
    """Build the book from the table, refusing one that is incomplete or that says two things of one name."""
    contexts = {name: _context(name, rules) for name, rules in data.get("contexts", {}).items()}
    members: dict[str, Jurisdiction] = {}
    root = _Node()
    squashed: dict[str, str] = {}
    for row in data.get("jurisdiction", ()):
        member = _member(row)
        if member.code in members:
            raise SettingError(f"{_TABLE}: {member.code} stands twice; keep one")
        members[member.code] = member
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
    return _Book(
        members=members,
        tree=root,
        squashed=squashed,
        labels=frozenset(_fold(word)[0].lower() for word in around.get("labels", ())),
        lead_ins=frozenset(_fold(word)[0].lower() for word in around.get("lead_ins", ())),
    )


def _member(row: Mapping[str, Any]) -> Jurisdiction:
    code = row.get("code")
    if code not in CODES:
        raise SettingError(f"{_TABLE}: unknown code {code!r}; use one of {', '.join(CODES)}")
    for name in _TEXT_FIELDS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise SettingError(f"{_TABLE}: {code} has no {name}; add it")
    if row.get("kind") not in get_args(Kind):
        raise SettingError(f"{_TABLE}: {code} has kind {row.get('kind')!r}; use one of {', '.join(get_args(Kind))}")
    unknown = sorted(set(row) - {"code", "kind", "abbreviations", "cased", *_TEXT_FIELDS, *_NAME_LISTS})
    if unknown:
        raise SettingError(f"{_TABLE}: {code} has {', '.join(unknown)}, which nothing reads; mend the name")
    return Jurisdiction(code, row["kind"], *(row[name] for name in _TEXT_FIELDS))


def _context(name: str, rules: Mapping[str, str]) -> _Context:
    try:
        before, after = (re.compile(rules[side]) if side in rules else None for side in ("before", "after"))
    except re.error as error:
        raise SettingError(f"{_TABLE}: context {name} is no regular expression: {error}; mend it") from error
    return _Context(before, after)


def _entries(row: Mapping[str, Any], contexts: Mapping[str, _Context]) -> Iterator[_Entry]:
    """Every way to write a jurisdiction that its row gives."""
    code = row["code"]
    for written in dict.fromkeys((row["name_en"], row["name_fr"])):
        yield _entry(code, written, names=True)
    for kind, names in _NAME_LISTS.items():
        for written in row.get(kind, ()):
            yield _entry(code, written, names=names)
    for written in row.get("abbreviations", ()):
        yield _entry(code, written, names=True)
    for item in row.get("cased", ()):
        written, context = (item, None) if isinstance(item, str) else (item.get("text"), item.get("context"))
        if context is not None and context not in contexts:
            raise SettingError(f"{_TABLE}: {code}: {written!r} asks for context {context!r}, which is not given")
        yield _entry(code, written, names=True, cased=True, context=contexts[context] if context else None)


def _entry(code: str, written: Any, *, names: bool, cased: bool = False, context: _Context | None = None) -> _Entry:
    folded = _fold(written)[0] if isinstance(written, str) else ""
    if not cased:
        folded = folded.lower()
    spans = [m.span() for m in _WORD.finditer(folded)]
    if not spans:
        raise SettingError(f"{_TABLE}: {code or 'ignored'}: {written!r} is no name; give one with letters")
    gaps = tuple("".join(folded[a[1] : b[0]].split()) for a, b in itertools.pairwise(spans))
    return _Entry(
        code=code,
        written=written,
        words=tuple(folded[start:end] for start, end in spans),
        gaps=gaps,
        dotted=bool(gaps) and all(gap.startswith(".") for gap in gaps) and folded.endswith("."),
        final_dot=folded.endswith("."),
        cased=cased,
        names=names,
        context=context,
    )


def _add(root: _Node, entry: _Entry) -> None:
    """Hang an entry into the tree, unless the same writing stands for something else or stands already."""
    node = root
    for word in entry.words:
        node = node.children.setdefault(word.lower(), _Node())
    for other in node.entries:
        same_case = other.words == entry.words or not (other.cased and entry.cased)
        if not same_case or (other.signature != entry.signature):
            continue
        if other.code != entry.code:
            raise SettingError(f"{_TABLE}: {entry.written!r} stands for {other.code} and {entry.code}; keep one")
        raise SettingError(f"{_TABLE}: {entry.code or 'ignored'}: {entry.written!r} stands twice; keep one")
    node.entries.append(entry)
    node.entries.sort(key=lambda known: not known.final_dot)  # "Sask." before "Sask": the longer first
