"""What a term of the glossary means, whichever of its wordings is used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.embedding import Embedder
from indexer.glossary import Term

_MOST_KEPT = 4_096  # terms of the models in use
_kept: dict[tuple[str, Term], npt.NDArray[np.float32]] = {}


def meaning(embedder: Embedder, term: Term) -> npt.NDArray[np.float32]:
    """The mean of the vectors of a term's wordings in both languages, of shape (dimension,); read only."""
    key = embedder.id, term
    found = _kept.get(key)
    if found is None:
        found = embedder.encode_queries([*term.en, *term.fr]).mean(axis=0)
        found.flags.writeable = False
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = found
    return found
