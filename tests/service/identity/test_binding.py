from __future__ import annotations

import httpx
import pytest

from indexer.errors import SettingError
from service import server, worker
from service.access import CallerRole
from service.identity import binding, keys
from service.server_settings import Settings
from service.state import State

OTHERS = ["0.0.0.0", "::", "", "192.168.1.4", "council.example", "localhost.example"]


@pytest.mark.parametrize("host", OTHERS)
def test_others_reach_the_service_only_once_it_can_tell_callers_apart(tmp_path, host):
    with pytest.raises(SettingError, match="council keys create") as refused:
        binding.check(host, tmp_path, Settings())
    assert "COUNCIL_OIDC_ISSUER" in str(refused.value) and "--host 127.0.0.1" in str(refused.value)
    assert binding.check(host, tmp_path, Settings(oidc_issuer="https://login.example")) is False
    key, _ = keys.make(State(tmp_path), CallerRole.ADMINISTRATOR, "Ann")
    assert binding.check(host, tmp_path, Settings()) is False
    keys.revoke(State(tmp_path), key.id)
    assert binding.check(host, tmp_path, Settings()) is False


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_this_machine_always_does(tmp_path, host):
    assert binding.check(host, tmp_path, Settings()) is True
    keys.make(State(tmp_path), CallerRole.MEMBER, "Ann")
    assert binding.check(host, tmp_path, Settings()) is True


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("0.0.0.0", False)])
def test_the_application_is_told_who_can_reach_it(audiences_index, tmp_path, host, loopback):
    keys.make(State(tmp_path), CallerRole.MEMBER, "Ann")
    settings = Settings(index=audiences_index, data=tmp_path, host=host)
    config = worker.configured(settings, server.only_this_machine(settings))
    assert config.app.state.installation.loopback is loopback


def test_a_provider_that_cannot_be_used_stops_the_start(serve):
    for settings, told in (
        ({"oidc_issuer": "http://login.example", "oidc_client_id": "c"}, "https://"),
        ({"oidc_issuer": "login.example", "oidc_client_id": "c"}, "https://"),
        ({"oidc_issuer": "https://login.example"}, "COUNCIL_OIDC_CLIENT_ID"),
    ):
        with pytest.raises(SettingError, match=told):
            serve(**settings)
    address = serve(oidc_issuer="https://x.example", oidc_client_id="c").address
    assert httpx.get(f"{address}/healthz", trust_env=False, timeout=30).status_code == 200
