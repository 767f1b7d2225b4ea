"""What the page that asks was asked: a question or a stated need, under filters, as its address says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from indexer import dates, jurisdictions
from indexer.documents import Language, Status
from service.filters import make_filters
from service.messages import RefusedError, message
from service.requests import FilterFields
from service.web import shell

# The filters in the order that they are shown in, each with the field that keeps it and the other names it goes by.
_FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "jurisdiction": ("jurisdiction", ()),
    "status": ("status", ()),
    "from": ("date_from", ()),
    "to": ("date_to", ()),
    "role": ("role", ()),
    "type": ("type", ()),
    "doc_language": ("doc_language", ("doc-language",)),
}
_SINGLE = frozenset({"from", "to"})


class Fields(Protocol):
    """Fields that may be repeated: of an address or of a form."""

    def getlist(self, key: Any) -> list[Any]:
        """All values of a field, in order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or the id of a passage whose needs are asked about, under filters; "" and None ask nothing."""

    question: str = ""
    need: str | None = None
    filters: FilterFields = field(default_factory=FilterFields)

    def parameters(self) -> dict[str, Any]:
        """The parameters of an address that asks the same; a need goes before a question."""
        asked = {"need": self.need} if self.need else {"q": self.question}
        return asked | self.conditions()

    def conditions(self) -> dict[str, list[str]]:
        """The filters, by the name that an address calls them."""
        found: dict[str, list[str]] = {}
        for name, value in self.pairs():
            found.setdefault(name, []).append(value)
        return found

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The filters one by one, as names and values."""
        for name, (kept, _) in _FILTERS.items():
            value = getattr(self.filters, kept)
            for one in [] if value is None else [value] if isinstance(value, str) else value:
                yield name, str(one)

    def without(self, name: str, value: str) -> dict[str, Any]:
        """The parameters of an address that asks the same without one filter."""
        left = [one for one in self.conditions()[name] if one != value]
        return self.parameters() | {name: left}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as the page shows it, and the address without it."""

    name: str
    value: str
    removal: str


def asked(fields: Fields) -> Asked:
    """What `fields` ask. Raises RefusedError for a filter's value that means nothing."""
    given = {name: _values(fields, name, *others) for name, (_, others) in _FILTERS.items()}
    for name in _SINGLE:
        if len(given[name]) > 1:
            raise RefusedError("refused.date", name=name, value=", ".join(given[name]))
    known = [str(status) for status in Status]
    for value in given["status"]:
        if value not in known:
            raise RefusedError("refused.filter", name="status", value=value, known=", ".join(known))
    since, until = (next(iter(given[name]), None) for name in ("from", "to"))
    checked = make_filters(
        jurisdictions=given["jurisdiction"],
        types=given["type"],
        roles=given["role"],
        document_languages=given["doc_language"],
        date_from=since,
        date_to=until,
    )
    kept = {
        "jurisdiction": list(checked.jurisdictions),
        "type": given["type"],
        "role": given["role"],
        "status": given["status"],
        "from": since,
        "to": until,
        "doc_language": given["doc_language"],
    }
    return Asked(
        question=" ".join(_values(fields, "q")[:1]),
        need=next(iter(_values(fields, "need")), None),
        filters=FilterFields.model_validate(kept),
    )


def chips(what: Asked, spoken: Language) -> list[Chip]:
    """The filters of what is asked, each with a way to be without it."""
    return [
        Chip(
            message(f"ask.filter.{name}", spoken),
            _said(name, value, spoken),
            shell.address("/", spoken, **what.without(name, value)),
        )
        for name, value in what.pairs()
    ]


def conditions(what: Asked, spoken: Language) -> str:
    """The filters in words: "Jurisdiction: Manitoba; From: May 2022"; "" without any."""
    return "; ".join(
        message("ask.filter.said", spoken, name=chip.name, value=chip.value) for chip in chips(what, spoken)
    )


def _values(fields: Fields, *names: str) -> list[str]:
    """The values of a field by any of its names, each once, without those that are blank or no text."""
    given = [value.strip() for name in names for value in fields.getlist(name) if isinstance(value, str)]
    return list(dict.fromkeys(value for value in given if value))


def _said(name: str, value: str, spoken: Language) -> str:
    if name == "jurisdiction":
        known = jurisdictions.get(value)
        return known.name_fr if spoken == "fr" else known.name_en
    if name in _SINGLE:
        return dates.written(value, spoken)
    if name == "status":
        return message(f"status.{value}", spoken)
    if name == "role":
        return message(f"role.{value}", spoken)
    if name == "type":
        return message(f"ask.type.{value}", spoken)
    return message(f"language.{value}", spoken)
