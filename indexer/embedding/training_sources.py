"""Which parts of the pairs and titles files may be learned from: an allow-list, with the licence of each.

A source that does not stand here is left out. Left out on purpose, as no licence that allows shipping what is
derived from them was found: `multi30k`, `stsb`, `wordpress`, `digital/cds-snc/gc-articles` (GPL), and the
repositories without a licence file (`canada-ca/design-system`, `canada-ca/tracker`,
`canada-ca/digital-standards-self-assessment`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Domain = Literal["laws", "digital", "everyday", "glossary", "council"]

OGL_CANADA = "Open Government Licence - Canada"
MIT = "MIT"
APACHE = "Apache-2.0"
CC_BY_FR = "CC-BY-2.0-FR"


@dataclass(frozen=True)
class Source:
    """One value of the first column: what it is, where it comes from, and the licence it is under."""

    name: str
    domain: Domain
    licence: str
    origin: str


def _repository(name: str, licence: str) -> Source:
    return Source(f"digital/{name}", "digital", licence, f"github.com/{name}")


ALLOWED: tuple[Source, ...] = (
    Source("laws-acts", "laws", OGL_CANADA, "github.com/justicecanada/laws-lois-xml"),
    Source("laws-regs", "laws", OGL_CANADA, "github.com/justicecanada/laws-lois-xml"),
    Source("laws", "laws", OGL_CANADA, "github.com/justicecanada/laws-lois-xml"),  # in the titles file
    Source("tatoeba", "everyday", CC_BY_FR, "tatoeba.org"),
    _repository("canada-ca/Open_First_Whitepaper", OGL_CANADA),
    _repository("canada-ca/blogue-canada-ca-blog", MIT),
    _repository("canada-ca/design-system-systeme-conception", MIT),
    _repository("canada-ca/digital-playbook-guide-numerique", OGL_CANADA),
    _repository("canada-ca/ore-ero", MIT),
    _repository("cds-snc/ai-answers", MIT),
    _repository("cds-snc/c19-benefits-node", MIT),
    _repository("cds-snc/covid-alert-app", APACHE),
    _repository("cds-snc/cra-claim-tax-benefits", MIT),
    _repository("cds-snc/digital-canada-ca", MIT),
    _repository("cds-snc/gcds-docs", MIT),
    _repository("cds-snc/notification-admin", MIT),
    _repository("cds-snc/notification-documentation", MIT),
    _repository("cds-snc/platform-forms-client", MIT),
    _repository("cds-snc/report-a-cybercrime", MIT),
    _repository("cds-snc/resources-ressources", MIT),
    Source("glossary", "glossary", APACHE, "indexer/data/glossary.toml"),
    Source("council-documents", "council", APACHE, "corpus/sources"),
)

BY_NAME: dict[str, Source] = {source.name: source for source in ALLOWED}

HELD_OUT_REPOSITORIES = frozenset(
    {"digital/canada-ca/digital-playbook-guide-numerique", "digital/cds-snc/notification-documentation"}
)
"""Held out whole, so that no page gives a sentence to both sides; together 1,372 pairs and 360 titles."""
