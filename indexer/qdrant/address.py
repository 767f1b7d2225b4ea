"""Where an index in Qdrant is, and how it is kept there, as the command line and COUNCIL_STORE say it.

qdrant://HOST[:PORT]/COLLECTION[?OPTIONS]     a server, or any node of a cluster
qdrant+local:///FOLDER/COLLECTION[?OPTIONS]   a folder that the client itself keeps: for tests and trials

Options: see `Options`. A server's key stands in the environment, QDRANT_API_KEY, never in the address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer.errors import SettingError

API_KEY = "QDRANT_API_KEY"
_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_FORM = "give qdrant://HOST:6333/COLLECTION, or qdrant+local:///FOLDER/COLLECTION"


class Options(BaseModel):
    """The options of an address. Those of a collection (shards, replicas, consistency, on_disk) hold from the next
    generation on.

    `shards` is a multiple of the number of nodes, the server's own choice if None; `replicas` of each shard, of which
    `consistency` have to confirm a write. `on_disk` keeps vectors on disk, and in memory only as far as there is room.
    `grpc` is the port for gRPC, 0 to speak HTTP alone. `timeout` is in seconds. `ef` is how many near passages a
    search follows (the least; never fewer than it returns), and `exact` has it compare them all. `grace` is for how
    many seconds a generation is kept after another serves, for what is under way; `settle` how many seconds at most a
    new one waits until the server has indexed it, before which it would answer slowly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    https: bool = False
    grpc: int = Field(default=0, ge=0, le=65_535)
    timeout: int = Field(default=30, ge=1)
    shards: int | None = Field(default=None, ge=1)
    replicas: int = Field(default=1, ge=1)
    consistency: int = Field(default=1, ge=1)
    on_disk: bool = False
    exact: bool = False
    ef: int = Field(default=256, ge=16)
    grace: float = Field(default=10.0, ge=0)
    settle: float = Field(default=600.0, ge=0)


@dataclass(frozen=True, slots=True)
class Address:
    """An address, read: `folder` is where the client itself keeps the collections, None where `host` does."""

    text: str
    collection: str
    options: Options
    host: str = ""
    port: int = 6333
    folder: Path | None = None

    @classmethod
    def read(cls, text: str) -> Address:
        """The address that `text` says. Raises SettingError for one that cannot be used."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise SettingError(f"--store {text}: is no address ({error}); {_FORM}") from error
        if parts.scheme not in ("qdrant", "qdrant+local"):
            raise SettingError(f"--store {text}: is not an address of Qdrant; {_FORM}")
        if parts.username or parts.password:
            raise SettingError(f"--store: a key or password does not belong in the address; set {API_KEY}")
        path, _, collection = unquote(parts.path).rpartition("/")
        if not _COLLECTION.fullmatch(collection):
            raise SettingError(f"--store {text}: names no collection, of letters, digits, - and _; {_FORM}")
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        try:
            options = Options.model_validate(dict(pairs))
        except ValidationError as error:
            first = error.errors()[0]
            known = ", ".join(Options.model_fields)
            raise SettingError(
                f"--store {text}: the option {'.'.join(map(str, first['loc']))} cannot be used ({first['msg']}); "
                f"the options are {known}"
            ) from error
        if options.consistency > options.replicas:
            raise SettingError(
                f"--store {text}: consistency {options.consistency} asks more replicas to confirm than the "
                f"{options.replicas} that there are; raise replicas"
            )
        if parts.scheme == "qdrant":
            if not parts.hostname or path:
                raise SettingError(f"--store {text}: names no server, or more than a collection behind it; {_FORM}")
            return cls(text, collection, options, parts.hostname, port or 6333)
        if parts.netloc or not path:
            raise SettingError(f"--store {text}: names no folder, with three slashes in front; {_FORM}")
        return cls(text, collection, options, folder=Path(path))
