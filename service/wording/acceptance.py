"""Whether a language model's reply may stand as the text of an answer: every sentence is held against what it cites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from indexer import jurisdictions, sentences
from indexer import language as languages
from indexer.documents import Language, Role, Status
from indexer.text import fold
from service.answering.support import Quotes
from service.contract import Citation, Finding, FurtherFinding, QuestionKind
from service.status import status_of
from service.wording.figures import Day, day_of, days, figures, without_figures
from service.wording.words import words

MOST_CHARACTERS = 4_000
# Of a sentence's content words, how many it shares with what it cites at least, and how many it may not share. Across
# the languages less is asked for, since not every translation is known: of the sentences of the corpus 0.77 are borne
# out so by their own translation, 0.003 by that of another.
_LEAST_SHARED, _MOST_UNSHARED = 2 / 3, 3
_LEAST_TRANSLATED, _MOST_UNTRANSLATED = 1 / 2, 4
_FEW = 3  # content words; of a part of a sentence with fewer the sentence is judged as a whole
_TELLING = 5  # words; shorter sentences may look like either language
_FURTHEST = (Status.DELIVERED, Status.PILOTING, Status.IN_PROGRESS)

_MARK = re.compile(r"\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\]")
_MARKS = re.compile(r"(?:\s*\[\d{1,3}\])+")
_LATE_MARKS = re.compile(r"([.!?…]+[”»\"]?)[ \t\u00a0\u202f]*((?:\[\d{1,3}\][ \t]*)+)")
_CAPITAL = re.compile(r"(?<![\w-])[A-ZÀ-ÖØ-Þ][\w’'&.-]*[\w]")
_OPENING = " \t\u00a0«“\"‘’'(—–-"
_QUOTED = re.compile(r"“([^”]*)”|«([^»]*)»|\"([^\"]*)\"")
_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+|\b(?:[\w-]{2,}\.)+(?:ca|com|org|net|gov|edu|io|info|dev|app|example)\b\S*",
    re.IGNORECASE,
)


class NotAcceptedError(Exception):
    """A reply that may not stand; the text says why, without any words of the reply."""


@dataclass(slots=True)
class _Cited:
    """What a few citations say, put together."""

    quotes: list[Citation] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    statuses: set[Status] = field(default_factory=set)
    figures: set[str] = field(default_factory=set)
    days: set[Day] = field(default_factory=set)


def accepted(
    reply: str, kind: QuestionKind, language: Language, findings: Sequence[Finding], citations: Sequence[Citation]
) -> str:
    """The reply, put in order, if it may stand as the text of an answer in `language`; NotAcceptedError if not."""
    written = _in_order(reply)
    if not written:
        raise NotAcceptedError("it is empty")
    if len(written) > MOST_CHARACTERS:
        raise NotAcceptedError(f"it has more than {MOST_CHARACTERS} characters")
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cn"} for sign in written if sign != "\n"):
        raise NotAcceptedError("it holds signs that do not print")
    _check_language(written, language)
    known = {citation.number: citation for citation in citations}
    cited: set[int] = set()
    for place, (start, end) in enumerate(sentences.split(written), start=1):
        cited |= _check_sentence(written[start:end], f"sentence {place}", language, findings, known)
    if kind == "list":
        missing = [
            n for n, finding in enumerate(findings, start=1) if finding.asked and not cited & {*finding.citations}
        ]
        if missing:
            raise NotAcceptedError(f"it leaves out {len(missing)} of the findings")
    return written


def speaks_to_a_model(quote: str) -> bool:
    """Whether a quote holds what looks like an instruction to a language model."""
    return words().instructions.search(" ".join(fold(quote).split())) is not None


def _in_order(reply: str) -> str:
    """The reply with its citations as `[1][2]` before the full stop, and without white space around lines."""
    marked = _MARK.sub(lambda mark: "".join(f"[{number}]" for number in re.findall(r"\d+", mark.group())), reply)
    moved = _LATE_MARKS.sub(lambda late: f" {''.join(late[2].split())}{late[1]} ", marked)
    lines = (" ".join(line.split()) for line in moved.splitlines())
    return "\n".join(line for line in lines if line)


def _check_language(written: str, language: Language) -> None:
    bare = _MARKS.sub("", _QUOTED.sub(" ", written))
    parts = [bare, *(bare[start:end] for start, end in sentences.split(bare))]
    for part in parts:
        if len(part.split()) >= _TELLING and languages.detect(part, default=language) != language:
            raise NotAcceptedError("it is in the other language")


def _check_sentence(
    sentence: str, name: str, language: Language, findings: Sequence[Finding], known: dict[int, Citation]
) -> set[int]:
    """Hold a sentence against its citations, and each part of it against those that follow it; their numbers."""
    parts = list(_parts(sentence))
    numbers = {number for _, cited in parts for number in cited}
    if not numbers:
        raise NotAcceptedError(f"{name} cites nothing")
    unknown = sorted(numbers - known.keys())
    if unknown:
        raise NotAcceptedError(f"{name} cites {unknown}, which there is not")
    whole = _MARKS.sub("", sentence)
    everything = _cited(numbers, findings, known)
    _check_words(whole, name, language, everything, few=0)
    _check_quoted(whole, name, everything)
    for part, cited in parts:
        proof = _cited(cited, findings, known)
        _check_words(part, name, language, proof, few=_FEW)
        _check_figures(part, name, proof, findings)
        _check_names(part, name, proof)
        _check_sense(part, name, language, proof)
    return numbers


def _parts(sentence: str) -> Iterator[tuple[str, frozenset[int]]]:
    """The parts of a sentence, each with the citations that follow it; what follows the last ones belongs to them."""
    marks = list(_MARKS.finditer(sentence))
    starts = [0, *(mark.end() for mark in marks)]
    for place, mark in enumerate(marks):
        part = sentence[starts[place] : mark.start()]
        if place == len(marks) - 1:
            part = f"{part} {sentence[mark.end() :]}"
        yield part, frozenset(int(number) for number in re.findall(r"\d+", mark.group()))


def _cited(numbers: Collection[int], findings: Sequence[Finding], known: dict[int, Citation]) -> _Cited:
    found = _Cited()
    for number in sorted(numbers):
        citation = known[number]
        found.quotes.append(citation)
        found.figures |= figures(citation.quote)
        found.days |= days(citation.quote)
        statuses = set()
        codes = set(jurisdictions.named_in(citation.quote))
        for finding in findings:
            statements: list[Finding | FurtherFinding] = [finding, *finding.further]
            for proved in statements:
                if number not in proved.citations:
                    continue
                statuses.add(proved.status)
                if finding.jurisdiction is not None:
                    codes.add(finding.jurisdiction.code)
                if proved.meeting_date is not None:
                    met, numerals = day_of(proved.meeting_date)
                    found.days |= met
                    found.figures |= numerals
        found.codes |= codes or set(citation.jurisdictions)
        found.statuses |= statuses or {status_of(citation.quote, citation.role)}
    return found


def _check_words(part: str, name: str, language: Language, proof: _Cited, *, few: int) -> None:
    bare = _bare(part)
    quotes = Quotes((citation.quote, citation.document_language) for citation in proof.quotes)
    shared = quotes.shared(bare, language, words().leading)
    same = any(citation.document_language == language for citation in proof.quotes)
    least, most = (_LEAST_SHARED, _MOST_UNSHARED) if same else (_LEAST_TRANSLATED, _MOST_UNTRANSLATED)
    if shared.total >= few and (shared.share < least or shared.total - shared.found > most):
        raise NotAcceptedError(f"{name} shares {shared.found} of {shared.total} words with what it cites")
    for capital in _CAPITAL.finditer(bare):
        if (
            bare[: capital.start()].strip(_OPENING)
            and quotes.shared(capital.group(), language, words().leading).share < 1
        ):
            raise NotAcceptedError(f"{name} holds a name that is not in what it cites")


def _bare(part: str) -> str:
    """A part of a sentence without figures and names of jurisdictions, which are looked at apart."""
    bare = list(without_figures(part))
    for mention in jurisdictions.find_mentions(part):
        bare[mention.start : mention.end] = " " * (mention.end - mention.start)
    return "".join(bare)


def _check_quoted(sentence: str, name: str, proof: _Cited) -> None:
    quotes = [" ".join(citation.quote.split()) for citation in proof.quotes]
    for groups in _QUOTED.findall(sentence):
        quoted = " ".join("".join(groups).split()).rstrip(".,;")
        if not any(quoted in quote for quote in quotes):
            raise NotAcceptedError(f"{name} quotes what is not in what it cites")


def _check_figures(part: str, name: str, proof: _Cited, findings: Sequence[Finding]) -> None:
    # How many jurisdictions it speaks of may be counted: it is in the findings, not in any one quote.
    counted = {str(len({f.jurisdiction.code for f in findings if f.jurisdiction and f.asked}))}
    if figures(part) - proof.figures - counted:
        raise NotAcceptedError(f"{name} holds a figure that is not in what it cites")
    if any(not any(day.within(other) for other in proof.days) for day in days(part)):
        raise NotAcceptedError(f"{name} holds a date that is not in what it cites")


def _check_names(part: str, name: str, proof: _Cited) -> None:
    strangers = set(jurisdictions.named_in(part)) - proof.codes
    if strangers:
        raise NotAcceptedError(f"{name} names {', '.join(sorted(strangers))}, of whom what it cites does not speak")
    quotes = [citation.quote for citation in proof.quotes]
    for address in _ADDRESS.findall(part):
        if not any(address.rstrip('.,;:!?)]»”"') in quote for quote in quotes):
            raise NotAcceptedError(f"{name} holds an address that is not in what it cites")


def _check_sense(part: str, name: str, language: Language, proof: _Cited) -> None:
    """A part neither turns a quote around nor says that a thing is further than it is."""
    negated = _negated(part, language)
    quotes = [_negated(citation.quote, citation.document_language) for citation in proof.quotes]
    if (negated and not any(quotes)) or (not negated and all(quotes)):
        raise NotAcceptedError(f"{name} says what it cites the other way around")
    # A status that is in the words themselves is the same whatever the section; of "has not launched" it is no status.
    told = {status_of(part, role) for role in (Role.BACKGROUND, Role.ACHIEVEMENT)}
    if not negated and len(told) == 1 and (told & {*_FURTHEST}) - proof.statuses:
        raise NotAcceptedError(f"{name} says that something is further than what it cites does")


def _negated(written: str, language: Language) -> bool:
    return words().negations[language].search(fold(written)) is not None
