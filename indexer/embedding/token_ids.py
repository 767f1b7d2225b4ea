"""Token ids of texts, remembered run by run: a tokenizer that parts at white space reads each run by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MOST_KEPT = 65_536  # runs: most of what is written is made of far fewer
_LONGEST_KEPT = 64  # characters of a run: longer ones are no words, and come up once


class TokenIds:
    """Reads texts by a tokenizer whose tokens never reach over white space; safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._kept: dict[str, list[int]] = {}

    def of(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text's tokens, in order."""
        split = [text.split() for text in texts]
        known = self._known([*set(chain.from_iterable(split))])
        return [[*chain.from_iterable(map(known, runs))] for runs in split]

    def _known(self, runs: Sequence[str]) -> Callable[[str], Sequence[int]]:
        """What gives the ids of each of these runs; the new ones are read, and kept but for the long."""
        kept = self._kept
        missing = [run for run in runs if run not in kept]
        if not missing:
            return kept.__getitem__
        new = dict(zip(missing, self._read(missing), strict=True))
        short = {run: ids for run, ids in new.items() if len(run) <= _LONGEST_KEPT}
        if len(kept) + len(short) > _MOST_KEPT:
            self._kept = dict(short)  # others may still read the old one, as these texts do
            return (kept | new).__getitem__
        kept.update(short)
        if len(short) < len(new):
            return {run: new[run] if run in new else kept[run] for run in runs}.__getitem__
        return kept.__getitem__

    def _read(self, runs: Sequence[str]) -> list[list[int]]:
        try:
            encodings = self._tokenizer.encode_batch_fast(list(runs), add_special_tokens=False)
        except (TypeError, UnicodeEncodeError):  # half a surrogate pair, which text drawn from a PDF may hold
            mended = [run.encode("utf-8", "replace").decode("utf-8") for run in runs]
            encodings = self._tokenizer.encode_batch_fast(mended, add_special_tokens=False)
        return [encoding.ids for encoding in encodings]
