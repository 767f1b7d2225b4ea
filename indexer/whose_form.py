"""Whose exchange form a document is: what its jurisdiction line says, or else what its text gives away.

The text's evidence are the jurisdictions that it names, by name or by their people, organisations and services, and the
hosts of the e-mail and web addresses in it and in its contacts. It decides only with a clear lead, and is recorded as
inferred, so that a person can look.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer import jurisdictions
from indexer.documents import Block, Document
from indexer.form_template import first_part
from indexer.form_words import form_words
from indexer.text import fold

STATED_IN_CATALOGUE = "stated in the catalogue"
STATED_IN_LINE = "stated in the form's jurisdiction line"
_INFERRED = "inferred"

_HOST = re.compile(
    r"(?:(?<=@)|(?<=://)|\b(?=www\.)|\b(?=(?:[\w-]{1,63}\.){1,6}(?:ca|org|com)\b))(?:[\w-]{1,63}\.){1,6}\w{2,10}"
)
_COLON = re.compile(r"\s?:\s")
_LABEL_WORD = re.compile(r"\S+")
_LABEL_WORDS = 6
_FRONT_BLOCKS = 40  # where the line is looked for in a form without headings
_NAME_WORDS = 12  # a name in the block after its label has no more words
# What speaks for a jurisdiction. Names of others come up in any form; who names people and services speaks of its own.
_NAME, _OWN, _ADDRESS, _CONTACT = 1, 2, 2, 4
_ENOUGH = 6
_SHARE = 0.5  # of all evidence
_LEAD = 2.0  # times the runner-up


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose form it is: the code, None where it is not known, and in English how that is known or why not."""

    code: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the text gives away: mentions and weights by code, and the domains of addresses by code."""

    mentions: Counter[str]
    weights: Counter[str]
    domains: dict[str, set[str]]


def whose_form(document: Document) -> Owner:
    """The owner of the exchange form `document`."""
    line = _line(document)
    named = next(iter(jurisdictions.named_in(line)), None) if line else None
    if named:
        return Owner(named, STATED_IN_LINE)
    evidence = _evidence(document)
    code = _clear_lead(evidence.weights)
    if code:
        return Owner(code, f"{_INFERRED}: {_because(code, evidence)}")
    if line is None:
        why = "the form has no jurisdiction line"
    elif is_blank(line):
        why = "the jurisdiction line is empty"
    else:
        why = "the jurisdiction line names no member"
    return Owner(None, f"not known: {why} and no jurisdiction stands out")


def is_inferred(reason: str | None) -> bool:
    """Whether a record's `jurisdiction_reason` says that the jurisdiction was worked out."""
    return reason is not None and reason.startswith(_INFERRED)


def is_blank(name: str) -> bool:
    """Whether what follows the jurisdiction line's label is no name: nothing, a rule to write on, the next label."""
    rest = fold(name).strip(" :_.…\u00a0")
    return not rest or rest in form_words().contact_labels


def _line(document: Document) -> str | None:
    """What the jurisdiction line says, "" where it is empty; None where the form has no such line.

    The name may stand in the block or the cell after the label. Of several lines the first that names a member counts.
    """
    end = first_part(document)
    blocks = [block for block in document.blocks[:_FRONT_BLOCKS] if end is None or block.start < end]
    found: str | None = None
    for index, block in enumerate(blocks):
        text = document.text[block.start : block.end]
        name = _labelled(text)
        if name is None and block.cell and jurisdictions.is_label(text):
            name = ""
        if name is None:
            continue
        said = name if not is_blank(name) else _name_after(document, blocks[index + 1 : index + 2]) or ""
        if jurisdictions.named_in(said):
            return said  # who submitted the form may be a person, and another line name the member
        found = found or said
    return found


def _labelled(text: str) -> str | None:
    """What follows the jurisdiction line's label, which may be glued to a line before it; None without a label."""
    if (name := jurisdictions.labelled(text)) is not None:
        return name
    for colon in _COLON.finditer(text):
        words = list(_LABEL_WORD.finditer(text, 0, colon.start()))[-_LABEL_WORDS:]
        rest = text[colon.end() :]
        labels = (text[word.start() : colon.start()] for word in words if word.group()[0].isupper())
        if any(map(jurisdictions.is_label, labels)) and jurisdictions.named_in(rest):
            return rest
    return None


def _name_after(document: Document, following: Sequence[Block]) -> str | None:
    """The next block, if it is short and names one jurisdiction."""
    text = "".join(document.text[block.start : block.end] for block in following)
    named = jurisdictions.exact(text) or (len(jurisdictions.named_in(text)) == 1 and ":" not in text)
    return text if named and len(text.split()) <= _NAME_WORDS else None


def _evidence(document: Document) -> _Evidence:
    mentions: Counter[str] = Counter()
    weights: Counter[str] = Counter()
    domains: dict[str, set[str]] = {}
    for mention in jurisdictions.find_mentions(document.text):
        mentions[mention.code] += 1
        weights[mention.code] += _OWN if mention.own else _NAME
    for text, weight in ((document.text, _ADDRESS), *((contact, _CONTACT) for contact in document.contacts)):
        for host in _HOST.findall(text):
            if found := jurisdictions.at_domain(host):
                code, domain = found
                weights[code] += weight
                domains.setdefault(code, set()).add(domain)
    return _Evidence(mentions, weights, domains)


def _clear_lead(weights: Counter[str]) -> str | None:
    ranked = weights.most_common(2)
    if not ranked:
        return None
    code, most = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0
    clear = most >= _ENOUGH and most >= _SHARE * weights.total() and most >= _LEAD * second
    return code if clear else None


def _because(code: str, evidence: _Evidence) -> str:
    said = []
    if evidence.mentions[code]:
        said.append(f"{evidence.mentions[code]} of {evidence.mentions.total()} mentions are of {code}")
    if domains := sorted(evidence.domains.get(code, ())):
        said.append(f"e-mail or web addresses at {', '.join(domains)}")
    return "; ".join(said)
