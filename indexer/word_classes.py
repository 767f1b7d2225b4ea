"""A statement written as classes of words: what `indexer.patterns` looks at.

Each word of a statement's language that tells something is followed by its class, `is/BE`, and a verb by its tense,
`lancé/OPEN.part`. Whether a form that may be a noun is one is told by the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexer.verb_forms import entry_forms

_LONGEST = 4_000  # characters of a statement that are read: no sentence is so long, but a table read as one may be
_TOKEN = re.compile(r"(?:l|d|n|s|qu|c|j|m|t|lorsqu|jusqu|puisqu)'(?=\w)|\w+(?:-\w+)*|[?;:.,–—%]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")  # its signs are no question
_INVERTED = re.compile(r"-(?:t-)?(?=(?:ils?|elles?|on|nous|vous)\b)")  # aurait-il
_ACCENTS = re.compile(r"[àâçéèêëîïôûùœ]")
_MAY = "may"
_STOPS = frozenset(".;:–—,")
_INFINITIVE = re.compile(r"\w{2,}(?:er|ir|[drtvc]re|ire|ure)")
_FUTURE = re.compile(r"\w{2,}(?<!op)(?<!cam)(?:er|ir|[dt]r)(?:(a|ont)|aient|ait)")
_WORD_START = r"(?:(?<= )|^)"
_REPORTED = re.compile(  # she says that, he tells the members that: what follows is the statement
    rf"{_WORD_START}\S+/(?:(?:SAY|SHOW|RUN|OPEN|LEARN)\.(?:s|pr|part) "
    r"(?:(?:to |aux? )?\S+/PEERS |the \S+ )?(?:that |que |qu' )|SAY\.(?:s|pr) )"
)
_THAT = re.compile(rf"({_WORD_START}\S+/[A-Z]+\.(?:s|pr|part|fut|inf) )(?:that|que|qu') ")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The words of one language that tell something: what each is written as, and longer verbs by their first word."""

    words: Mapping[str, str]
    longer: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


@dataclass(frozen=True, slots=True)
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

    language: Mapping[str, frozenset[str]]
    lexicons: Mapping[str, _Lexicon]
    around: Mapping[str, frozenset[str]]
    beside: re.Pattern[str]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> WordClasses:
        """From the tables `language`, `verbs`, `words`, `around` and `clauses`."""
        return cls(
            language={language: frozenset(words) for language, words in raw["language"].items()},
            lexicons={language: _lexicon(raw, language) for language in raw["language"]},
            around={name: frozenset(words) for name, words in raw["around"].items()},
            beside=_beside(raw["clauses"]),
        )

    def written(self, statement: str) -> str:
        """The statement's words with their classes, a blank between any two, without what says that one reports it."""
        lowered = statement[:_LONGEST].lower().replace("’", "'")
        tokens: list[str] = _TOKEN.findall(_INVERTED.sub(" ", _ADDRESS.sub(" ", lowered)))
        is_french = self._is_french(tokens, lowered)
        lexicon = self.lexicons["fr" if is_french else "en"]
        form = self._french if is_french else self._english
        written: list[str] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            name = lexicon.words.get(token, "")
            if token in lexicon.longer and (found := _tail(tokens, index, lexicon.longer[token])):
                tail, name = found
                if token in self.around["noun_first"] and (
                    not index or tokens[index - 1] in self.around["noun_after_fr"]
                ):
                    name = _as(name, "noun")  # "mise en place de", "la mise en place"
                written.append(f"{token}_{'_'.join(tail)}/{name}")
                index += len(tail)
            elif name:
                if "." in name or token == _MAY:
                    name = form(name, _Place(tokens, index, written))
                written.append(f"{token}/{name}")
            else:
                name = self._unknown_french(tokens, index) if is_french else self._unknown_english(tokens, index)
                written.append(f"{token}/{name}" if name else token)
            index += 1
        text = " ".join(written)
        return _REPORTED.sub("", text) if "/SAY." in text or " that " in text or " qu" in text else text

    def main_clause(self, written: str) -> str:
        """The written statement without the clauses beside its main one."""
        joined = _THAT.sub(r"\1", written) if " that " in written or " qu" in written else written
        return self.beside.sub("", joined).lstrip(" ,")

    def _is_french(self, tokens: list[str], lowered: str) -> bool:
        french = sum(map(self.language["fr"].__contains__, tokens))
        english = sum(map(self.language["en"].__contains__, tokens))
        return french > english or (french == english and bool(_ACCENTS.search(lowered)))

    def _unknown_french(self, tokens: list[str], index: int) -> str:
        """What a word that is in no list is written as: a verb by its ending, or nothing."""
        token = tokens[index]
        if token.endswith(("ra", "ront", "rait", "raient")) and (future := _FUTURE.fullmatch(token)):
            return "DO.fut" if future[1] else "DO.cond"
        opens = not index and len(tokens) > 1 and tokens[1] in self.around["object"]
        return "DO.inf" if opens and _INFINITIVE.fullmatch(token) else ""

    def _unknown_english(self, tokens: list[str], index: int) -> str:
        token = tokens[index]
        past = (
            len(token) > 4 and token.endswith("ed") and index and tokens[index - 1] not in self.around["noun_after_en"]
        )
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
    return _Lexicon(words, {form: tuple(tails) for form, tails in longer.items()})
