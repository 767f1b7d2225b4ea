"""`council index --shard I/N` and `--finish`: an index that several processes write a part of each."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from indexer.errors import SettingError

if TYPE_CHECKING:
    from indexer.build import BuildReport
    from indexer.embedding import Embedder
    from indexer.source_readings import Progress
    from indexer.stores import IndexStore


def check(options: argparse.Namespace) -> None:
    """Raise SettingError for options that do not go together."""
    if not options.store:
        raise SettingError("--shard, --finish: are for an index in Qdrant; name it with --store qdrant://…")
    if options.keep is not None:
        raise SettingError(
            "--keep: counts generations in an index folder; in Qdrant the earlier one stays for ?grace=SECONDS"
        )
    if options.watch and (options.shard or options.finish):
        raise SettingError(
            "--watch: a part is written once, and switched to when all are; keep up the whole, without --shard"
        )
    if options.finish and (options.sources or options.shard or options.rebuild):
        raise SettingError("--finish: switches to what the parts have written; leave out sources and other options")


def run(options: argparse.Namespace, store: IndexStore, embedder: Embedder, progress: Progress) -> BuildReport:
    """Write the part that the options name, or finish."""
    from indexer.qdrant.store import QdrantStore
    from indexer.shards import Shard

    if not isinstance(store, QdrantStore):
        raise SettingError("--shard, --finish: are for an index in Qdrant; name it with --store qdrant://…")
    if options.finish:
        return store.finish(embedder)
    shard = Shard.read(options.shard)
    return store.build_part(options.sources, shard, embedder, rebuild=options.rebuild, progress=progress)
