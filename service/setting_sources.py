"""Where settings come from, for every command: the environment and a TOML file, their names checked.

This module is light, for commands that must start fast; what `council serve` makes of the settings is in
`service.server_settings`.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.errors import SettingError

PREFIX = "COUNCIL_"
FILE_VARIABLE = "COUNCIL_SETTINGS"
DEFAULT_FILE = Path("council.toml")
# Every setting, as the file names it; `server_settings.Settings` has the same ones.
NAMES = (
    "index",
    "data",
    "store",
    "host",
    "port",
    "workers",
    "keep_generations",
    "trusted_proxies",
    "model",
    "reranker",
    "llm_url",
    "llm_model",
    "llm_key",
    "llm_seconds",
    "read_seconds",
    "read_megabytes",
    "rate_per_minute",
    "max_concurrent",
    "request_seconds",
    "shutdown_seconds",
    "upload_megabytes",
    "upload_files",
    "session_hours",
    "oidc_issuer",
    "oidc_client_id",
    "oidc_client_secret",
    "oidc_role_claim",
    "log_format",
    "log_level",
    "log_questions",
    "otel_endpoint",
    "audit_days",
)
# What the indexer and the writing of answers read from the environment themselves.
CARRIED = (
    "data",
    "keep_generations",
    "llm_url",
    "llm_model",
    "llm_key",
    "llm_seconds",
    "read_seconds",
    "read_megabytes",
)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def check_names(given: Mapping[str, Any], where: str, *, spelt: Mapping[str, str] | None = None) -> None:
    """Raise SettingError where `given` holds a name that is no setting; `spelt` has the names as `where` spells them.

    The error names the setting that is meant, where one is near.
    """
    known = spelt if spelt is not None else {name: name for name in NAMES}
    for name in given:
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        meant = f"did you mean {near[0]}?" if near else "council settings --reference lists those that there are"
        raise SettingError(f"{where}: {name} is no setting; {meant}")


def check_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Raise SettingError where the environment has a variable of ours that is no setting."""
    spelt = {variable(name): name for name in NAMES} | {FILE_VARIABLE: "settings"}
    ours = {name: value for name, value in environment.items() if name.upper().startswith(PREFIX)}
    check_names(ours, "the environment", spelt=spelt)


def settings_file(named: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The settings file: the one named, else the environment's, else council.toml in this folder, else None."""
    if named is not None:
        return named
    if environment.get(FILE_VARIABLE):
        return Path(environment[FILE_VARIABLE])
    return DEFAULT_FILE if DEFAULT_FILE.is_file() else None


def read_file(path: Path) -> dict[str, Any]:
    """What a settings file sets. Raises SettingError where it cannot be read or has a name that is no setting."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(
            f"{path}: the settings file cannot be read ({error.strerror}); let this user read it, or name another"
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path}: is no TOML ({error}); write one setting a line, such as port = 8000") from error
    check_names(values, str(path))
    return values


@contextmanager
def in_place(named: Path | None, environment: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """The settings of the environment and the file as text, those that others read put into the environment meanwhile.

    Empty ones count as not set. Raises SettingError as `check_environment` and `read_file` do, and names the file in
    one that is raised meanwhile about a setting of the file's.
    """
    check_environment(environment)
    path = settings_file(named, environment)
    from_file = {name: written(value) for name, value in (read_file(path) if path else {}).items()}
    values = from_file | {name: text for name in NAMES if (text := environment.get(variable(name), ""))}
    added = [name for name in CARRIED if name in from_file and not environment.get(variable(name))]
    before = {variable(name): os.environ.get(variable(name)) for name in added}
    os.environ.update({variable(name): from_file[name] for name in added})
    try:
        yield {name: text for name, text in values.items() if text}
    except SettingError as error:
        if any(variable(name) in str(error) for name in added):
            raise SettingError(f"{error} (set in {path})") from error
        raise
    finally:
        for name, earlier in before.items():
            if earlier is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = earlier


def written(value: Any) -> str:
    """A value of the file as the environment would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
