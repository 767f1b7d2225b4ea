"""The figures that matter most, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eval.benchmarks.results import Benchmark, Beside, Measured, Quality


def summary(report: Benchmark) -> str:
    """A few lines for each collection."""
    lines = [f"load of the machine before: {report.load_before}; {report.machine['cores']} cores"]
    for one in report.collections:
        lines += ["", f"{one.name}: {one.passages:,} passages", *_built(one), *_served(one), *_compared(one)]
    if report.stages:
        told = ", ".join(f"{name} {taken:.3f}" for name, taken in report.stages.items())
        lines += ["", f"indexing, ms of processor time a passage by stage: {told}"]
    return "\n".join(lines)


def _built(one: Measured) -> Iterator[str]:
    if one.indexed:
        whole = one.indexed.whole
        yield (
            f"  indexed at {one.indexed.per_second:.0f} passages/s: {whole.seconds:.1f} s, {whole.cpu_seconds:.1f} s "
            f"of processor, {whole.peak_mb:.0f} MB at most"
        )
    if one.reindexed:
        again = one.reindexed
        yield (
            f"  again after {again.changed_documents} documents changed: {again.whole.seconds:.1f} s, "
            f"{again.whole.cpu_seconds:.1f} s of processor"
        )


def _served(one: Measured) -> Iterator[str]:
    if not one.served:
        return
    served = one.served
    yield (
        f"  opens in {served.opened.seconds:.3f} s; {served.memory.resident:.0f} MB while serving, "
        f"{served.memory.of_files:.0f} MB of them files"
    )
    yield f"  {'':30}{'callers':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'cpu ms':>9}{'a second':>10}"
    for filtered in served.filtered:
        for kind in ("search", "answer"):
            for latency in getattr(filtered, kind):
                name = f"{kind}, filter {filtered.filters} ({100 * filtered.share:.1f} %)"
                yield (
                    f"  {name:30}{latency.callers:8}{latency.p50_ms:9.1f}{latency.p95_ms:9.1f}{latency.p99_ms:9.1f}"
                    f"{latency.cpu_ms:9.1f}{latency.per_second:10.0f}"
                )
        yield f"  recall of the vector index: {filtered.recall.at_10:.3f} at 10, {filtered.recall.at_200:.3f} at 200"


def _compared(one: Measured) -> Iterator[str]:
    if not one.compared:
        return
    yield f"  {'beside others':30}{'theirs ms':>10}{'ours ms':>9}{'times':>8}{'cpu times':>11}  recall@10 / nDCG@10"
    ours = _quality(one.compared.quality)
    yield f"  {'ours':58}{'':10}  {ours}"
    for peer in (*([one.compared.legs] if one.compared.legs else []), *one.compared.peers):
        yield (
            f"  {peer.name:30}{peer.theirs.wall_ms:10.1f}{peer.ours.wall_ms:9.1f}{peer.wall.median:8.2f}"
            f"{peer.cpu.median:11.2f}  {_quality(peer.quality)}"
            f"{_fewer(peer, one.compared.quality)}"
        )
    for name, why in one.compared.left_out.items():
        yield f"  {name:30} left out: {why}"


def _quality(found: Mapping[str, Quality]) -> str:
    return ", ".join(f"{name} {one.recall_at_10:.3f} / {one.ndcg_at_10:.3f}" for name, one in found.items()) or "–"


def _fewer(peer: Beside, all_needs: Mapping[str, Quality]) -> str:
    """Ours on the same needs, where a slow peer was asked fewer of them."""
    fewer = any(peer.quality[name].needs < one.needs for name, one in all_needs.items() if name in peer.quality)
    return f" (ours on the same: {_quality(peer.our_quality)})" if fewer else ""
