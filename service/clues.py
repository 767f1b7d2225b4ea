"""What a question says of where its answer stands: soft evidence for ranking, where filters are hard conditions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer import jurisdictions
from indexer.documents import Passage

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Clues:
    """The jurisdictions (codes) and the years (`YYYY`) that a question names."""

    jurisdictions: frozenset[str] = frozenset()
    years: frozenset[str] = frozenset()

    def about(self, passage: Passage) -> bool:
        """Whether the passage is about one of the jurisdictions named."""
        return not self.jurisdictions.isdisjoint(passage.jurisdictions)

    def of_year(self, passage: Passage) -> bool:
        """Whether the passage's meeting was in one of the years named."""
        return passage.meeting_date is not None and passage.meeting_date[:4] in self.years


def read_clues(question: str) -> Clues:
    """The clues in a question, in either language."""
    return Clues(frozenset(jurisdictions.named_in(question)), frozenset(_YEAR.findall(question)))
