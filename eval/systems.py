"""What retrieval is measured beside: `rank-bm25` over plain words, and each leg of ours alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from eval.figures import DEPTH
from indexer.documents import Passage, PassageKind
from indexer.errors import SettingError
from service.engine import Engine
from service.query import understand
from service.retrieval import Leg

RANK_BM25 = "rank-bm25"
HYBRID = str(Leg.HYBRID)
SYSTEMS = (RANK_BM25, str(Leg.LEXICAL), str(Leg.DENSE), HYBRID)  # in the order in which they are shown
_WORD = re.compile(r"\w+")


class PlainBm25:
    """`rank-bm25` as a plain recipe has it: Okapi BM25 over lower-cased words, no stems, no stop words."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        try:
            from rank_bm25 import BM25Okapi
        except ImportError as error:
            raise SettingError("council eval needs the extra 'eval': pip install 'council-search[eval]'") from error
        stating = [passage for passage in passages if passage.kind is PassageKind.STATEMENT]
        self._ids = [passage.id for passage in stating]
        self._bm25 = BM25Okapi([plain_words(passage.text) for passage in stating]) if stating else None

    def rank(self, question: str) -> list[str]:
        """Ids of the first passages, best first; of equal ones the one that is read first."""
        if self._bm25 is None:
            return []
        scores = np.asarray(self._bm25.get_scores(plain_words(question)))
        return [self._ids[at] for at in np.argsort(-scores, kind="stable")[:DEPTH]]


def plain_words(text: str) -> list[str]:
    """The words of the plain recipe: lower-cased, no stems, no stop words."""
    return _WORD.findall(text.lower())


def baselines(engine: Engine) -> dict[str, Callable[[str], list[str]]]:
    """The systems that the service's own ranking is measured beside: from a question to passage ids, best first."""

    def alone(leg: Leg) -> Callable[[str], list[str]]:
        return lambda question: [hit.passage.id for hit in engine.hits(understand(question), leg)][:DEPTH]

    return {
        RANK_BM25: PlainBm25(engine.index().passages()).rank,
        str(Leg.LEXICAL): alone(Leg.LEXICAL),
        str(Leg.DENSE): alone(Leg.DENSE),
    }
