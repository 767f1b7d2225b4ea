"""A server of Qdrant's HTTP interface over Qdrant's own engine in this process (`qdrant-edge-py`), for tests.

What is Qdrant's here: segments, payload indexes, filters, the graph, sparse and dense search. What is ours: names and
aliases of collections, and the HTTP around it, which takes the calls that `indexer.qdrant` makes and no others, checks
them by the client's models, and answers 400 to a filter by a field that has no index, as a strict server does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as edge
import uvicorn
from qdrant_client import models
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_LARGEST = 32 << 20  # bytes of a request, as a server has it by default
_SCHEMAS = {"integer": edge.PayloadSchemaType.Integer, "keyword": edge.PayloadSchemaType.Keyword}
_DATATYPES = {"float16": edge.VectorStorageDatatype.Float16, "float32": edge.VectorStorageDatatype.Float32}
_OPTIMIZERS = edge.EdgeOptimizersConfig(indexing_threshold=100, default_segment_number=2)


class _Refused(Exception):
    """What the server answers with a status of its own."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Engine:
    """Collections in a folder; one call at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lock = folder, threading.RLock()
        self.shards: dict[str, edge.EdgeShard] = {}
        self.indexed: dict[str, set[str]] = {}
        self.aliases: dict[str, str] = {}
        self._made = 0

    def shard(self, name: str) -> edge.EdgeShard:
        found = self.shards.get(self.aliases.get(name, name))
        if found is None:
            raise _Refused(404, f"Not found: Collection `{name}` doesn't exist!")
        return found

    def create(self, name: str, body: dict[str, Any]) -> None:
        asked = models.CreateCollection.model_validate(body)
        if name in self.shards or name in self.aliases:
            raise _Refused(409, f"Wrong input: Collection `{name}` already exists!")
        dense = asked.vectors if isinstance(asked.vectors, dict) else {}
        self._made += 1
        config = edge.EdgeConfig(
            vectors={key: _vector_params(of) for key, of in dense.items()},
            sparse_vectors={key: edge.EdgeSparseVectorParams() for key in asked.sparse_vectors or {}},
            on_disk_payload=asked.on_disk_payload,
            optimizers=_OPTIMIZERS,
        )
        self.shards[name] = edge.EdgeShard.create(str(self.folder / str(self._made)), config)
        self.indexed[name] = set()

    def index(self, name: str, body: dict[str, Any]) -> None:
        asked = models.CreateFieldIndex.model_validate(body)
        schema = _SCHEMAS[models.PayloadSchemaType(asked.field_schema).value]
        self.shard(name).update(edge.UpdateOperation.create_field_index(asked.field_name, schema))
        self.indexed[name].add(asked.field_name)

    def change_aliases(self, body: dict[str, Any]) -> None:
        for action in models.ChangeAliasesOperation.model_validate(body).actions:
            if isinstance(action, models.CreateAliasOperation):
                target = action.create_alias.collection_name
                if target not in self.shards or action.create_alias.alias_name in self.shards:
                    raise _Refused(400, f"{target}: no collection, or the alias is the name of one")
                self.aliases[action.create_alias.alias_name] = target
            elif not isinstance(action, models.DeleteAliasOperation):
                raise _Refused(400, "no such action")
            elif self.aliases.pop(action.delete_alias.alias_name, None) is None:
                raise _Refused(404, f"Not found: alias {action.delete_alias.alias_name}")

    def upsert(self, name: str, body: dict[str, Any]) -> None:
        points = [
            edge.Point(point.id, _vectors(point.vector), point.payload)
            for point in models.PointsList.model_validate(body).points
        ]
        self.shard(name).update(edge.UpdateOperation.upsert_points(points))

    def delete(self, name: str, body: dict[str, Any]) -> None:
        shard = self.shard(name)
        if "points" in body:
            chosen = models.PointIdsList.model_validate(body).points
            shard.update(edge.UpdateOperation.delete_points(list(chosen)))
        else:
            condition = self._filter(name, models.FilterSelector.model_validate(body).filter)
            shard.update(edge.UpdateOperation.delete_points_by_filter(condition))

    def count(self, name: str, body: dict[str, Any]) -> dict[str, int]:
        asked = models.CountRequest.model_validate(body)
        return {"count": self.shard(name).count(edge.CountRequest(exact=bool(asked.exact)))}

    def scroll(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        asked = models.ScrollRequest.model_validate(body)
        found, after = self.shard(name).scroll(
            edge.ScrollRequest(
                offset=asked.offset,
                limit=asked.limit,
                filter=self._filter(name, asked.filter),
                with_payload=asked.with_payload,
                with_vector=asked.with_vector or False,
            )
        )
        return {"points": [_told(one) for one in found], "next_page_offset": after}

    def retrieve(self, name: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        asked = models.PointRequest.model_validate(body)
        found = self.shard(name).retrieve(list(asked.ids), asked.with_payload, asked.with_vector or False)
        return [_told(one) for one in found]

    def query(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        asked = models.QueryRequest.model_validate(body)
        wanted = asked.query.nearest if isinstance(asked.query, models.NearestQuery) else asked.query
        params = asked.params or models.SearchParams()
        found = self.shard(name).query(
            edge.QueryRequest(
                limit=asked.limit or 10,
                query=edge.Query.Nearest(_vector(wanted), using=asked.using),
                filter=self._filter(name, asked.filter),
                params=edge.SearchParams(
                    hnsw_ef=params.hnsw_ef,
                    exact=bool(params.exact),
                    acorn=edge.AcornSearchParams(enable=True) if params.acorn and params.acorn.enable else None,
                ),
                with_payload=bool(asked.with_payload),
            )
        )
        return {"points": [{"id": one.id, "version": 0, "score": one.score} for one in found]}

    def _filter(self, name: str, asked: models.Filter | None) -> edge.Filter | None:
        if asked is None:
            return None
        sides = [[self._condition(name, one) for one in _listed(side)] for side in (asked.must, asked.must_not)]
        return edge.Filter(must=sides[0] or None, must_not=sides[1] or None)

    def _condition(self, name: str, asked: Any) -> Any:
        if isinstance(asked, models.HasIdCondition):
            return edge.HasIdCondition(set(asked.has_id))
        if asked.key not in self.indexed[self.aliases.get(name, name)]:
            raise _Refused(400, f'Bad request: Index required but not found for "{asked.key}"')
        if asked.range is not None:
            return edge.FieldCondition(asked.key, range=edge.RangeFloat(lte=asked.range.lte))
        if isinstance(asked.match, models.MatchAny):
            return edge.FieldCondition(asked.key, match=edge.MatchAny(list(asked.match.any)))
        return edge.FieldCondition(asked.key, match=edge.MatchValue(asked.match.value))

    def info(self, name: str) -> dict[str, Any]:
        shard = self.shard(name)
        shard.optimize()  # a server does by itself
        params = {"shard_number": 1, "replication_factor": 1}
        return {
            "status": "green",
            "optimizer_status": "ok",
            "segments_count": shard.info().segments_count,
            "indexed_vectors_count": shard.info().indexed_vectors_count,
            "points_count": shard.info().points_count,
            "config": {
                "params": params,
                "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000},
                "optimizer_config": {
                    "deleted_threshold": 0.2,
                    "vacuum_min_vector_number": 1_000,
                    "default_segment_number": 0,
                    "flush_interval_sec": 5,
                },
            },
            "payload_schema": {},
        }

    def remove(self, name: str) -> bool:
        shard = self.shards.pop(name, None)
        if shard is not None:
            shard.close()
        self.aliases = {alias: target for alias, target in self.aliases.items() if target != name}
        return shard is not None


def _listed(side: Any) -> list[Any]:
    return side if isinstance(side, list) else [side] if side is not None else []


def _vector_params(of: models.VectorParams) -> edge.EdgeVectorParams:
    hnsw = of.hnsw_config or models.HnswConfigDiff()
    return edge.EdgeVectorParams(
        of.size,
        {"Dot": edge.Distance.Dot}[str(of.distance.value)],
        on_disk=of.on_disk,
        datatype=_DATATYPES[of.datatype.value if of.datatype else "float32"],
        hnsw_config=edge.HnswIndexConfig(
            hnsw.m or 16,
            hnsw.ef_construct or 100,
            hnsw.full_scan_threshold or 10_000,
            payload_m=hnsw.payload_m,
        ),
    )


def _vector(one: Any) -> Any:
    return edge.SparseVector(one.indices, one.values) if isinstance(one, models.SparseVector) else one


def _vectors(held: Any) -> dict[str, Any]:
    return {name: _vector(one) for name, one in (held or {}).items()}


def _told(one: edge.Record) -> dict[str, Any]:
    held = one.vector if isinstance(one.vector, dict) else {}
    vectors = {
        name: {"indices": of.indices, "values": of.values} if isinstance(of, edge.SparseVector) else of
        for name, of in held.items()
    }
    return {"id": one.id, "payload": one.payload, "vector": vectors}


def app(engine: Engine) -> Starlette:
    """The HTTP around an engine."""

    async def answer(request: Request) -> JSONResponse:
        content = await request.body()
        name = request.path_params.get("name", "")
        do = (request.method, request.path_params.get("rest", request.url.path.strip("/").partition("/")[2]))
        try:
            if len(content) > _LARGEST:
                raise _Refused(413, "Payload too large")
            body = await request.json() if content else {}
            with engine.lock:
                result = _done(engine, name, do, body)
        except _Refused as refused:
            told = {"status": {"error": refused.reason}, "time": 0.0}
            return JSONResponse(told, status_code=refused.status)
        return JSONResponse({"result": result, "status": "ok", "time": 0.0})

    methods = ["GET", "PUT", "POST", "DELETE"]
    return Starlette(
        routes=[
            Route("/aliases", answer, methods=methods),
            Route("/collections", answer, methods=methods),
            Route("/collections/aliases", answer, methods=methods),
            Route("/collections/{name}", answer, methods=methods),
            Route("/collections/{name}/{rest:path}", answer, methods=methods),
        ]
    )


def _done(engine: Engine, name: str, do: tuple[str, str], body: dict[str, Any]) -> Any:
    """What a call gives."""
    written = {"operation_id": 0, "status": "completed"}
    if not name:
        if do == ("POST", "aliases"):
            engine.change_aliases(body)
            return True
        if do == ("GET", ""):
            aliases = [{"alias_name": one, "collection_name": other} for one, other in engine.aliases.items()]
            return {"collections": [{"name": one} for one in engine.shards], "aliases": aliases}
    reads = {
        "points/count": engine.count,
        "points/scroll": engine.scroll,
        "points": engine.retrieve,
        "points/query": engine.query,
    }
    if do[0] == "POST" and do[1] in reads:
        return reads[do[1]](name, body)
    writes = {
        ("PUT", "index"): engine.index,
        ("PUT", "points"): engine.upsert,
        ("POST", "points/delete"): engine.delete,
    }
    if do in writes:
        writes[do](name, body)
        return written
    if do == ("GET", "exists"):
        return {"exists": engine.aliases.get(name, name) in engine.shards}
    if do == ("PUT", name):
        engine.create(name, body)
        return True
    if do == ("GET", name):
        return engine.info(name)
    if do == ("DELETE", name):
        return engine.remove(name)
    raise _Refused(404, f"{do}: is no call of indexer.qdrant")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of an engine that keeps its collections in `folder`, while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    server = uvicorn.Server(uvicorn.Config(app(Engine(folder)), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
