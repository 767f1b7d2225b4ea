"""What a brief says: frozen values between gathering and writing."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.documents import DocumentRecord, Language, Status
from service.contract import ItemKind


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it is cited: `source` is its file's name, without the folders it stands in."""

    document_id: str
    title: str
    source: str
    language: Language

    @classmethod
    def of(cls, document: DocumentRecord) -> Source:
        """The document of a record."""
        return cls(document.id, document.title, document.source.rpartition("/")[2], document.language)


@dataclass(frozen=True, slots=True)
class Cited:
    """A numbered citation: characters `start` to `end` of a document's canonical text, and the page."""

    number: int
    source: Source
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document, in its language, and the numbers of the citations that prove them."""

    text: str
    language: Language
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a jurisdiction said at a meeting that it was: the furthest status first."""

    meeting: str | None
    status: Status
    quote: Quote


@dataclass(frozen=True, slots=True)
class Member:
    """A jurisdiction and its standings, by meeting; those without a date come first."""

    code: str
    name: str
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A need that a jurisdiction stated at a meeting."""

    name: str
    meeting: str | None
    quote: Quote


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision or follow-up: `owner` and `due` are the record's own words, in the quote's language."""

    item_id: str
    kind: ItemKind
    meeting: str | None
    number: str | None
    owner: str | None
    due: str | None
    status: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Brief:
    """Who stands where on a topic, by jurisdiction and meeting, with proofs; written in `language`.

    `meetings` are those that a standing is of, oldest first; None stands for documents without a meeting date.
    `asked` are the conditions that the reader set, in words. `context` speaks of the council as a whole.
    `indexed` is the day on which the index was built.
    """

    topic: str
    topic_language: Language
    language: Language
    asked: tuple[str, ...]
    indexed: str
    meetings: tuple[str | None, ...]
    members: tuple[Member, ...]
    context: tuple[Quote, ...]
    needs: tuple[Need, ...]
    decisions: tuple[Settled, ...]
    follow_ups: tuple[Settled, ...]
    citations: tuple[Cited, ...]
    restricted: tuple[Source, ...]
