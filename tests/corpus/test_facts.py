"""The corpus is read rightly: facts of every document, looked up in its passages, whatever the format of the file.

`facts.jsonl` says of sentences where they stand in their source: whose they are, in which part, who says them. Every
source is made as PDF, DOCX and TXT, and each is read as a build of the index reads it.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from indexer import catalogue, jurisdictions, layouts, passages, readers
from indexer.describe import describe
from indexer.documents import Attribution, BlockKind, Document, Passage, PassageKind, Role

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
SOURCES = sorted(path.stem for path in (CORPUS / "sources").glob("*.md"))
FACTS = [json.loads(line) for line in (Path(__file__).parent / "facts.jsonl").read_text(encoding="utf-8").splitlines()]
FIRST_WORDS = 6
FORMATS = (".docx", ".pdf", ".txt")
PAGE = re.compile(r"^ (?=\S)", re.MULTILINE)  # a page of plain text begins where a line begins with one space
NUMBER = re.compile(r"\d{1,2}\.?")  # of an agenda item, in a cell of its own
FORM = ("achievement", "priority", "showcase", "need")
ANNEX = ("priority", "showcase", "need", "remark")
ORGANIZATIONS = (  # the rows of Annex A
    *("ESDC", "CRA", "TBS", "IRB", "VAC", "PSPC"),
    *("AB", "BC", "MB", "NB", "NL", "NT", "NS", "ON", "PE", "QC", "SK", "YT", "MUNI"),
)
SHOWN = re.compile(r"[^\s\u00ad\u2010\u2011•-]+")  # neither white space nor hyphens nor bullets


@dataclass(frozen=True)
class Reading:
    """A made file as read, and the text of each of its pages by another way (none in formats without pages)."""

    document: Document
    passages: tuple[Passage, ...]
    pages: tuple[str, ...]


def squeezed(text: str) -> str:
    return "".join(SHOWN.findall(text))


def pages_of(data: bytes, suffix: str) -> Sequence[str]:
    if suffix == ".pdf":
        from pypdf import PdfReader

        return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    return PAGE.split(data.decode("utf-8"))[1:] if suffix == ".txt" else []


@pytest.fixture(scope="session")
def makers() -> Iterator[ModuleType]:
    pytest.importorskip("reportlab")
    pytest.importorskip("docx")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(CORPUS))
        import make_documents

        yield make_documents


@pytest.fixture(scope="session")
def reading(makers: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Reading]:
    """The reading of a source in a format; each is made and read once."""
    folder = tmp_path_factory.mktemp("made")
    entries = {Path(entry.file).stem: entry for entry in catalogue.load([CORPUS]).entries.values()}
    known: dict[tuple[str, str], Reading] = {}

    def read(source: str, suffix: str) -> Reading:
        if (source, suffix) not in known:
            data = makers.MAKERS[suffix](makers.parse(CORPUS / "sources" / f"{source}.md"))
            path = folder / f"{source}{suffix}"
            path.write_bytes(data)
            document = readers.read(path)
            record = describe(document, "0", entries[source].model_copy(update={"file": path.name}))
            cut = passages.cut(document, record, layouts.recognise(document, record).sections)
            known[source, suffix] = Reading(document, cut, tuple(map(squeezed, pages_of(data, suffix))))
        return known[source, suffix]

    return read


def is_empty(cell: Sequence[Any]) -> bool:
    return [block.text for block in cell] in (["N/A"], ["S.O."], ["S. O."])


def wherever_broken(quote: str) -> re.Pattern[str]:
    """The quote, whatever white space stands between its words."""
    return re.compile(r"\s+".join(map(re.escape, quote.split())))


def pages_of_beginning(quote: str, pages: Sequence[str]) -> set[int]:
    """The numbers of the pages that hold the quote, or else its beginning, where the next page holds the rest."""
    words = quote.split()
    for count in range(len(words), 0, -1):
        beginning, rest = squeezed(" ".join(words[:count])), squeezed(" ".join(words[count:]))
        following = [*pages[1:], ""]
        found = {
            number
            for number, (page, after) in enumerate(zip(pages, following, strict=True), start=1)
            if beginning in page and (not rest or rest in after)
        }
        if found:
            return found
    return set()


def beginning_under_titles(document: Document, passage: Passage) -> int:
    """Where the passage begins to say something: after its titles and the number of its agenda item."""
    for block in document.blocks:
        start = max(block.start, passage.start)
        said = document.text[start : block.end]
        if start < min(block.end, passage.end) and block.kind is not BlockKind.HEADING and not NUMBER.fullmatch(said):
            return start
    return passage.start


def named(fact: dict[str, Any]) -> str:
    return f"{fact['source']}-{fact['role']}-{fact['quote'][:40]}"


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_has_facts_from_many_parts(source):
    own = [fact for fact in FACTS if fact["source"] == source]
    assert len(own) >= 14
    text = (CORPUS / "sources" / f"{source}.md").read_text(encoding="utf-8").replace("'", "’").replace("**", "")
    for fact in own:
        assert 6 <= len(fact["quote"].split()) <= 15, fact
        assert len(wherever_broken(fact["quote"]).findall(text)) == 1, fact
        assert fact["role"] in set(Role), fact
        assert fact["jurisdiction"] is None or fact["jurisdiction"] in jurisdictions.CODES, fact
        assert fact["speaker"] is None or fact["role"] == Role.DISCUSSION, fact


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("fact", FACTS, ids=named)
def test_a_fact_is_read_rightly(fact, suffix, reading):
    read = reading(fact["source"], suffix)
    pattern = wherever_broken(fact["quote"])
    holding = [passage for passage in read.passages if pattern.search(passage.text)]
    assert len(holding) == 1, f"{len(holding)} passages hold {fact['quote']!r}"
    passage = holding[0]
    assert passage.role == fact["role"], passage.text
    assert passage.speaker == fact["speaker"], passage.text
    if fact["jurisdiction"]:
        assert passage.jurisdictions[:1] == (fact["jurisdiction"],), passage.text
    else:  # nobody's section: there are only some whom its own words name
        assert set(passage.jurisdictions) <= set(jurisdictions.named_in(passage.text)), passage.text
        if passage.jurisdictions:
            assert passage.attribution is Attribution.INFERRED


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("fact", FACTS, ids=named)
def test_a_fact_is_on_its_page(fact, suffix, reading):
    read = reading(fact["source"], suffix)
    found = wherever_broken(fact["quote"]).search(read.document.text)
    assert found, f"the document as read does not hold {fact['quote']!r}"
    page = read.document.page_at(found.start())
    if not read.pages:
        assert page is None
        return
    assert page in pages_of_beginning(fact["quote"], read.pages)
    passage = next(p for p in read.passages if p.start <= found.start() < p.end)
    said = read.document.text[beginning_under_titles(read.document, passage) : passage.end]
    assert passage.page in pages_of_beginning(" ".join(said.split()[:FIRST_WORDS]), read.pages)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("source", SOURCES)
def test_an_empty_answer_is_known_as_such_and_whose_it_is(source, suffix, makers, reading):
    expected: Counter[tuple[str, str]] = Counter()
    for part in makers.parse(CORPUS / "sources" / f"{source}.md").content:
        if isinstance(part, makers.Table) and "form" in source:
            expected.update(("BC", role) for role, row in zip(FORM, part.rows, strict=True) if is_empty(row.cells[1]))
        elif isinstance(part, makers.Table) and "analysis" in source:
            rows = zip(ORGANIZATIONS, part.rows[1:], strict=True)
            expected.update((code, ANNEX[i]) for code, row in rows for i in range(4) if is_empty(row.cells[i + 1]))
    if "record" in source:  # each says once that an item of the agenda has no follow-up
        expected["", "follow_up"] = 1
    found = [p for p in reading(source, suffix).passages if p.kind is PassageKind.NO_ANSWER]
    assert Counter((p.jurisdictions[0] if p.jurisdictions else "", str(p.role)) for p in found) == expected


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix != ".docx"])
@pytest.mark.parametrize("source", SOURCES)
def test_passages_are_the_same_in_every_format(source, suffix, reading):
    def known(passage: Passage) -> tuple[str, str, tuple[str, ...], str | None]:
        return " ".join(passage.text.split()), passage.role, passage.jurisdictions, passage.speaker

    def words(passages: Iterable[Passage]) -> Counter[tuple[str, str]]:
        """How often each word stands in the passages of each jurisdiction."""
        return Counter((word, "".join(p.jurisdictions[:1])) for p in passages for word in p.text.split())

    read = reading(source, suffix).passages
    word = Counter(map(known, reading(source, ".docx").passages))
    other = Counter(map(known, read))
    # A table that flat text has lost is put together again; where a cell is unsure, the passage says so. No word may
    # have gone to another organisation, and few passages may differ.
    unsure = Counter(known(p) for p in read if suffix == ".txt" and p.attribution is Attribution.INFERRED)
    guessed = (other - word) & unsure
    only = [(suffix, entry) for entry in other - word - guessed]
    if guessed:
        assert words(read) == words(reading(source, ".docx").passages)
        assert guessed.total() <= 0.05 * word.total()
    else:
        only += [(".docx", entry) for entry in word - other]
    told = "\n".join(f"{where}: {role} {codes} {speaker} {text}" for where, (text, role, codes, speaker) in only[:8])
    assert not only, f"{len(only)} passages in one format alone, of {word.total()}; the first:\n{told}"
