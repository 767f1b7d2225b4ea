"""Token bags and the order in which training meets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_CHUNK = 20_000


@dataclass(frozen=True)
class TokenBags:
    """The tokens of many texts, end to end: text i is `tokens[starts[i]:starts[i + 1]]`."""

    tokens: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Tokens of the texts in `rows` end to end, and where each of them begins."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        begins = np.concatenate([[0], np.cumsum(lengths)])
        within = np.arange(begins[-1]) - np.repeat(begins[:-1], lengths)
        return self.tokens[np.repeat(self.starts[rows], lengths) + within].astype(np.int64), begins[:-1]


def bag_tokens(tokenizer: Tokenizer, texts: Sequence[str], longest: int) -> TokenBags:
    """Tokenise `texts`, keeping the first `longest` tokens of each."""
    tokens: list[NDArray[np.int32]] = []
    lengths: list[int] = []
    for begin in range(0, len(texts), _CHUNK):
        for encoding in tokenizer.encode_batch_fast(list(texts[begin : begin + _CHUNK]), add_special_tokens=False):
            ids = encoding.ids[:longest]
            tokens.append(np.asarray(ids, dtype=np.int32))
            lengths.append(len(ids))
    joined = np.concatenate(tokens) if tokens else np.empty(0, np.int32)
    return TokenBags(joined, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64))


def epoch(
    rows_by_domain: Mapping[str, NDArray[np.int64]],
    repeats: Mapping[str, int],
    limits: Mapping[str, int],
    batch: int,
    random: np.random.Generator,
) -> list[NDArray[np.int64]]:
    """Batches of one epoch: half of the rows mixed, half in batches of one domain, in random order.

    A domain's rows come `repeats` times (1 if not named); at most `limits` of them, newly drawn, where named.
    """
    drawn: dict[str, NDArray[np.int64]] = {}
    for domain, rows in rows_by_domain.items():
        shuffled = random.permutation(np.tile(rows, repeats.get(domain, 1)))
        drawn[domain] = shuffled[: limits.get(domain, len(shuffled))]
    mixed = random.permutation(np.concatenate([rows[: len(rows) // 2] for rows in drawn.values()]))
    pools = [mixed, *(rows[len(rows) // 2 :] for rows in drawn.values())]
    batches = [pool[begin : begin + batch] for pool in pools for begin in range(0, len(pool), batch)]
    return [batches[i] for i in random.permutation(len(batches)) if len(batches[i]) > 1]


def endless(rows: NDArray[np.int64], batch: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Batches of `rows` for ever, shuffled anew each time round; no larger than the rows are many."""
    batch = min(batch, len(rows))
    while True:
        shuffled = random.permutation(rows)
        for begin in range(0, len(shuffled) - batch + 1, batch):
            yield shuffled[begin : begin + batch]
