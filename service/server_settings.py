"""Settings of `council serve`: from the environment and a TOML file, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How the service runs. Each is `COUNCIL_` and its name in capitals in the environment."""

    model_config = SettingsConfigDict(env_prefix="COUNCIL_", frozen=True, extra="forbid")

    data: Path | None = Field(default=None, description="data folder; the index folder's name with -data if left out")
    workers: int = Field(default=1, ge=1, le=64, description="processes that answer")
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
