"""A statement written as classes of words: what `indexer.patterns` looks at.

Each word of a statement's language that tells something is followed by its class, `is/BE`, and a verb by its tense,
`lancé/OPEN.part`. Whether a form that may be a noun is one is told by the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from indexer.remembered import Remembered
from indexer.verb_forms import entry_forms

_LONGEST = 4_000  # characters of a statement that are read: no sentence is so long, but a table read as one may be
_KEPT = 32_768  # words of which it is kept how they are read
_TOKEN = re.compile(r"[ldnscjmt]'(?=\w)|qu'(?=\w)|lorsqu'(?=\w)|jusqu'(?=\w)|puisqu'(?=\w)|\w+(?:-\w+)*|[?;:.,–—%]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")  # its signs are no question
_INVERTED = re.compile(r"-(?:t-)?(?=(?:ils?|elles?|on|nous|vous)\b)")  # aurait-il
_ACCENTS = re.compile(r"[àâçéèêëîïôûùœ]")
_MAY = "may"
_STOPS = frozenset(".;:–—,")
_INFINITIVE = re.compile(r"\w{2,}(?:er|ir|[drtvc]re|ire|ure)")
_FUTURE = re.compile(r"\w{2,}(?<!op)(?<!cam)(?:er|ir|[dt]r)(?:(a|ont)|aient|ait)")
_WORD_START = r"(?<![^ ])"
_REPORTED = re.compile(  # she says that, he tells the members that: what follows is the statement
    rf"{_WORD_START}[^ /]+/(?:(?:SAY|SHOW|RUN|OPEN|LEARN)\.(?:s|pr|part) "
    r"(?:(?:to |aux? )?\S+/PEERS |the \S+ )?(?:that |que |qu' )|SAY\.(?:s|pr) )"
)
_REPORTING = ("/SHOW.", "/RUN.", "/OPEN.", "/LEARN.")
_THAT = re.compile(rf"({_WORD_START}[^ /]+/[A-Z]+\.(?:s|pr|part|fut|inf) )(?:that|que|qu') ")
_THAT_WORDS = frozenset({"that", "que", "qu'"})


class _Run(NamedTuple):
    """What stands between white space: its words and signs, how many more tell French than English, whether accents."""

    tokens: tuple[str, ...]
    more_french: int
    accented: bool


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The words of one language that tell something: what each is written as, and longer verbs by their first word.

    `alone` is how a word is written that is written so wherever it stands, and nothing for others.
    """

    words: Mapping[str, str]
    longer: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    alone: Remembered[str]


@dataclass(slots=True)
class _Place:
    """A word among its neighbours."""

    tokens: list[str]
    index: int
    written: list[str]  # what stands before it, as written

    @property
    def before(self) -> str:
        return self.tokens[self.index - 1] if self.index else "."

    @property
    def after(self) -> str:
        return self.tokens[self.index + 1] if self.index + 1 < len(self.tokens) else "."

    def follows(self, *names: str) -> bool:
        return bool(self.written) and self.written[-1].endswith(names)


@dataclass(frozen=True, slots=True)
class WordClasses:
    """The classes of words of both languages, and what tells a noun from a verb."""

    runs: Remembered[_Run]
    lexicons: Mapping[str, _Lexicon]
    around: Mapping[str, frozenset[str]]
    beside: re.Pattern[str]
    beside_words: frozenset[str]  # one at least of which stands in what `beside` finds after the beginning
    purpose: tuple[str, ...]  # what it begins with at the beginning

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> WordClasses:
        """From the tables `language`, `verbs`, `words`, `around` and `clauses`."""
        language = {language: frozenset(words) for language, words in raw["language"].items()}
        clauses = raw["clauses"]
        return cls(
            runs=Remembered(partial(_run, french=language["fr"], english=language["en"]), _KEPT),
            lexicons={language: _lexicon(raw, language) for language in raw["language"]},
            around={name: frozenset(words) for name, words in raw["around"].items()},
            beside=_beside(clauses),
            beside_words=frozenset(words.split()[-1] for words in (*clauses["beside"], *clauses["relative"])),
            purpose=tuple(f"{word} " for word in clauses["purpose"]),
        )

    def written(self, statement: str) -> str:
        """The statement's words with their classes, a blank between any two, without what says that one reports it."""
        return self.clauses(statement)[0]

    def clauses(self, statement: str) -> tuple[str, str]:
        """The statement as `written`, and that without the clauses beside its main one."""
        runs = [*map(self.runs.__getitem__, statement[:_LONGEST].split())]
        if not runs:
            return "", ""
        parts, told, accented = zip(*runs, strict=True)
        tokens = [*chain.from_iterable(parts)]
        more_french = sum(told)
        is_french = more_french > 0 or (not more_french and True in accented)
        whole = " ".join(self._classes(tokens, is_french=is_french))
        that = not _THAT_WORDS.isdisjoint(tokens)
        if "/SAY." in whole or (that and any(verb in whole for verb in _REPORTING)):
            whole = _REPORTED.sub("", whole)
        main = _THAT.sub(r"\1", whole) if that else whole
        if not self.beside_words.isdisjoint(tokens) or main.startswith(self.purpose):
            main = self.beside.sub("", main)
        return whole, main.lstrip(" ,")

    def _classes(self, tokens: list[str], *, is_french: bool) -> list[str]:
        """Words with their classes."""
        lexicon = self.lexicons["fr" if is_french else "en"]
        alone = [*map(lexicon.alone.__getitem__, tokens)]
        if is_french and alone:
            alone[0] = ""  # a statement may begin with a verb
        if "" not in alone:
            return alone
        written: list[str] = []
        done = 0
        for index in [index for index, word in enumerate(alone) if not word]:
            if index >= done:
                written += alone[done:index]
                word, done = self._among_others(_Place(tokens, index, written), lexicon, is_french=is_french)
                written.append(word)
        written += alone[done:]
        return written

    def _among_others(self, place: _Place, lexicon: _Lexicon, *, is_french: bool) -> tuple[str, int]:
        """A word, or a verb of several, with the class that it has there, and where the next begins."""
        tokens, index = place.tokens, place.index
        token = tokens[index]
        if token in lexicon.longer and (found := _tail(tokens, index, lexicon.longer[token])):
            tail, name = found
            if token in self.around["noun_first"] and (not index or place.before in self.around["noun_after_fr"]):
                name = _as(name, "noun")  # "mise en place de", "la mise en place"
            return f"{token}_{'_'.join(tail)}/{name}", index + 1 + len(tail)
        name = lexicon.words.get(token, "")
        if "." in name or (name and token == _MAY):
            name = self._french(name, place) if is_french else self._english(name, place)
        elif not name:
            name = self._unknown_french(tokens, index) if is_french else self._unknown_english(tokens, index)
        return f"{token}/{name}" if name else token, index + 1

    def _unknown_french(self, tokens: list[str], index: int) -> str:
        """What a word that is in no list is written as: a verb by its ending, or nothing."""
        token = tokens[index]
        opens = not index and len(tokens) > 1 and tokens[1] in self.around["object"]
        return _future(token) or ("DO.inf" if opens and _INFINITIVE.fullmatch(token) else "")

    def _unknown_english(self, tokens: list[str], index: int) -> str:
        token = tokens[index]
        past = _may_be_past(token) and index and tokens[index - 1] not in self.around["noun_after_en"]
        return "DO.part" if past else ""

    def _french(self, name: str, place: _Place) -> str:
        if name.endswith(".part") and place.before in self.around["article"]:
            return _as(name, "noun")
        if name.endswith(".pr"):
            opens = place.before in _STOPS and place.after in self.around["noun_before"]
            return _as(name, "noun") if opens or place.before in self.around["noun_after_fr"] else name
        return name

    def _english(self, name: str, place: _Place) -> str:
        if place.tokens[place.index] == _MAY:
            return "MONTH" if place.before in self.around["before_month"] or place.before.isdigit() else name
        if name.endswith(".part"):
            return _as(name, "noun") if place.before in self.around["article"] else name
        if name.endswith(".inf"):
            if place.follows("/HAVE", "/BE"):
                return _as(name, "part")  # "has put", "is cut"
            if self._has_plural_subject(place):
                return _as(name, "s")
        if name.endswith((".inf", ".s")) and self._is_english_noun(name, place):
            return _as(name, "noun")
        return name

    def _has_plural_subject(self, place: _Place) -> bool:
        """Whether a verb in its plain form follows what may be its subject: we build, towns share."""
        beyond = place.index > 1 and place.before in self.around["adverb"]
        subject = place.tokens[place.index - 2] if beyond else place.before
        return subject in self.around["subject"] or _is_plural(subject)

    def _is_english_noun(self, name: str, place: _Place) -> bool:
        if place.before in self.around["noun_after_en"]:
            return True
        if place.before in _STOPS:
            after = self.lexicons["en"].words.get(place.after, place.after)
            return place.after in self.around["noun_before"] or after.endswith((".part", "ed"))
        if name.endswith(".s"):
            return False
        verb_after = place.before in self.around["verb_after"] or place.before in self.around["subject"]
        return not (
            verb_after or place.follows("/WILL", "/CAN", "/COULD", "/MUST", "/ADV", "/AND", "/PEOPLE", "/PEERS")
        )


def _run(run: str, *, french: frozenset[str], english: frozenset[str]) -> _Run:
    lowered = run.lower()
    if lowered.isalnum():  # as most are
        tokens: tuple[str, ...] = (lowered,)
    else:
        lowered = lowered.replace("’", "'")
        tokens = tuple(_TOKEN.findall(_INVERTED.sub(" ", _ADDRESS.sub(" ", lowered))))
    return _Run(
        tokens,
        more_french=sum(map(french.__contains__, tokens)) - sum(map(english.__contains__, tokens)),
        accented=not lowered.isascii() and bool(_ACCENTS.search(lowered)),
    )


def _future(word: str) -> str:
    """What a French word that is in no list is written as, where its ending tells a verb."""
    future = _FUTURE.fullmatch(word) if word.endswith(("ra", "ront", "rait", "raient")) else None
    if future is None:
        return ""
    return "DO.fut" if future[1] else "DO.cond"


def _may_be_past(word: str) -> bool:
    """Whether an English word that is in no list may be a verb by its ending."""
    return len(word) > 4 and word.endswith("ed")


_Tail = tuple[tuple[str, ...], str]


def _tail(tokens: list[str], index: int, tails: tuple[_Tail, ...]) -> _Tail | None:
    """The words that make the verb at `index` a longer one, with what it is written as."""
    for tail, name in tails:
        if tuple(tokens[index + 1 : index + 1 + len(tail)]) == tail:
            return tail, name
    return None


def _as(name: str, tense: str) -> str:
    return f"{name.partition('.')[0]}.{tense}"


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and word[-2] not in "su"


def _beside(words: Mapping[str, list[str]]) -> re.Pattern[str]:
    beside, relative, purpose = ("|".join(map(re.escape, words[name])) for name in ("beside", "relative", "purpose"))
    auxiliary = r"(?<= )[^ ]{1,20}/(?:BE|HAVE|WILL|CAN|COULD|MUST) "
    until = rf"[^ ,;:]+ [^ ,;:]+ (?:(?!{auxiliary})[^,;:])*"
    return re.compile(
        rf"{_WORD_START}(?:(?:{beside})(?:/[^ ]+)? [^,;:]*|(?:{relative})(?:/[^ ]+)? (?:{until}|[^,;:]*))"
        rf"|^(?:{purpose}) [^,;:]* ,"
    )


def _lexicon(raw: Mapping[str, Any], language: str) -> _Lexicon:
    words: dict[str, str] = {}
    longer: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, listed in raw["words"].items():
        for word in listed[language]:
            words.setdefault(word, name)
    full: dict[str, str] = {}  # an irregular verb by its first form
    for name, entries in raw["verbs"].items():
        for entry in entries[language]:
            head, _, tail = (part.strip() for part in entry.partition("+"))
            full.setdefault(head.split()[0], head)
            for form, tense in entry_forms(full.get(head, head), language):
                written = f"{name.upper()}.{tense}"
                if tail:
                    longer.setdefault(form, []).append((tuple(tail.split()), written))
                else:
                    words.setdefault(form, written)
    alone = partial(_alone, words=words, longer=longer.keys(), is_french=language == "fr")
    return _Lexicon(words, {form: tuple(tails) for form, tails in longer.items()}, Remembered(alone, _KEPT))


def _alone(token: str, *, words: Mapping[str, str], longer: Set[str], is_french: bool) -> str:
    """See `_Lexicon.alone`: the words around tell the others."""
    name = words.get(token, "")
    if token in longer:
        return ""
    if is_french:
        name = name or _future(token)
        told = name.endswith((".part", ".pr"))
    else:
        told = name.endswith((".part", ".inf", ".s")) or token == _MAY or (not name and _may_be_past(token))
    if told:
        return ""
    return f"{token}/{name}" if name else token
