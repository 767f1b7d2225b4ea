"""Which addresses the service may listen on: others than this machine's only once it can tell callers apart."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import SettingError
from service.identity import keys
from service.identity.request_headers import is_loopback
from service.server_settings import Settings
from service.state import State


def check(host: str, data: Path, settings: Settings) -> bool:
    """Whether `host` is an address of this machine alone, for a service with the data folder `data`.

    Raises SettingError for another where no key was ever made and no provider is set: everybody who reaches it would
    be nobody, and the documents are for members.
    """
    if is_loopback(host):
        return True
    if settings.oidc_issuer is None and not keys.any_made(State(data)):
        raise SettingError(
            f"--host {host}: others could reach the service, and it cannot tell callers apart: no key was made yet. "
            "Make one with council keys create --role administrator --name NAME (and the --index or --data of this "
            "service), or set COUNCIL_OIDC_ISSUER, or use --host 127.0.0.1"
        )
    return False
