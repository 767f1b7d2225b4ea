"""Who can help with which need, worked out once for each view of the index: looking takes tens of milliseconds a need.

What may change it makes a new view, which knows nothing of it; so no audience is told what another may see.
"""

from __future__ import annotations

from indexer.documents import Language
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service.allowance import Allowance
from service.kept_by_view import KeptByView
from service.matches import Helper, helpers
from service.needs import Need

_MOST = 2_000  # needs of one view, in one language; a meeting of thirteen members tells about forty

_kept: KeptByView[tuple[str, int, int, Language], tuple[Helper, ...]] = KeptByView(_MOST)


def kept_helpers(index: Index, embedder: Embedder, need: Need, language: Language) -> tuple[Helper, ...]:
    """What `service.matches.helpers` gives, kept; those asked for longest ago are forgotten first.

    Safe to call from several threads.
    """
    found = helpers_in_time(index, embedder, need, language, Allowance())
    return found if found is not None else ()


def helpers_in_time(
    index: Index, embedder: Embedder, need: Need, language: Language, allowance: Allowance
) -> tuple[Helper, ...] | None:
    """The same, None where it is not known yet and the allowance is used up."""
    key = need.passage.id, need.start, need.end, language
    found = _kept.find(index, key)
    if found is None and allowance.left():
        found = _kept.get(index, key, lambda: helpers(index, embedder, need, language))
    return found
