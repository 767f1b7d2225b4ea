"""Calls to Qdrant: what each means here, tried again where that may help, with errors that say what to do."""

from __future__ import annotations

import atexit
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.errors import CouncilError, IndexUnusableError, SettingError
from indexer.qdrant.address import API_KEY, Address
from indexer.qdrant.scope import DOCUMENT, RANK, Scope

try:
    import grpc
    from qdrant_client import QdrantClient, models
    from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
    from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse
except ImportError as error:
    raise SettingError("--store qdrant://…: needs the extra 'qdrant': pip install 'council-search[qdrant]'") from error

_TRIES = 4
_PAUSE = 0.5  # seconds before the second try, doubled each time
PAGE = 512  # points read at once,
_LONG_PAGE = 16  # and of those that hold a document's text
_ERRORS = (ApiException, ResponseHandlingException, QdrantException, grpc.RpcError, ValueError, RuntimeError, OSError)
# Of the graph: links of a passage to others, and how many near ones are looked at for these. With Qdrant's usual 16 and
# 100 a search that follows 256 misses 6 to 7 of 100 among 20,000 passages, with these 2 to 3.
LINKS, _FOLLOWED = 32, 256
_RECORD_KEYWORDS = (DOCUMENT, "kind")
_KEYWORDS = (DOCUMENT, "type", "doc_language", "role", "jurisdictions", "meeting_date")
_BUSY = (429, 502, 503, 504)  # statuses of a server, or of what stands before it, that may be over in a moment
_NAME = re.compile(r"g([0-9]{6,})(?:p([0-9]+))?")
_T = TypeVar("_T")
Payload = dict[str, Any]


def number(generation: str | None) -> int:
    """The number in a generation's name; 0 for none."""
    found = _NAME.fullmatch(generation or "")
    return int(found[1]) if found else 0


def parts(generation: str) -> int:
    """Of how many parts a generation is written, as its name says; 0 where one process writes all of it."""
    found = _NAME.fullmatch(generation)
    return int(found[2] or 0) if found else 0


@cache
def _client(address: Address) -> tuple[QdrantClient, threading.RLock | None]:
    """One client for all that a process reads and writes there, and the lock that a local one needs."""
    if address.folder is not None:
        address.folder.mkdir(parents=True, exist_ok=True)
        local = QdrantClient(path=str(address.folder), force_disable_check_same_thread=True)
        atexit.register(local.close)  # at its own end it could not
        return local, threading.RLock()
    options = address.options
    return (
        QdrantClient(
            host=address.host,
            port=address.port,
            https=options.https,
            grpc_port=options.grpc or 6334,
            prefer_grpc=bool(options.grpc),
            timeout=options.timeout,
            api_key=os.environ.get(API_KEY) or None,
            check_compatibility=False,  # it warns where the server cannot be reached, which the first call tells better
        ),
        None,
    )


def _passing(error: Exception) -> bool:
    """Whether an error may be over in a moment."""
    if isinstance(error, grpc.RpcError):
        told = getattr(error, "code", lambda: None)()
        return told in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    if isinstance(error, UnexpectedResponse):
        return error.status_code in _BUSY
    return isinstance(error, ResponseHandlingException | ResourceExhaustedResponse)


class Connection:
    """The collections of one address; safe to use from several threads. Every error is a CouncilError."""

    def __init__(self, address: Address) -> None:
        self.address = address
        # Options say how to use a server, not which.
        where = Address(address.text.partition("?")[0], "", address.options, address.host, address.port, address.folder)
        if address.folder is not None:
            where = Address(str(address.folder), "", type(address.options)(), folder=address.folder)
        with self._told("be opened"):
            self._client, self._lock = _client(where)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except CouncilError:
            raise
        except _ERRORS as error:
            reason = " ".join(str(error).split())[:300]
            local = self.address.folder is not None
            mend = (
                "let no other process use this folder" if local else f"see that the server runs, and {API_KEY} is set"
            )
            raise IndexUnusableError(f"{self.address.text}: Qdrant could not {what} ({reason}); {mend}") from error

    def _call(self, what: str, call: Callable[[], _T]) -> _T:
        """What a call gives; one that did not reach the server, or came when it was busy, is tried again."""
        pause = _PAUSE
        with self._told(what), self._lock or nullcontext():
            for _ in range(_TRIES - 1):
                try:
                    return call()
                except (ApiException, QdrantException, grpc.RpcError) as error:
                    if not _passing(error):
                        raise
                    time.sleep(pause)
                    pause *= 2
            return call()

    # Generations

    def serving(self) -> str | None:
        """The name of the generation that serves: `g000001`; None where there is none.

        Raises SettingError where the name is another's.
        """
        prefix = f"{self.address.collection}."
        aliases = self._call("be asked for its aliases", self._client.get_aliases).aliases
        for alias in aliases:
            if alias.alias_name == self.address.collection:
                name = alias.collection_name.removeprefix(prefix)
                if not _NAME.fullmatch(name):
                    raise SettingError(
                        f"--store {self.address.text}: {alias.alias_name} is an alias of {alias.collection_name}, "
                        "which is no index of this program; give another name for the collection"
                    )
                return name
        return None

    def generations(self) -> list[str]:
        """The names of all generations that are held, whole or not, in their order."""
        prefix = f"{self.address.collection}."
        names = [one.name for one in self._call("list its collections", self._client.get_collections).collections]
        found = {name.removeprefix(prefix).removesuffix(".records") for name in names if name.startswith(prefix)}
        return sorted(filter(_NAME.fullmatch, found), key=lambda name: (number(name), name))

    def claim(self, dimension: int) -> str:
        """Make a generation after all that are there, which no other process has made; returns its name."""
        name = f"g{max(map(number, self.generations()), default=0) + 1:06d}"
        while not self._create_records(name):
            name = f"g{number(name) + 1:06d}"  # another made it meanwhile: the server lets one of the two
        self.create(name, dimension)
        return name

    def _kept(self) -> dict[str, Any]:
        options = self.address.options
        return {
            "shard_number": options.shards,
            "replication_factor": options.replicas,
            "write_consistency_factor": options.consistency,
            "on_disk_payload": True,
        }

    def create(self, generation: str, dimension: int) -> None:
        """Make the collections of a generation, as far as they are not there."""
        options, kept = self.address.options, self._kept()
        self._create_records(generation)
        self._create(
            self.passages(generation),
            [RANK],
            _KEYWORDS,
            vectors_config={
                "dense": models.VectorParams(
                    size=dimension,
                    distance=models.Distance.DOT,
                    datatype=models.Datatype.FLOAT16,
                    on_disk=options.on_disk,
                    hnsw_config=models.HnswConfigDiff(m=LINKS, ef_construct=_FOLLOWED, on_disk=options.on_disk),
                )
            },
            sparse_vectors_config={
                "terms": models.SparseVectorParams(index=models.SparseIndexParams(on_disk=options.on_disk))
            },
            **kept,
        )

    def _create_records(self, generation: str) -> bool:
        """As `_create`, for what is kept besides passages: it has no vectors, of a name that the server wants."""
        unused = {"unused": models.SparseVectorParams()}
        return self._create(
            self.records(generation),
            [RANK],
            _RECORD_KEYWORDS,
            vectors_config={},
            sparse_vectors_config=unused,
            **self._kept(),
        )

    def _create(self, name: str, numbers: Sequence[str], keywords: Sequence[str], **config: Any) -> bool:
        """Make a collection with indexes of its fields; returns whether it was this process that made it.

        The indexes come first: the server then links passages of the same values while it builds its graph.
        """
        made = False
        if not self.holds(name):
            try:
                made = self._call("make a collection", lambda: self._client.create_collection(name, **config))
            except CouncilError:  # another process may have made it meanwhile
                if not self.holds(name):
                    raise
        if self.address.folder is not None:
            return made  # the local client has no indexes
        schemas = [(key, models.PayloadSchemaType.INTEGER) for key in numbers]
        schemas += [(key, models.PayloadSchemaType.KEYWORD) for key in keywords]
        for key, schema in schemas:
            self._call(
                "index a field",
                lambda key=key, schema=schema: self._client.create_payload_index(name, key, schema, wait=True),  # type: ignore[misc]
            )
        return made

    def holds(self, collection: str) -> bool:
        """Whether there is such a collection."""
        return self._call("look for a collection", lambda: self._client.collection_exists(collection))

    def settle(self, generation: str) -> None:
        """Wait until the server has indexed what was written, as long as the address says at most.

        Raises IndexUnusableError where the server could not.
        """
        until = time.monotonic() + self.address.options.settle
        for name in (self.passages(generation), self.records(generation)):
            while time.monotonic() < until:
                told = self._call("tell its state", lambda name=name: self._client.get_collection(name))  # type: ignore[misc]
                if told.status == models.CollectionStatus.RED:
                    raise IndexUnusableError(
                        f"{self.address.text}: Qdrant could not index the collection {name} ({told.optimizer_status}); "
                        "see its log, mend that, then run the command again"
                    )
                if told.status != models.CollectionStatus.YELLOW:  # grey: it will not go on by itself
                    break
                time.sleep(_PAUSE)

    def condition(self, generation: str) -> str:
        """How the server says that a generation is: green, yellow while it indexes, grey or red."""
        found = [
            self._call("tell its state", lambda name=name: self._client.get_collection(name)).status  # type: ignore[misc]
            for name in (self.passages(generation), self.records(generation))
        ]
        worst = max(found, key=[*models.CollectionStatus].index)
        return str(worst.value)

    def switch(self, generation: str) -> None:
        """Make a generation the one that serves, in one step."""
        alias = self.address.collection
        changes: list[Any] = []
        if self.serving() is not None:
            changes.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias)))
        new = models.CreateAlias(collection_name=self.passages(generation), alias_name=alias)
        changes.append(models.CreateAliasOperation(create_alias=new))
        self._call("switch an alias", lambda: self._client.update_collection_aliases(change_aliases_operations=changes))

    def remove(self, generation: str) -> None:
        """Remove the collections of a generation, as far as they are there."""
        for name in (self.passages(generation), self.records(generation)):
            self._call("remove a collection", lambda name=name: self._client.delete_collection(name))  # type: ignore[misc]

    def passages(self, generation: str) -> str:
        """The collection of a generation's passages."""
        return f"{self.address.collection}.{generation}"

    def records(self, generation: str) -> str:
        """The collection of what else it keeps."""
        return f"{self.address.collection}.{generation}.records"

    # Points

    def upsert(self, collection: str, points: Sequence[models.PointStruct]) -> None:
        """Write points, in place of those of the same ids; they are there when it returns."""
        if points:
            self._call("take points", lambda: self._client.upsert(collection, list(points), wait=True))

    def delete(self, collection: str, condition: models.Filter) -> None:
        """Delete the points that meet a condition, of fields that are indexed: a strict server takes no other."""
        chosen = models.FilterSelector(filter=condition)
        self._call("delete points", lambda: self._client.delete(collection, chosen, wait=True))

    def delete_ids(self, collection: str, ids: Sequence[int]) -> None:
        """Delete the points with these ids, as far as they are there."""
        for first in range(0, len(ids), PAGE):
            chosen = models.PointIdsList(points=list(ids[first : first + PAGE]))
            self._call("delete points", lambda chosen=chosen: self._client.delete(collection, chosen, wait=True))  # type: ignore[misc]

    def count(self, collection: str) -> int:
        """How many points a collection holds."""
        return int(self._call("count", lambda: self._client.count(collection, exact=True)).count)

    def nearest(
        self,
        collection: str,
        scope: Scope,
        query: npt.NDArray[np.float32] | models.SparseVector,
        using: str,
        *,
        limit: int,
        conditions: Sequence[models.Condition] = (),
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float32]]:
        """Ids and scores of the `limit` points in scope with the highest inner product to a vector, best first."""
        options = self.address.options
        dense = isinstance(query, np.ndarray)
        parameters = None
        if dense and self.address.folder is None:
            parameters = models.SearchParams(hnsw_ef=max(options.ef, limit), exact=options.exact)
        found = self._call(
            "search",
            lambda: self._client.query_points(
                collection,
                query=query.tolist() if isinstance(query, np.ndarray) else query,
                using=using,
                query_filter=scope.filter(conditions),
                search_params=parameters,
                limit=limit,
                with_payload=False,
            ),
        ).points
        return (
            np.array([point.id for point in found], np.uint64),
            np.array([point.score for point in found], np.float32),
        )

    def seen(
        self,
        collection: str,
        scope: Scope,
        conditions: Sequence[models.Condition] = (),
        *,
        fields: bool | list[str] = True,
        vectors: list[str] | None = None,
    ) -> Iterator[models.Record]:
        """All points in scope that meet the conditions, in no particular order, with some of their fields."""
        return self._scroll(collection, scope.filter(conditions), fields, vectors)

    def by_ids(
        self,
        collection: str,
        scope: Scope,
        ids: Sequence[int],
        *,
        fields: bool | list[str] = True,
        vectors: list[str] | None = None,
    ) -> Iterator[models.Record]:
        """The points in scope with these ids, in no particular order."""
        for first in range(0, len(ids), PAGE):
            some = models.HasIdCondition(has_id=list(ids[first : first + PAGE]))
            yield from self.seen(collection, scope, [some], fields=fields, vectors=vectors)

    def retrieved(
        self,
        collection: str,
        ids: Sequence[int],
        *,
        fields: bool | list[str],
        vectors: list[str] | None = None,
    ) -> Iterator[models.Record]:
        """The points with these ids, whoever may see them, for one who builds; in no particular order."""
        for first in range(0, len(ids), PAGE):
            some = list(ids[first : first + PAGE])
            yield from self._call(
                "read points",
                lambda some=some: self._client.retrieve(  # type: ignore[misc]
                    collection, some, with_payload=fields, with_vectors=vectors or False
                ),
            )

    def of_kind(self, generation: str, kind: str, *, fields: bool | list[str] = True) -> Iterator[Payload]:
        """Payloads of what a generation keeps of itself, whoever asks: statistics and the like."""
        condition = models.FieldCondition(key="kind", match=models.MatchValue(value=kind))
        for record in self._scroll(self.records(generation), models.Filter(must=[condition]), fields, None):
            yield record.payload or {}

    def _scroll(
        self, collection: str, condition: models.Filter, fields: bool | list[str], vectors: list[str] | None
    ) -> Iterator[models.Record]:
        after: Any = None
        page = PAGE if (isinstance(fields, list) and "text" not in fields) or collection.count(".") < 2 else _LONG_PAGE
        while True:
            records, after = self._call(
                "read points",
                lambda after=after: self._client.scroll(  # type: ignore[misc]
                    collection,
                    scroll_filter=condition,
                    limit=page,
                    offset=after,
                    with_payload=fields,
                    with_vectors=vectors or False,
                ),
            )
            yield from records
            if after is None:
                return
