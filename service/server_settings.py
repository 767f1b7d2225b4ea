"""Settings of `council serve`: from the command line, the environment and a TOML file, checked."""

from __future__ import annotations

import ipaddress
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict

from indexer import reading
from indexer.errors import SettingError
from indexer.generations import DEFAULT_KEPT
from service import settings
from service.setting_sources import CARRIED, check_environment, read_file, settings_file, variable


class Settings(BaseSettings):
    """How the service runs. Each is `COUNCIL_` and its name in capitals in the environment."""

    model_config = SettingsConfigDict(env_prefix="COUNCIL_", env_ignore_empty=True, frozen=True, extra="forbid")

    index: Path = Field(default=Path(".index"), description="index folder")
    data: Path | None = Field(default=None, description="data folder; the index folder's name with -data if left out")
    store: str | None = Field(
        default=None, description="address of an index kept in Qdrant: qdrant://host:6333/collection; none if left out"
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65_535, description="port to listen on; 0 takes one that is free")
    workers: int = Field(default=1, ge=1, le=64, description="processes that answer")
    keep_generations: int = Field(
        default=DEFAULT_KEPT, ge=0, le=999, description="earlier generations of the index that builds leave in place"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="addresses or networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed",
    )
    model: str | None = Field(
        default=None, description="a sentence-transformers model, by name or folder; the bundled one if left out"
    )
    reranker: str | None = Field(default=None, description="a cross-encoder, by name or folder; none if left out")
    llm_url: str | None = Field(
        default=None, description="base address of an OpenAI-compatible server that words answers; none if left out"
    )
    llm_model: str | None = Field(default=None, description="the model's name on that server")
    llm_key: SecretStr | None = Field(default=None, description="key for that server")
    llm_seconds: float = Field(default=20.0, gt=0, le=600, description="seconds that an answer waits for that server")
    read_seconds: float = Field(
        default=120.0, gt=0, description="seconds that reading a file may take, or a page that needs OCR"
    )
    read_megabytes: int = Field(default=600, ge=256, description="megabytes of memory that reading a file may take")
    rate_per_minute: int | None = Field(
        default=None, ge=1, description="requests that a key, or an address without one, may make in a minute"
    )
    max_concurrent: int = Field(default=64, ge=1, description="requests that a worker takes on at a time")
    request_seconds: float = Field(default=30.0, gt=0, description="seconds that a request may take")
    shutdown_seconds: float = Field(default=20.0, ge=0, description="seconds that requests get to end at shutdown")
    upload_megabytes: int = Field(default=50, ge=1, description="megabytes that an uploaded file may have")
    upload_files: int = Field(default=20, ge=1, description="files that one upload may have")
    session_hours: float = Field(default=12.0, gt=0, description="hours that somebody stays signed in")
    oidc_issuer: str | None = Field(default=None, description="address of the OpenID Connect provider")
    oidc_client_id: str | None = Field(default=None, description="client id that the provider gave")
    oidc_client_secret: SecretStr | None = Field(default=None, description="client secret that the provider gave")
    oidc_role_claim: str = Field(default="council_role", description="claim that holds the caller's role")
    log_format: Literal["text", "json"] = Field(default="text", description="how log lines are written")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="what is logged")
    log_questions: bool = Field(default=False, description="write the text of questions to the log")
    otel_endpoint: str | None = Field(default=None, description="OTLP/HTTP address that traces are sent to")
    audit_days: int = Field(default=730, ge=1, description="days that entries of the audit log are kept")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            raise ValueError("is no list of addresses")
        networks = [part.strip() for part in parts if part.strip()]
        for network in networks:
            ipaddress.ip_network(network, strict=False)  # a ValueError says what is wrong with it
        return tuple(networks)

    @field_validator("llm_seconds", "read_seconds", "request_seconds", "shutdown_seconds", "session_hours")
    @classmethod
    def _finite(cls, value: float) -> float:
        if not math.isfinite(value):
            raise ValueError("is not finite")
        return value

    def plain(self) -> dict[str, Any]:
        """The values as JSON has them, secrets shown: for handing to a process of ours, `Settings(**plain)` there."""
        masked: dict[str, Any] = self.model_dump(mode="json")
        for name in secrets():
            value: SecretStr | None = getattr(self, name)
            masked[name] = value.get_secret_value() if value is not None else None
        return masked

    def carried(self) -> dict[str, str]:
        """The environment variables that the indexer and the writing of answers read, of the settings that are set."""
        plain = self.plain()
        return {variable(name): str(plain[name]) for name in CARRIED if plain[name] is not None}


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings that hold, and for each where it comes from: an option, a variable, a file, or `default`."""

    settings: Settings
    sources: Mapping[str, str]
    file: Path | None

    def shown(self) -> dict[str, Any]:
        """The values as JSON has them, secrets masked."""
        return self.settings.model_dump(mode="json")


def secrets() -> tuple[str, ...]:
    """Names of the settings whose values are never shown."""
    return tuple(name for name, field in Settings.model_fields.items() if _kinds(field)[0] is SecretStr)


def load(options: Mapping[str, Any] | None = None, file: Path | None = None) -> Effective:
    """The settings that hold: `options` of the command line that are not None, then the environment, then the file.

    `file` is the one that the command line names. Raises SettingError, with the setting, where it was set, its value
    (a secret's is not shown) and the mend, for a name that is no setting and for a value that cannot be used.
    """
    check_environment()
    path = settings_file(file)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for found, source in (
        ({k: v for k, v in read_file(path).items() if v != ""} if path else {}, str(path)),
        (EnvSettingsSource(Settings)(), "environment"),
        ({name: value for name, value in (options or {}).items() if value is not None}, "command line"),
    ):
        values |= found
        sources |= dict.fromkeys(found, source)
    try:
        made = Settings(**values)
    except ValidationError as error:
        raise _unusable(error, values, sources) from None
    _check_carried(made, sources)
    return Effective(made, {name: sources.get(name, "default") for name in Settings.model_fields}, path)


def _unusable(error: ValidationError, values: Mapping[str, Any], sources: Mapping[str, str]) -> SettingError:
    first = error.errors()[0]
    name = str(first["loc"][0])
    source = sources.get(name, "environment")
    value = "" if name in secrets() else f" {json.dumps(values.get(name), ensure_ascii=False, default=str)}"
    reason = f" ({first['ctx']['error']})" if first["type"] == "value_error" else ""
    return SettingError(f"{_spelt(name, source)}:{value} cannot be used{reason}; give {takes(name)}")


def _spelt(name: str, source: str) -> str:
    """A setting as its source spells it."""
    if source == "command line":
        return f"--{name.replace('_', '-')}"
    return variable(name) if source == "environment" else f"{source}: {name}"


def _check_carried(made: Settings, sources: Mapping[str, str]) -> None:
    """Check what other modules read from the environment, by them."""
    try:
        settings.language_model(made.carried())
        reading.Limits(made.read_seconds, made.read_megabytes)
    except SettingError as error:
        name = next((name for name in CARRIED if str(error).startswith(variable(name))), None)
        source = sources.get(name or "", "environment")
        raise SettingError(str(error) if source == "environment" else f"{error} (set in {source})") from error


def _kinds(field: FieldInfo) -> tuple[Any, ...]:
    """The types that a setting may have, None aside."""
    kinds = get_args(field.annotation)
    if not kinds or type(None) not in kinds:
        return (field.annotation,)
    return tuple(kind for kind in kinds if kind is not type(None))


def takes(name: str) -> str:
    """What a setting takes, in words."""
    field = Settings.model_fields[name]
    kind = _kinds(field)[0]
    if name == "trusted_proxies":
        return "addresses or networks such as 10.0.0.0/8, a comma between them; in the file a list"
    if kind is bool:
        return "true or false"
    if get_args(kind):
        return "one of " + ", ".join(get_args(kind))
    bounds = {
        side: getattr(rule, side) for rule in field.metadata for side in ("ge", "gt", "le") if hasattr(rule, side)
    }
    if kind in (int, float):
        noun = "a whole number" if kind is int else "a number"
        if "ge" in bounds and "le" in bounds:
            return f"{noun} from {bounds['ge']} to {bounds['le']}"
        least = f" over {bounds['gt']:g}" if "gt" in bounds else f", {bounds['ge']:g} or more"
        return noun + least + (f", up to {bounds['le']:g}" if "le" in bounds else "")
    return "a folder" if kind is Path else "a secret" if kind is SecretStr else "a text"
