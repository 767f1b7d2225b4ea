"""Documents like the council's and questions about them, made from a seed: to measure speed, never quality.

    python -m eval.benchmarks.council_like --index DIR [--passages 100000] [--seed 1] [--sources DIR]

Exchange forms and decision records in both languages, half of them with a translation, are written as text files with
a manifest and indexed as any others are. Terms of the glossary and words of the example corpus come up as often as
words do in language (Zipf's law), with a long tail of rare invented names, so that the vocabulary goes on growing with
the documents. Topics come and go over the years and come back within a document; some jurisdictions report often, most
seldom; one document in ten is for the secretariat alone, and six are for members.
"""

from __future__ import annotations

import argparse
import bisect
import json
import random
import sys
import tempfile
import textwrap
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate, product
from pathlib import Path
from typing import Any, Generic, TypeVar

from indexer import dates, embedding, glossary, jurisdictions, text
from indexer.build import BuildReport, build
from indexer.documents import LANGUAGES, Distribution, Language
from service.contract import QuestionKind

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "sources"
_PASSAGES_A_DOCUMENT = 32  # at least, over many
_AUDIENCES = {Distribution.PUBLIC: 30, Distribution.MEMBERS: 60, Distribution.SECRETARIAT: 10}  # of 100 documents
_RECORDS = 0.3  # share of the documents that are decision records
_TRANSLATED = 0.5
_NOTHING = 0.05  # share of a form's parts that say that there is nothing to say
_TAIL = 400_000  # invented words, rarer than those of the corpus
_ERA = 5  # years, after which other topics are the common ones
_COMES_BACK = 0.5  # share of the second topics of a sentence that the document has named before
_STEEP = 1.1  # Zipf's exponent of words
_FLATTENED = 2.7  # Mandelbrot's constant: the commonest words are less common than 1/rank
_YEARS = (2006, 2024)
# Passages under each part of a form, at least and at most.
_LENGTHS = {"achievement": (8, 18), "priority": (6, 14), "showcase": (2, 6), "need": (2, 6)}

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question or the words of a search."""

    text: str
    language: Language
    kind: QuestionKind | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A document: its file's name and text, and what the manifest says of it."""

    file: str
    text: str
    entry: dict[str, str]


class Zipf(Generic[_Item]):
    """Draws items so that each comes up as often as its place in the list lets a word of language come up."""

    def __init__(self, items: Sequence[_Item], steepness: float = 1.0) -> None:
        self._items = items
        self._sums = list(accumulate((rank + _FLATTENED) ** -steepness for rank in range(1, len(items) + 1)))

    def draw(self, chance: random.Random) -> _Item:
        """One of the items."""
        return self._items[bisect.bisect_left(self._sums, chance.random() * self._sums[-1])]


def documents(passages: int, seed: int = 1) -> Iterator[Made]:
    """Documents of about so many passages in all; each depends on its number and the seed alone."""
    made = number = 0
    while made < passages:
        versions = list(_document(seed, number))
        made += _PASSAGES_A_DOCUMENT * len(versions)
        number += 1
        yield from versions


def write(folder: Path, passages: int, seed: int = 1) -> int:
    """Write the documents into `folder` with their manifest; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with (folder / "manifest.toml").open("w", encoding="utf-8") as manifest:
        for made in documents(passages, seed):
            path = folder / made.file
            path.parent.mkdir(exist_ok=True)
            path.write_text(made.text, encoding="utf-8")
            lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in made.entry.items())
            manifest.write(f"[[document]]\n{''.join(lines)}\n")
            count += 1
    return count


def questions(count: int, seed: int = 1) -> list[Asked]:
    """`count` different questions: every kind, both languages."""
    return _asked("question", count, seed)


def searches(count: int, seed: int = 1) -> list[Asked]:
    """`count` different searches, in both languages."""
    return _asked("search", count, seed)


def _asked(table: str, count: int, seed: int) -> list[Asked]:
    chance = random.Random(f"{table} {seed}")  # noqa: S311 - text to measure on, not a secret
    forms = list(product(_table()[table], LANGUAGES))
    found: dict[str, Asked] = {}
    while len(found) < count:
        form, language = forms[len(found) % len(forms)]
        term, other = _any_form(chance, language), _any_form(chance, language)
        # Evenly, not as in documents: different people ask about different things.
        word = chance.choice(_corpus_words(language)[:2_000])
        written = form[language].format(
            term=term,
            other=other,
            word=word,
            who=_who(chance.choice(_codes()), language),
            place=chance.choice(_table()["names"]["places"]),
            year=chance.randint(*_YEARS),
        )
        found.setdefault(written, Asked(written, language, form.get("kind")))
    return list(found.values())


def _document(seed: int, number: int) -> Iterator[Made]:
    """A document, and its translation where it has one."""
    chance = random.Random(f"{seed} {number}")  # noqa: S311
    date = f"{chance.randint(*_YEARS)}-{chance.choice(('02', '06', '09', '10'))}"
    audience = chance.choices(list(_AUDIENCES), list(_AUDIENCES.values()))[0]
    record = chance.random() < _RECORDS
    code = "" if record else _reporting().draw(chance)
    languages = chance.sample(LANGUAGES, 2 if chance.random() < _TRANSLATED else 1)
    state = chance.getrandbits(64)
    original = ""
    for language in languages:
        # The same draws for both versions, so that each sentence has its translation.
        writer = _Writer(random.Random(state), random.Random(f"{state} {language}"), language, date)  # noqa: S311
        said = writer.record() if record else writer.form(code)
        kind = "record" if record else "form"
        file = f"{number // 500:04d}/{date}-{kind}-{number:06d}-{language}.txt"
        title = _table()["titles"][f"{kind}_title"][language]
        entry = {
            "file": file,
            "title": title.format(who=_who(code, language) if code else "", when=dates.written(date, language)),
            "type": "decision_record" if record else "exchange_form",
            "language": language,
            "meeting_date": date,
            "distribution": audience.value,
        }
        if code:
            entry["jurisdiction"] = code
        if original:
            entry["translation_of"] = original
        original = original or file
        yield Made(file, said, entry)


class _Writer:
    """Writes one version of a document; `chance` is the same for both, `own` draws what has no translation."""

    def __init__(self, chance: random.Random, own: random.Random, language: Language, date: str) -> None:
        self._chance, self._own, self._language, self._date = chance, own, language, date
        self._common = _terms(int(date[:4]) // _ERA)
        self._named: list[glossary.Term] = []

    def form(self, code: str) -> str:
        """An exchange form of the jurisdiction."""
        blocks = [self._title("form"), self._title("owner", who=_who(code, self._language))]
        for part, (least, most) in _LENGTHS.items():
            blocks.append(_table()["parts"][part][self._language])
            if part != "achievement" and self._chance.random() < _NOTHING:
                blocks.append(self._title("none"))
                continue
            for _ in range(self._chance.randint(least, most)):
                term = self._topic()
                blocks.append(self._heading(term))
                blocks.append(self._paragraph(part, term, code))
        return _laid_out(blocks)

    def record(self) -> str:
        """A decision record."""
        chance = self._chance
        place = chance.choice(_table()["names"]["places"])
        blocks = [self._title("council"), self._title("record", place=place, when=self._when(self._date))]
        for item in range(1, chance.randint(9, 14)):
            term = self._topic()
            blocks.append(f"{item}. {self._heading(term)}")
            for _ in range(chance.randint(1, 2)):
                blocks.append(self._paragraph("discussion", term, _reporting().draw(chance)))
            for part in ("decision", "follow_up"):
                if chance.random() < 2 / 3:
                    sentence = self._sentence(part, term, _reporting().draw(chance))
                    blocks.append(f"{self._title(part, number=str(item))} {sentence}")
        return _laid_out(blocks)

    def _paragraph(self, part: str, term: glossary.Term, code: str) -> str:
        forms = self._chance.sample(range(len(_table()[part])), min(len(_table()[part]), self._chance.randint(4, 7)))
        return " ".join(self._sentence(part, term, code, which) for which in forms)

    def _sentence(self, part: str, term: glossary.Term, code: str, which: int | None = None) -> str:
        chance, names = self._chance, _table()["names"]
        forms = _table()[part]
        form: str = forms[chance.randrange(len(forms)) if which is None else which][self._language]
        slots = {
            "term": self._form(term),
            "other": self._form(self._other()),
            "who": _who(code, self._language),
            "place": chance.choice(names["places"]),
            "count": str(chance.randint(2, 999)),
            "share": str(chance.randint(3, 95)),
            "when": self._when(f"{int(self._date[:4]) - chance.randint(0, 2)}-{chance.randint(1, 12):02d}"),
            "person": f"{chance.choice(names['given'])} {chance.choice(names['family'])}",
        }
        while "{words}" in form:
            form = form.replace("{words}", self._words(), 1)
        written = form.format(**slots)
        return written[0].upper() + written[1:]

    def _topic(self) -> glossary.Term:
        self._named.append(self._common.draw(self._chance))
        return self._named[-1]

    def _other(self) -> glossary.Term:
        back = self._chance.random() < _COMES_BACK
        return self._chance.choice(self._named) if back else self._common.draw(self._chance)

    def _words(self) -> str:
        return " ".join(_words(self._language).draw(self._own) for _ in range(self._chance.randint(1, 4)))

    def _form(self, term: glossary.Term) -> str:
        """The term in one of its wordings, the first more often."""
        forms = term.forms(self._language)
        return forms[min(int(self._chance.expovariate(1)), len(forms) - 1)]

    def _heading(self, term: glossary.Term) -> str:
        return f"{self._form(term)} {_words(self._language).draw(self._own)}".capitalize()

    def _title(self, name: str, **slots: str) -> str:
        form: str = _table()["titles"][name][self._language]
        return form.format(**slots)

    def _when(self, date: str) -> str:
        return dates.written(date, self._language)


def _laid_out(blocks: Sequence[str]) -> str:
    return "\n\n".join(textwrap.fill(block, 80) for block in blocks) + "\n"


def _who(code: str, language: Language) -> str:
    known = jurisdictions.get(code)
    return known.name_en if language == "en" else known.name_fr


def _any_form(chance: random.Random, language: Language) -> str:
    return chance.choice(chance.choice(_topics()).forms(language))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("eval") / "benchmarks" / "council_like.toml").read_text(encoding="utf-8"))


@cache
def _codes() -> tuple[str, ...]:
    """Who hands in forms: all but the secretariat."""
    return tuple(known.code for known in jurisdictions.all_jurisdictions() if known.kind != "secretariat")


@cache
def _topics() -> tuple[glossary.Term, ...]:
    found = [term for term in glossary.terms() if term.topic]
    random.Random(0).shuffle(found)  # noqa: S311 - neighbours in the table are alike, and would be common together
    return tuple(found)


@cache
def _terms(era: int) -> Zipf[glossary.Term]:
    """The topics of some years, the commonest first: every other one has the rank that it always has."""
    topics = list(_topics())
    moving = topics[::2]
    random.Random(f"era {era}").shuffle(moving)  # noqa: S311
    topics[::2] = moving
    return Zipf(topics)


@cache
def _reporting() -> Zipf[str]:
    """Those who hand in forms, the one that does so most often first."""
    codes = list(_codes())
    random.Random("reporting").shuffle(codes)  # noqa: S311 - whoever it is, the measurement is the same
    return Zipf(codes)


@cache
def _words(language: Language) -> Zipf[str]:
    """The corpus's words in a language by how common they are, then invented ones."""
    chance = random.Random(language)  # noqa: S311
    syllables = _table()["names"]["syllables"]
    tail = ("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(_TAIL))
    return Zipf([*_corpus_words(language), *dict.fromkeys(tail)], _STEEP)


@cache
def _corpus_words(language: Language) -> tuple[str, ...]:
    """Words of the example corpus but stop words, the commonest first."""
    read = Counter(
        word.lower()
        for path in sorted(CORPUS.glob(f"*-{language}.md"))
        for line in path.read_text(encoding="utf-8").split("\n")
        if not line.startswith((":::", "+++"))  # how it is laid out
        for word in line.split()
        if word.isalpha() and text.surface_forms(word)
    )
    return tuple(word for word, _ in read.most_common())


def index(folder: Path, passages: int, seed: int = 1, sources: Path | None = None) -> BuildReport:
    """Index documents of about so many passages in `folder`; they are kept in `sources`, where it is given."""
    with tempfile.TemporaryDirectory(prefix="council-like-") as aside:
        where = sources or Path(aside)
        write(where, passages, seed)
        return build([where], folder, embedding.load(), rebuild=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the documents and index them."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.council_like", description=__doc__.split("\n")[0])
    parser.add_argument("--index", type=Path, required=True, help="folder to write the index into")
    parser.add_argument("--passages", type=int, default=100_000, help="about so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", type=Path, help="folder in which to keep the documents")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    report = index(options.index, options.passages, options.seed, options.sources)
    for failure in report.failures:
        print(failure.message, file=sys.stderr)
    seconds = time.perf_counter() - began
    print(f"{report.passages} passages of {report.documents} documents in {seconds:.0f} s: {options.index}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
